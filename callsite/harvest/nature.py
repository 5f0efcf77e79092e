"""What kind of code a file holds, as far as its path and first lines tell."""

from __future__ import annotations

import re
from enum import StrEnum


class Nature(StrEnum):
    """A file's part in its project, the best to learn from first. The words are for readers."""

    PROGRAM = "its code"
    TEST = "its tests"
    GENERATED = "generated code"
    VENDORED = "another project's code"


# Folders that hold copies of other projects.
_VENDORED = re.compile(
    r"(?:^|/)(?:_?vendor(?:ed|ing)?(?:_packages)?|third[_-]?party|extern(?:als?)?|site-packages|node_modules)/", re.I
)
# Folders of tests and files that are one. Not `testing.py` and `test.py`: libraries offer helpers under these names.
_TEST = re.compile(
    r"(?:^|/)(?:(?:tests?|testing|unittests?|\w+_tests?)/|(?:conftest|tests|test_[^/]*|[^/]*_tests?)\.py$)", re.I
)
_GENERATED = re.compile(r"(?:^|/)(?:\w*migrations|alembic/versions)/|_pb2(?:_grpc)?\.pyi?$|(?:^|/)_version\.py$")

# What generators write at the top of a file, in a comment; the Go project's wording is the most common.
_NOTICE = re.compile(r"^[ \t]*#.*(?:do not edit|@generated|(?:auto[- ]?)?generated (?:by|from|with)\b)", re.I | re.M)
_TOP = 1_000


def find_nature(path: str, text: str = "") -> Nature:
    """Say what a file is. `path` is that inside its project, `text` the file's own, of which the top is looked at."""
    if _VENDORED.search(path):
        return Nature.VENDORED
    if _GENERATED.search(path) or _NOTICE.search(text[:_TOP]):
        return Nature.GENERATED
    return Nature.TEST if _TEST.search(path) else Nature.PROGRAM
