"""Scripts: made small by rjsmin, as far as that changes nothing, and the addresses in them.

rjsmin takes out blanks and comments and knows nothing else of the language: in 61 of 1,460 real files it joined what
must stand apart, mostly where a line ends without a semicolon. So both texts are parsed, and have to say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import rjsmin
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from callsite.assets.reference import Reference

_COMMENTS = frozenset({"comment", "html_comment"})

# What is compared letter by letter, blanks and all.
_WHOLE = frozenset({"string", "template_string", "regex"})

# Names that are looked for have no more bytes than this, with blanks between their parts.
_LONGEST = 200

_STRINGS = ("string", "template_string")


@cache
def _make_parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


def minify_script(text: str) -> str | None:
    """The same script in fewer letters; None when that cannot be had for certain."""
    small = str(rjsmin.jsmin(text, keep_bang_comments=True))
    before, after = _list_words(text.encode()), _list_words(small.encode())
    return small if before and before == after else None


def find_script_references(data: bytes) -> Iterator[Reference]:
    """The addresses in a script that are resolved against its own: what it imports, as far as that is written out in
    one piece, and `new URL("…", import.meta.url)`.
    """
    for node, _ in _walk(_make_parser().parse(data).root_node):
        match node.type:
            case "import_statement" | "export_statement":
                named = node.child_by_field_name("source")
            case "call_expression" if _is(node.child_by_field_name("function"), "import", "import"):
                named = _get_argument(node, 0)
            case "new_expression" if _is(node.child_by_field_name("constructor"), "identifier", "URL"):
                is_own = _is(_get_argument(node, 1), "member_expression", "import.meta.url")
                named = _get_argument(node, 0) if is_own else None
            case _:
                continue
        if named is not None and named.type in _STRINGS:
            inner = data[named.start_byte + 1 : named.end_byte - 1]
            # Only modules that begin with a dot are addresses; others are names.
            is_address = node.type == "new_expression" or inner.startswith((b"./", b"../"))
            if is_address and b"\\" not in inner and b"${" not in inner:
                yield Reference(named.start_byte + 1, named.end_byte - 1, inner.decode())


def _get_argument(node: Node, number: int) -> Node | None:
    arguments = node.child_by_field_name("arguments")
    found = [child for child in arguments.named_children if child.type not in _COMMENTS] if arguments else []
    return found[number] if number < len(found) else None


def _is(node: Node | None, kind: str, words: str) -> bool:
    """Whether a node says just this. What is much longer is not looked at: in `a()()()…` each call holds the last."""
    if node is None or node.type != kind or node.end_byte - node.start_byte > _LONGEST or node.text is None:
        return False
    return b"".join(node.text.split()) == words.encode()


def _list_words(data: bytes) -> list[tuple[int, str, bytes]]:
    """What a script says, word by word, with its depth in the tree; nothing when it cannot be read."""
    root = _make_parser().parse(data).root_node
    if root.has_error:
        return []
    return [
        (
            depth,
            node.type,
            b"" if node.child_count and node.type not in _WHOLE else data[node.start_byte : node.end_byte],
        )
        for node, depth in _walk(root)
        # A line end does for a semicolon, and a semicolon for a line end.
        if node.type != ";"
    ]


def _walk(root: Node) -> Iterator[tuple[Node, int]]:
    """All of a tree but comments and what is inside of strings, in order, each with its depth."""
    cursor, depth = root.walk(), 0
    while True:
        node = cursor.node
        assert node is not None  # a cursor is always somewhere
        is_comment = node.type in _COMMENTS
        if not is_comment:
            yield node, depth
        if not is_comment and node.type not in ("string", "regex") and cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1
