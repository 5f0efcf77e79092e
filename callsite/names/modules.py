"""Names of modules as import statements spell them."""

from __future__ import annotations


def join_name(module: str, name: str) -> str:
    """The dotted name of `name` in `module`, which may still be relative: `.ctx` and `x` make `.ctx.x`, `..` and `x`
    make `..x`.
    """
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


def find_absolute(written: str, module: str, is_package: bool) -> str:
    """The absolute form of a dotted name that may begin with dots, in the text of `module`.

    The name comes back as written when the text's own module is not known or has too few packages around it. A package
    is its own `.`: see "Package Relative Imports" in the language reference.
    """
    if not written.startswith(".") or not module:
        return written
    name = written.lstrip(".")
    around = module.split(".") if is_package else module.split(".")[:-1]
    up = len(written) - len(name) - 1
    if up >= len(around):
        return written
    return ".".join([*around[: len(around) - up], *([name] if name else [])])
