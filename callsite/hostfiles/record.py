"""`build.json`: what a site was made from and with. It has no time of the build and no path of the machine, so that the
same commit and tools give the same bytes anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from callsite.records import dataclass
from callsite.redirects import Redirect, format_location, plan_redirect_path


@dataclass(frozen=True, slots=True)
class Record:
    """What a site was made from and with.

    `site` is its address, without a slash at the end. `commit` is "" where that is not known; `is_dirty` tells that the
    files were other ones than those of the commit, `committed` when it was made. `tools` are versions by name, `pages`
    the number of published pages and articles.
    """

    site: str
    commit: str = ""
    is_dirty: bool = False
    committed: datetime | None = None
    tools: Mapping[str, str] | None = None
    pages: int = 0


def format_record(record: Record, redirects: Sequence[Redirect], prefix: str = "") -> str:
    """Write the file. Each redirect is in it by the path of its page, with where that leads: from the root of the host
    on, below `prefix`, or a whole address.
    """
    committed = record.committed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if record.committed else ""
    leads = {plan_redirect_path(redirect): format_location(redirect, prefix) for redirect in redirects}
    values = {
        "site": record.site,
        "commit": record.commit,
        "dirty": record.is_dirty,
        "committed": committed,
        "tools": dict(record.tools or {}),
        "pages": record.pages,
        "redirects": dict(sorted(leads.items())),
    }
    return json.dumps(values, indent=2, ensure_ascii=True) + "\n"
