"""Where a source comes from, in a line of text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.sources.addresses import find_web_address, hide_credentials
from callsite.sources.spec import (
    AllInstalled,
    FromArchive,
    FromFolder,
    FromGit,
    FromIndex,
    Installed,
    Spec,
    describe_spec,
    format_spec,
    is_revision,
    parse_spec,
)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("installed", AllInstalled()),
        ("installed:Flask-Login", Installed("Flask-Login")),
        (" installed: zope.interface ", Installed("zope.interface")),
        ("flask==3.0.1", FromIndex("flask", "==3.0.1")),
        ("Flask-Login >=0.5, <1", FromIndex("Flask-Login", "<1,>=0.5")),
        ("flask~=3.0", FromIndex("flask", "~=3.0")),
        ("flask!=2.0", FromIndex("flask", "!=2.0")),
        ("flask===3", FromIndex("flask", "===3")),
        ("git+https://example.org/o/r@v1.0", FromGit("https://example.org/o/r", "v1.0")),
        ("git+https://example.org/o/r.git", FromGit("https://example.org/o/r.git")),
        ("git+https://me:secret@example.org/o/r@main", FromGit("https://me:secret@example.org/o/r", "main")),
        ("git+https://me:secret@example.org/o/r", FromGit("https://me:secret@example.org/o/r")),
        ("git+ssh://git@example.org/o/r@feature/x", FromGit("ssh://git@example.org/o/r", "feature/x")),
        ("git+file:///srv/r@abc123", FromGit("file:///srv/r", "abc123")),
        ("git+/srv/r@" + "a" * 40, FromGit("/srv/r", "a" * 40)),
        ("git+../r", FromGit("../r")),
        ("git+r@HEAD", FromGit("r", "HEAD")),
        ("x-1.0.tar.gz", FromArchive("./x-1.0.tar.gz")),
        ("dists/x-1.0-py3-none-any.whl", FromArchive("./dists/x-1.0-py3-none-any.whl")),
        ("/tmp/X.ZIP", FromArchive("/tmp/X.ZIP")),
        ("~/x.tgz", FromArchive("~/x.tgz")),
        (".", FromFolder(".")),
        ("..", FromFolder("..")),
        ("./flask", FromFolder("./flask")),
        ("src/flask", FromFolder("./src/flask")),
        ("./flask==1.0", FromFolder("./flask==1.0")),
        ("./installed", FromFolder("./installed")),
        ("../git+x", FromFolder("../git+x")),
    ],
)
def test_what_is_meant(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec
    assert parse_spec(format_spec(spec)) == spec


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "nothing: is no source; a source is installed, installed:NAME, NAME==VERSION, git+ADDRESS@REVISION, an archive",
        ),
        (
            "flask",
            "flask: there is no such folder; write flask==VERSION for the package index, installed:flask for what is",
        ),
        ("?", "?: is no source; a source is"),
        ("a\nb", "a<U+000A>b: is no source"),
        ("a\u202eb", "a<U+202E>b: is no source"),
        ("installed:", "installed:: no distribution is called that"),
        ("installed:../x", "installed:../x: no distribution is called that"),
        ("flask[async]==3", "flask[async]==3: only a name and versions count here; write NAME==VERSION"),
        ("flask==3; python_version>'3'", "only a name and versions count here"),
        ("flask @ file:///x", "write git+ADDRESS"),
        ("flask @ x", "only a name and versions count here"),
        ("flask==", "flask==: no requirement"),
        ("flask=3", "flask=3: no requirement"),
        (
            "https://u:p@example.org/x.zip?token=1",
            "https://example.org/x.zip: files are not fetched from an address; download",
        ),
        ("git+", "git+: no address of a repository; write git+ADDRESS@REVISION"),
        ("git+@v1", "git+@v1: no address of a repository"),
        ("git+-x@v1", "git+-x@v1: no address of a repository"),
        ("git+--upload-pack=touch x@v1", "no address of a repository"),
        ("git+ssh://-oProxyCommand=x/y@v1", "no address of a repository"),
        ("git+ext::sh -c x@v1", "git+ext::sh -c x@v1: no address of a repository"),
        (
            "git+ext://x/y@v1",
            "git+ext://x/y@v1: no address of a repository; known are https, ssh, file, http, and paths",
        ),
        ("git+https://[::1/y@v1", "no address of a repository; known are"),
        ("git+https://example.org", "no address of a repository"),
        ("git+git@example.org:o/r.git@v1", "write the address as git+ssh://USER@HOST/PATH@REVISION"),
        ("git+https://u:secret@example.org/r@-x", "git+https://example.org/r@-x: no revision; write a commit, a tag"),
        ("git+/r@--output=x", "git+/r@--output=x: no revision"),
        ("git+/r@", "git+/r@: no revision"),
        ("git+/r@a..b", "no revision"),
    ],
)
def test_what_is_not(text: str, message: str) -> None:
    with pytest.raises(CallsiteError) as caught:
        parse_spec(text)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_path_that_is_there_comes_first() -> None:
    assert parse_spec("flask", {"flask"}.__contains__) == FromFolder("./flask")
    assert parse_spec("flask==1", {"flask==1"}.__contains__) == FromFolder("./flask==1")
    assert parse_spec("installed", {"installed"}.__contains__) == FromFolder("./installed")
    assert parse_spec("x.whl", {"x.whl"}.__contains__) == FromArchive("./x.whl")
    assert parse_spec("installed", {"flask"}.__contains__) == AllInstalled()


@given(st.text(st.characters(codec="utf-8"), max_size=30))
@example("git+a@b@c")
@example("git+https://@/@")
def test_any_text_is_a_source_or_an_error_and_stays_the_same(text: str) -> None:
    try:
        spec = parse_spec(text)
    except CallsiteError:
        return
    assert parse_spec(format_spec(spec)) == spec


def test_credentials_are_not_shown() -> None:
    spec = parse_spec("git+https://me:secret@example.org/o/r?key=secret@v1")
    assert describe_spec(spec) == "git+https://example.org/o/r@v1"
    assert describe_spec(parse_spec("flask>1")) == "flask>1"
    assert describe_spec(AllInstalled()) == "installed"


@pytest.mark.parametrize("text", ["main", "v1.0", "feature/x-y", "HEAD", "abc123", "a@b", "1.0+local", "ümlaut", "a-"])
def test_revisions(text: str) -> None:
    assert is_revision(text)


@pytest.mark.parametrize(
    "text",
    [
        "-x",
        "--all",
        "a..b",
        "a:b",
        "a^",
        "a~1",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "@",
        "@{1}",
        "a@{1}",
        "/a",
        "a/",
        "a//b",
        ".a",
    ],
)
def test_what_git_reads_otherwise_is_no_revision(text: str) -> None:
    assert not is_revision(text)


@pytest.mark.parametrize("text", ["", "a/.b", "a.", "a.lock", "a.lock/b", "+a", "a b", "a\nb", "a\x7f"])
def test_what_is_no_revision(text: str) -> None:
    assert not is_revision(text)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://u:p@example.org:8080/a/b?x=y#z", "https://example.org:8080/a/b"),
        ("https://token@example.org/a", "https://example.org/a"),
        ("https://u:p@ss@example.org/a", "https://example.org/a"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("https://u:p@example.org:port/a", "example.org:port/a"),
        ("file:///a/b", "file:///a/b"),
        ("/a/b@c", "/a/b@c"),
        ("flask==1", "flask==1"),
    ],
)
def test_addresses_without_credentials(address: str, shown: str) -> None:
    assert hide_credentials(address) == shown


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://example.org/o/r.git", "https://example.org/o/r"),
        ("https://u:p@example.org/o/r/", "https://example.org/o/r"),
        ("http://example.org:8080/o/r", "http://example.org:8080/o/r"),
        ("ssh://git@example.org:22/o/r.git", "https://example.org/o/r"),
        ("git://example.org/o/r", "https://example.org/o/r"),
        ("git@example.org:o/r.git", "https://example.org/o/r"),
        ("example.org:o/r", "https://example.org/o/r"),
        ("file:///srv/r", ""),
        ("/srv/r", ""),
        ("../r", ""),
        ("C:/r", ""),
        ("https:///r", ""),
        ("javascript:alert(1)", ""),
        ("https://[x/r", ""),
        ("", ""),
    ],
)
def test_pages_of_repositories(address: str, page: str) -> None:
    assert find_web_address(address) == page
