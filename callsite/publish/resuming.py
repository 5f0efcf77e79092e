"""What a publish notes while it is under way, so that the next one can go on when it is cut short.

    old ─▶ begun ──uploads──▶ clearing ──deletions──▶ new
            └──────cut short─────┴─▶ look ──find_standing──▶ old of the next plan

Only destinations whose files change one by one have a need for this.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from callsite.publish.manifest import Manifest
from callsite.publish.plan import Plan


def plan_begun(plan: Plan) -> Manifest:
    """The manifest to keep at the destination before the first byte of a plan is sent.

    All that an earlier publish has left in doubt stays in doubt: the plan sends it again or takes it away. What was
    retired and is wanted again counts as the site's from now on, since pages of the new site may be seen with it.
    """
    old, new = plan.old, plan.new
    standing = old.files.keys() | old.retired.keys()
    revived = {path: kept.entry for path, kept in old.retired.items() if path in new.files}
    gone = {
        deletion.path: None if deletion.path in standing else old.coming[deletion.path] for deletion in plan.deletions
    }
    sent = {upload.path: upload.entry for upload in plan.uploads}
    return replace(
        old,
        files={**old.files, **revived},
        retired={path: kept for path, kept in old.retired.items() if path not in revived},
        coming={**old.coming, **gone, **sent},
    )


def plan_clearing(plan: Plan) -> Manifest:
    """The manifest to keep there when all is sent and before the first file is taken away: the new site stands, and
    what is to go may be there or not. A plan without deletions has no need for it.
    """
    return replace(plan.new, coming={deletion.path: None for deletion in plan.deletions})


def find_standing(manifest: Manifest, found: Collection[str]) -> Manifest:
    """What stands at a destination after a publish that was cut short, where `found` are the files that are there.

    What is in doubt and not there counts as new, so that it comes before what may lead to it. What is there stays in
    doubt, and counts as known to visitors.
    """
    standing = manifest.files.keys() | manifest.retired.keys()
    gone = manifest.coming.keys() - set(found)
    brought = {
        path: entry for path, entry in manifest.coming.items() if entry and path not in standing and path not in gone
    }
    return replace(
        manifest,
        files={**{path: entry for path, entry in manifest.files.items() if path not in gone}, **brought},
        retired={path: kept for path, kept in manifest.retired.items() if path not in gone},
        coming={path: None if path in gone else entry for path, entry in manifest.coming.items()},
    )
