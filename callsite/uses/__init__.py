"""The kept index of all uses of imported names: what `callsite.names` finds is found once for each text.

    modules ──keys──▶ what the index does not know yet ──workers──▶ answers ──store──▶ SQLite
                                                                                 └──▶ uses, exports, star imports

`index` is what others use. `answers` is the work itself, which `callsite.workers` do side by side, and `store` is the
file and its tables.
"""
