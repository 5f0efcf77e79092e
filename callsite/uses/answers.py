"""What is known of one text, in the form that passes through pipes and into the index."""

from __future__ import annotations

import json
from typing import TypeAlias

from callsite.names import Certainty, Kind, Use, find_names
from callsite.records import dataclass
from callsite.text import decode_python

# A text, the name of its module, and whether that is a package.
Task: TypeAlias = tuple[bytes, str, bool]

_Packed: TypeAlias = tuple[str, int, str]

# As numbers they take less room. When the order changes, so does the stamp of the index.
_KINDS = tuple(Kind)
_CERTAINTIES = tuple(Certainty)
_KIND = {kind: number for number, kind in enumerate(_KINDS)}
_CERTAINTY = {certainty: number for number, certainty in enumerate(_CERTAINTIES)}

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one text.

    `skipped` is "" or why nothing is known at all, `unparsed` "" or why it was read off its tokens. `packed` has one
    entry for each target: its dotted name, how many uses of it there are, and these.
    """

    skipped: str = ""
    unparsed: str = ""
    packed: tuple[_Packed, ...] = ()
    exports: tuple[tuple[str, str], ...] = ()
    stars: tuple[str, ...] = ()


def find_answer(task: Task) -> Answer:
    """Resolve the names of one text."""
    data, module, is_package = task
    try:
        names = find_names(decode_python(data), module, is_package)
    except (ValueError, RecursionError, MemoryError) as error:
        return Answer(skipped=str(error) or type(error).__name__)
    return Answer("", names.unparsed, pack_uses(names.uses), names.exports, names.stars)


def pack_uses(uses: tuple[Use, ...]) -> tuple[_Packed, ...]:
    """Uses by their targets, those of each target as one string."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for use in uses:
        row = (use.first, use.last, use.line, _KIND[use.kind], use.scope, _CERTAINTY[use.certainty], use.shape)
        found.setdefault(use.target, []).append(row)
    return tuple((target, len(rows), _encode(rows)) for target, rows in found.items())


def unpack_uses(target: str, packed: str) -> tuple[Use, ...]:
    """The uses of one target. Raises ValueError when this was not packed by `pack_uses`."""
    try:
        return tuple(
            Use(first, last, line, target, _KINDS[kind], scope, _CERTAINTIES[certainty], shape)
            for first, last, line, kind, scope, certainty, shape in json.loads(packed)
        )
    except (TypeError, IndexError) as error:
        raise ValueError(str(error)) from error
