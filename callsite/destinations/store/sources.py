"""Where the bytes of a publish come from: the output folder, or what was kept of earlier states."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from callsite.destinations.store.amazon import Amazon
from callsite.destinations.store.notes import KEPT, name_kept
from callsite.destinations.store.objects import Objects, read_parts
from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.publish.kinds import REDIRECT
from callsite.publish.plan import Upload

# Longer files are sent in parts; and so many bytes are under way at once, so that each request is done in its time on a
# line of 3 Mbit/s, and memory stays small.
LONGEST_WHOLE: Final = 8 * 1024 * 1024


class Room:
    """So many bytes may be under way at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size
        self._changed = threading.Condition()

    def take(self, size: int) -> int:
        """Wait until there is room; what is larger than all of it takes all of it. Returns what to give back."""
        size = min(size, self._size)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= size)
            self._free -= size
        return size

    def give(self, size: int) -> None:
        """Give room back."""
        with self._changed:
            self._free += size
            self._changed.notify_all()


class Sender:
    """Sends files of an output folder, each as its entry says: what was changed after the plan was made is not sent."""

    def __init__(self, objects: Objects, output: Path, amazon: Amazon | None) -> None:
        self._objects = objects
        self._output = output
        self._amazon = amazon
        self._room = Room(LONGEST_WHOLE)

    def __call__(self, upload: Upload) -> None:
        """Send a file."""
        entry = upload.entry
        taken = self._room.take(entry.size)
        try:
            if entry.size > LONGEST_WHOLE:
                self._objects.asker.ask(lambda: self._send_parts(upload), upload.path)
            else:
                self._send_whole(upload)
        finally:
            self._room.give(taken)

    def _send_whole(self, upload: Upload) -> None:
        entry = upload.entry
        data = b"".join(self._read(upload))
        if REDIRECT in dict(entry.headers) and self._amazon is not None:
            self._amazon.write(self._objects.asker, upload.path, data, entry.headers)
        else:
            self._objects.write(upload.path, data, entry.headers)

    def _send_parts(self, upload: Upload) -> None:
        self._objects.write_parts(upload.path, self._read(upload), upload.entry.headers)

    def _read(self, upload: Upload) -> Iterator[bytes]:
        """The bytes of a file. Raises CallsiteError in the end when they are others than the plan was made for."""
        digest = hashlib.sha256()
        with _open_output(self._output / (upload.entry.origin or upload.path), upload.path) as file:
            for part in _read_file(file, upload.path):
                digest.update(part)
                yield part
        if digest.hexdigest() != upload.entry.sha256:
            hint = "build it again and publish it when that has ended"
            raise CallsiteError(f"{upload.path}: this file of the output has changed since it was read; {hint}")


def _open_output(path: Path, name: str) -> BinaryIO:
    try:
        return open_file(path)
    except OSError as error:
        why = error.strerror
    raise CallsiteError(f"{name}: this file of the output cannot be read any more ({why}); build it again")


def _read_file(file: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        yield from read_parts(file)
    except OSError as error:
        why = error.strerror
        raise CallsiteError(f"{name}: this file of the output cannot be read ({why}); build it again") from error


class Restorer:
    """Brings back what was kept of earlier states. `kept` are the names that are there."""

    def __init__(self, objects: Objects, amazon: Amazon | None, kept: frozenset[str]) -> None:
        self._objects = objects
        self._amazon = amazon
        self._kept = kept

    def __call__(self, upload: Upload) -> None:
        """Put a file back; when there is no copy of it, it has not been touched yet."""
        name = name_kept(upload.entry)
        if name not in self._kept:
            return
        source = f"{KEPT}/{name}"
        redirect = dict(upload.entry.headers).get(REDIRECT)
        if redirect is not None and self._amazon is not None:
            self._amazon.copy(self._objects.asker, source, upload.path, redirect)
        else:
            self._objects.copy(source, upload.path)
