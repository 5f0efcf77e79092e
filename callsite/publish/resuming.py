"""What a publish notes while it is under way, so that the next one can go on when it is cut short.

    old ─▶ begun ──new files──▶ (less of it is fresh) ──changed files──▶ clearing ──deletions──▶ new
            └──────────────────────────cut short at any of them: `old` of the next plan

Only destinations whose files change one by one have a need for this. They may note besides which files are done, as
often as they like: in `files` then, and no more in `coming`.
"""

from __future__ import annotations

from callsite.publish.kinds import Kind
from callsite.publish.manifest import Manifest
from callsite.publish.plan import Plan, Stage, find_path_kind
from callsite.records import replace

_NEW = (Stage.NEW_ASSETS, Stage.NEW_PAGES, Stage.NEW_ENTRIES)


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
        fresh=find_fresh(plan, Stage.FINGERPRINTED),
    )


def find_fresh(plan: Plan, stage: Stage) -> frozenset[str]:
    """What nothing leads to yet, of what `plan_begun` is for, when a stage of uploads begins. Where that is less than
    before, it has to be noted together with all that is done, before the first file of the stage is sent.
    """
    files = plan.new.files
    revived = plan.old.retired.keys() & files.keys()
    fresh = plan.old.fresh | revived | {upload.path for upload in plan.uploads if upload.stage in _NEW}
    if stage < Stage.ASSETS:
        return fresh
    if stage < Stage.CHANGED_PAGES:
        return frozenset(
            path for path in fresh if path not in files or find_path_kind(path, files[path]) is not Kind.ASSET
        )
    return fresh - files.keys()


def plan_clearing(plan: Plan) -> Manifest:
    """The manifest to keep there when all is sent and before the first file is taken away: the new site stands, and
    what is to go may be there or not. A plan without deletions has no need for it.
    """
    return replace(plan.new, coming={deletion.path: None for deletion in plan.deletions})
