"""What a site asks of itself: the settings of its check, as values."""

from __future__ import annotations

from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that rules go by; `[tool.callsite.check]` of the site's `pyproject.toml` holds them.

    `licences` are the SPDX identifiers that code may be under, () for any. `page_weight` is the most bytes, compressed
    with gzip, that a page of the output may have, and `page_total` the most that a page has with all the stylesheets,
    scripts and images it loads. `moving` are names of branches that move besides the usual ones.
    """

    licences: tuple[str, ...] = ()
    page_weight: int = 200_000
    page_total: int = 1_000_000
    moving: tuple[str, ...] = ()


USUAL = Policy()
