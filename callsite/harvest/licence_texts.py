"""Licences recognised by their own words, and the copyright lines that stand beside them.

A text is reduced to its words, so line wrapping, case, quotes and decoration do not count. A licence is known by
phrases of its own that follow each other within its usual length: names filled in between them do no harm, while a
clause added inside or beside it makes the text longer than the licence is, and then nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from callsite.records import dataclass

# Texts longer than this are not licences; notices longer or more numerous than these are not notices.
_LONGEST_TEXT = 200_000
_LONGEST_NOTICE = 200
_MOST_NOTICES = 60

_WORD = re.compile(r"[^\W_]+")

# What a licence file says before it lists other people's licences; those do not speak for the project.
_OTHERS = " subcomponents with separate copyright notices and license terms "

# A line that begins with a copyright: the sign or a year follows, or a name with a capital letter. "Copyright notice",
# "Copyright law" and the like are prose.
_NOTICE = re.compile(
    r"[\s#*/;>.-]*(?P<notice>(?:"
    r"(?:[A-Za-z]+ ){0,3}(?i:copyrights?\b|\(c\)|©)\s*[:,]?\s*"
    r"(?:(?i:\(c\)|&copy;|©|by\b)|[<\[{]?\d{4}|[<\[{](?i:y|d|c))"
    r"|Copyright\s+(?!(?i:notice|holder|owner|law|licen[cs]e|statement|and|in|disclaimer|information)(?i:s?)\b)[A-Z]"
    r"|©).*)"
)
_BLANK = re.compile(
    r"[\[<{](?:yyyy|year|name of|dates?|fullname|owner|copyright)|\b(?:YEAR|YYYY)\b|<name|\[name", re.IGNORECASE
)
_GNU = re.compile(r"GNU (?:AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC LICENSE\s+Version")

# More letters than the words of a licence have on average: a bound for searching, not for measuring.
_LONGEST_WORD = 12

# How many words a text may hold besides the licences in it and its copyright lines: a title, "all rights reserved",
# what the file is about. The shortest restriction seen added to a licence that way has 97 (the Commons Clause).
_MOST_OTHER_WORDS = 60


@dataclass(frozen=True, slots=True)
class Known:
    """A licence by its phrases, which follow each other within `words` words.

    An entry without an identifier is what often stands beside a licence and says nothing of its own.
    """

    identifier: str
    words: int
    phrases: tuple[str, ...]


_MIT = "permission is hereby granted free of charge to any person obtaining a copy of this software and associated"
_MIT_END = "or the use or other dealings in the software"
_BSD = "redistribution and use in source and binary forms with or without modification are permitted"
_BSD_END = "even if advised of the possibility of such damage"
_GNU_END = "end of terms and conditions"
_ISC = "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby"
_ISC_END = "out of or in connection with the use or performance of this software"
_HPND = (
    "permission to use copy modify and distribute this software and its documentation for any purpose and without fee"
)
_POSTGRES = f"{_HPND[:-7]} without fee and without a written agreement is hereby granted"
_HOW = "how to apply these terms to your new"


def _program(name: str, version: str) -> tuple[str, ...]:
    """The words that apply a GNU licence to a program, as its appendix suggests them."""
    terms = f"under the terms of the gnu {name} as published by the free software foundation"
    return terms, f"version {version} of the license", "or at your option any later version"


# In this order: what holds another's phrases comes before it, and words once understood are not looked at again.
KNOWN = (
    Known("AGPL-3.0-only", 6500, ("gnu affero general public license version 3 19 november 2007", _GNU_END)),
    Known("LGPL-3.0-only", 1600, ("gnu lesser general public license version 3 29 june 2007", "choose that version")),
    Known("GPL-3.0-only", 6500, ("gnu general public license version 3 29 june 2007", _GNU_END)),
    Known("LGPL-2.1-only", 5000, ("gnu lesser general public license version 2 1 february 1999", _GNU_END)),
    Known("LGPL-2.0-only", 5000, ("gnu library general public license version 2 june 1991", _GNU_END)),
    Known("GPL-2.0-only", 3500, ("gnu general public license version 2 june 1991", _GNU_END)),
    Known("", 700, (_HOW, "why not lgpl html")),
    Known("", 700, (_HOW, "you should also get your employer", "gnu org licenses")),
    Known("", 600, (_HOW, "use the gnu lesser general public license instead of this license")),
    Known("", 600, (_HOW, "that s all there is to it")),
    Known("AGPL-3.0-or-later", 90, _program("affero general public license", "3")),
    Known("LGPL-3.0-or-later", 90, _program("lesser general public license", "3")),
    Known("LGPL-2.1-or-later", 90, _program("lesser general public license", "2 1")),
    Known("GPL-3.0-or-later", 90, _program("general public license", "3")),
    Known("GPL-2.0-or-later", 90, _program("general public license", "2")),
    Known("Apache-2.0", 1700, ("apache license version 2 0 january 2004", "any such warranty or additional liability")),
    Known("", 120, ("appendix how to apply the apache license", "identification within third party archives")),
    Known("Apache-2.0", 110, ("licensed under the apache license version 2 0", "limitations under the license")),
    Known("MPL-2.0", 2800, ("mozilla public license version 2 0", "exhibit b", "by the mozilla public license v 2 0")),
    Known("MPL-2.0", 60, ("subject to the terms of the mozilla public license v 2 0", "mozilla org mpl 2 0")),
    Known("Python-2.0", 1900, ("python software foundation", "beopen", "cnri", "stichting mathematisch centrum")),
    Known("PSF-2.0", 500, ("agreement is between the python software foundation", "by copying installing")),
    Known("JSON", 190, (_MIT, "shall be used for good not evil", _MIT_END)),
    Known("X11", 260, (_MIT, _MIT_END, "except as contained in this notice", "prior written authorization")),
    Known("MIT", 175, (_MIT, "above copyright notice and this permission notice", "without warranty", _MIT_END)),
    Known("MIT-0", 140, (_MIT, "without restriction", "the software is provided as is", _MIT_END)),
    Known("BSD-4-Clause", 280, (_BSD, "all advertising materials mentioning features", "endorse or promote", _BSD_END)),
    Known("BSD-3-Clause", 260, (_BSD, "redistributions in binary form", "endorse or promote", _BSD_END)),
    Known("BSD-2-Clause", 205, (_BSD, "redistributions in binary form", "without specific prior written", _BSD_END)),
    Known("BSD-2-Clause", 200, (_BSD, "redistributions in binary form", _BSD_END)),
    Known("ISC", 135, (_ISC, "granted provided that the above copyright notice and this permission notice", _ISC_END)),
    Known("0BSD", 110, (_ISC, "granted the software is provided as is", _ISC_END)),
    Known("Zlib", 150, ("in no event will the authors be held liable for any damages", "from any source distribution")),
    Known("BSL-1.0", 230, ("boost software license version 1 0", "dealings in the software")),
    Known("Unlicense", 230, ("this is free and unencumbered software released into the public domain", _MIT_END)),
    Known("CC0-1.0", 1200, ("cc0 1 0 universal", "statement of purpose", "no duty or obligation with respect to this")),
    Known(
        "HPND",
        170,
        (f"{_HPND} and without fee", "provided that the above copyright notice", "use or performance of this software"),
    ),
    Known(
        "PostgreSQL",
        190,
        (
            f"{_HPND} without fee and without a written",
            "provide maintenance support updates enhancements or modifications",
        ),
    ),
    Known("WTFPL", 90, ("do what the fuck you want to public license", "0 you just do what the fuck you want to")),
    Known("BlueOak-1.0.0", 290, ("blue oak model license", "version 1 0 0", "under any kind of legal claim")),
    Known("Artistic-2.0", 1600, ("the artistic license 2 0", "arising in any way out of the use of the package")),
    Known("EPL-2.0", 2500, ("eclipse public license v 2 0", "add your own copyright notice")),
    Known("ZPL-2.1", 330, ("zope public license zpl version 2 1", "possibility of such damage")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as: the identifiers of the licences in it, in their order there, and the words left over.

    `rest` counts the words that belong to no licence, copyright lines and titles apart.
    """

    identifiers: tuple[str, ...]
    rest: int

    @property
    def is_whole(self) -> bool:
        """Whether the licences are all that the text says."""
        return bool(self.identifiers) and self.rest <= _MOST_OTHER_WORDS


def parse_text(text: str) -> Reading:
    """Read a text as licences, one or several. Any text gives an answer."""
    words = _normalise(text[:_LONGEST_TEXT])
    spans: list[tuple[int, int, str]] = []
    for known in KNOWN:
        for start, end in _find_spans(words, known):
            if all(end <= other or start >= past for other, past, _ in spans):
                spans.append((start, end, known.identifier))
    identifiers = tuple(dict.fromkeys(identifier for _, _, identifier in sorted(spans) if identifier))
    return Reading(identifiers, words.count(" ") - 1 - sum(words.count(" ", *span[:2]) for span in spans))


def _normalise(text: str) -> str:
    """The words of a text in lower case without its copyright lines, one space before and after each."""
    kept = "\n".join(line for line in text.split("\n") if not _is_notice(line))
    words = f" {' '.join(_WORD.findall(kept.lower()))} "
    return words.partition(_OTHERS)[0] + " " if _OTHERS in words else words


def _find_spans(words: str, known: Known) -> Iterator[tuple[int, int]]:
    """Where a licence stands in `words`: from the space before its first word up to the one after its last."""
    at = 0
    while (start := words.find(f" {known.phrases[0]} ", at)) >= 0:
        end = start
        for phrase in known.phrases:
            past = words.find(f" {phrase} ", end, start + known.words * _LONGEST_WORD)
            end = past + len(phrase) + 1 if past >= 0 else -1
            if end < 0:
                break
        if end >= 0 and words.count(" ", start, end) <= known.words:
            yield start, end
            at = end
        else:
            at = start + 1


def _is_notice(line: str) -> bool:
    return _NOTICE.match(line) is not None


def find_notices(texts: Iterable[str]) -> tuple[str, ...]:
    """The copyright lines of licence and notice files, each once and in their order.

    Blanks that nobody filled in and the notices of a licence's own authors, such as the FSF's, are left out.
    """
    notices: dict[str, None] = {}
    for text in texts:
        own = _GNU.search(text) is not None
        for line in text[:_LONGEST_TEXT].split("\n"):
            if match := _NOTICE.match(line):
                notice = " ".join(match["notice"].split())
                if not (_BLANK.search(notice) or (own and "Free Software Foundation" in notice)):
                    notices[notice[:_LONGEST_NOTICE]] = None
    return tuple(notices)[:_MOST_NOTICES]
