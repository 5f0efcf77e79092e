"""Programs in the place of others, which fail when their turn has come: a folder for the front of the PATH."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# What becomes of a program whose turn it is:
#   fail    it says something, and does nothing
#   late    it does what it should, and then says that it has failed
#   die     it is killed
#   parent  who has started it is killed, and it does nothing
#   hangup  the connection it belongs to is killed: the sshd above it
_SCRIPT = """#!/bin/sh
turn=0; read -r turn < {folder}/turn
turn=$((turn + 1))
echo "$turn {name}" >> {folder}/log
echo "$turn" > {folder}/turn
read -r at times how status said < {folder}/fault
if [ "$turn" -lt "$at" ] || [ "$turn" -ge $((at + times)) ]; then exec {program} "$@"; fi
case $how in
late) {program} "$@" ;;
die) kill -9 $$ ;;
parent) kill -9 $PPID; exit 1 ;;
hangup)
  up=$$
  while [ "$up" -gt 1 ]; do
    read -r who < /proc/$up/comm
    case $who in sshd*) kill -9 "$up"; sleep 0.2; break ;; esac
    read -r _ _ _ up _ < /proc/$up/stat
  done ;;
esac
echo "$said" >&2
exit "$status"
"""


@dataclass(frozen=True)
class Programs:
    """The folder. What has run is in its log."""

    folder: Path

    def add(self, names: Iterable[str], path: str | None = None) -> None:
        """Take the places of programs, of those that there are."""
        self.folder.mkdir(exist_ok=True)
        for name in names:
            program = shutil.which(name, path=path)
            if program:
                file = self.folder / name
                file.write_text(_SCRIPT.format(folder=self.folder, name=name, program=program))
                file.chmod(0o755)
        self.arm(0, "fail")

    def replace(self, scripts: Mapping[str, str]) -> None:
        """Have other programs there, which do not count."""
        for name, script in scripts.items():
            file = self.folder / name
            file.write_text(f"#!/bin/sh\n{script}\n")
            file.chmod(0o755)

    def arm(self, at: int, how: str, said: str = "", status: int = 1, times: int = 1) -> None:
        """Count from here on, and let something happen to the program of that turn, the first being 1; 0 for none."""
        (self.folder / "turn").write_text("0\n")
        (self.folder / "log").write_text("")
        (self.folder / "fault").write_text(f"{at} {times if at else 0} {how} {status} {said}\n")

    def list_run(self) -> list[str]:
        """The names of the programs that have run since."""
        return [line.split()[1] for line in (self.folder / "log").read_text().splitlines()]
