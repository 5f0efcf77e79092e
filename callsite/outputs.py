"""An output folder, read and checked: its files side by side in processes of their own, then the folder as a whole.

    folder ──list──▶ portions ──workers──▶ FileSummary* ──▶ FolderFacts ──rules──▶ Problem*

Made-up HTML can keep a parser busy for ever or take all memory, so only small files are read by this process itself.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from callsite.build import place_of
from callsite.check.facts import PageSummary
from callsite.check.hosting import Host
from callsite.check.output.alike import gather_alike
from callsite.check.output.facts import PAGES, READ, Expected, FileFacts, FileSummary, FolderFacts, Leads
from callsite.check.output.rules import FOLDER_RULES, check_file
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.errors import CallsiteError
from callsite.model import Place, Problem
from callsite.records import dataclass, replace
from callsite.staging import MANIFEST, list_files
from callsite.workers import Failure, Workers

# The largest file that is looked into, in bytes.
LARGEST = 32 * 2**20

# Seconds that a portion may take; an ordinary one takes a tenth.
_LIMIT = 20.0

# Below so many bytes this process is done before workers have started, unless a single file is large.
_FEW = 1_000_000
_LARGE = 64_000

# A worker gets at least so many bytes at a time, and this part of what is its share. A file with more comes alone.
_PORTION = 1_000_000
_PARTS = 6

# Where a page says that it is not in UTF-8.
_CHARSET = re.compile(rb"""<meta[^>]*charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some files of a folder to be checked: the folder, all files in it, and those to look into. `spared` is the
    process that reads no huge files, even when there is no other to do so.
    """

    folder: str
    files: frozenset[str]
    names: tuple[str, ...]
    expected: Mapping[str, Expected]
    address: str
    policy: Policy
    spared: int = 0


def find_output_problems(
    folder: Path, expected: Mapping[str, PageSummary], address: str, policy: Policy, workers: int = 2
) -> list[Problem]:
    """Find everything that is wrong with a built site.

    `expected` has, by the path of its output file, the summary of each page that the site is made from. `address` is
    where the site will stand, "" if that is not known. `workers` is the number of processes that read files. Raises
    CallsiteError when there is no such folder.
    """
    if not folder.is_dir():
        raise CallsiteError(f"{folder}: there is no output here; build the site first, with `callsite build`")
    sizes = {path: _read_size(folder / path) for path in sorted(list_files(folder))}
    whole = Portion(
        folder=str(folder),
        files=frozenset(sizes),
        names=tuple(path for path in sizes if path.lower().endswith(READ)),
        expected={path: Expected(page.page.at.path, page.lines, page.marks) for path, page in expected.items()},
        address=address,
        policy=policy,
        spared=os.getpid(),
    )
    summaries = sorted(_check_all(whole, sizes, workers), key=lambda summary: summary.path)
    facts = FolderFacts(
        at=place_of(str(folder)).path,
        files=sizes,
        summaries={summary.path: summary for summary in summaries},
        expected=expected,
        address=address,
        policy=policy,
        leads=_make_leads(whole.files, address),
        get_text=lru_cache(maxsize=8)(lambda path: _read_text(str(folder / path))[0]),
        get_source=lru_cache(maxsize=8)(lambda path: _read_text(path)[0]),
        get_weight=lru_cache(maxsize=None)(lambda path: _read_weight(folder / path)),
        written=_read_manifest(folder),
        newer=tuple(_find_newer(folder, expected)),
    )
    found = [problem for summary in summaries for problem in summary.problems]
    return gather_alike([*found, *apply_rules(FOLDER_RULES, facts)])


def check_portion(portion: Portion) -> tuple[FileSummary, ...]:
    """Read and check some files; what workers do."""
    leads = _make_leads(portion.files, portion.address)
    return tuple(_check_one(portion, path, leads) for path in portion.names)


def _check_one(portion: Portion, path: str, leads: Leads) -> FileSummary:
    name = os.path.join(portion.folder, path)
    place = place_of(name)
    if portion.spared == os.getpid() and (size := _read_size(Path(name))) > _PORTION:
        return _give_up(path, place, size, "no process could be started for it")
    text, size, problems = _read_file(name, place)
    facts = FileFacts(path, place.path, text, size, leads, portion.address, portion.policy, portion.expected.get(path))
    if problems and not text:  # a page that could not be read is not called empty as well
        return FileSummary(path, place.path, size, problems=problems)
    return check_file(facts, problems)


def _check_all(whole: Portion, sizes: Mapping[str, int], workers: int) -> Iterator[FileSummary]:
    wanted = {path: sizes[path] for path in whole.names}
    if sum(wanted.values()) < _FEW and max(wanted.values(), default=0) < _LARGE:
        yield from check_portion(whole)
        return
    portions = list(_divide(whole, wanted, workers))
    pool: Workers[Portion, tuple[FileSummary, ...]] = Workers(
        workers, "callsite.outputs:check_portion", lambda portion: sum(map(sizes.__getitem__, portion.names)), _LIMIT
    )
    with pool:
        late: list[Portion] = []
        for number, result in pool.work(portions):
            if not isinstance(result, Failure):
                yield from result
            elif len(portions[number].names) > 1:
                late += (_cut(whole, [path]) for path in portions[number].names)
            else:
                yield _fail(portions[number], sizes, result)
        for number, result in pool.work(late):
            yield from (_fail(late[number], sizes, result),) if isinstance(result, Failure) else result


def _fail(portion: Portion, sizes: Mapping[str, int], why: str) -> FileSummary:
    """What is known of a single file that a worker has not come to an end with."""
    [path] = portion.names
    return _give_up(path, place_of(os.path.join(portion.folder, path)), sizes[path], why)


def _give_up(path: str, at: Place, size: int, why: str) -> FileSummary:
    hint = "see what makes it so large or deep"
    return FileSummary(path, at.path, size, problems=(Problem(at, "H115", f"cannot be looked into: {why}", hint),))


def _divide(whole: Portion, sizes: Mapping[str, int], workers: int) -> Iterator[Portion]:
    most = max(_PORTION, sum(sizes.values()) // (max(workers, 1) * _PARTS))
    names: list[str] = []
    room = most
    for path in whole.names:
        if sizes[path] > _PORTION:
            yield _cut(whole, [path])
            continue
        names.append(path)
        room -= sizes[path]
        if room <= 0:
            yield _cut(whole, names)
            names, room = [], most
    if names:
        yield _cut(whole, names)


def _cut(portion: Portion, names: Sequence[str]) -> Portion:
    expected = {path: portion.expected[path] for path in names if path in portion.expected}
    return replace(portion, names=tuple(names), expected=expected)


@lru_cache(maxsize=1)
def _make_leads(files: frozenset[str], address: str) -> Leads:
    """Where addresses lead, kept from one portion to the next."""
    return Leads(Host(files, {}, address))


def _read_file(path: str, at: Place) -> tuple[str, int, tuple[Problem, ...]]:
    """The text of a file, how many bytes it has, and what is wrong with them."""
    try:
        known = os.stat(path)
        if not stat.S_ISREG(known.st_mode):  # a pipe would keep us waiting for ever
            raise OSError(errno.EINVAL, "Not a file")
        if known.st_size > LARGEST:
            message = f"has {known.st_size >> 20} MB, and no more than {LARGEST >> 20} are looked into"
            return "", known.st_size, (Problem(at, "H115", message, "divide it"),)
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        return "", 0, (Problem(at, "H115", f"cannot be read: {error.strerror}", "make it readable"),)
    text, broken = _decode(data, is_page=path.lower().endswith(PAGES))
    if broken is None:
        return text, len(data), ()
    place = Place(at.path, data.count(b"\n", 0, broken) + 1)
    message = f"byte 0x{data[broken]:02x} is not UTF-8"
    return text, len(data), (Problem(place, "H115", message, "save the file as UTF-8"),)


def _decode(data: bytes, *, is_page: bool) -> tuple[str, int | None]:
    """The text of a file, and where the first byte is that is not UTF-8, unless a page says that it is in another
    encoding.
    """
    try:
        return data.decode(), None
    except UnicodeDecodeError as error:
        named = _CHARSET.search(data, 0, 1024) if is_page else None
        name = named[1].decode("ascii").lower() if named else "utf-8"
        if name in ("utf-8", "utf8"):
            return data.decode(errors="replace"), error.start
    try:
        return data.decode(name, "replace").encode("utf-8", "replace").decode(), None
    except (LookupError, ValueError):
        return data.decode(errors="replace"), None


def _read_text(path: str) -> tuple[str, int]:
    text, size, _ = _read_file(path, Place(path))
    return text, size


def _read_size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _read_weight(path: Path) -> int:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return 0
        return len(gzip.compress(path.read_bytes(), 6, mtime=0))
    except OSError:
        return 0


def _read_manifest(folder: Path) -> frozenset[str] | None:
    """The files that the last build has written, None when nobody has noted them."""
    try:
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return frozenset((*names, MANIFEST))


def _find_newer(folder: Path, expected: Mapping[str, PageSummary]) -> Iterator[str]:
    """The pages that have changed since the last build."""
    built = _read_time(str(folder / MANIFEST))
    if built:
        for page in sorted({page.page.at.path for page in expected.values()}):
            if _read_time(page) > built:
                yield page


def _read_time(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
