"""Under which licence a project may be passed on, told from its metadata and its licence files.

Nothing is guessed: what cannot be told is an empty expression together with the reason. What is looked at, in this
order: the `License-Expression` of PEP 639; a `License` field that is SPDX or a well-known spelling; one classifier
that names one licence; the words of the licence files. The older two are believed only as far as the licence files
do not ask for more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from email.parser import HeaderParser
from enum import StrEnum

from packaging.licenses import canonicalize_license_expression

from callsite.harvest.licence_texts import Reading, find_notices, parse_text
from callsite.harvest.release import Licence
from callsite.licence_names import (
    CLASSIFIERS,
    COPYLEFT,
    FAMILIES,
    LINKING_EXCEPTIONS,
    PERMISSIVE,
    SPELLINGS,
    WEAK_COPYLEFT,
)


class Class(StrEnum):
    """What a licence asks of those who pass an excerpt on, the least demanding first."""

    PERMISSIVE = "permissive"
    WEAK_COPYLEFT = "weak-copyleft"
    COPYLEFT = "copyleft"
    UNKNOWN = "unknown"


_ORDER = (Class.UNKNOWN, Class.COPYLEFT, Class.WEAK_COPYLEFT, Class.PERMISSIVE)

# No expression of a real project is longer; of the deepest real one the brackets are three deep.
_LONGEST_EXPRESSION = 400

_IDENTIFIER_LINE = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]*)")
_LINES_OF_A_HEADER = 30
_LICENCE_FILE = re.compile(r"licen[cs]e|copying|unlicense", re.IGNORECASE)


def find_licence(metadata: str, files: Mapping[str, str]) -> Licence:
    """Find the licence of a project.

    `metadata` is the text of its PKG-INFO or METADATA, or ""; `files` are its licence and notice files, path to text.
    The GNU licences' texts do not say whether a later version may be chosen; read from there, only their own version
    is granted.
    """
    chosen = _choose_files(files)
    readings = {path: parse_text(files[path]) for path in chosen}
    expression, found = _find_expression(metadata, readings)
    paths = _choose_texts(expression, readings)
    return Licence(
        expression=expression,
        found=found,
        notices=find_notices(files[path] for path in chosen),
        text="\n\n".join(files[path] for path in paths),
        path=", ".join(paths),
    )


def find_file_licence(text: str) -> str:
    """The SPDX expression in the `SPDX-License-Identifier:` line at a source file's top, which overrides the project's.

    "" when there is none; what is there but not valid SPDX is given as it stands, and is of no known class.
    """
    head = "\n".join(text[:10_000].split("\n")[:_LINES_OF_A_HEADER])
    match = _IDENTIFIER_LINE.search(head)
    if match is None:
        return ""
    stated = match[1].removesuffix("*/").removesuffix("-->").strip()
    return _canonicalise(stated) or stated


def classify(expression: str) -> Class:
    """The class of an SPDX expression: of alternatives (OR) the most permissive, of what holds together the least."""
    return _ORDER[_evaluate(expression, lambda licence, exception: _ORDER.index(_classify_one(licence, exception)))]


def find_refusal(licence: Licence, allowed: tuple[str, ...] = ()) -> str:
    """Why an excerpt may not be taken under a licence; "" when it may.

    `allowed` are SPDX identifiers and class names that are welcome besides permissive licences. An unknown licence is
    never welcome, one that is not in the tables only by its own identifier.
    """
    if not licence.expression:
        return f"its licence is not known: {licence.found}" if licence.found else "its licence is not known"
    welcome = {name.lower() for name in allowed} - {Class.UNKNOWN} | {Class.PERMISSIVE}

    def is_welcome(identifier: str, exception: str) -> int:
        base = _find_base(identifier)
        names = {identifier, base, f"{identifier} with {exception}", _classify_one(identifier, exception)}
        if identifier.endswith(("+", "-or-later")):
            names.add(f"{base}-only")
        return not welcome.isdisjoint(name.lower() for name in names)

    if _evaluate(licence.expression, is_welcome):
        return ""
    found = classify(licence.expression)
    if found is Class.UNKNOWN:
        return f"its licence {licence.expression} is none that is known to be permissive"
    return f"its licence {licence.expression} is {found.replace('-', ' ')}, which is not among those allowed"


def _find_expression(metadata: str, readings: Mapping[str, Reading]) -> tuple[str, str]:
    """The licence as an SPDX expression, and how it was found or why it was not."""
    fields = HeaderParser().parsestr(metadata)
    if expression := _canonicalise(str(fields.get("License-Expression", ""))):
        return expression, "License-Expression in its metadata"
    field = str(fields.get("License", ""))
    classifiers = _find_classifiers(str(value) for value in fields.get_all("Classifier", ()))
    named = {_read_field(field): "License in its metadata"}
    family: tuple[str, ...] = ()
    if len(classifiers) == 1:
        named.setdefault(CLASSIFIERS.get(classifiers[0], ""), f'the classifier "{classifiers[0]}" in its metadata')
        family = FAMILIES.get(classifiers[0], ())
    named.pop("", None)
    text, how = _read_texts(readings)
    first = next(iter(named), "")
    if first and all(expression in _find_identifiers(first) for expression in [*named][1:]):
        # Texts of other people's code stand beside a project's own; one that does not stand there at all is a mistake.
        if _find_bases(first).isdisjoint(_find_bases(text)) and _rank(text) < _rank(first) and text:
            return "", f"{named[first]} says {first}, but {how} is {text}"
        return first, named[first]
    if text:
        return text, how
    meant = {name for reading in readings.values() for name in reading.identifiers if name.startswith(family or "-")}
    if len(meant) == 1:
        return meant.pop(), f'the classifier "{classifiers[0]}" in its metadata together with its licence file'
    says = " and ".join(dict.fromkeys([*named, *classifiers])) or " ".join(field.split())[:60]
    return "", (f'its metadata says only "{says}"' if says else "its metadata names no licence") + f" and {how}"


def _canonicalise(expression: str) -> str:
    """The expression in SPDX's own spelling; "" when it is not SPDX."""
    if len(expression) > _LONGEST_EXPRESSION or not expression.isascii():
        return ""
    try:
        return canonicalize_license_expression(expression)
    except (ValueError, MemoryError, RecursionError):
        return ""  # it is compiled as Python to find out, brackets and all


def _read_field(field: str) -> str:
    """The SPDX expression that a `License` field stands for; "" when it stands for none, or for several."""
    if expression := _canonicalise(field.strip()):
        return expression
    name = re.sub(r"[\s,]+", " ", field[:_LONGEST_EXPRESSION].rpartition("::")[2].lower().replace("licence", "license"))
    name = name.strip(" .'\"").removeprefix("the ")
    if name in SPELLINGS:
        return SPELLINGS[name]
    reading = parse_text(field)
    return reading.identifiers[0] if reading.is_whole and len(reading.identifiers) == 1 else ""


def _find_classifiers(classifiers: Iterable[str]) -> list[str]:
    """What the licence classifiers end in, apart from the one that only says that some licence is open source."""
    parts = [[part.strip() for part in value.split("::")] for value in classifiers]
    return [names[-1] for names in parts if names[0] == "License" and names[1:] not in ([], ["OSI Approved"])]


def _read_texts(readings: Mapping[str, Reading]) -> tuple[str, str]:
    """What the licence files say together, and where it was read or why nothing was.

    Of several licences all are taken to hold: whoever follows all of them also follows any one of them.
    """
    whole = {path: reading for path, reading in readings.items() if reading.is_whole}
    for path, reading in readings.items():
        if reading.identifiers and path not in whole:
            return "", f"{path} holds more than the text of {' and '.join(reading.identifiers)}"
    found = dict.fromkeys(identifier for reading in whole.values() for identifier in reading.identifiers)
    if "LGPL-3.0-only" in found:
        found.pop("GPL-3.0-only", None)  # its first words take the GPL's text in, so the two come together
    if not found:
        return "", "no licence file was recognised"
    later = ", which leaves later versions open" if any(name.endswith("-only") for name in found) else ""
    return " AND ".join(found), f"the text of {' and '.join(whole)}{later}"


def _choose_files(files: Mapping[str, str]) -> list[str]:
    """The files that speak for the whole project: those of the topmost folder with a licence in it.

    What lies deeper belongs to code that came from elsewhere. A distribution's own metadata folder counts as the top.
    """

    def rank(path: str) -> tuple[bool, int, str]:
        return ".dist-info/" not in path, path.count("/"), path

    ranked = sorted(files, key=rank)
    named = [path for path in ranked if _LICENCE_FILE.search(path.rpartition("/")[2])]
    if not (named or ranked):
        return []
    top = rank((named or ranked)[0])[:2]
    return [path for path in ranked if rank(path)[:2] <= top]


def _choose_texts(expression: str, readings: Mapping[str, Reading]) -> list[str]:
    """The files to pass on with an excerpt: each licence's where several hold together, else the least demanding's."""
    wanted = _find_bases(expression)
    known = [
        path for path, reading in readings.items() if not wanted.isdisjoint(map(_find_base, reading.identifiers))
    ] or [path for path in readings if _LICENCE_FILE.search(path.rpartition("/")[2])]
    if " AND " in expression:
        return known
    return sorted(known, key=lambda path: -_rank(" AND ".join(readings[path].identifiers)))[:1]


def _evaluate(expression: str, judge: Callable[[str, str], int]) -> int:
    """Judge an expression by its licences: OR takes the highest judgement, AND the lowest; 0 for what is not SPDX.

    `judge` is given a licence's identifier and that of its exception, "" for none.
    """

    def judge_term(term: str) -> int:
        identifier, _, exception = term.partition(" WITH ")
        return int(identifier[1:]) if identifier.startswith("=") else judge(identifier, exception)

    def judge_flat(text: str) -> int:
        return int(max(min(judge_term(term) for term in part.split(" AND ")) for part in text.split(" OR ")))

    text = _canonicalise(expression)
    while bracket := re.search(r"\(([^()]*)\)", text):
        text = f"{text[: bracket.start()]}={judge_flat(bracket[1])}{text[bracket.end() :]}"
    return judge_flat(text) if text else 0


def _classify_one(identifier: str, exception: str) -> Class:
    base = _find_base(identifier)
    if base in PERMISSIVE:
        return Class.PERMISSIVE
    if base in WEAK_COPYLEFT or (base in COPYLEFT and exception in LINKING_EXCEPTIONS):
        return Class.WEAK_COPYLEFT
    return Class.COPYLEFT if base in COPYLEFT else Class.UNKNOWN


def _rank(expression: str) -> int:
    return _ORDER.index(classify(expression))


def _find_identifiers(expression: str) -> list[str]:
    return expression.replace("(", " ").replace(")", " ").split()


def _find_bases(expression: str) -> set[str]:
    return {_find_base(identifier) for identifier in _find_identifiers(expression)} - {"AND", "OR", "WITH"}


def _find_base(identifier: str) -> str:
    """A licence without what is said of its later versions."""
    return re.sub(r"(?:\+|-only|-or-later)\Z", "", identifier)
