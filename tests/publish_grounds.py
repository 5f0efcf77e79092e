"""The places that faults are tried at: each can be put back to what it was, and looked at as visitors see it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote

import httpx

from callsite.publish.manifest import MANIFEST
from tests.faulty_store import BUCKET, FaultyStore, Kept, make_environment
from tests.visiting import Channel


class Ground(Protocol):
    """A place that is published to."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a site's settings say of it."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What publishes need in their environment."""

    def save(self) -> None:
        """Keep this state, to come back to."""

    def restore(self) -> None:
        """Come back to it."""

    def get(self, path: str) -> bytes | None:
        """What a visitor gets."""

    def read(self) -> dict[str, Kept]:
        """All that visitors can get, with headers where it has any."""

    def list_strays(self) -> list[str]:
        """What should not be left there after a publish."""


@dataclass
class FolderGround:
    """A folder of releases, with what a web server shows of it."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"kind": "directory", "path": str(self.root), "keep": 2}

    def save(self) -> None:
        shutil.rmtree(f"{self.root}.saved", ignore_errors=True)
        if self.root.exists():
            _copy(self.root, Path(f"{self.root}.saved"))

    def restore(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        saved = Path(f"{self.root}.saved")
        if saved.exists():
            _copy(saved, self.root)

    def get(self, path: str) -> bytes | None:
        try:
            with open(self.root / "current" / path, "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self) -> dict[str, Kept]:
        shown = os.path.realpath(self.root / "current")
        names = [os.path.join(folder, name) for folder, _, names in os.walk(shown) for name in names]
        return {os.path.relpath(name, shown): Kept(Path(name).read_bytes(), {}) for name in names}

    def list_strays(self) -> list[str]:
        releases = os.listdir(self.root / "releases")
        lists = [name.removesuffix(".json") for name in os.listdir(self.root / ".callsite") if name != "lock"]
        return sorted(set(releases) ^ set(lists)) + releases[2:]


@dataclass
class ServerGround(FolderGround):
    """The same, behind ssh."""

    server: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"kind": "ssh", "path": str(self.root), "keep": 2, **self.server}


@dataclass
class BranchGround:
    """A branch of a bare repository. A commit never changes, so each is looked at once and remembered, whole.

    `cache` is what publishes keep on their side.
    """

    bare: Path
    cache: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    history: bool = True
    _seen: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"kind": "branch", "remote": str(self.bare), "branch": "gh-pages", "history": self.history}

    def save(self) -> None:
        for folder in (self.bare, self.cache):
            shutil.rmtree(f"{folder}.saved", ignore_errors=True)
            if folder.exists():
                _copy(folder, Path(f"{folder}.saved"))

    def restore(self) -> None:
        for folder in (self.bare, self.cache):
            shutil.rmtree(folder, ignore_errors=True)
            if Path(f"{folder}.saved").exists():
                _copy(Path(f"{folder}.saved"), folder)

    def add_hook(self, name: str, script: str) -> None:
        """Have the repository run something."""
        file = self.bare / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def get(self, path: str) -> bytes | None:
        return self._look().get(path)

    def read(self) -> dict[str, Kept]:
        return {path: Kept(data, {}) for path, data in self._look().items() if path not in (MANIFEST, ".nojekyll")}

    def list_strays(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname)").split()[1:]

    def git(self, *words: str) -> str:
        """Run git there."""
        return subprocess.check_output(["git", "-C", str(self.bare), *words], text=True, stderr=subprocess.DEVNULL)

    def _look(self) -> dict[str, bytes]:
        with contextlib.suppress(FileNotFoundError):
            commit = (self.bare / "refs/heads/gh-pages").read_text().strip()
            if commit not in self._seen:
                self._seen[commit] = dict(_read_commit(self.bare, commit))
            return self._seen[commit]
        return {}


def _read_commit(bare: Path, commit: str) -> Iterator[tuple[str, bytes]]:
    git = ["git", "-C", str(bare)]
    listed = subprocess.check_output([*git, "ls-tree", "-r", "-z", commit]).decode().split("\0")
    files = [(line.split()[2], line.partition("\t")[2]) for line in listed if line]
    asked = "".join(f"{digest}\n" for digest, _ in files).encode()
    answer = subprocess.run([*git, "cat-file", "--batch"], input=asked, stdout=subprocess.PIPE, check=True).stdout
    for digest, path in files:
        head, _, answer = answer.partition(b"\n")
        assert head.startswith(digest.encode() + b" blob "), f"{path} is not there: {head!r}"
        size = int(head.split()[2])
        yield path, answer[:size]
        answer = answer[size + 1 :]


@dataclass
class StoreGround:
    """A folder in a bucket."""

    store: FaultyStore
    folder: str = "a site/"
    parallel: int = 4
    redirects: bool = False
    _saved: dict[str, Kept] = field(default_factory=dict)

    @property
    def settings(self) -> Mapping[str, Any]:
        url = f"s3://{BUCKET}/{self.folder}".rstrip("/")
        return {"kind": "store", "url": url, "parallel": self.parallel, "redirects": self.redirects}

    @property
    def environment(self) -> Mapping[str, str]:
        return make_environment(self.store)

    def save(self) -> None:
        self._saved = self.store.read()

    def restore(self) -> None:
        self.store.begin()
        self.store.write(self._saved)

    def get(self, path: str) -> bytes | None:
        return self.store.get(self.folder + path)

    def read(self) -> dict[str, Kept]:
        return {
            name.removeprefix(self.folder): kept
            for name, kept in self.store.read().items()
            if not name.startswith(f"{self.folder}.callsite-")
        }

    def list_strays(self) -> list[str]:
        return [name for name in self.store.read() if not name.startswith(self.folder)]


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)


@contextlib.contextmanager
def ask_over_http(address: str) -> Iterator[Channel]:
    """A channel to a site that a server shows at an address."""
    with httpx.Client(trust_env=False) as client:

        def get(path: str) -> bytes | None:
            answer = client.get(address + quote(path))
            assert answer.status_code in (200, 404), answer
            return answer.content if answer.status_code == 200 else None

        yield get


@contextlib.contextmanager
def serve_ground(ground: Ground) -> Iterator[str]:
    """Serve what visitors get of a place, asked anew each time; gives the address. A store is a server itself."""
    if isinstance(ground, StoreGround):
        yield f"http://{ground.store.address}/{BUCKET}/{quote(ground.folder)}"
        return

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:  # the library's name
            found = ground.get(unquote(self.path.lstrip("/")))
            self.send_response_only(404 if found is None else 200)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
