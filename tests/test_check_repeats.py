"""What is told of a page is not told of what was built of it."""

from __future__ import annotations

from callsite.check.repeats import leave_out_repeats
from callsite.model import Place, Problem

BUILT = {"output/a.html": "content/a.md"}


def _problem(code: str, path: str, message: str) -> Problem:
    return Problem(Place(path, 3), code, message, "mend it")


DEAD = _problem("S102", "content/a.md", "the link to `/x.html` leads nowhere")
BUILT_DEAD = _problem("H101", "output/a.html", "`/x.html` leads to nothing in the output")


def test_an_address_is_told_once() -> None:
    assert list(leave_out_repeats([BUILT_DEAD], [DEAD], BUILT)) == []


def test_what_is_another_thing_stays() -> None:
    others = [
        _problem("H101", "output/a.html", "`/y.html` leads to nothing in the output"),
        _problem("H101", "output/theme.html", "`/x.html` leads to nothing in the output"),
        _problem("H103", "output/a.html", "the id `/x.html` is given 2 times"),
        _problem("H101", "output/a.html", "nothing is named here"),
    ]
    assert list(leave_out_repeats(others, [DEAD], BUILT)) == others
    assert list(leave_out_repeats([BUILT_DEAD], [], BUILT)) == [BUILT_DEAD]
    told = _problem("L103", "content/a.md", "spaces before `/x.html`")
    assert list(leave_out_repeats([BUILT_DEAD], [told], BUILT)) == [BUILT_DEAD]
