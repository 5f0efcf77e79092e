"""Trees of git made from an output folder, without a work tree and without the user's index.

    output ──hash──▶ names of contents ─┐
    tip of the branch ──ls-tree──▶ Item* ─┴─plan_tree──▶ Item* ──index of our own──▶ tree

Contents that the branch has already are only named. The others go into one pack, through no filter.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from callsite.destinations.states import read_output
from callsite.errors import CallsiteError
from callsite.git.command import feed_git, run_git
from callsite.paths import list_folders
from callsite.publish.manifest import Entry
from callsite.records import dataclass
from callsite.wording import make_printable

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """What a tree has at a path: its mode (in octal digits), its kind and the name of its content."""

    mode: str
    kind: str
    name: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and no symbolic link or other repository."""
        return self.mode in ("100644", "100755")


def parse_items(listed: bytes) -> dict[str, Item]:
    """Read what `git ls-tree -r -z` tells, by path; bytes that are no UTF-8 are kept (as `os.fsdecode` does)."""
    items = {}
    for line in listed.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, kind, name = about.decode("ascii").split()
        items[path.decode("utf-8", "surrogateescape")] = Item(mode, kind, name)
    return items


def format_items(items: Mapping[str, Item]) -> bytes:
    """Write items as `git update-index -z --index-info` takes them."""
    return b"".join(
        f"{item.mode} {item.name}\t{path}\0".encode("utf-8", "surrogateescape") for path, item in items.items()
    )


def find_clash(items: Mapping[str, Item], paths: Iterable[str]) -> str:
    """A path that is a file and at the same time a folder for others, when one of the two is of `paths`; "" if none
    is. `items` has them all.
    """
    folders = {folder for path in items for folder in list_folders(path)}
    for path in paths:
        above = (folder for folder in list_folders(path) if folder in items)
        if clash := path if path in folders else next(above, ""):
            return clash
    return ""


def read_items(environment: Environment, commit: str) -> dict[str, Item]:
    """Everything in a commit; nothing for ""."""
    return parse_items(run_git(environment, "ls-tree", "-r", "-z", "--full-tree", commit)) if commit else {}


def read_sizes(environment: Environment, commit: str) -> dict[str, int] | None:
    """The number of bytes of each file of a commit; None when not all contents are there."""
    listed = run_git(environment, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    sizes = {}
    for line in listed.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        _, kind, _, size = about.decode("ascii").split()
        if kind == "blob" and not size.isdecimal():
            return None
        if kind == "blob":
            sizes[path.decode("utf-8", "surrogateescape")] = int(size)
    return sizes


@contextlib.contextmanager
def write_contents(environment: Environment, known: Iterable[Item], is_sha256: bool) -> Iterator[Contents]:
    """A place to put contents into; those of the items that are known are only named."""
    with feed_git(environment, "fast-import", "--quiet", "--done", "--depth=0") as stdin:
        yield Contents(stdin.write, {item.name for item in known}, "sha256" if is_sha256 else "sha1")
        stdin.write(b"done\n")


class Contents:
    """Takes contents of files and gives the names that git has for them (gitformat-loose)."""

    def __init__(self, write: Callable[[bytes], object], known: set[str], algorithm: str) -> None:
        self._write, self._known, self._algorithm = write, known, algorithm

    def add_file(self, output: Path, path: str, entry: Entry) -> str:
        """Put in a file of the output. Raises CallsiteError when it is not what was planned."""
        return self._add(entry.size, lambda: read_output(output, path, entry))

    def add(self, data: bytes) -> str:
        """Put in bytes."""
        return self._add(len(data), lambda: (data,))

    def _add(self, size: int, read: Callable[[], Iterable[bytes]]) -> str:
        digest = hashlib.new(self._algorithm, b"blob %d\0" % size, usedforsecurity=False)
        for piece in read():
            digest.update(piece)
        name = digest.hexdigest()
        if name not in self._known:
            # It is read once more rather than kept, and looked at once more: it may have changed by now.
            self._write(b"blob\ndata %d\n" % size)
            for piece in read():
                self._write(piece)
            self._write(b"\n")
            self._known.add(name)
        return name


def write_tree(environment: Environment, items: Mapping[str, Item]) -> str:
    """Make a tree; contents need not be there. Gives its name. Raises CallsiteError when git leaves out an item."""
    with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
        own = {**environment, "GIT_INDEX_FILE": os.path.join(folder, "index")}
        run_git(own, "update-index", "-z", "--index-info", stdin=format_items(items))
        tree = run_git(own, "write-tree", "--missing-ok").decode("ascii").strip()
    left_out = items.keys() - read_items(environment, tree).keys()
    if left_out:
        path = make_printable(min(left_out).encode("utf-8", "replace").decode("utf-8"))
        raise CallsiteError(f"{path}: git takes no file of that name; give it another one")
    return tree


def find_tree(environment: Environment, commit: str) -> str:
    """The name of a commit's tree."""
    return run_git(environment, "rev-parse", f"{commit}^{{tree}}").decode("ascii").strip()


def write_commit(environment: Environment, tree: str, parent: str, message: str, when: datetime) -> str:
    """Make a commit, without a parent for "", and give its name. Who makes it is in the environment."""
    dated = {
        **environment,
        **{f"GIT_{role}_DATE": f"@{when.timestamp():.0f} +0000" for role in ("AUTHOR", "COMMITTER")},
    }
    words = ("-p", parent) if parent else ()
    stdin = f"{message.rstrip()}\n".encode("utf-8", "replace")
    return run_git(dated, "commit-tree", tree, *words, stdin=stdin).decode("ascii").strip()
