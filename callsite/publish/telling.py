"""A plan in words, and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from callsite.publish.manifest import Entry
from callsite.publish.plan import Plan, Stage, Upload
from callsite.wording import count, make_printable

TITLES: Final = {
    Stage.FINGERPRINTED: "fingerprinted assets",
    Stage.NEW_ASSETS: "new assets",
    Stage.ASSETS: "changed assets",
    Stage.NEW_PAGES: "new pages",
    Stage.NEW_ENTRIES: "new feeds and lists",
    Stage.CHANGED_PAGES: "changed pages",
    Stage.ENTRIES: "index, feeds and lists",
    Stage.REMOVED_PAGES: "deleted pages",
    Stage.REMOVED_FILES: "deleted files",
}

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def format_size(size: int) -> str:
    """A number of bytes in the unit that suits it, in thousands: `340 kB`, `1.2 MB`."""
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    if unit == 0:
        return count(size, "byte")
    return f"{number:.1f} {_UNITS[unit]}" if number < 9.95 else f"{number:.0f} {_UNITS[unit]}"


def format_plan(plan: Plan, grace: timedelta) -> Iterator[str]:
    """The lines that tell what a plan is going to do: `+` new, `~` changed, `h` headers alone, `-` deleted."""
    for stage, uploads, deletions in plan.list_stages():
        size = sum(upload.entry.size for upload in uploads)
        yield f"{TITLES[stage]}: {count(len(uploads) + len(deletions), 'file')}" + (
            f", {format_size(size)}" if uploads else ""
        )
        for upload in uploads:
            yield make_printable(f"  {_find_sign(upload)} {upload.path}")
        for deletion in deletions:
            yield make_printable(f"  - {deletion.path}")
    kept = [path for path in plan.new.retired if path not in plan.old.retired]
    if kept:
        yield f"kept for {format_grace(grace)}, for pages in caches: {count(len(kept), 'file')}"
        for path in sorted(kept):
            yield make_printable(f"  = {path}")


def format_totals(plan: Plan) -> str:
    """One line with what a plan comes to."""
    if plan.is_empty:
        return f"nothing to send: all {count(len(plan.new.files), 'file')} are there"
    sent = f"{count(len(plan.uploads), 'file')} to send ({format_size(plan.size)})"
    return f"{sent}, {len(plan.deletions):,} to delete, {plan.unchanged:,} unchanged"


def format_grace(grace: timedelta) -> str:
    """A time as people say it."""
    hours = int(grace.total_seconds()) // 3600
    return count(hours // 24, "day") if hours % 24 == 0 else count(hours, "hour")


def describe_plan(plan: Plan) -> dict[str, Any]:
    """A plan as values that JSON can hold."""
    return {
        "release": plan.new.release,
        "site": plan.new.site,
        "commit": plan.new.commit,
        "uploads": [
            {
                "path": upload.path,
                "stage": upload.stage.name.lower(),
                "why": {"+": "new", "~": "changed", "h": "headers"}[_find_sign(upload)],
                **_describe_entry(upload.entry),
            }
            for upload in plan.uploads
        ],
        "deletions": [
            {"path": deletion.path, "stage": deletion.stage.name.lower(), "expired": deletion.is_expired}
            for deletion in plan.deletions
        ],
        "kept": sorted(plan.new.retired),
        "unchanged": plan.unchanged,
        "bytes": plan.size,
    }


def _describe_entry(entry: Entry) -> dict[str, Any]:
    return {"sha256": entry.sha256, "bytes": entry.size, "headers": dict(entry.headers)}


def _find_sign(upload: Upload) -> str:
    if upload.changes_headers_only:
        return "h"
    return "+" if upload.is_new else "~"
