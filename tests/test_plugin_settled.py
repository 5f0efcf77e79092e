"""What Pelican works out anew whenever it is asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican.contents import Page
from pelican.settings import DEFAULT_CONFIG

from callsite.pelican_plugin.settled import settle_addresses, settle_path


def make_page(folder: Path, **metadata: Any) -> Page:
    settings = {**DEFAULT_CONFIG, "PATH": str(folder)}
    return Page("", {"title": "T", **metadata}, settings, str(folder / "a/one.md"), {})


def test_the_path_of_a_page_stays(tmp_path: Path) -> None:
    page = make_page(tmp_path)
    settle_path(page)
    page.settings["PATH"] = str(tmp_path / "a")
    assert page.get_relative_source_path() == page.relative_source_path == "a/one.md"
    assert page.get_relative_source_path(str(tmp_path / "a/b/two.md")) == "b/two.md"
    assert page.url_format["path"] == "a/one.md"


def test_addresses_are_settled_from_then_on(tmp_path: Path) -> None:
    page, other = make_page(tmp_path, slug="one"), make_page(tmp_path, url="own/", save_as="own/index.html")
    page.slug = "two"
    settle_addresses([page, other])
    assert (page.url, page.save_as) == ("pages/two.html", "pages/two.html")
    page.slug = "three"
    assert (page.url, page.save_as) == ("pages/two.html", "pages/two.html")
    assert (other.url, other.save_as) == ("own/", "own/index.html")
