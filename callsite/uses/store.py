"""The file of the index: its tables, what makes it valid, and what is asked of it.

    text      one text as one module: key, and why it could not be read or parsed
    name      every dotted name that was ever found
    posting   the uses of one name in one text, packed
    export    a public name of a module, and what it stands for
    star      a module that a text takes everything from

Everything in here can be found again from the texts. So whatever is wrong with the file, it is thrown away.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import callsite.names
from callsite import text
from callsite.uses.answers import Answer

# "csus", so that `file` and other programs can tell whose file this is.
_APPLICATION = 0x63737573

# What has grown beyond this holds mostly texts that nobody asks about any more.
_LARGEST = 2**30

# Seconds to wait for another process that is writing. A write takes tenths of a second.
_PATIENCE = 30.0

_TABLES = """
CREATE TABLE stamp (value TEXT NOT NULL);
CREATE TABLE text (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, skipped TEXT NOT NULL, unparsed TEXT NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, target TEXT NOT NULL UNIQUE);
CREATE TABLE posting (name INTEGER NOT NULL, text INTEGER NOT NULL, count INTEGER NOT NULL, uses TEXT NOT NULL);
CREATE TABLE export (name INTEGER NOT NULL, text INTEGER NOT NULL, public TEXT NOT NULL);
CREATE TABLE star (name INTEGER NOT NULL, text INTEGER NOT NULL);
CREATE INDEX posting_name ON posting (name, text);
CREATE INDEX export_name ON export (name);
CREATE INDEX star_name ON star (name);
"""

_USES = "SELECT text, target, uses FROM name JOIN posting ON posting.name = name.id"
_COUNTS = "SELECT text, target, count FROM name JOIN posting ON posting.name = name.id"


def find_key(data: bytes, module: str, is_package: bool) -> bytes:
    """What tells a text from all others, wherever it lies: its bytes, and the module that it is."""
    end = f"\0{module}\0{is_package:d}".encode(errors="surrogatepass")
    return hashlib.blake2b(data + end, digest_size=20).digest()


def load_stamp() -> str:
    """What answers depend on besides the text: the sources that find them, and the grammar of this Python."""
    modules = [
        Path(text.__file__),
        *Path(callsite.names.__file__).parent.glob("*.py"),
        *Path(__file__).parent.glob("*.py"),
    ]
    digest = hashlib.blake2b(str(sys.version_info[:2]).encode(), digest_size=20)
    for path in sorted(modules):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Store:
    """One connection. Every method can raise `sqlite3.DatabaseError`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names: dict[str, int] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def find_texts(self, keys: Iterable[bytes]) -> dict[bytes, tuple[int, str, str]]:
        """What is known of texts by their keys: a number, and why it was skipped or not parsed."""
        found = {}
        for key in keys:
            row = self._connection.execute("SELECT id, skipped, unparsed FROM text WHERE key = ?", (key,)).fetchone()
            if row:
                found[key] = row
        return found

    def write(self, answers: Iterable[tuple[bytes, Answer]]) -> None:
        """Add texts, all or none. Those that another process has added in the meantime are left as they are."""
        with self._writing() as cursor:
            postings: list[tuple[int, int, int, str]] = []
            exports: list[tuple[int, int, str]] = []
            stars: list[tuple[int, int]] = []
            for key, answer in answers:
                row = (key, answer.skipped, answer.unparsed)
                cursor.execute("INSERT OR IGNORE INTO text (key, skipped, unparsed) VALUES (?, ?, ?)", row)
                if not cursor.rowcount:
                    continue
                number = cursor.lastrowid
                assert number is not None
                postings += [(self._name(target), number, count, uses) for target, count, uses in answer.packed]
                exports += [(self._name(target), number, public) for public, target in answer.exports]
                stars += [(self._name(module), number) for module in answer.stars]
            cursor.executemany("INSERT INTO posting VALUES (?, ?, ?, ?)", postings)
            cursor.executemany("INSERT INTO export VALUES (?, ?, ?)", exports)
            cursor.executemany("INSERT INTO star VALUES (?, ?)", stars)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        """One transaction. Nobody else writes in it, so that numbers are given once."""
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        except BaseException:
            self._names.clear()  # some of them are now unknown to the file
            if self._connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def _name(self, target: str) -> int:
        number = self._names.get(target)
        if number is None:
            row = self._connection.execute("SELECT id FROM name WHERE target = ?", (target,)).fetchone()
            number = (
                row[0] if row else self._connection.execute("INSERT INTO name (target) VALUES (?)", (target,)).lastrowid
            )
            assert number is not None
            self._names[target] = number
        return number

    def uses(self, target: str) -> list[tuple[int, str, str]]:
        """Text, target and packed uses of a name and of what belongs to it."""
        return self._connection.execute(
            f"{_USES} WHERE target = ? UNION ALL {_USES} WHERE target > ? AND target < ?",
            (target, *_between(target)),
        ).fetchall()

    def own_uses(self, target: str) -> list[tuple[int, str, str]]:
        """Text, target and packed uses of a name, without what belongs to it."""
        return self._connection.execute(f"{_USES} WHERE target = ?", (target,)).fetchall()

    def loose_uses(self, root: str, last: str) -> list[tuple[int, str, str]]:
        """Text, target and packed uses of all names below `root` that have `last` among their parts."""
        return self._connection.execute(
            f"{_USES} WHERE target > ? AND target < ? AND instr(target || '.', ?)",
            (*_between(root), f".{last}."),
        ).fetchall()

    def exports(self, target: str) -> list[tuple[int, str]]:
        """Text and public name of everything that stands for a target."""
        return self._connection.execute(
            "SELECT text, public FROM name JOIN export ON export.name = name.id WHERE target = ?", (target,)
        ).fetchall()

    def stars(self, module: str) -> list[int]:
        """The texts that take everything from a module."""
        rows = self._connection.execute(
            "SELECT text FROM name JOIN star ON star.name = name.id WHERE target = ?", (module,)
        )
        return [number for (number,) in rows]

    def counts(self, root: str) -> list[tuple[int, str, int]]:
        """Text, target and number of uses of all names below `root`."""
        return self._connection.execute(f"{_COUNTS} WHERE target > ? AND target < ?", _between(root)).fetchall()


def _between(target: str) -> tuple[str, str]:
    """What names that begin with `target` and a dot lie between; `/` comes right after the dot."""
    return f"{target}.", f"{target}/"


def open_memory() -> Store:
    """An index that ends with this process."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(_TABLES)
    return Store(connection)


def open_file(path: Path) -> Store:
    """The index in a file, which is made, or made anew when it is of no use: damaged, too large, of another resolver.

    Raises `OSError` or `sqlite3.DatabaseError` when there can be no index in that place.
    """
    stamp = load_stamp()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path):
        try:
            return _connect(path, stamp)
        except DamageError:
            discard_file(path)
            return _connect(path, stamp)


class DamageError(sqlite3.DatabaseError):
    """What is in the file is not what was written there, or was written by another resolver."""


def _connect(path: Path, stamp: str) -> Store:
    is_new = not path.exists()
    if not is_new and path.stat().st_size > _LARGEST:
        raise DamageError("it is too large")
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        # After a loss of power the last writes may be missing, and the file is whole: that is all it needs.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -16000")
        if is_new:
            connection.executescript(f"BEGIN; {_TABLES}")
            connection.execute("INSERT INTO stamp VALUES (?)", (stamp,))
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute("COMMIT")
        elif not _is_valid(connection, stamp):
            raise DamageError("it is of another resolver")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DamageError(str(error)) if is_damage(error) else error from None
    return Store(connection)


def _is_valid(connection: sqlite3.Connection, stamp: str) -> bool:
    if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION,):
        return False
    return connection.execute("SELECT value FROM stamp").fetchall() == [(stamp,)]


def is_damage(error: Exception) -> bool:
    """Whether the file is at fault, and not that it just cannot be opened, read or written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what makes it an extended one
    return isinstance(error, DamageError) or code in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
    )


def discard_file(path: Path) -> None:
    """Take the file away, and what SQLite keeps beside it. A process that has it open goes on with what it has."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Keep others from opening the index: they could not tell a file that is being made from a damaged one."""
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
