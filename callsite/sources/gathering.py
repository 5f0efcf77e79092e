"""What may be kept of a tree, and how much: one set of limits and of rules for names, wherever the tree comes from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped, SourceFile
from callsite.records import dataclass
from callsite.text import CONTROL
from callsite.wording import count, make_printable

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken from one source. The numbers held on hostile archives, and no real distribution comes near them.

    `members` are the entries of an archive, or the files to be kept of any other tree; `listed` the entries that are
    looked at in a tree that is no archive; `file` the bytes of one file, and `kept` those of all of them.
    """

    members: int = 50_000
    listed: int = 1_000_000
    file: int = 4 * _MB
    kept: int = 512 * _MB
    unpacked: int = 2048 * _MB
    unpacked_freely: int = 64 * _MB
    ratio: int = 300

    def find_expansion(self, packed: int) -> int:
        """How many bytes an archive of `packed` bytes may turn out to hold."""
        return min(self.unpacked, max(self.unpacked_freely, self.ratio * packed))


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read: Python files and the papers (metadata, licences), in the order of their paths; what was not."""

    files: tuple[SourceFile, ...]
    papers: tuple[SourceFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class Gathering:
    """Takes the files of one tree in, one at a time, and keeps to the limits.

    `where` names the tree in messages. Raises CallsiteError when there is more than the limits allow.
    """

    def __init__(self, where: str, limits: Limits = LIMITS, exclude: Collection[str] = ()) -> None:
        self.where = where
        self.limits = limits
        self._exclude = exclude
        self._files: dict[str, bytes] = {}
        self._skipped: list[Skipped] = []
        self._listed = 0
        self._kept = 0

    def skip(self, name: str, reason: str) -> None:
        """Leave something out; the report will say so."""
        self._skipped.append(Skipped(_make_sayable(name), reason))

    def admit(self, name: str) -> str:
        """The path that a file called `name` would be kept under; "" when it is not wanted, or not a name to trust."""
        fault = find_fault(name)
        if fault:
            self.skip(name, fault)
            return ""
        path = "/".join(part for part in name.split("/") if part not in ("", "."))
        if not is_wanted(path) or self.is_excluded(path):
            return ""
        if path in self._files:
            self.skip(name, "a second file of the same name; the first is kept")
            return ""
        return path

    def is_excluded(self, path: str) -> bool:
        """Whether the path, or a folder that it lies in, fits one of the patterns to leave out."""
        return is_excluded(path, self._exclude)

    def fits(self, name: str, size: int) -> bool:
        """Whether a file is small enough to be kept; one that is not is left out."""
        if size <= self.limits.file:
            return True
        self.skip(name, f"{format_size(size)}, more than the {format_size(self.limits.file)} that a file may have")
        return False

    def count_listed(self, limit: int) -> None:
        """Count one more entry of the tree, of which there may be `limit`."""
        self._listed += 1
        if self._listed > limit:
            raise CallsiteError(f"{self.where}: not read, it has more than {limit:,} entries; choose a smaller source")

    def keep(self, path: str, data: bytes) -> None:
        """Keep a file under a path that `admit` gave."""
        self._kept += len(data)
        if self._kept > self.limits.kept:
            held = f"more than {format_size(self.limits.kept)} of Python and licence files"
            raise CallsiteError(f"{self.where}: not read, it holds {held}; choose a smaller source")
        if len(self._files) >= self.limits.members:
            held = f"more than {count(self.limits.members, 'file')} to read"
            raise CallsiteError(f"{self.where}: not read, it holds {held}; choose a smaller source")
        self._files[path] = data

    def finish(self, without_root: bool = False, exclude: Collection[str] = ()) -> Tree:
        """What was gathered. `without_root` takes away the one folder that archives of a release put around it all;
        `exclude` are patterns for what is inside it.
        """
        root = _find_root(self._files) if without_root else ""
        kept = sorted((path.removeprefix(root), data) for path, data in self._files.items())
        files = [SourceFile(path, data) for path, data in kept if not is_excluded(path, exclude)]
        return Tree(
            files=tuple(file for file in files if file.path.endswith(".py")),
            papers=tuple(file for file in files if not file.path.endswith(".py")),
            skipped=tuple(sorted(self._skipped)),
        )


def find_fault(name: str) -> str:
    """Why the name of a member is not to be trusted; "" when nothing is wrong with it."""
    if not name.isascii() and re.search("[\ud800-\udfff]", name):
        return "its name is not UTF-8"
    if re.search(r"[\0-\x1f]", name) or CONTROL.search(name):
        return "its name has invisible characters"
    if "\\" in name:
        return "its name has a backslash"
    if name.startswith("/"):
        return "its name is an absolute path"
    if re.match(r"[A-Za-z]:", name):
        return "its name begins with a drive letter"
    if ".." in name.split("/"):
        return "its name leads out of the tree"
    if not name.strip("./"):
        return "it has no name"
    return "its name is too long" if len(name) > _LONGEST_NAME else ""


# PATH_MAX of Linux: nothing that ever lay on a disk has a longer one.
_LONGEST_NAME = 4096

_LICENCE = re.compile(r"(?:.*[-_.])?licen[cs]es?(?:[-_.]|$)|(?:copying|copyright|notice|unlicense)(?:[-_.]|$)", re.I)
_NO_LICENCE = re.compile(r"\.(?:py[a-z]?|c|h|cpp|rs|go|[jt]sx?|json|html?|css|svg|png|gif|jpe?g|xml|so|po|mo)$", re.I)


def is_wanted(path: str) -> bool:
    """Whether a file is read: Python, a project's metadata, or the text of a licence."""
    folder, _, name = path.rpartition("/")
    if name.endswith(".py") or name in ("PKG-INFO", "pyproject.toml"):
        return True
    if name == "METADATA":
        return folder.endswith(".dist-info")
    in_licences = folder.rpartition("/")[2].lower() in ("licenses", "licences")
    return bool(in_licences or _LICENCE.match(name)) and not _NO_LICENCE.search(name)


def is_excluded(path: str, patterns: Collection[str]) -> bool:
    """Whether a pattern fits the path or a folder above it. `*` stands for anything, slashes included."""
    if not patterns:
        return False
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return any(fnmatchcase(each, pattern.rstrip("/")) for pattern in patterns for each in above)


def format_size(size: int) -> str:
    """`512 bytes`, `4 MB`."""
    return f"{size / _MB:,.0f} MB" if size >= _MB else count(size, "byte")


def _find_root(paths: Iterable[str]) -> str:
    """The folder that everything lies in, with its slash: `project-1.0/`. "" when there is none, or when it is itself
    a package or where packages lie.
    """
    every = set(paths)
    roots = {path.partition("/")[0] if "/" in path else "" for path in every}
    root = roots.pop() if len(roots) == 1 else ""
    is_code = f"{root}/__init__.py" in every or root in ("src", "lib")
    return "" if is_code or not root else f"{root}/"


def _make_sayable(name: str) -> str:
    printable = make_printable(name.encode("utf-8", "backslashreplace").decode("utf-8"))
    return printable if len(printable) <= _LONGEST_SAID else f"{printable[:_LONGEST_SAID]}…"


_LONGEST_SAID = 200
