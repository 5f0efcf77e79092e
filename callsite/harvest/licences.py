"""Under which licence a project may be passed on, told from its metadata and its licence files.

Nothing is guessed: what cannot be told is an empty expression together with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from callsite.harvest.release import Licence


class Class(StrEnum):
    """What a licence asks of those who pass an excerpt on, the least demanding first."""

    PERMISSIVE = "permissive"
    WEAK_COPYLEFT = "weak-copyleft"
    COPYLEFT = "copyleft"
    UNKNOWN = "unknown"


def find_licence(metadata: str, files: Mapping[str, str]) -> Licence:
    """Find the licence of a project.

    `metadata` is the text of its PKG-INFO or METADATA, or ""; `files` are its licence and notice files, path to text.
    """
    raise NotImplementedError


def find_file_licence(text: str) -> str:
    """The SPDX expression in the `SPDX-License-Identifier:` line at a source file's top, which overrides the project's.

    "" when there is none; what is there but not valid SPDX is given as it stands, and is of no known class.
    """
    raise NotImplementedError


def classify(expression: str) -> Class:
    """The class of an SPDX expression: of alternatives (OR) the most permissive, of what holds together (AND) the least."""
    raise NotImplementedError


def find_refusal(licence: Licence, allowed: tuple[str, ...] = ()) -> str:
    """Why an excerpt may not be taken under a licence; "" when it may.

    `allowed` are SPDX identifiers and class names that are welcome besides permissive licences.
    """
    raise NotImplementedError
