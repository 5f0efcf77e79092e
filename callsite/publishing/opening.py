"""The destination that a site's settings mean."""

from __future__ import annotations

from pathlib import Path

from callsite.destinations import Destination
from callsite.publish.settings import BranchSettings, DirectorySettings, SshSettings, Target


def open_destination(target: Target, base: Path) -> Destination:
    """Make a destination of its settings; `base` is the folder of the site. Nothing is asked of it yet.

    Raises CallsiteError when the settings cannot be meant, or a library for this kind is not installed.
    """
    match target:  # each kind needs libraries that the others need not wait for
        case DirectorySettings():
            from callsite.destinations.folders.directory import DirectoryDestination  # noqa: PLC0415  # see above

            return DirectoryDestination(target, base)
        case SshSettings():
            from callsite.destinations.folders.ssh import SshDestination  # noqa: PLC0415  # see above

            return SshDestination(target, base)
        case BranchSettings():
            from callsite.destinations.branch import BranchDestination  # noqa: PLC0415  # see above

            return BranchDestination(target, base)
    from callsite.destinations.store import StoreDestination  # noqa: PLC0415  # see above

    return StoreDestination(target, base)
