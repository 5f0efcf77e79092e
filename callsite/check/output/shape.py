"""Pages that are not whole, or lack what every page needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callsite.check.output.facts import FileFacts
from callsite.check.output.markup import is_wordless
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

# What a whole page begins with. Files without are pieces of pages, or serve to prove who owns a site.
_WHOLE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_END = re.compile(r"</html\s*>", re.IGNORECASE)

_AGAIN = "build again"


def find_cut_off(facts: FileFacts) -> Iterator[Finding]:
    """Pages that are empty, end too early or have no title."""
    if not facts.is_page:
        return
    text = facts.text
    if not text.strip():
        yield Finding(facts.place(), "the page is empty", _AGAIN)
    elif _is_whole(facts):
        if "</html>" not in text[-100:] and not _END.search(text):
            line = text.rstrip().count("\n") + 1
            yield Finding(facts.place(line), "the page ends before `</html>`", _AGAIN)
        if not (facts.markup.title or "").strip():
            yield Finding(facts.place(1), "the page has no title", "let its template write a `<title>`")


def find_unsaid(facts: FileFacts) -> Iterator[Finding]:
    """Images without words that stand for them, and pages that do not say their language."""
    markup = facts.markup
    if markup.wordless:
        hint = 'say what it shows in `alt`, or write `alt=""` if it adds nothing'
        for tag in facts.tags.named("img"):
            if is_wordless(tag.attributes):
                yield Finding(facts.place(tag.line), f"the image `{tag.attributes.get('src', '')}` has no `alt`", hint)
    if facts.is_page and not (markup.language or "").strip() and not markup.refresh and _is_whole(facts):
        yield Finding(facts.place(1), "the page does not say its language", 'write `<html lang="en">`, or what it is')


def _is_whole(facts: FileFacts) -> bool:
    return facts.expected is not None or bool(_WHOLE.search(facts.text, 0, 2000))


FILE_RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H112",
        "a page that is not whole",
        Severity.ERROR,
        find_cut_off,
        (
            "output/a.html: H112 the page is empty; build again",
            "output/a.html:112: H112 the page ends before `</html>`; build again",
            "output/a.html:1: H112 the page has no title; let its template write a `<title>`",
        ),
        """**Error.** A file of HTML has nothing in it, ends in the middle, or has no title. A program that was stopped while it
wrote leaves such files, and so does a full disk. Callsite's own builds put the new output in place only when all of it is
there, so look at what has changed the folder since. A missing title is a fault of the template.""",
    ),
    Rule(
        "H113",
        "a page that does not say what it should",
        Severity.WARNING,
        find_unsaid,
        (
            'output/a.html:30: H113 the image `/images/a.png` has no `alt`; say what it shows in `alt`, or write `alt=""` if it adds nothing',
            'output/a.html:1: H113 the page does not say its language; write `<html lang="en">`, or what it is',
        ),
        """**Warning.** Who cannot see an image hears its `alt` text; an image without one is read out by its file name. And a
page without a language is read in a wrong one. Write `![What it shows](/images/a.png)`. The language comes from `DEFAULT_LANG` and the page's
`lang`; templates of your own have to write it.""",
    ),
)

READING: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H115",
        "a file that cannot be looked into",
        Severity.ERROR,
        None,
        (
            "output/a.html: H115 cannot be read: Permission denied; make it readable",
            "output/a.html: H115 has 71 MB, and no more than 32 are looked into; divide it",
            "output/a.html:4: H115 byte 0xe9 is not UTF-8; save the file as UTF-8",
            "output/a.html: H115 cannot be looked into: not done within 20 seconds; see what makes it so large or deep",
        ),
        """**Error.** A page, stylesheet, feed or file of data in the output cannot be read, is larger than any browser would like,
is not in UTF-8, or is such that looking into it takes for ever. So nothing is known about what it holds. Text in
another encoding is right only where the page says so at its beginning.""",
    ),
)
