"""What is wrong with a page's metadata."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from callsite.address import is_web_address
from callsite.check.facts import PageFacts
from callsite.check.rule import Finding, Rule
from callsite.check.showing import shorten
from callsite.check.spelling import STATUSES, find_mends
from callsite.header import DATES, KEYS, PELICAN_KEYS, SINGLE, list_entries
from callsite.model import Meta, Place, Problem, Severity
from callsite.patterns import compile_later
from callsite.text import CONTROL
from callsite.wording import nearest

# A path below the output, in characters that mean themselves in an address.
_PATH = compile_later(r"(?!\.+(?:/|$))[\w.~+@=,-]+(?:/(?!\.+(?:/|$))[\w.~+@=,-]+)*")

# Dates that every reader takes alike, if there are such days.
_PLAIN_DATE = compile_later(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")

# Bytes in a file's name: the 255 that file systems take, less an ending that is still to come.
_LONGEST_NAME = 250


def check_meta(
    meta: Meta, at: Place, *, required: Collection[str], own: Collection[str] = (), reserved: Collection[str] = ()
) -> Iterator[Problem]:
    """Check a page's metadata.

    `required` are the keys a page needs that nothing else provides (a `date` only when it is to be published), `own`
    the keys a site has made up for its theme, `reserved` the keys that would break Pelican's own objects.
    """
    present = {key for key, _ in meta.lines}
    spared = ("date",) if meta.other("status") in ("draft", "skip") else ()
    for key in required:
        if not (meta.other(key) or getattr(meta, key, "")) and key not in present and key not in spared:
            hint = f"add a line `{key}: …`" + ("; an article needs one" if key == "date" else " to the metadata")
            yield Problem(Place(at.path, 1), "M101", f"no `{key}`", hint)
    known = {*KEYS, *PELICAN_KEYS, *own}
    for key, values in dict(meta.others).items():
        place = Place(at.path, meta.line(key))
        slip = None if key in known else nearest(key, (*KEYS, *PELICAN_KEYS))
        if key not in known and (key in reserved or key.startswith(("_", "override_"))):
            yield Problem(place, "M109", f"`{key}` is a name Pelican needs for itself", "call it something else")
        elif slip:
            yield Problem(place, "M103", f"`{key}` is no key of the notation", f"did you mean `{slip}`?")
        elif key not in known:
            hint = "check the spelling, or list it in CALLSITE_KEYS if your theme uses it"
            yield Problem(place, "M105", f"`{key}` means nothing here", hint, Severity.WARNING)
        elif key in (*required, "save_as") and not getattr(meta, key, "") and not "".join(values).strip():
            yield Problem(place, "M101", f"`{key}` is empty", "write its value behind the colon")
    status = meta.other("status")
    if status and status not in STATUSES:
        yield Problem(
            Place(at.path, meta.line("status")), "M104", f"`status` cannot be `{status}`", f"write {_list(STATUSES)}"
        )
    if meta.docs and not is_web_address(meta.docs):
        yield Problem(
            Place(at.path, meta.line("docs")), "M104", f"`docs` cannot be `{meta.docs}`", "write an address, https://…"
        )
    yield from _find_unreadable(meta, at)
    for key, path in (("slug", meta.slug), ("save_as", meta.other("save_as"))):
        if path:
            yield from check_path(path, Place(at.path, meta.line(key)))


def _find_unreadable(meta: Meta, at: Place) -> Iterator[Problem]:
    """Dates that are none, and what goes over several lines though it is one word or one path."""
    for key, values in list_entries(meta):
        text = "".join(values).strip()
        hint = ""
        if key in SINGLE and len(values) > 1:
            hint = "write it on one line"
        elif (text or key == "modified") and key in DATES and not _is_date(values):
            hint = "write it as 2026-01-31 or 2026-01-31 18:00"
        if hint:
            message = f"`{key}` cannot be `{' '.join(values)}`"
            yield Problem(Place(at.path, meta.line(key)), "M104", message, hint)


def _is_date(values: Sequence[str]) -> bool:
    if len(values) == 1 and _PLAIN_DATE.fullmatch(values[0]):
        with contextlib.suppress(ValueError):
            return bool(datetime.fromisoformat(values[0]))
    import dateutil.parser  # noqa: PLC0415  # it takes as long as many pages, and most dates are plain

    try:
        dateutil.parser.parse(values[0].replace("_", " "))
    except (ValueError, OverflowError):
        return False
    return len(values) == 1


def check_path(path: str, at: Place) -> Iterator[Problem]:
    """Check a path that is to name a page, below the output or before its ending."""
    if not _PATH.fullmatch(path) or CONTROL.search(path) or posixpath.basename(path) == ".html":
        hint = "use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front"
        yield Problem(at, "M107", f"`{path}` cannot name a page", hint)
    elif max(len(part.encode()) for part in path.split("/")) > _LONGEST_NAME:
        shown = f"{path[:40]}…"
        yield Problem(at, "M107", f"`{shown}` cannot name a page", f"a name has {_LONGEST_NAME} bytes at the most")


def _list(words: Collection[str]) -> str:
    *most, last = words
    return ", ".join(most) + " or " + last


def find_undescribed(facts: PageFacts) -> Iterator[Finding]:
    """A published page about a symbol or a library that does not say in a sentence what it is."""
    meta = facts.page.meta
    if facts.symbol is not None and not meta.description and meta.other("status") in ("", "published"):
        kind = "example page" if facts.symbol.module else "library's page"
        hint = "add a line `meta: …` to the metadata, a sentence for search results and previews"
        yield Finding(facts.page.place("meta"), f"this {kind} has no description", hint)


def find_other_spellings(facts: PageFacts) -> Iterator[Finding]:
    """Metadata that is read well but not written as it would be by Callsite."""
    for line, mended in find_mends(facts.rows):
        row = shorten(facts.rows[line - 1])
        hint = f"write `{shorten(mended)}`, or let `callsite check --fix` do it"
        yield Finding(Place(facts.page.at.path, line), f"`{row}` is an unusual spelling", hint)


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "M111",
        "a page without a description",
        Severity.NOTE,
        find_undescribed,
        (
            "content/pages/a.md:1: M111 this example page has no description; add a line `meta: …` to the metadata, a "
            "sentence for search results and previews",
            "content/pages/a.md:1: M111 this library's page has no description; add a line `meta: …` to the metadata, a "
            "sentence for search results and previews",
        ),
        """\
**Note.** Search engines and link previews show the `meta` of a page below its title, and so do
lists of pages for other programs. Without it they take some words out of the page, or
nothing. One sentence that tells this page from its neighbours is enough. Drafts and hidden pages need none.
""",
    ),
    Rule(
        "M114",
        "metadata in an unusual spelling",
        Severity.NOTE,
        find_other_spellings,
        (
            "content/pages/a.md:1: M114 `Title:Flask` is an unusual spelling; write `title: Flask`, or let `callsite "
            "check --fix` do it",
            "content/pages/a.md:5: M114 `toc: true` is an unusual spelling; write `toc: True`, or let `callsite check "
            "--fix` do it",
        ),
        """\
**Note.** The line is read as it is meant. It is only not written as everywhere else: the key in lower case, one space
behind the colon, `True` or `False` for `toc`, a comma and a space between `aliases`, and the word of a `status` in
lower case. One spelling makes pages easy to search and to compare. `callsite check --fix`
writes it so, and changes nothing else on the page.
""",
    ),
)
