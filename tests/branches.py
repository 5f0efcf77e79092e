"""Git repositories for tests of publishing to a branch: bare ones, a user's checkout, and a server over HTTP."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from callsite.destinations.branch import BranchDestination
from callsite.errors import CallsiteError
from callsite.publish.settings import BranchSettings

# What the tests' own git goes by.
OWN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
WHO = {f"GIT_{role}_{part}": "t@t.test" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


def make_home(folder: Path) -> dict[str, str]:
    """The environment of a user of whom git knows nothing."""
    return {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "home"), "GIT_CONFIG_NOSYSTEM": "1"}


def forget_user(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Whoever runs the tests has a git of their own."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in make_home(folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("EMAIL", raising=False)


def open_branch(checkout: Path, **settings: object) -> BranchDestination:
    """A destination that does not wait long."""
    return BranchDestination(BranchSettings(**settings), checkout, delays=(0.01, 0.01))  # type: ignore[arg-type]  # of several kinds


def refuse(call: Callable[[], object]) -> str:
    """What is said of something that cannot be done, which is one line."""
    with pytest.raises(CallsiteError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    return message


def run_git(folder: Path, *words: str, stdin: bytes = b"", **variables: str) -> bytes:
    """Run git as somebody else than the one that is under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, **OWN, **WHO, **variables}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, input=stdin, stdout=subprocess.PIPE, check=True)
    return done.stdout


def git(folder: Path, *words: str, stdin: bytes = b"", **variables: str) -> str:
    """Run git, for its words."""
    return run_git(folder, *words, stdin=stdin, **variables).decode("utf-8", "surrogateescape")


@dataclass
class Bare:
    """A bare repository that is published to, and a branch of it."""

    path: Path
    branch: str = "gh-pages"

    def log(self, form: str = "%H") -> list[str]:
        """Its commits, the newest first."""
        refs = git(self.path, "for-each-ref", "--format=%(refname:short)").split()
        return (
            git(self.path, "log", "-z", f"--format={form}", self.branch).split("\0")[:-1] if self.branch in refs else []
        )

    @property
    def tip(self) -> str:
        return next(iter(self.log()), "")

    def read(self, commit: str = "", *, apart_from: str = ".callsite-published.json") -> dict[str, bytes]:
        """What is in a commit, without the manifest."""
        commit = commit or self.tip
        if not commit:
            return {}
        listed = git(self.path, "ls-tree", "-r", "-z", commit).split("\0")[:-1]
        found = {line.partition("\t")[2]: line.split()[2] for line in listed}
        asked = "".join(f"{name}\n" for name in found.values()).encode()
        answer = run_git(self.path, "cat-file", "--batch", stdin=asked)
        content = {}
        for path in found:
            head, _, answer = answer.partition(b"\n")
            size = int(head.split()[2])
            content[path] = answer[:size]
            answer = answer[size + 1 :]
        content.pop(apart_from, None)
        return content

    def commit(self, files: Mapping[str, bytes], message: str = "by hand") -> str:
        """Somebody else commits files to the branch, besides those that are there."""
        index = {"GIT_INDEX_FILE": str(self.path / "their-index")}

        def run(*words: str, stdin: bytes = b"") -> str:
            return git(self.path, *words, stdin=stdin, **index).strip()

        tip = self.tip
        run("read-tree", *([tip] if tip else ["--empty"]))
        for path, data in files.items():
            run(
                "update-index",
                "--add",
                "--cacheinfo",
                f"100644,{run('hash-object', '-w', '--stdin', stdin=data)},{path}",
            )
        commit = run("commit-tree", run("write-tree"), *(["-p", tip] if tip else []), "-m", message)
        run("update-ref", f"refs/heads/{self.branch}", commit)
        return commit

    def hook(self, name: str, text: str) -> None:
        """Give it a hook."""
        path = self.path / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)


def make_bare(path: Path, *options: str) -> Bare:
    """A bare repository as hosts have them: one that gives parts of what it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    git(path.parent, "init", "--quiet", "--bare", "--initial-branch=main", *options, str(path))
    git(path, "config", "uploadpack.allowFilter", "true")
    return Bare(path)


def make_checkout(path: Path, remote: str) -> Path:
    """A user's checkout with something of everything: commits, a stash, an index, changes, hooks, awkward settings."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "remote", "add", "origin", remote)
    settings = {
        "user.name": "A User",
        "user.email": "user@example.org",
        "core.autocrlf": "true",
        "core.quotePath": "true",
        "core.safecrlf": "true",
        "core.fsmonitor": "touch fsmonitor-ran; false",
        "core.attributesFile": str(path / "attributes"),
        "commit.gpgSign": "true",
        "push.gpgSign": "true",
        "gpg.program": "/bin/false",
        "push.followTags": "true",
        "filter.spoil.clean": "touch filter-ran; tr a-z A-Z",
        "filter.spoil.required": "true",
        "i18n.commitEncoding": "ISO-8859-1",
        "index.version": "4",
    }
    (path / "attributes").write_text("* filter=spoil\n")
    (path / ".gitignore").write_text("output/\n")
    (path / "content.md").write_bytes(b"text\n")
    git(path, "add", "content.md", ".gitignore", "attributes")
    git(path, "commit", "--quiet", "-m", "x")
    git(path, "tag", "v1")
    (path / "content.md").write_bytes(b"stashed\n")
    git(path, "stash", "--quiet")
    (path / "content.md").write_bytes(b"staged\n")
    git(path, "add", "content.md")
    (path / "content.md").write_bytes(b"changed\n")
    for name, value in settings.items():
        git(path, "config", name, value)
    for name in ("pre-push", "pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        hook = path / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\ntouch hook-ran\nexit 1\n")
        hook.chmod(0o755)
    return path


def take_snapshot(checkout: Path) -> dict[str, str]:
    """All of a checkout, byte for byte, but for our own cache."""
    found = {}
    for folder, folders, names in os.walk(checkout):
        if Path(folder) == checkout and ".cache" in folders:
            folders.remove(".cache")
        for name in names:
            path = Path(folder, name)
            found[str(path)] = f"{path.lstat().st_mtime_ns} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        found[folder] = ""
    return found


@dataclass
class GitServer:
    """Repositories over HTTP, for one user. `statuses` are answered first, one to each request."""

    address: str
    user: str = ""
    password: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    secrets: tuple[str, ...] = ()


@contextlib.contextmanager
def serve_git(root: Path) -> Iterator[GitServer]:
    """Serve the repositories below a folder until the end of the block."""
    backend = Path(git(root, "--exec-path").strip()) / "git-http-backend"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            body = self._read_body()
            server.requests.append(f"{self.command} {self.path}")
            _look_at_processes(server)
            given = self.headers.get("Authorization", "")
            if server.statuses and (status := server.statuses.pop(0)):
                # What was sent is repeated, as some servers do.
                self._answer(status, f"you sent {given} {_decode(given)}".encode())
            elif server.password and _decode(given) != f"{server.user}:{server.password}":
                server.refused.append(given)
                self._answer(401, b"who are you?")
            else:
                self._run(body)

        do_POST = do_GET  # noqa: N815  # the library's name

        def _read_body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _run(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            environment = {
                **os.environ,
                **OWN,
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "http.receivepack",
                "GIT_CONFIG_VALUE_0": "true",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": "somebody",
            }
            said = subprocess.run([backend], env=environment, input=body, stdout=subprocess.PIPE, check=True).stdout
            head, _, rest = said.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest)

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # nobody listens any more
                super().handle()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server = GitServer(f"http://127.0.0.1:{listening.server_address[1]}")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def _decode(given: str) -> str:
    return base64.b64decode(given.removeprefix("Basic ")).decode()


def _look_at_processes(server: GitServer) -> None:
    """Note the secrets that stand on a command line of any process: everybody on the machine can read those."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            said = path.read_bytes().decode("utf-8", "replace")
            server.seen |= {secret for secret in server.secrets if secret in said}
