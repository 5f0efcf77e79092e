"""A publish over ssh that is killed; a program, so that nothing is left of it.

    python -m tests.killed_ssh PORT IDENTITY HOME ROOT OUTPUT WHEN COUNT

WHEN is "before" or "after" a piece of script is sent, or "while" files are; COUNT says before, after or while which.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import callsite.destinations.folders.ssh
from callsite.destinations.folders.directory import DirectoryDestination
from callsite.destinations.folders.ssh import SshDestination
from callsite.destinations.folders.ssh_session import Session
from callsite.publish.settings import DirectorySettings, SshSettings
from tests.publishing import NOON, Watched
from tests.releasing import NEW, plan_site
from tests.ssh_server import user


class Killed(Session):
    """A session in which this process is killed."""

    when = ""
    left = 0

    def run(self, script: str, *, here: bool = False, greeting: bool = False) -> bytes:
        self.count("before")
        return super().run(script, here=here, greeting=greeting)

    def _read(self, mark: str, limit: int) -> tuple[bytes, int | None]:
        self.count("after")
        return super()._read(mark, limit)

    def send(self, folder: Path, paths: Sequence[str], target: str) -> Iterator[str]:
        for path in super().send(folder, paths, target):
            self.count("while")
            yield path

    def count(self, when: str) -> None:
        if when == Killed.when:
            Killed.left -= 1
            if Killed.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(port: str, identity: str, home: str, root: str, output: str, when: str, count: str) -> None:
    """Publish until it is enough."""
    destination = SshDestination(SshSettings(f"{user()}@127.0.0.1", root, int(port), identity), Path(output))
    standing = DirectoryDestination(DirectorySettings(str(Path(home, root))), Path(output)).look()
    plan = plan_site(standing, NEW, NOON + timedelta(hours=1))
    module: Any = callsite.destinations.folders.ssh
    module.Session = Killed
    Killed.when, Killed.left = when, int(count)
    destination.apply(plan, standing, Path(output), Watched())
    print("done without a stop")


if __name__ == "__main__":
    main(*sys.argv[1:])
