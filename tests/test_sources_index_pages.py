"""Pages of package indexes, which file to take, and what pip is set up for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.sources.index_pages import (
    JSON_TYPE,
    IndexFile,
    choose_file,
    find_exact,
    find_version,
    find_versions,
    parse_page,
)
from callsite.sources.index_settings import IndexSettings, parse_default, parse_settings, read_index_settings

PAGE = "https://index.test/simple/x/"


def test_html_pages() -> None:
    html = b"""<!DOCTYPE html><html><body><h1>x</h1>
<a href="../../files/x-1.0.tar.gz#sha256=ABC">x-1.0.tar.gz</a><br/>
<a href="https://files.test/x-1.0-py3-none-any.whl#md5=1&amp;sha256=2" data-requires-python="&gt;=3.8">x</a>
<A HREF="x%2B1-2.zip" data-yanked>x</A><a data-yanked="" href='x-3.zip'>x</a><a>no</a><a href>no</a>
</body></html>"""
    assert parse_page(html, "text/html; charset=utf-8", PAGE) == (
        IndexFile("x-1.0.tar.gz", "https://index.test/files/x-1.0.tar.gz", "sha256", "abc"),
        IndexFile("x-1.0-py3-none-any.whl", "https://files.test/x-1.0-py3-none-any.whl", "sha256", "2"),
        IndexFile("x+1-2.zip", f"{PAGE}x%2B1-2.zip", is_yanked=True),
        IndexFile("x-3.zip", f"{PAGE}x-3.zip", is_yanked=True),
    )


def test_html_pages_may_have_a_base() -> None:
    html = b'<base href="/files/"><base href="/other/"><base><a href="x-1.zip">x</a>'
    assert parse_page(html, "", PAGE)[0].address == "https://index.test/files/x-1.zip"


def test_json_pages() -> None:
    files = [
        {"filename": "x", "url": "/f/x-1.tar.gz", "hashes": {"sha256": "A", "md5": "B"}},
        {"url": "https://files.test/x-2.zip", "hashes": {}, "yanked": False},
        {"url": "x-3.zip", "hashes": 3, "yanked": ""},
        {"url": "x-4.zip#sha1=c", "hashes": {"blake2b": "?", "sha256": 3}, "yanked": "broken"},
        {"url": 3},
        3,
    ]
    data = json.dumps({"meta": {"api-version": "1.0"}, "files": files}).encode()
    assert parse_page(data, f"{JSON_TYPE}; charset=utf-8", PAGE) == (
        IndexFile("x-1.tar.gz", "https://index.test/f/x-1.tar.gz", "sha256", "a"),
        IndexFile("x-2.zip", "https://files.test/x-2.zip"),
        IndexFile("x-3.zip", f"{PAGE}x-3.zip", is_yanked=True),
        IndexFile("x-4.zip", f"{PAGE}x-4.zip", "sha1", "c", is_yanked=True),
    )


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"files": 3}', b'{"files": []}'])
def test_json_pages_without_files(data: bytes) -> None:
    assert parse_page(data, JSON_TYPE, PAGE) == ()


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"files": [{"url": "http://[x"}]}'])
def test_what_is_no_json_page(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_page(data, JSON_TYPE, PAGE)


@given(st.binary(max_size=300), st.sampled_from(["", "text/html", JSON_TYPE]))
def test_any_page_is_read_or_is_none(data: bytes, content_type: str) -> None:
    try:
        assert isinstance(parse_page(data, content_type, PAGE), tuple)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("file_name", "version"),
    [
        ("Flask-X-1.0.tar.gz", "1.0"),
        ("flask_x-1.0.tar.gz", "1.0"),
        ("flask.x-1.0-1.zip", "1.0-1"),
        ("flask_x-1.0rc1-py3-none-any.whl", "1.0rc1"),
        ("flask_x-1.0-5-py3-none-any.whl", "1.0"),
        ("flask_x-1.0+local.1.tar.bz2", "1.0+local.1"),
        ("flask_xy-1.0.tar.gz", ""),
        ("flask-1.0.tar.gz", ""),
        ("flask_x-banana-py3-none-any.whl", ""),
        ("flask_x-1.0.exe", ""),
        ("flask_x-1.0-py3-none-any.whl.metadata", ""),
        ("flask_x-1.0-../../py3-none-any.whl", ""),
        ("../flask_x-1.0.tar.gz", ""),
        ("flask_x-1.0.tar.gz\n", ""),
        ("index.html", ""),
    ],
)
def test_versions_in_names_of_files(file_name: str, version: str) -> None:
    assert find_version(file_name, "Flask.X") == version


@pytest.mark.parametrize(
    ("names", "versions", "chosen"),
    [
        (["x-1.tar.gz", "x-2.tar.gz", "x-10.tar.gz"], ">=1", "x-10.tar.gz"),
        (["x-1.tar.gz", "x-2.tar.gz", "x-10.tar.gz"], "<10", "x-2.tar.gz"),
        (["x-1.tar.gz", "x-2rc1.tar.gz"], ">=1", "x-1.tar.gz"),
        (["x-2rc1.tar.gz"], ">=1", "x-2rc1.tar.gz"),
        (["x-1.tar.gz", "x-2rc1.tar.gz"], "==2rc1", "x-2rc1.tar.gz"),
        (["x-1-py3-none-any.whl", "x-1.tar.gz"], "==1.0", "x-1.tar.gz"),
        (["x-1-cp311-cp311-linux_x86_64.whl", "x-1-py3-none-any.whl"], "==1", "x-1-py3-none-any.whl"),
        (["x-1-cp312-b.whl", "x-1-cp311-a.whl"], "==1", "x-1-cp311-a.whl"),
        (["x-1.zip", "x-1.tar.gz", "y-9.zip"], "==1", "x-1.tar.gz"),
        (["x-1-py3-none-any.whl", "x-0.9.tar.gz"], ">0", "x-1-py3-none-any.whl"),
        (["x-1+local.tar.gz"], "==1", "x-1+local.tar.gz"),
        (["x-1.tar.gz"], "==2", None),
        (["x-1.tar.gz"], "===1", "x-1.tar.gz"),
        ([], "==1", None),
    ],
)
def test_which_file_is_taken(names: list[str], versions: str, chosen: str | None) -> None:
    found = choose_file([IndexFile(name, "") for name in names], "x", versions)
    assert (found and found.name) == chosen


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [(">=1", "x-1.zip"), ("==2", "x-2.zip"), ("==2.*", None), ("~=2.0", None), ("===2", "x-2.zip")],
)
def test_what_was_taken_back_is_for_those_who_ask_for_it(versions: str, chosen: str | None) -> None:
    found = choose_file([IndexFile("x-1.zip", ""), IndexFile("x-2.zip", "", is_yanked=True)], "x", versions)
    assert (found and found.name) == chosen


@pytest.mark.parametrize(
    ("versions", "exact"),
    [("==1.0", "1.0"), ("===1.0", "1.0"), ("==1.*", ""), (">=1", ""), ("==1,<2", ""), ("===a b", "")],
)
def test_one_version_and_no_other(versions: str, exact: str) -> None:
    assert find_exact(versions) == exact


def test_the_versions_there_are() -> None:
    names = ("x-1.zip", "x-10.zip", "x-2.zip", "x-2-py3-none-any.whl", "y-3.zip")
    assert find_versions([IndexFile(name, "") for name in names], "x") == ("10", "2", "1")


def test_settings_of_the_environment_come_first() -> None:
    listing = (
        ":env:.find_links='/env'\nglobal.find-links='/global'\nglobal.index-url='https://global.test'\n"
        "install.index-url='https://install.test'\ndownload.timeout='5'\nfreeze.index-url='https://no.test'\nodd line\n"
        "global.extra-index-url='https://a.test\\nhttps://b.test'\n"
    )
    assert parse_settings(listing) == {
        "find-links": "/env",
        "index-url": "https://install.test",
        "timeout": "5",
        "extra-index-url": "https://a.test\nhttps://b.test",
    }


def test_the_default_is_in_the_help() -> None:
    assert (
        parse_default("  -i, --index-url <url>  Base URL (default\n   https://d.test/simple). More")
        == "https://d.test/simple"
    )
    with pytest.raises(CallsiteError, match="pip does not say which package index it uses; set index-url"):
        parse_default("nothing")


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty configuration file, and nothing of pip's in the environment."""
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "CERT", "NO_INDEX", "TRUSTED_HOST"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    path = tmp_path / "pip.conf"
    path.write_text("")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    monkeypatch.chdir(tmp_path)
    return path


def test_pip_is_asked(pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip.write_text(
        "[global]\nindex-url = https://u:p@i.test/simple\nextra-index-url = https://e.test\n  file:///x\n"
        "cert = /c.pem\ntrusted-host = t.test\nfind-links = /f\n"
    )
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    expected = IndexSettings(
        ("https://u:p@i.test/simple", "https://e.test", "file:///x"), ("/a", "/b"), "/c.pem", ("t.test",)
    )
    assert read_index_settings() == expected
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert read_index_settings().indexes == ()


@pytest.mark.untraced
def test_pip_has_a_default(pip: Path) -> None:
    (pip.parent / "pip").mkdir()
    (pip.parent / "pip" / "__main__.py").write_text("raise SystemExit('not pip')")
    settings = read_index_settings()
    assert len(settings.indexes) >= 1
    assert settings.indexes[0].startswith("https://")


def test_a_pip_that_does_not_run_is_said(pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip.write_text("[global")
    with pytest.raises(
        CallsiteError, match=r"pip cannot be asked which package index to use: .*; see that `python -m pip` runs"
    ):
        read_index_settings()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CallsiteError, match="to use: it fails; see that"):
        read_index_settings()
    monkeypatch.setattr(sys, "executable", "/nowhere")
    with pytest.raises(CallsiteError, match="pip cannot be asked which package index to use; see that it runs"):
        read_index_settings()


@pytest.mark.parametrize("piece", [b"<!--", b"<a ", b"<![CDATA["])
def test_html_that_never_ends_is_no_page(piece: bytes) -> None:
    with pytest.raises(ValueError, match="its HTML is broken"):
        parse_page(piece * 100_000, "text/html", PAGE)
