"""The objects of a store, below the folder of its address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final

import obstore

from callsite.destinations.store.asking import Asker
from callsite.destinations.store.faults import MissingError
from callsite.publish.manifest import Headers
from callsite.records import dataclass, field

if TYPE_CHECKING:
    from obstore import Attributes, PutMode, UpdateVersion
    from obstore.store import ObjectStore

# How many bytes are read at once of files that are sent in parts: no less is a part to S3.
PART: Final = 5 * 1024 * 1024

# What S3 deletes in one request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
MOST_DELETED: Final = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its bytes, the store's own name for this version of it, and when it was put there by its clock."""

    data: bytes
    tag: UpdateVersion
    modified: datetime


def make_attributes(headers: Headers) -> Attributes:
    """Headers as obstore takes them: `Content-Type` for `content-type`."""
    return {name.title(): value for name, value in headers}


@dataclass(frozen=True, slots=True)
class Objects:
    """What can be done with objects. `is_bulky` tells that many can be deleted in one request."""

    store: ObjectStore = field(repr=False)
    asker: Asker
    is_bulky: bool = True

    def read(self, key: str) -> Found | None:
        """An object, None if there is none."""

        def act() -> Found:
            answer = obstore.get(self.store, key)
            meta = answer.meta
            return Found(bytes(answer.bytes()), _make_tag(meta["e_tag"], meta["version"]), meta["last_modified"])

        try:
            return self.asker.ask(act)
        except MissingError:
            return None

    def read_time(self, key: str) -> datetime:
        """When an object was put there, by the clock of the store."""
        return self.asker.ask(lambda: obstore.head(self.store, key))["last_modified"]

    def read_size(self, key: str) -> int:
        """How many bytes an object has."""
        return self.asker.ask(lambda: obstore.head(self.store, key), key)["size"]

    def write(self, key: str, data: bytes, headers: Headers, mode: PutMode = "overwrite") -> UpdateVersion:
        """Put an object there in one piece. Raises ConditionError when `mode` does not allow it."""
        attributes = make_attributes(headers)

        def act() -> UpdateVersion:
            answer = obstore.put(self.store, key, data, attributes=attributes, mode=mode, use_multipart=False)
            return _make_tag(answer["e_tag"], answer["version"])

        return self.asker.ask(act, key)

    def write_parts(self, key: str, parts: Iterator[bytes], headers: Headers) -> None:
        """Put an object there part by part, once: what `parts` raises ends it, and nothing has changed then."""
        writer = obstore.open_writer(
            self.store, key, attributes=make_attributes(headers), buffer_size=PART, max_concurrency=1
        )
        with writer:
            for part in parts:
                self.asker.allow()
                writer.write(part)
            self.asker.allow()

    def copy(self, key: str, to: str) -> None:
        """Copy an object inside the store, with its headers."""
        self.asker.ask(lambda: obstore.copy(self.store, key, to), key)

    @property
    def batch(self) -> int:
        """How many objects can be deleted in one request."""
        return MOST_DELETED if self.is_bulky else 1

    def delete(self, keys: Sequence[str]) -> None:
        """Delete as many objects as `batch`; those that are not there are no failure."""
        with contextlib.suppress(MissingError):
            self.asker.ask(lambda: obstore.delete(self.store, list(keys)))

    def list_sizes(self, folder: str = "") -> dict[str, int]:
        """Every object below a folder, with its number of bytes."""

        def act() -> dict[str, int]:
            found = obstore.list(self.store, folder or None, chunk_size=1000)
            return {each["path"]: each["size"] for chunk in found for each in chunk}

        return self.asker.ask(act)


def _make_tag(e_tag: str | None, version: str | None) -> UpdateVersion:
    tag: UpdateVersion = {}
    if e_tag is not None:
        tag["e_tag"] = e_tag
    if version is not None:
        tag["version"] = version
    return tag


def read_parts(file: BinaryIO) -> Iterator[bytes]:
    """A file in pieces."""
    while part := file.read(PART):
        yield part
