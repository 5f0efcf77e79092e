"""Files that stand where a new one of the site would come, and that nobody of ours has put there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from callsite.destinations.store.faults import MissingError
from callsite.destinations.store.objects import Objects
from callsite.errors import CallsiteError
from callsite.publish.plan import Plan, Upload

# So many files are asked for one by one; for more, all there are is listed.
MOST_ASKED: Final = 10


def check_strangers(objects: Objects, plan: Plan) -> None:
    """Raise CallsiteError when a plan would overwrite somebody else's file with other bytes.

    What an earlier publish has left in doubt may be ours.
    """
    new = {upload.path: upload for upload in plan.uploads if upload.is_new and upload.path not in plan.old.coming}
    if len(new) > MOST_ASKED:
        found: Mapping[str, int] = objects.list_sizes()
    else:
        found = {path: size for path in new if (size := _find_size(objects, path)) is not None}
    for path in sorted(new.keys() & found.keys()):
        if not _is_same(objects, new[path], found[path]):
            hint = "move it away, or publish with --verify and --adopt"
            raise CallsiteError(f"{objects.asker.title}: {path} is there and is not this site's; {hint}")


def _find_size(objects: Objects, path: str) -> int | None:
    try:
        return objects.read_size(path)
    except MissingError:
        return None


def _is_same(objects: Objects, upload: Upload, size: int) -> bool:
    if size != upload.entry.size:
        return False
    found = objects.read(upload.path)
    return found is None or hashlib.sha256(found.data).hexdigest() == upload.entry.sha256
