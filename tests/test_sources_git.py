"""Git repositories at a revision: real ones, hostile ones, and such as are fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped
from callsite.sources.describing import Described
from callsite.sources.gathering import Limits
from callsite.sources.git import read_git
from callsite.sources.spec import FromGit
from tests.hostile import write
from tests.serving_files import Answer, Web, serve

FILES = {"src/x/__init__.py": "", "src/x/a.py": "x = 1\n", "LICENSE": "MIT", "data.bin": "\0", "tests/test_a.py": "t"}


class Repository:
    """A repository that a test works in, with a configuration of its own."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *words: str, stdin: str = "") -> str:
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = {f"GIT_{role}_{what}": "a@b.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        when = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}
        return subprocess.run(
            ["git", *words],
            cwd=self.path,
            env=os.environ | settings | who | when,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def commit(self, **files: str) -> str:
        for name, text in (FILES | files).items():
            write(self.path / name, text.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x", "--allow-empty")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "my repo")
    made.commit()
    return made


def _read(address: str | Path, revision: str = "", limits: Limits = Limits(), cache: str = "cache") -> Described:  # noqa: B008  # it is frozen
    base = Path(os.environ["PYTEST_BASE"])
    return read_git(FromGit(str(address), revision), cache=base / cache, base=base, limits=limits)


@pytest.fixture(autouse=True)
def _base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_BASE", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def _refusal(address: str | Path, revision: str = "", limits: Limits = Limits()) -> str:  # noqa: B008  # it is frozen
    with pytest.raises(CallsiteError) as caught:
        _read(address, revision, limits)
    message = str(caught.value)
    assert "\n" not in message
    assert "secret" not in message
    return message


def _paths(read: Described) -> list[str]:
    return [file.path for file in read.tree.files]


def test_a_commit_and_not_the_work_tree_is_read(repository: Repository) -> None:
    commit = repository.git("rev-parse", "HEAD")
    write(repository.path / "src" / "x" / "a.py", b"changed")
    write(repository.path / "new.py", b"")
    read = _read(repository.path)
    assert _paths(read) == ["src/x/__init__.py", "src/x/a.py", "tests/test_a.py"]
    assert read.tree.files[1].data == b"x = 1\n"
    assert [paper.path for paper in read.tree.papers] == ["LICENSE"]
    assert read.tree.skipped == ()
    assert (read.release.revision, read.release.project, read.release.version) == (commit, "my repo", "")
    assert read.release.repository == ""


@pytest.mark.parametrize("form", ["path", "relative", "file", "bare", "worktree"])
def test_repositories_of_every_layout(repository: Repository, tmp_path: Path, form: str) -> None:
    commit = repository.git("rev-parse", "HEAD")
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    repository.git("worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "other")
    address = {
        "path": str(repository.path),
        "relative": "./my repo",
        "file": repository.path.as_uri(),
        "bare": "bare.git",
        "worktree": "other",
    }[form]
    assert _read(address).release.revision == commit
    assert _read(address, "main").release.revision == commit


@pytest.mark.parametrize("packed", [False, True])
def test_revisions_of_every_kind(repository: Repository, packed: bool) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.git("tag", "light")
    repository.git("tag", "--annotate", "--message", "x", "heavy")
    repository.git("tag", "--annotate", "--message", "x", "nested", "heavy")
    repository.git("branch", "feature/x")
    second = repository.commit(**{"b.py": ""})
    repository.git("update-ref", "refs/remotes/origin/main", second)
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    if packed:
        repository.git("pack-refs", "--all")
        repository.git("gc", "--quiet")
    for revision in ("light", "heavy", "nested", "tags/light", "refs/tags/light", "feature/x", first, first[:8]):
        assert _read(repository.path, revision).release.revision == first
    for revision in ("", "HEAD", "main", "heads/main", "origin", "origin/main", second[:12]):
        assert _read(repository.path, revision).release.revision == second


@pytest.mark.parametrize(
    "revision",
    ["nothing", "0" * 40, "12", "config", "../../secret", "COMMIT_EDITMSG", "objects", "refs", "loop", "blob"],
)
def test_what_is_no_revision(repository: Repository, tmp_path: Path, revision: str) -> None:
    write(tmp_path / "secret", (b"a" * 40) + b"\n")
    repository.git("symbolic-ref", "refs/heads/loop", "refs/heads/loop")
    repository.git("tag", "blob", repository.git("hash-object", "-w", "--stdin", stdin="x"))
    write(repository.path / ".git" / "refs" / "heads" / "odd", b"ref: /etc/passwd")
    message = "cannot be read, there is no such revision; see that repository and revision are right"
    for each in (revision, "odd"):
        with pytest.raises(CallsiteError) as caught:
            _read(repository.path, each)
        assert message in str(caught.value)


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    Repository(tmp_path / "empty")
    assert "there is no such revision" in _refusal("empty")


@pytest.mark.parametrize("name", ["nothing", "folder", "file"])
def test_what_is_no_repository(tmp_path: Path, name: str) -> None:
    write(tmp_path / "file", b"")
    write(tmp_path / "folder" / ".git", b"gitdir nowhere")
    assert f"{name}: no git repository, or one that you may not read; name a folder with one in it" in _refusal(name)


def test_references_in_another_form_are_not_read(repository: Repository) -> None:
    (repository.path / ".git" / "reftable").mkdir()
    assert "keeps its references in a form that is not read (reftable); clone it first" in _refusal(repository.path)


def test_a_pipe_in_place_of_a_reference_is_not_waited_for(repository: Repository) -> None:
    os.mkfifo(repository.path / ".git" / "refs" / "heads" / "pipe")
    assert "there is no such revision" in _refusal(repository.path, "pipe")
    (repository.path / ".git" / "config").unlink()
    os.mkfifo(repository.path / ".git" / "config")
    assert _paths(_read(repository.path))


def test_links_and_other_repositories_are_not_followed(repository: Repository) -> None:
    (repository.path / "link.py").symlink_to("/etc/passwd")
    (repository.path / "link").symlink_to("/etc/passwd")
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    repository.git("add", "link", "link.py")
    repository.git("commit", "--quiet", "--message", "x")
    assert _read(repository.path).tree.skipped == (
        Skipped("link.py", "a link, which is never followed"),
        Skipped("sub", "another repository (a submodule), which is not fetched"),
    )


def test_names_that_are_not_trusted_are_left_out(repository: Repository) -> None:
    blob = repository.git("hash-object", "-w", "--stdin", stdin="x")
    entries = "".join(f"100644 blob {blob}\t{name}\0" for name in ("a\\b.py", "c\x07.py", "ok.py"))
    tree = repository.git("mktree", "-z", stdin=entries)
    commit = repository.git("commit-tree", tree, stdin="x")
    read = _read(repository.path, commit)
    assert _paths(read) == ["ok.py"]
    assert [str(skipped) for skipped in read.tree.skipped] == [
        "a\\b.py: its name has a backslash",
        "c<U+0007>.py: its name has invisible characters",
    ]


def test_a_tree_may_hold_names_that_git_itself_would_refuse(repository: Repository) -> None:
    blob = repository.git("hash-object", "-w", "--stdin", stdin="x")
    entry = b"100644 ../up.py\0" + bytes.fromhex(blob) + b"100644 latin\xe4.py\0" + bytes.fromhex(blob)
    write(repository.path / "tree", entry)
    tree = repository.git("hash-object", "-w", "-t", "tree", "--literally", "tree")
    read = _read(repository.path, repository.git("commit-tree", tree, stdin="x"))
    assert [str(skipped) for skipped in read.tree.skipped] == [
        "../up.py: its name leads out of the tree",
        "latin\\udce4.py: its name is not UTF-8",
    ]


def test_large_files_and_missing_ones_are_left_out(repository: Repository) -> None:
    repository.commit(**{"big.py": "x" * 101, "gone.py": "gone", "lost.py": "lost"})
    for text in ("gone", "lost"):
        blob = repository.git("hash-object", "--stdin", stdin=text)
        (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert _read(repository.path, limits=Limits(file=100)).tree.skipped == (
        Skipped("big.py", "101 bytes, more than the 100 bytes that a file may have"),
        Skipped("gone.py", "its content is not in the repository"),
        Skipped("lost.py", "its content is not in the repository"),
    )


def test_a_damaged_object_is_an_error(repository: Repository) -> None:
    blob = repository.git("hash-object", "--stdin", stdin="x = 1\n")
    path = repository.path / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:12] + b"damage")
    try:
        read = _read(repository.path)
    except CallsiteError as error:
        assert "cannot be read" in str(error)  # noqa: PT017  # older and newer versions of git differ
    else:
        assert Skipped("src/x/a.py", "its content is not in the repository") in read.tree.skipped


def test_a_tree_that_is_a_bomb_is_refused_soon(repository: Repository) -> None:
    thing, kind = repository.git("hash-object", "-w", "--stdin", stdin="x"), "100644 blob"
    for _ in range(10):
        entries = "".join(f"{kind} {thing}\t{number}\n" for number in range(10))
        thing, kind = repository.git("mktree", stdin=entries), "040000 tree"
    commit = repository.git("commit-tree", thing, stdin="x")
    start = time.perf_counter()
    assert "not read, it has more than 10,000 entries" in _refusal(repository.path, commit, Limits(listed=10_000))
    assert time.perf_counter() - start < 20


def test_there_is_an_end_to_what_is_kept(repository: Repository) -> None:
    assert "not read, it holds more than 5 bytes of Python" in _refusal(repository.path, limits=Limits(kept=5))


def test_parts_can_be_left_out(repository: Repository, tmp_path: Path) -> None:
    spec = FromGit(str(repository.path))
    assert _paths(read_git(spec, cache=tmp_path, base=tmp_path, exclude=["src", "*.bin"])) == ["tests/test_a.py"]


@pytest.mark.parametrize(
    ("tag", "version"), [("v1.2", "1.2"), ("fake-dist-1.2", "1.2"), ("latest", "0.1"), ("banana-1.2", "0.1")]
)
def test_the_version_is_that_of_a_tag_on_the_commit(repository: Repository, tag: str, version: str) -> None:
    repository.git("tag", "v0.0")
    repository.commit(**{"pyproject.toml": "[project]\nname = 'Fake.Dist'\nversion = '0.1'"})
    repository.git("tag", "--annotate", "--message", "x", tag)
    release = _read(repository.path).release
    assert (release.project, release.version) == ("Fake.Dist", version)


def test_of_several_tags_the_one_that_was_asked_for_counts(repository: Repository) -> None:
    for tag in ("v1.0", "v1.0.1", "v0.9"):
        repository.git("tag", tag)
    write(repository.path / ".git" / "refs" / "tags" / "v0.1", b"nonsense")
    assert _read(repository.path, "v1.0.1").release.version == "1.0.1"
    assert _read(repository.path).release.version == "0.9"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ('[remote "origin"]\n\tfetch = x\n\turl = https://me:secret@example.org/o/r.git\n', "https://example.org/o/r"),
        ('[remote "other"]\n\turl = https://example.org/o/r\n', ""),
        ('[remote "origin"]\n\turl = ../else\n', ""),
        ("[include]\n\tpath = more\n", ""),
    ],
)
def test_the_repository_is_that_of_the_remote(repository: Repository, config: str, expected: str) -> None:
    write(repository.path / ".git" / "more", b'[remote "origin"]\n\turl = https://example.org/more\n')
    with (repository.path / ".git" / "config").open("a") as file:
        file.write(config)
    repository.commit(**{"pyproject.toml": "[project]\nname = 'x'\nurls = {Source = 'https://github.com/other/fork'}"})
    assert _read(repository.path).release.repository == expected


def test_repositories_with_longer_hashes(tmp_path: Path) -> None:
    made = Repository(tmp_path / "long", "--object-format=sha256")
    commit = made.commit()
    assert len(commit) == 64
    for revision in ("", "main", commit, commit[:10]):
        assert _read("long", revision).release.revision == commit


def test_objects_kept_elsewhere_are_found(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "--quiet", "--shared", "--no-checkout", ".", str(tmp_path / "shared"))
    assert _paths(_read("shared")) == _paths(_read(repository.path))


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A program that a repository wants to be run; that it was is to be seen in a file beside it."""
    path = tmp_path / "canary.sh"
    path.write_text(f"#!/bin/sh\ntouch '{tmp_path}/canary.ran'\nexit 1\n")
    path.chmod(0o755)
    return path


def test_a_repository_runs_nothing(repository: Repository, canary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(**{"lost.py": "lost", ".gitattributes": "*.py filter=evil diff=evil"})
    commit = repository.git("rev-parse", "HEAD")
    replaced = repository.git("hash-object", "-w", "--stdin", stdin="replaced")
    original = repository.git("rev-parse", "HEAD:src/x/a.py")
    repository.git("replace", original, replaced)
    blob = repository.git("hash-object", "--stdin", stdin="lost")
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for hook in ("pre-auto-gc", "post-checkout", "fsmonitor-watchman", "reference-transaction", "post-index-change"):
        shutil.copy(canary, repository.path / ".git" / "hooks" / hook)
    write(repository.path / ".git" / "info" / "attributes", b"* filter=evil diff=evil")
    config = f"""
[core]
\tfsmonitor = {canary}
\thooksPath = {canary.parent}
\tpager = {canary}
\teditor = {canary}
\tsshCommand = {canary}
\tgitProxy = {canary}
\taskPass = {canary}
\talternateRefsCommand = {canary}
\tworktree = /
[alias]
\tcat-file = !{canary}
\tls-tree = !{canary}
[filter "evil"]
\tsmudge = {canary}
\tclean = {canary}
\tprocess = {canary}
\trequired
[diff "evil"]
\ttextconv = {canary}
\tcommand = {canary}
[uploadpack]
\tpackObjectsHook = {canary}
[gpg]
\tprogram = {canary}
[credential]
\thelper = {canary}
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = ext::{canary}
\tuploadpack = {canary}
\tpromisor = true
[trace2]
\tnormalTarget = {canary}.trace
[url "ext::{canary}"]
\tinsteadOf = https://example.org
"""
    with (repository.path / ".git" / "config").open("a") as file:
        file.write(config)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(canary))
    monkeypatch.setenv("GIT_SSH", str(canary))
    read = _read(repository.path, commit)
    assert {file.path: file.data for file in read.tree.files}["src/x/a.py"] == b"x = 1\n"
    assert read.tree.skipped == (Skipped("lost.py", "its content is not in the repository"),)
    for revision in ("", "main", commit[:8]):
        assert _read(repository.path, revision).release.revision == commit
    assert sorted(path.name for path in canary.parent.iterdir() if path.name.startswith("canary")) == ["canary.sh"]
    # The same would have run it, had git been asked in the ordinary way.
    repository.path.joinpath(".git", "config").write_text(f"[core]\n\tfsmonitor = {canary}\n")
    repository.git("status")
    assert canary.with_name("canary.ran").exists()


def test_without_git_it_is_said(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "git is not there; install it, or name another kind of source" in _refusal(repository.path)


def test_a_git_that_breaks_off_is_said(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which("git")
    program = write(tmp_path / "bin" / "git", b"")
    program.chmod(0o755)
    commit = repository.git("rev-parse", "HEAD")
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    for call, last, reason in (
        ("*ls-tree*", "exit 3", "git broke off"),
        ("*ls-tree*", "echo fatal: no luck >&2; exit 3", "no luck"),
        ("*--batch", "exit 3", "git broke off"),
        ("*--batch", r"exec 0<&-; printf 'h blob 3\nMIT\n'; echo error: no luck >&2; exit 3", "no luck"),
        ("*--batch", "read hash; echo $hash missing", "an object is gone or damaged"),
    ):
        program.write_text(f'#!/bin/sh\ncase "$*" in {call}) {last};; *) exec {real} "$@";; esac\n')
        assert f"cannot be read, {reason}; see that repository" in _refusal(repository.path, commit)


# ---- repositories elsewhere


class Host:
    """A web server with repositories below a folder, which it serves with git's own program."""

    def __init__(self, web: Web, folder: Path) -> None:
        self.web = web
        self.folder = folder
        self.smart = True
        self.password = ""
        self.limit = 10**9  # bytes that come before the connection breaks off
        web.whim = self.answer

    def answer(self, handler: BaseHTTPRequestHandler, path: str) -> bool:
        if self.password and self.web.credentials[-1] != self.password:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", "Basic")
            handler.end_headers()
            return True
        if not self.smart:
            file = self.folder / path.lstrip("/")
            if file.is_file():
                self.web.files[path] = Answer(file.read_bytes())
            return False
        environment = {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH": os.environ["PATH"],
            "PATH_INFO": path,
            "QUERY_STRING": handler.path.partition("?")[2],
            "REQUEST_METHOD": handler.command,
            "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
        }
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        out = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, check=False
        ).stdout
        head, _, content = out.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        handler.send_response(int(headers.pop("Status", "200").split()[0]))
        for key, value in headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: self.limit])
        self.limit -= min(len(content), self.limit)
        return True


@pytest.fixture
def host(repository: Repository, tmp_path: Path) -> Iterator[Host]:
    """A host with one repository, `o/r.git`: two commits, a tag on the first."""
    repository.git("tag", "--annotate", "--message", "x", "v1.0")
    repository.commit(**{"b.py": "b"})
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "host" / "o" / "r.git"))
    with serve() as web:
        yield Host(web, tmp_path / "host")


def test_a_tag_is_fetched_and_nothing_else(host: Host, repository: Repository, tmp_path: Path) -> None:
    commit = repository.git("rev-parse", "v1.0^{commit}")
    read = _read(f"{host.web.address}/o/r.git", "v1.0")
    assert _paths(read) == ["src/x/__init__.py", "src/x/a.py", "tests/test_a.py"]
    release = read.release
    assert (release.project, release.version, release.revision) == ("r", "1.0", commit)
    assert release.repository == f"{host.web.address}/o/r"
    kept = next((tmp_path / "cache" / "git").glob("*/*.git"))
    assert kept.name == f"{commit}.git"
    assert not (kept / "hooks").exists()
    assert host.web.address not in (kept / "config").read_text()
    asked = len(host.web.asked)
    again = _read(f"{host.web.address}/o/r.git", commit)
    assert len(host.web.asked) == asked
    assert again == read


@pytest.mark.parametrize("smart", [True, False])
@pytest.mark.parametrize("revision", ["", "main", "v1.0", "COMMIT", "SHORT"])
def test_revisions_of_every_kind_are_fetched(host: Host, repository: Repository, smart: bool, revision: str) -> None:
    host.smart = smart
    if not smart:
        subprocess.run(["git", "update-server-info"], cwd=host.folder / "o" / "r.git", check=True)
    first = repository.git("rev-parse", "HEAD~")
    asked = {"COMMIT": first, "SHORT": first[:9]}.get(revision, revision)
    expected = repository.git("rev-parse", "HEAD") if revision in ("", "main") else first
    for _ in range(2):
        assert _read(f"{host.web.address}/o/r.git", asked).release.revision == expected


def test_what_is_not_there_is_said(host: Host, tmp_path: Path) -> None:
    message = (
        f"git+{host.web.address}/o/r.git@nothing: cannot be fetched, there is no such revision; see whether the address"
    )
    assert message in _refusal(f"{host.web.address}/o/r.git", "nothing")
    assert "cannot be fetched, " in _refusal(f"{host.web.address}/o/none.git")
    assert "cannot be fetched, there is no such revision" in _refusal(f"{host.web.address}/o/r.git", "0" * 40)
    assert not list((tmp_path / "cache").rglob("*.git"))


def test_a_connection_that_breaks_off_leaves_nothing(host: Host, repository: Repository, tmp_path: Path) -> None:
    for limit in (0, 100, 600):
        host.limit = limit
        message = _refusal(f"{host.web.address}/o/r.git", "main")
        assert "cannot be fetched, " in message
        assert message.endswith("; see whether the address, the revision and the network are right")
    assert not list((tmp_path / "cache" / "git").glob("*/*"))
    host.limit = 10**9
    assert _read(f"{host.web.address}/o/r.git", "main").release.revision == repository.git("rev-parse", "HEAD")


def test_no_server_is_said() -> None:
    assert "cannot be fetched, " in _refusal("http://127.0.0.1:1/o/r.git", "main")
    assert "not fetched without encryption; use https or ssh" in _refusal("http://me:secret@example.org/o/r", "main")


def test_credentials_are_used_and_told_to_nobody(host: Host, tmp_path: Path) -> None:
    host.password = "me:secret@"
    address = f"{host.web.address}/o/r.git"
    assert "cannot be fetched, " in _refusal(address, "main")
    assert "cannot be fetched, " in _refusal(address.replace("://", "://me:secretly@"), "main")
    read = _read(address.replace("://", "://me:secret%40@"), "main")
    assert read.release.repository == f"{host.web.address}/o/r"
    assert "secret" not in str(read)
    assert not any(b"secret" in path.read_bytes() for path in tmp_path.joinpath("cache").rglob("*") if path.is_file())


def test_a_host_cannot_lead_git_elsewhere(host: Host, canary: Path) -> None:
    host.web.whim = None
    for location in (f"ext::{canary}", "file:///etc", "ssh://-oProxyCommand=x/y"):
        host.web.files["/o/r.git/info/refs"] = Answer(b"", 302, {"Location": location})
        assert "cannot be fetched, " in _refusal(f"{host.web.address}/o/r.git", "main")
    assert not canary.with_name("canary.ran").exists()


def test_two_that_fetch_at_once_do_not_disturb_each_other(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.rename

    def late(path: Path, target: Path) -> Path:
        shutil.copytree(path, target)
        return real(path, target)

    monkeypatch.setattr(Path, "rename", late)
    assert _read(f"{host.web.address}/o/r.git", "main").release.project == "r"


def test_a_cache_that_cannot_be_written_is_said(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    assert "cannot be written, No space left on device; choose another cache" in _refusal(f"{host.web.address}/o/r.git")


def test_a_fetch_that_takes_too_long_is_broken_off(host: Host, tmp_path: Path) -> None:
    from callsite.sources.git_fetching import fetch_commit

    with pytest.raises(CallsiteError, match="cannot be fetched, it takes too long; see"):
        fetch_commit(FromGit(f"{host.web.address}/o/r.git"), tmp_path, timeout=0.001)
