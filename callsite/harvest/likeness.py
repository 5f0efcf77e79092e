"""How alike two pieces of code are: copies of one file, or of one example, should be shown once."""

from __future__ import annotations

import re

# Tokens a shingle has, and the share of shingles in common from which on two pieces are the same. Copies in vendored
# folders have nearly all in common, two releases of one project about four tenths.
_LENGTH = 5
ALIKE = 0.8

_TOKEN = re.compile(r"#[^\n]*|\w+|[^\w\s]")

Sketch = frozenset[tuple[str, ...]]


def make_sketch(code: str) -> Sketch:
    """A piece of code as the set of its shingles; comments and spaces do not count."""
    tokens = [token for token in _TOKEN.findall(code) if not token.startswith("#")]
    return frozenset(tuple(tokens[start : start + _LENGTH]) for start in range(max(len(tokens) - _LENGTH + 1, 1)))


def measure_likeness(one: Sketch, other: Sketch) -> float:
    """The share of shingles that two sketches have in common, 0 to 1 (their Jaccard index)."""
    return len(one & other) / len(one | other)


def measure_cover(part: Sketch, whole: Sketch) -> float:
    """The share of a sketch's shingles that another one has too, 0 to 1: near 1 for what was cut out of it."""
    return len(part & whole) / len(part)
