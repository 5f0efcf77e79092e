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

    All that an earlier publish has left in doubt stays in doubt: the plan sends it again or takes it away.
    """
    standing = plan.old.files.keys() | plan.old.retired.keys()
    gone = (deletion.path for deletion in plan.deletions)
    coming = {path: None if path in standing else plan.old.coming.get(path) for path in gone}
    return replace(
        plan.old, coming={**plan.old.coming, **coming, **{upload.path: upload.entry for upload in plan.uploads}}
    )


def plan_clearing(plan: Plan) -> Manifest:
    """The manifest to keep there when all is sent and before the first file is taken away: the new site stands, and
    what is to go may be there or not. A plan without deletions has no need for it.
    """
    return replace(plan.new, coming={deletion.path: None for deletion in plan.deletions})


def find_standing(manifest: Manifest, found: Collection[str]) -> Manifest:
    """What stands at a destination after a publish that was cut short, where `found` are the files that are there.

    What is in doubt and not there is left out, so that it counts as new and comes before what may lead to it. What is
    there stays in doubt, and counts as known to visitors.
    """
    standing = manifest.files.keys() | manifest.retired.keys()
    gone = manifest.coming.keys() - set(found)
    coming = {path: entry for path, entry in manifest.coming.items() if path not in gone}
    brought = {path: entry for path, entry in coming.items() if entry and path not in standing}
    return replace(
        manifest,
        files={**{path: entry for path, entry in manifest.files.items() if path not in gone}, **brought},
        retired={path: kept for path, kept in manifest.retired.items() if path not in gone},
        coming=coming,
    )
