r"""What can be seen at a glance: that a text imports nothing from some packages, so that no word of it stands for them.

    from os import path                          a module behind `from`
    import sys, flask as f                       modules behind `import`, and behind commas

Behind these stands the first word of every import, in a text that parses and in one that is read by its tokens. In
both, only spaces, comments, prompts and ends of lines can be between the two.
"""

from __future__ import annotations

from collections.abc import Collection

from callsite.patterns import compile_later

_FIRST = r"(?=(?:[\s\\]|#[^\r\n]*[\r\n]|>>>|\.\.\.)*+(\w+))"
_FROM = compile_later(rf"from\b{_FIRST}")
_COMMA = compile_later(rf"(?:import\b|,){_FIRST}")

# No statement begins with an `import` that has a word in front of it: that is one of `from x import y`.
_IMPORT = compile_later(rf"import(?<!\w import)\b{_FIRST}")
_IMPORTS = compile_later(r"import(?<!\w import)\b[^\r\n]*[,\\(\[{]")


def may_import(text: str, module: str, roots: Collection[str]) -> bool:
    """Whether a text, that of `module`, may import something below one of `roots`.

    Relative imports bring what is below the text's own module, or below "" when that is not known. In other letters
    than ASCII's, a name can be spelt in several ways.
    """
    if not text.isascii() or "" in roots or module.partition(".")[0] in roots:
        return True
    found = [*_FROM.findall(text), *_IMPORT.findall(text)]
    if _IMPORTS.search(text):
        found += _COMMA.findall(text)
    return any(word in roots for word in found)
