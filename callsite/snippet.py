r"""The notation inside a listing: marked lines, gaps and the backslash that makes either of them plain code.

    listing = { row "\n" }
    row     = mark | gap | code
    mark    = "~~" code                 the two tildes are notation; up to three stray spaces before them are code
    gap     = comment "..." note "..."  a comment line held between ellipses; blank lines around it belong to it
    code    = [ "\" ] text              the backslash is there when the text would else read as a mark or a gap

Three or more tildes alone on a line underline a heading in reStructuredText and are code.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import repeat

from callsite.model import Gap, Line, Row, Snippet
from callsite.patterns import compile_later

_MARK = compile_later(r"( {0,3})~~(.*)", re.DOTALL)
_RULE = compile_later(r" {0,3}~{3,}[ \t]*\Z")
_TILDES = compile_later(r"~+[ \t]*\Z")

# How a comment line opens, and what closes it.
_COMMENT = compile_later(r"[ \t]*(#+|//+|--+|;+|%+|/\*+|<!--+)")
_CLOSE = {"/*": "*/", "<!": "-->"}

_ELLIPSES = ("...", "…")
_AROUND = " \t.…"

# The comment a gap is written as, for languages that do not know `#`. The names are Pygments' short ones.
_STYLES = {
    "// {}": "c cpp c++ csharp c# css3 d dart go golang java javascript js jsx json5 jsonc kotlin objective-c php rust "
    "rs scala scss sass less swift ts tsx typescript v zig groovy solidity",
    "-- {}": "ada agda elm haskell hs lua mysql plpgsql postgres postgresql psql sql sqlite3 vhdl applescript",
    "; {}": "asm clojure common-lisp commonlisp elisp emacs emacs-lisp ini lisp nasm racket scheme",
    "% {}": "erlang latex matlab octave prolog tex",
    "/* {} */": "css",
    "<!-- {} -->": "html html+django html+jinja xml svg xslt markdown md vue svelte rst restructuredtext",
}
_STYLE_OF = {language: style for style, names in _STYLES.items() for language in names.split()}

# A comment that says nothing but a file's name: a path without spaces that ends in `name.ext`, or a well-known name.
_FILE_NAME = compile_later(
    r"(?:[\w.@+~-]+/)*(?:\.?[\w@+~-][\w.@+~-]*\.[A-Za-z][A-Za-z0-9]{0,9}|Makefile|Dockerfile|Procfile|Jenkinsfile|Rakefile)"
)


# A line of its text and whether it is marked, without a step of Python for each.
_make_row = partial(tuple.__new__, Line)


def parse_snippet(text: str, language: str = "") -> Snippet:
    r"""Read the inside of a listing. Any text gives a snippet; a last line without `\n` counts as a line."""
    texts = split_rows(text)
    rows: list[Row] = list(map(_make_row, zip(texts, repeat(False))))
    gaps: list[int] = []
    # Marks, gaps and what must not be read as either have tildes or an ellipsis in them.
    for number in [number for number, line in enumerate(texts) if "~~" in line or "..." in line or "…" in line]:
        rows[number] = row = _parse_row(texts[number])
        if isinstance(row, Gap):
            gaps.append(number)
    for gap in reversed(gaps):
        start, end = gap, gap + 1
        while start and _is_blank(rows[start - 1]):
            start -= 1
        while end < len(rows) and _is_blank(rows[end]):
            end += 1
        rows[start:end] = rows[gap : gap + 1]
    return Snippet(language, tuple(rows))


def format_snippet(snippet: Snippet) -> str:
    r"""Write a snippet so that `parse_snippet` gives it back; every row ends in `\n`."""
    lines: list[str] = []
    before: Row | None = None
    for row in snippet.rows:
        if before is not None and (isinstance(row, Gap) or isinstance(before, Gap)):
            lines += ["", ""]
        lines.append(_format_line(row) if isinstance(row, Line) else _format_gap(row, snippet.language))
        before = row
    return "".join(f"{line}\n" for line in lines)


def split_rows(text: str) -> list[str]:
    r"""Split into rows on `\n` only; form feeds and other exotic separators are code."""
    rows = text.split("\n")
    if not rows[-1]:
        rows.pop()
    return rows


def is_mark(row: str) -> bool:
    """Whether a row of a listing is a marked line."""
    return _MARK.match(row) is not None and _RULE.match(row) is None


def is_stray_mark(row: str) -> bool:
    """Whether a row is a mark with spaces before its tildes: read as a mark, but most likely a slip."""
    return row.startswith(" ") and is_mark(row)


def find_gap_note(row: str) -> str | None:
    """The words of a gap, or None when the row is no gap."""
    opening = _COMMENT.match(row)
    if opening is None:
        return None
    inside = row[opening.end() :].rstrip()
    closing = _CLOSE.get(opening[1][:2])
    if closing:
        if not inside.endswith(closing):
            return None
        inside = inside[: -len(closing)]
    inside = inside.strip(" \t")
    if not (inside.startswith(_ELLIPSES) and inside.endswith(_ELLIPSES)):
        return None
    note = inside.strip(_AROUND)
    return note if any(map(str.isalnum, note)) else None


def find_title(snippet: Snippet) -> str:
    """The source file's own name when the first line is a comment that says just that, else ""."""
    first = snippet.rows[0] if snippet.rows else None
    if not isinstance(first, Line):
        return ""
    opening = _COMMENT.match(first.text)
    if opening is None:
        return ""
    words = first.text[opening.end() :].strip().removesuffix(_CLOSE.get(opening[1][:2], "\n")).strip()
    return words if _FILE_NAME.fullmatch(words) else ""


def _is_blank(row: Row) -> bool:
    return isinstance(row, Line) and row.blank


def _parse_row(row: str) -> Row:
    if row.startswith("~~") and row[2:3] not in ("", "~", "\\"):  # as most marks are
        return Line(row[2:], marked=True)
    if row.startswith("\\") and _is_notation(row.lstrip("\\")):
        return Line(row[1:])
    mark = _MARK.match(row)
    if mark is not None and _RULE.match(row) is None:
        space, code = mark.groups()
        if code.startswith("\\") and _TILDES.match(code.lstrip("\\")):
            code = code[1:]
        return Line(space + code, marked=True)
    note = find_gap_note(row)
    return Line(row) if note is None else Gap(note)


def _is_notation(row: str) -> bool:
    return is_mark(row) or find_gap_note(row) is not None


def _format_line(line: Line) -> str:
    bare = line.text.lstrip("\\")
    if line.marked:
        # Only tildes behind the mark would make one long run of tildes, which is code.
        return "~~\\" + line.text if _TILDES.match(bare) else "~~" + line.text
    return "\\" + line.text if _is_notation(bare) else line.text


def _format_gap(gap: Gap, language: str) -> str:
    return _STYLE_OF.get(language.lower(), "## {}").format(f"... {gap.note} ...")
