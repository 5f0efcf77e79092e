"""The kept index of all uses of imported names: what `callsite.names` finds is found once for each text.

    modules ──keys──▶ what the index does not know yet ──workers──▶ answers ──store──▶ SQLite
                                                                                 └──▶ uses, exports, star imports

`index` is what others use. `answers` is what both sides of the pipe to a worker understand, `workers` starts them and
outlives their deaths, `store` is the file and its tables.
"""
