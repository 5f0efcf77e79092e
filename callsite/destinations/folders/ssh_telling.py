"""Telling how a publish goes when files arrive in another order than that of the plan's stages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from callsite.destinations.destination import Watcher
from callsite.publish.plan import Plan, Stage


class Teller:
    """Tells a watcher stage by stage; what arrives before its stage is told when that has begun."""

    def __init__(self, plan: Plan, watcher: Watcher) -> None:
        self._watcher = watcher
        self._stages = deque(_list_stages(plan))
        self._arrived: dict[str, int] = {}
        self._open: set[str] = set()
        self._go_on()

    def arrive(self, path: str, size: int) -> None:
        """A file is there, for which so many bytes were sent; each counts once."""
        self._arrived[path] = size
        if path in self._open:
            self._tell(path)
            self._go_on()

    def _go_on(self) -> None:
        while not self._open and self._stages:
            stage, paths, deleted, size = self._stages.popleft()
            self._open = {*paths, *deleted}
            self._watcher.begin(stage, len(self._open), size)
            for path in deleted:  # they are not in the new release
                self._arrived[path] = 0
            for path in (*paths, *deleted):
                if path in self._arrived:
                    self._tell(path)

    def _tell(self, path: str) -> None:
        self._open.remove(path)
        self._watcher.finish(path, self._arrived[path])


def _list_stages(plan: Plan) -> Iterator[tuple[Stage, list[str], list[str], int]]:
    for stage, uploads, deletions in plan.list_stages():
        size = sum(upload.entry.size for upload in uploads)
        yield stage, [upload.path for upload in uploads], [deletion.path for deletion in deletions], size
