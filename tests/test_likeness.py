"""Copies are alike whatever their comments and spaces are; other code is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.likeness import ALIKE, make_sketch, measure_cover, measure_likeness

_CODE = """\
from flask import Flask, after_this_request

app = Flask(__name__)

@app.route("/")
def index():
    # Why this is here.
    @after_this_request
    def add_header(response):
        response.headers["X-Foo"] = "Parachute"
        return response
    return "Hello World!"
"""

_OTHER = """\
import subprocess

def run(command, check=True):
    result = subprocess.run(command, capture_output=True, text=True)
    if check and result.returncode:
        raise RuntimeError(result.stderr)
    return result.stdout.strip()
"""

_codes = st.lists(st.sampled_from([*_CODE.split(), *_OTHER.split(), "\n", "# x\n", "é"]), max_size=30).map(" ".join)


def _like(one: str, other: str) -> float:
    return measure_likeness(make_sketch(one), make_sketch(other))


@given(_codes, _codes)
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= _like(one, other) <= 1
    assert _like(one, other) == _like(other, one)
    assert _like(one, one) == 1
    assert _like(one, "\n# a comment\n" + one.replace(" ", "\t \n")) == 1 or "#" in one
    assert measure_cover(make_sketch(one), make_sketch(other)) >= _like(one, other)


def test_comments_and_spaces_do_not_count() -> None:
    assert _like(_CODE, _CODE.replace("# Why this is here.", "# x")) == 1
    assert _like(_CODE, _CODE.replace("    ", "\t").replace("\n\n", "\n")) == 1
    assert _like("f( 1,2 )", "f(1, 2)  # why") == 1


def test_small_changes_leave_code_alike() -> None:
    assert _like(_CODE, _CODE + "\napp.run()\n") > ALIKE
    assert _like(_CODE, _CODE.replace("Hello World!", "Hello")) > ALIKE


def test_other_code_is_other() -> None:
    assert _like(_CODE, _OTHER) < 0.1
    assert _like(_CODE, "") == 0
    assert _like("f(1)", "g(1)") == 0


def test_no_code_is_like_no_code() -> None:
    assert _like("", "") == 1
    assert _like("", "# nothing") == 1
    assert _like("x", "x") == 1


def test_what_was_cut_out_is_covered() -> None:
    whole, part = make_sketch(_OTHER + _CODE), make_sketch(_CODE)
    assert measure_cover(part, whole) == 1
    assert measure_cover(whole, part) < ALIKE
    assert measure_cover(make_sketch(_OTHER), part) == pytest.approx(0, abs=0.1)
