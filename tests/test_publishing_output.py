"""Output folders as they are read for publishing."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import brotli
import pytest

from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry
from callsite.publishing.output import read_output
from callsite.staging import MANIFEST as BUILT
from tests.publishing import SITE, fingerprint, write_output

GZ = gzip.compress(b"<p>long", mtime=0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_each_file_is_noted_with_its_digest_and_nothing_else(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "<p>hello", "theme/a b#?%.css": "a{}", ".nojekyll": ""})
    output = read_output(folder)
    assert set(output.manifest.files) == {"index.html", "theme/a b#?%.css", ".nojekyll", "build.json"}
    assert output.manifest.files["index.html"] == Entry(digest(b"<p>hello"), 8)
    assert (output.manifest.site, output.manifest.commit) == (SITE, "c0ffee")
    assert set(output.built or ()) == {"index.html", "theme/a b#?%.css", ".nojekyll", "build.json"}
    assert output.problems == ()


def test_headers_are_noted_where_the_destination_serves_them(tmp_path: Path) -> None:
    style = f"theme/a.{fingerprint(b'a{}')}.css"
    folder = write_output(tmp_path / "output", {"index.html": "", style: "a{}", "x.bin": "x"})
    files = read_output(folder, headers=True).manifest.files
    assert dict(files["index.html"].headers) == {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "public, max-age=0, must-revalidate",
    }
    assert "immutable" in dict(files[style].headers)["cache-control"]
    assert dict(files["x.bin"].headers)["content-type"] == "application/octet-stream"


def test_compressed_twins_take_the_place_of_files(tmp_path: Path) -> None:
    folder = write_output(
        tmp_path / "output",
        {
            "index.html": "<p>long", "index.html.gz": GZ, "index.html.br": brotli.compress(b"<p>long"),
            "a.png": "png", "lone.gz": "archive", "data.csv": "1", "data.csv.gz": GZ, "src.tar": "x", "src.tar.gz": "y",
            "b.txt": "b", "b.txt.br": brotli.compress(b"c"), "c.txt": "c", "c.txt.br": "no brotli",
        },
    )  # fmt: skip
    files = read_output(folder, headers=True, encoding="gzip").manifest.files
    authors = {"a.png", "lone.gz", "data.csv", "data.csv.gz", "src.tar", "src.tar.gz", "b.txt", "b.txt.br", "c.txt"}
    assert set(files) == {"index.html", *authors, "c.txt.br", "build.json"}
    assert files["index.html"].sha256 == digest(GZ)
    assert files["index.html"].size == len(GZ)
    assert files["data.csv"].sha256 == digest(b"1")
    assert files["index.html"].origin == "index.html.gz"
    assert dict(files["index.html"].headers)["content-encoding"] == "gzip"
    assert dict(files["index.html"].headers)["content-type"] == "text/html; charset=utf-8"
    assert "content-encoding" not in dict(files["a.png"].headers)


def test_without_an_encoding_twins_are_files_like_others(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "<p>long", "index.html.gz": GZ})
    assert "index.html.gz" in read_output(folder).manifest.files


def test_an_encoding_that_the_build_has_not_made_is_refused(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "<p>long", "index.html.gz": GZ})
    with pytest.raises(CallsiteError, match=r'compressed with br; set CALLSITE_PRECOMPRESS = \["br"\]'):
        read_output(folder, encoding="br")


def test_redirects_of_the_store_are_headers_of_their_pages(tmp_path: Path) -> None:
    build = {"site": SITE, "commit": "", "redirects": {"old.html": "/new.html"}}
    folder = write_output(tmp_path / "output", {"old.html": "x", "new.html": "y", "build.json": json.dumps(build)})
    files = read_output(folder, headers=True, redirects=True).manifest.files
    assert dict(files["old.html"].headers)["x-amz-website-redirect-location"] == "/new.html"
    assert "x-amz-website-redirect-location" not in dict(files["new.html"].headers)
    assert "x-amz-website-redirect-location" not in dict(
        read_output(folder, headers=True).manifest.files["old.html"].headers
    )


def test_an_output_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CallsiteError, match="no such output; build the site first"):
        read_output(tmp_path / "output")


def test_an_empty_output_is_read_so_that_it_can_be_asked_about(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    output = read_output(tmp_path / "output")
    assert output.manifest.files == {}
    assert output.built is None


def test_a_local_build_is_not_published(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": ""}, build=False)
    with pytest.raises(CallsiteError, match=r"was not built for publishing \(it has no build\.json\); build it with"):
        read_output(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"site": 1, "commit": "", "redirects": {}}', "[" * 100_000],
    ids=["empty", "list", "bare", "kind", "deep"],
)
def test_a_broken_note_of_the_build(tmp_path: Path, text: str) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "", "build.json": text})
    with pytest.raises(CallsiteError, match=r"build\.json: cannot be read"):
        read_output(folder)


def test_a_build_without_an_address_is_refused(tmp_path: Path) -> None:
    build = {"site": "", "commit": "", "redirects": {}}
    folder = write_output(tmp_path / "output", {"index.html": "", "build.json": json.dumps(build)})
    with pytest.raises(CallsiteError, match="without an address; set SITEURL"):
        read_output(folder)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"site": "https://user:word@example.org"}, "the address of the site has a user or password in it"),
        ({"commit": "c0\0ffee"}, "a character that cannot be seen"),
        ({"redirects": {"a.html": "/b\n"}}, "a character that cannot be seen"),
        ({"redirects": {"a.html": 1}}, "a character that cannot be seen"),
    ],
)
def test_what_a_manifest_could_not_hold_is_refused(tmp_path: Path, values: dict[str, object], said: str) -> None:
    build = {"site": SITE, "commit": "", "redirects": {}} | values
    folder = write_output(tmp_path / "output", {"index.html": "", "build.json": json.dumps(build)})
    with pytest.raises(CallsiteError, match=said):
        read_output(folder)


def test_twins_that_are_not_sent_are_not_missed(tmp_path: Path) -> None:
    folder = write_output(
        tmp_path / "output", {"index.html": "<p>long", "index.html.gz": GZ, "a.csv": "1", "a.csv.gz": "2"}
    )
    built = read_output(folder, encoding="gzip").built
    assert set(built or ()) == {"index.html", "a.csv", "a.csv.gz", "build.json"}


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]"])
def test_a_broken_list_of_what_was_built_is_none(tmp_path: Path, text: str) -> None:
    folder = write_output(tmp_path / "output", {"index.html": ""})
    (folder / BUILT).write_text(text)
    assert read_output(folder).built is None


def test_links_within_the_output_count_as_what_they_lead_to(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "x", "real/a.txt": "a"})
    (folder / "copy.html").symlink_to("index.html")
    (folder / "linked").symlink_to("real", target_is_directory=True)
    output = read_output(folder)
    assert output.problems == ()
    assert output.manifest.files["copy.html"] == output.manifest.files["index.html"]
    assert output.manifest.files["linked/a.txt"] == output.manifest.files["real/a.txt"]


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "x", "folder/a.txt": "a"})
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "output-beside").mkdir()
    (folder / "file").symlink_to(tmp_path / "secret")
    (folder / "folder/up").symlink_to("../../secret")
    (folder / "beside").symlink_to(tmp_path / "output-beside")
    (folder / "itself").symlink_to(folder)
    (folder / "folder/round").symlink_to("../folder")
    (folder / "first").symlink_to("second")
    (folder / "second").symlink_to("first")
    (folder / "dangling").symlink_to("nothing")
    output = read_output(folder)
    told = {problem.at.path.rpartition("output/")[2]: (problem.code, problem.message) for problem in output.problems}
    out = ("U102", "this symbolic link leads out of the output")
    assert {path: told[path] for path in ("file", "folder/up", "beside", "itself")} == dict.fromkeys(
        ("file", "folder/up", "beside", "itself"), out
    )
    assert told["folder/round"] == ("U102", "this symbolic link leads to a folder that it is in")
    assert told["dangling"][0] == told["first"][0] == told["second"][0] == "U103"
    assert not output.manifest.files.keys() & {"file", "folder/up", "dangling"}


def test_links_that_multiply_files_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsite.publishing.output._MOST_FILES", 1000)
    folder = write_output(tmp_path / "output", {"index.html": "x", "0/a.txt": "a"})
    for number in range(1, 21):
        (folder / str(number)).mkdir()
        for name in ("left", "right"):
            (folder / str(number) / name).symlink_to(f"../{number - 1}", target_is_directory=True)
    with pytest.raises(CallsiteError, match="has more than 1,000 files; see whether links in it lead round"):
        read_output(folder)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "x"})
    os.mkfifo(folder / "pipe")
    [problem] = read_output(folder).problems
    assert (problem.code, problem.at.path.rpartition("/")[2]) == ("U103", "pipe")


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "x", "shut/a.txt": "a"})
    scandir = os.scandir

    def refuse(name: str) -> object:
        if name.endswith("shut"):
            raise PermissionError(13, "Permission denied", name)
        return scandir(name)

    monkeypatch.setattr(os, "scandir", refuse)
    [problem] = read_output(folder).problems
    assert str(problem).endswith("output/shut: U103 cannot be read: Permission denied; make it readable")


def test_names_that_no_destination_takes_are_told(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", {"index.html": "x", "a\\b": "x", "tab\there": "x"})
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff"))).write_bytes(b"x")
    assert {problem.code for problem in read_output(folder).problems} == {"U101"}
    assert len(read_output(folder).problems) == 3
