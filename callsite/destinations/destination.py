"""What a publish asks of the place it brings a site to; each module beside this one is such a place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from callsite.errors import CallsiteError
from callsite.publish.manifest import Manifest
from callsite.publish.plan import Plan, Stage
from callsite.records import dataclass


class BusyError(CallsiteError):
    """Another publish to this destination is under way; `until` is when it will have ended or be taken for dead."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class MovedError(CallsiteError):
    """What stands at the destination is not what the plan was made for: it has changed in between."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a destination. `token` is how the destination knows that nothing has changed since: its own
    business. `is_known` tells whether there is a manifest at all.
    """

    manifest: Manifest
    token: object = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Release:
    """A state of the site that can be gone back to; `published` is when it was complete."""

    name: str
    published: datetime
    commit: str = ""
    files: int = 0


class Watcher(Protocol):
    """Who is told how a publish goes. Calls may come from several threads, one at a time."""

    def begin(self, stage: Stage, files: int, size: int) -> None:
        """A stage begins, with so many files to send or take away and so many bytes to send."""

    def finish(self, path: str, size: int) -> None:
        """A file has been sent or taken away; `size` is how many bytes were sent."""

    def wait(self, reason: str, seconds: float) -> None:
        """Something failed, or somebody else is at it; it is tried again after so many seconds."""


class Destination(Protocol):
    """A place to publish to.

    Every method raises CallsiteError, with the destination's title and what to do, for what a user can mend. No message
    and no title has a password or key in it.
    """

    @property
    def title(self) -> str:
        """What to call it in messages."""

    def find_warnings(self, manifest: Manifest) -> tuple[str, ...]:
        """What the host may not like about a site, though it takes it: sentences without their ends."""

    def look(self) -> Standing:
        """See what stands there, without changing anything. Raises BusyError while somebody else publishes."""

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        """Make the destination what `plan.new` says, in an order that is never seen half done; `output` is the folder
        that the files come from (`entry.origin or path` of each).

        Whatever stops it, the next `look` sees what stands there then. Raises MovedError when `standing` is outdated.
        """

    def list_files(self) -> dict[str, int]:
        """Every file of the site as it really stands there, with its number of bytes; not the manifest."""

    def list_releases(self) -> tuple[Release, ...]:
        """The states that can be gone back to, the one to go back to first; the present one is not among them."""

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        """Make the destination what it was. Raises MovedError when `standing` is out of date."""
