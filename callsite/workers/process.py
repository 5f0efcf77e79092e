"""A process that works for another one.

Tasks come in as lists, and the results go out one at a time, so that the other side knows which task was the last when
this process dies. The process ends when the pipe does.
"""

from __future__ import annotations

import contextlib
import gc
import pickle
import resource
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

# Said once, when all is imported and work can begin.
READY = b"ready"

# Room for the tree of the largest file that is read; made-up files would take what there is.
_MOST_MEMORY = 2 * 2**30

# Trees are dropped one by one and have no cycles, so the collector only costs time. Scopes do have them: they go after
# so many bytes of text.
_COLLECT_AFTER = 2**20


def main(descriptor: int, job: str) -> None:
    """Serve the pipe whose file descriptor this is with the function that `job` names."""
    work = find_job(job)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    room = min(limit for limit in (_MOST_MEMORY, hard) if limit != resource.RLIM_INFINITY)
    with contextlib.suppress(OSError, ValueError):  # some systems have no such limit
        resource.setrlimit(resource.RLIMIT_AS, (room, hard))
    gc.disable()
    gc.freeze()
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, OSError):
        serve(connection, work)


def find_job(name: str) -> Callable[[Any], Any]:
    """The function of a name such as `package.module:function`."""
    module, _, function = name.partition(":")
    job: Callable[[Any], Any] = getattr(import_module(module), function)
    return job


def serve(connection: Connection[bytes, bytes], work: Callable[[Any], Any]) -> None:
    """Answer until the other side is gone, which is an EOFError or an OSError."""
    connection.send_bytes(READY)
    seen = 0
    while True:
        for size, task in pickle.loads(connection.recv_bytes()):  # noqa: S301  # from our own parent
            connection.send_bytes(pickle.dumps(work(task)))
            seen += size
            if seen > _COLLECT_AFTER:
                gc.collect()
                seen = 0
