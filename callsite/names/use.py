"""What is found: uses of names and words, with what each stands for and how sure that is."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from callsite.records import dataclass


class Kind(StrEnum):
    """What a use does with the name."""

    IMPORT = "import"
    CALL = "call"
    DECORATOR = "decorator"
    BASE = "base"
    ANNOTATION = "annotation"
    REFERENCE = "reference"


class Certainty(StrEnum):
    """How sure it is that a use means its target.

    CERTAIN: every binding of the name that can be meant agrees. MAYBE: one of several does, or it is bound to something
    else as well. STAR: the name is bound nowhere, and a star import may bring it; there is one use for each module that
    everything is taken from, and only those modules know. A star import itself is a use of its module with this
    certainty. TEXT: the text does not parse, and this was read off its tokens.
    """

    CERTAIN = "certain"
    MAYBE = "maybe"
    STAR = "star"
    TEXT = "text"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One use of an imported name.

    `first` and `last` are lines, 1 being the first: those of the whole call for a call, of the whole decorator for a
    decorator, of the alias for an import, of the chain of attributes for all else. `line` is the line that the name
    itself begins on. `target` is the absolute dotted name with all attributes that follow it, and `scope` the dotted
    name of the function or class around it, "" for the module itself.

    `shape` tells calls, and decorators that are calls, apart by what they are passed: `_` for each value, the names of
    others in order, `*` and `**` once if anything is unpacked, as in `_, _, a=, key=, *, **`. It is "" for what is no
    call or passes nothing.
    """

    first: int
    last: int
    line: int
    target: str
    kind: Kind
    scope: str
    certainty: Certainty
    shape: str = ""


class Mention(NamedTuple):
    r"""One word in a piece of Python that stands for something imported, and where it stands.

    `line` is 1 for the first; a line ends with `\n`, `\r\n` or `\r`. `start` and `end` are columns in characters of it,
    0 being the first, `end` excluded. `targets` are the absolute dotted names that the word may stand for, usually one.
    `certainty` is as in `Use`, and `imported` says that the word stands in an import statement.
    """

    line: int
    start: int
    end: int
    targets: tuple[str, ...]
    certainty: Certainty
    imported: bool


@dataclass(frozen=True, slots=True)
class Names:
    """What a text does with imported names.

    `uses` are in the order of their lines. `exports` are the public names that the module itself offers to others and
    that stand for something imported, each with its absolute target; `stars` are the modules it takes everything
    from at its own level. `unparsed` is "" or why the text could not be parsed.
    """

    uses: tuple[Use, ...] = ()
    exports: tuple[tuple[str, str], ...] = ()
    stars: tuple[str, ...] = ()
    unparsed: str = ""
