"""Labels for other documentations, as Sphinx itself reads them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sphinx.util.inventory import InventoryFile

from callsite.inventory import format_inventory
from callsite.twins import TwinPage
from callsite.twins.labels import plan_labels
from tests.twinning import site_of, twin

_ADDRESS = "https://callsite.example/"


def _load(*pages: TwinPage, **facts: Any) -> dict[str, tuple[str, str]]:
    """Each label's address and title, as Sphinx reads them."""
    data = format_inventory(plan_labels(site_of(*pages, **facts)))
    inventory = InventoryFile.load(io.BytesIO(data), _ADDRESS, lambda *parts: "".join(parts))
    assert set(inventory) <= {"std:label"}
    labels = inventory.get("std:label", {})
    return {name: (item.uri.removeprefix(_ADDRESS), item.display_name) for name, item in labels.items()}


def test_a_symbol_and_its_aliases() -> None:
    labels = _load(twin("title: x\nslug: soup\nsymbol: bs4.BeautifulSoup\naliases: bs4.element.Soup"))
    assert labels == {
        "bs4.beautifulsoup": ("soup.html", "bs4.BeautifulSoup"),
        "bs4.element.soup": ("soup.html", "bs4.element.Soup"),
    }


def test_pages_without_a_symbol_go_by_their_slugs() -> None:
    assert _load(
        twin("title: Web  frameworks\nslug: Web"),
        twin("title: -\nslug: dash"),
        twin("category: page", url="über/x.html"),
        twin("category: page", url=""),
    ) == {
        "web": ("Web.html", "Web frameworks"),
        "dash": ("dash.html", "-"),
        "über/x": ("%C3%BCber/x.html", "-"),
        "x": ("x.html", "-"),
    }


def test_a_pages_own_symbol_comes_before_aliases_and_slugs() -> None:
    labels = _load(
        twin("title: x\nslug: flask.g\nsymbol: a.b\naliases: flask.g, c.d"),
        twin("title: y\nslug: own\nsymbol: flask.g"),
        twin("title: z\nslug: later\nsymbol: e.f\naliases: c.d"),
    )
    assert labels["flask.g"] == ("own.html", "-")
    assert labels["c.d"] == ("flask.g.html", "-")
    assert sorted(labels) == ["a.b", "c.d", "e.f", "flask.g"]


def test_names_that_differ_only_in_case_are_told_apart_by_slugs() -> None:
    labels = _load(
        twin("title: x\nslug: click-option\nsymbol: click.option"),
        twin("title: y\nslug: click-option-class\nsymbol: click.Option"),
    )
    assert labels == {
        "click.option": ("click-option.html", "-"),
        "click-option-class": ("click-option-class.html", "click.Option"),
    }


def test_a_site_without_pages() -> None:
    assert _load(name="") == {}


def test_line_ends_in_names_and_titles_do_no_harm() -> None:
    assert _load(twin("title: x\n    y\nslug: a b"), name="Two\nlines\u2028more")["a-b"] == ("a%20b.html", "x y")


@pytest.mark.untraced
def test_references_of_a_real_documentation_are_resolved(tmp_path: Path) -> None:
    pages = [
        twin("title: g\nslug: flask-g\nsymbol: flask.g"),
        twin("title: Soup\nslug: soup\nsymbol: bs4.BeautifulSoup"),
    ]
    (tmp_path / "objects.inv").write_bytes(format_inventory(plan_labels(site_of(*pages))))
    (tmp_path / "conf.py").write_text(
        f"extensions = ['sphinx.ext.intersphinx']\nintersphinx_mapping = {{'callsite': ('{_ADDRESS}', 'objects.inv')}}\n"
        "html_theme = 'basic'\nnitpicky = True\n"
    )
    (tmp_path / "index.rst").write_text(
        "Title\n=====\n\n:ref:`callsite:flask.g` :ref:`bs4.BeautifulSoup` :external+callsite:ref:`the soup <bs4.BeautifulSoup>`\n"
    )
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", str(tmp_path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    links = BeautifulSoup((tmp_path / "out" / "index.html").read_text(), "html.parser").select("a.external[href]")
    assert [(link["href"], link.text) for link in links if str(link["href"]).startswith(_ADDRESS)] == [
        ("https://callsite.example/flask-g.html", "flask.g"),
        ("https://callsite.example/soup.html", "bs4.BeautifulSoup"),
        ("https://callsite.example/soup.html", "the soup"),
    ]
