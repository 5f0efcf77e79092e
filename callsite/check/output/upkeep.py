"""An output folder that is not what the last build would make of the content today."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.check.output.facts import PAGES, FolderFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Place, Severity
from callsite.wording import count

_AGAIN = "build again"
_PUBLISHED = ("", "published")


def find_outdated(facts: FolderFacts) -> Iterator[Finding]:
    """Pages that have changed since the last build, and files of it that are not there."""
    if facts.newer:
        first, *others = facts.newer
        more = f" and {count(len(others), 'other page')}" if others else ""
        verb = "have" if others else "has"
        yield Finding(Place(facts.at), f"{first}{more} {verb} changed since this was built", _AGAIN)
    for path in sorted((facts.written or frozenset()) - facts.files.keys()):
        yield Finding(facts.place(path), "the last build has written this file, and it is not here", _AGAIN)
    for path, page in facts.expected.items():
        status = page.page.meta.other("status").lower()
        if path not in facts.files and path not in (facts.written or ()) and status in _PUBLISHED:
            yield Finding(facts.place(path), f"{page.page.at.path} should be here, and is not", _AGAIN)


def find_left_over(facts: FolderFacts) -> Iterator[Finding]:
    """Pages that the last build has not written."""
    if facts.written is not None:
        for path in sorted(facts.files.keys() - facts.written):
            if path.lower().endswith(PAGES):
                hint = "delete it if it is left from an earlier build"
                yield Finding(facts.place(path), "the last build has not written this page", hint)


RULES: tuple[Rule[FolderFacts], ...] = (
    Rule(
        "H111",
        "output that is out of date",
        Severity.WARNING,
        find_outdated,
        (
            "output: H111 content/pages/a.md and 2 other pages have changed since this was built; build again",
            "output/a.html: H111 the last build has written this file, and it is not here; build again",
            "output/a.html: H111 content/pages/a.md should be here, and is not; build again",
        ),
        """**Warning.** The output folder is not what a build would make of the content now: pages have changed since, or files
have gone. Whatever else is said of the output may be out of date as well, so build again and check then. A page counts as
changed when its file is newer than the last build.""",
    ),
    Rule(
        "H114",
        "a page that no build has written",
        Severity.NOTE,
        find_left_over,
        (
            "output/old.html: H114 the last build has not written this page; delete it if it is left from an earlier build",
        ),
        """**Note.** A build lists the files that it writes, and this page is not among them. Builds leave alone what others put
into the output folder, such as the file by which a search engine knows its owner. If the page is left from an earlier build or another
program, delete it: it would be published too.""",
    ),
)
