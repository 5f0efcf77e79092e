"""The list for language models."""

from __future__ import annotations

import re

import pytest

from callsite.twins import TwinPage, llms
from callsite.twins.llms import format_llms
from tests.twinning import site_of, twin

_DATA = (("examples.json", "everything as data"),)
_LIBRARIES = (("flask", "libraries/flask.html", "A framework."), ("bs4", "libraries/bs4.html", ""))


def _pages() -> list[TwinPage]:
    return [
        twin("title: Web\nslug: web\nsortorder: 01\ntoc: True\nmeta: About the web."),
        twin("title: Beautiful Soup\nslug: soup\nsortorder: 02\nsymbol: bs4"),
        twin("title: x\nslug: flask-g\nsortorder: 03\nsymbol: flask.g\nmeta: About g."),
        twin("title: x\nslug: bs4-soup\nsortorder: 04\nsymbol: bs4.BeautifulSoup"),
        twin("title: Other *things*\nslug: other"),
    ]


def test_a_list() -> None:
    assert (
        format_llms(site_of(*_pages(), libraries=_LIBRARIES), _DATA)
        == """\
# Callsite

> Real call sites

## Chapters

- [Web](https://callsite.example/web.md): About the web.

## bs4

- [bs4](https://callsite.example/soup.md)
- [bs4.BeautifulSoup](https://callsite.example/bs4-soup.md)

## flask

- [flask](https://callsite.example/libraries/flask.html): A framework.
- [flask.g](https://callsite.example/flask-g.md): About g.

## Other pages

- [Other \\*things\\*](https://callsite.example/other.md)

## Optional

- [examples.json](https://callsite.example/examples.json): everything as data
"""
    )


def test_a_site_that_says_nothing_of_itself() -> None:
    text = format_llms(site_of(twin("category: page"), name="A_B", summary=""), ())
    assert text == "# A_B\n\n## Other pages\n\n- [untitled](https://callsite.example/x.md)\n"


def test_a_library_that_no_page_lists() -> None:
    text = format_llms(site_of(*_pages()), ())
    assert "## flask\n\n- [flask.g](https://callsite.example/flask-g.md): About g.\n" in text


def test_past_the_limit_only_libraries_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llms, "MOST_LINKS", 4)
    libraries = (("flask", "libraries/flask.html", ""),)
    text = format_llms(site_of(*_pages(), libraries=libraries), _DATA)
    assert (
        "## Libraries\n\n- [bs4](https://callsite.example/soup.md)\n- [flask](https://callsite.example/libraries/flask.html): 1 page\n"
        in text
    )
    assert "flask.g" not in text
    assert "- [Other" in text


def test_the_list_never_explodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llms, "MOST_LINKS", 3)
    chapters = [twin(f"title: C{n}\nslug: c{n}\nsortorder: 0{n}\ntoc: True") for n in range(2)]
    topics = [twin(f"title: T{n}\nslug: t{n}") for n in range(9)]
    text = format_llms(site_of(*chapters, *topics), _DATA)
    assert re.findall(r"\[(\w+)\]", text) == ["C0", "C1", "T0"]
    assert "\n8 more pages of this kind in the data below.\n" in text
    monkeypatch.setattr(llms, "MOST_LINKS", 2)
    assert "## Other pages\n\n9 more pages" in format_llms(site_of(*chapters, *topics), _DATA).replace("\n\n\n", "\n\n")
