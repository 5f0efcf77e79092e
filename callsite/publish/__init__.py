"""What a publish does, worked out from two manifests before the first byte is sent. Everything here is pure.

    output ──▶ Manifest ─┐
    destination ▶ Manifest ─┴─plan──▶ Plan (stages of uploads, deletions last) ──▶ what a destination applies

Files are told apart by their SHA-256 and headers, never by times. What is at the destination and in no manifest of ours
is somebody else's, and stays.
"""

from callsite.publish.guards import Doubt, find_doubts
from callsite.publish.kinds import Kind, find_kind, plan_headers
from callsite.publish.manifest import MANIFEST, Entry, Manifest, Retired, format_manifest, parse_manifest
from callsite.publish.paths import check_paths
from callsite.publish.plan import Plan, Stage, Upload, plan_publish
from callsite.publish.resuming import find_fresh, plan_begun, plan_clearing

__all__ = [
    "MANIFEST",
    "Doubt",
    "Entry",
    "Kind",
    "Manifest",
    "Plan",
    "Retired",
    "Stage",
    "Upload",
    "check_paths",
    "find_doubts",
    "find_fresh",
    "find_kind",
    "format_manifest",
    "parse_manifest",
    "plan_begun",
    "plan_clearing",
    "plan_headers",
    "plan_publish",
]
