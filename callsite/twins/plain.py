r"""Links in Markdown of words, code and plain links and nothing else, which most paragraphs are.

    plain = { word | code | link | "\n" }
    word  = a run of characters without a meaning inside of a line; "!", but not in front of a "["; "\" and a character
    code  = "`" characters of one line, none of them "`", "`" without another one behind it
    link  = [ "!" ] "[" { word | code } "](" address ")"        on one line

None of its parts goes over the end of a line or depends on what stands around it. So it makes no difference which of
the lines are a paragraph, a heading or the item of a list, as long as none is code or raw HTML: their links are these.
"""

from __future__ import annotations

from collections.abc import Iterator

from callsite.patterns import compile_later

# Addresses that every reader of Markdown takes as they are, and no scheme but that of the web.
_CHARACTER = r"!#$%*+,\-./0-9;=?@A-Z^_a-z{|}~"
_ADDRESS = rf"(?:https?:[{_CHARACTER}:]++|[{_CHARACTER}]++)"
_CODE = r"`[^`\n]++`(?!`)"
_ESCAPE = r"\\[^\n]"
_LINK = rf"!?+\[(?:[^\\`\[\]<\n]++|{_ESCAPE}|{_CODE})*+\]\({_ADDRESS}\)"
_PLAIN = compile_later(rf"(?:[^\\`\[\]<!]++|!(?!\[)|{_ESCAPE}|{_CODE}|{_LINK})*+")
_TARGET = compile_later(rf"{_ESCAPE}|{_CODE}|\]\(({_ADDRESS})\)")


def is_plain(text: str) -> bool:
    """Whether it is known of each line in `text`, which begins outside of all other blocks and does so with a line that
    begins one, what its links are. Fences and raw HTML are none of its blocks.
    """
    # No blanks but single spaces: any other, or four of them, may make a line another one than it seems, or code.
    return "    " not in text and text.replace("\n", "").isprintable() and _PLAIN.fullmatch(text) is not None


def find_targets(text: str) -> Iterator[tuple[int, str]]:
    """Where the addresses of a plain text begin, and what they are."""
    if "\\" in text:
        yield from ((found.start(1), found[1]) for found in _TARGET.finditer(text) if found[1])
        return
    # Without escapes, code is what an odd number of marks stands in front of.
    is_code = False
    done = 0
    while (found := text.find("](", done)) >= 0:
        is_code ^= text.count("`", done, found) % 2 == 1
        done = found + 2
        if not is_code:
            yield done, text[done : text.index(")", done)]
