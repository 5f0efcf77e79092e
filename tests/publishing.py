"""Output folders and destinations for tests of publishing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from callsite.destinations import MovedError, Release, Standing, Watcher
from callsite.publish.manifest import Manifest
from callsite.publish.plan import Plan, Stage
from callsite.staging import MANIFEST as BUILT

SITE = "https://examples.example.org"


def write_output(folder: Path, files: Mapping[str, bytes | str], *, build: bool = True) -> Path:
    """Write an output folder as a production build would, with its list of what was built."""
    data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    if build:
        values = {"site": SITE, "commit": "c0ffee", "dirty": False, "tools": {}, "pages": 1, "redirects": {}}
        data.setdefault("build.json", json.dumps(values).encode())
    for path, content in data.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    if build:
        (folder / BUILT).write_text(json.dumps(sorted(data)))
    return folder


def fingerprint(content: bytes) -> str:
    """What a fingerprinted name has in it."""
    return hashlib.sha256(content).hexdigest()[:12]


@dataclass(eq=False)
class MemoryDestination:
    """A destination in memory that changes file by file, in the stages of the plan."""

    title: str = "memory"
    manifest: Manifest | None = None
    content: dict[str, bytes] = field(default_factory=dict)
    past: list[tuple[Release, Manifest, dict[str, bytes]]] = field(default_factory=list)
    moves: int = 0
    turn: int = 0
    steps: list[str] = field(default_factory=list)

    def find_warnings(self, manifest: Manifest) -> tuple[str, ...]:
        return ("the host likes small sites",) if len(manifest.files) > 30 else ()

    def look(self) -> Standing:
        return Standing(self.manifest or Manifest(), self.turn, self.manifest is not None)

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        if self.moves:
            self.moves -= 1
            self.turn += 1
        if standing.token != self.turn:
            raise MovedError(f"{self.title}: has changed")
        if self.manifest is not None:
            assert self.manifest.published is not None
            release = Release(
                self.manifest.release, self.manifest.published, self.manifest.commit, len(self.manifest.files)
            )
            self.past.insert(0, (release, self.manifest, dict(self.content)))
        for stage, uploads, deletions in plan.list_stages():
            watcher.begin(stage, len(uploads) + len(deletions), sum(upload.entry.size for upload in uploads))
            for upload in uploads:
                self.content[upload.path] = (output / (upload.entry.origin or upload.path)).read_bytes()
                self.steps.append(f"+{upload.path}")
                watcher.finish(upload.path, upload.entry.size)
            for deletion in deletions:
                self.content.pop(deletion.path, None)
                self.steps.append(f"-{deletion.path}")
                watcher.finish(deletion.path, 0)
        self.manifest = plan.new
        self.turn += 1

    def list_files(self) -> dict[str, int]:
        return {path: len(data) for path, data in self.content.items()}

    def list_releases(self) -> tuple[Release, ...]:
        return tuple(release for release, _, _ in self.past)

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        if self.moves:
            self.moves -= 1
            self.turn += 1
        if standing.token != self.turn:
            raise MovedError(f"{self.title}: has changed")
        _, self.manifest, self.content = next(each for each in self.past if each[0] == release)
        self.turn += 1


@dataclass(eq=False)
class Watched:
    """A watcher that remembers."""

    stages: list[tuple[Stage, int, int]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def begin(self, stage: Stage, files: int, size: int) -> None:
        self.stages.append((stage, files, size))

    def finish(self, path: str, size: int) -> None:
        self.files.append(path)

    def wait(self, reason: str, seconds: float) -> None:
        self.waits.append(reason)


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
