"""The processes that check pages. They can be started before it is known what there is to check: what they import takes
as long as some hundred pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsite.workers import BOOT, Workers

if TYPE_CHECKING:
    from callsite.check.facts import PageSummary
    from callsite.checking.tasks import PageTask

# The function that does it, by its name.
_JOB = "callsite.checking.pages:check_page"


def open_workers(processes: int, boot: str = BOOT) -> Workers[PageTask, PageSummary]:
    """So many processes that check pages; 0 for this one."""
    return Workers(processes, _JOB, _find_size, boot=boot)


def _find_size(task: PageTask) -> int:
    return len(task.data or b"")
