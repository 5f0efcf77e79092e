"""All addresses at the same time, but each site with few connections, until all have answered or the time is over."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from callsite.check.external import Answer, ExternalSettings
from callsite.external.asking import open_asker
from callsite.external.following import follow

Tell = Callable[[str, Answer], None]
P = ParamSpec("P")
T = TypeVar("T")


def fetch_all(addresses: Mapping[str, frozenset[str]], settings: ExternalSettings, seconds: float, tell: Tell) -> None:
    """Ask for all addresses, each with the anchors to look for there, and `tell` each answer when it is there.

    After so many seconds it ends, and what has not answered by then is not told of.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Lookups())
        runner.run(_fetch_all(addresses, settings, seconds, tell))


async def _fetch_all(
    addresses: Mapping[str, frozenset[str]], settings: ExternalSettings, seconds: float, tell: Tell
) -> None:
    queues: defaultdict[str, deque[str]] = defaultdict(deque)
    for address in addresses:
        queues[urlsplit(address).hostname or ""].append(address)
    async with open_asker(settings) as asker:

        async def work(queue: deque[str]) -> None:
            while queue:
                address = queue.popleft()
                tell(address, await follow(asker, address, addresses[address]))

        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for queue in queues.values():
                    for _ in range(min(max(1, settings.per_host), len(queue))):
                        group.create_task(work(queue))
        except TimeoutError:
            pass


class _Lookups(ThreadPoolExecutor):
    """Threads that nobody waits for: they look up the names of hosts, which takes long at times, and goes on whatever
    becomes of the run.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do something in a thread of its own."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # it is for the one who waits, if there still is one
                future.set_exception(error)

        future.set_running_or_notify_cancel()
        threading.Thread(target=run, daemon=True).start()
        return future
