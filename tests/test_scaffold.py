"""Starting a site: what `callsite init` writes builds at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.scaffold import plan_site, write_site
from tests.building import SiteFolder


@pytest.mark.untraced
@pytest.mark.parametrize("name", ["My site", 'O\'Brien "quoted" {braces} \\ 100 %', "日本"])
def test_a_new_site_builds_without_a_problem(site: SiteFolder, name: str) -> None:
    (site.root / "pelicanconf.py").unlink()
    for path, written in write_site(site.root, plan_site(name)):
        assert written, path
    built = site.build()
    assert (built.code, built.stderr, built.log) == (0, "", ())
    assert 'class="line hll"' in built.read("pathlib-path-examples.html")


def test_the_production_settings_of_a_new_site_build_too(site: SiteFolder) -> None:
    list(write_site(site.root, plan_site("Site")))
    built = site.build("-s", "publishconf.py")
    assert (built.code, built.stderr) == (0, "")
    assert 'rel="canonical" href="https://example.org/pathlib-path-examples.html"' in built.read(
        "pathlib-path-examples.html"
    )


def test_files_that_are_there_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pelicanconf.py").write_text("mine")
    written = dict(write_site(tmp_path, plan_site("Site")))
    assert not written[tmp_path / "pelicanconf.py"]
    assert written[tmp_path / "publishconf.py"]
    assert (tmp_path / "pelicanconf.py").read_text() == "mine"


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "content").write_text("a file")
    with pytest.raises(CallsiteError, match=r"content.* is a file|cannot be written"):
        list(write_site(tmp_path, plan_site("Site")))


def test_a_file_is_no_place_for_a_site(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(CallsiteError, match=r"cannot start a site here, .*file is a file"):
        list(write_site(tmp_path / "file", plan_site("Site")))


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(CallsiteError, match="cannot be written, Not a directory"):
        list(write_site(tmp_path / "file" / "site", plan_site("Site")))
