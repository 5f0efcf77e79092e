"""A process that resolves names for another one.

Texts come in as lists, and the answers go out one at a time, so that the other side knows which text was the last when
this process dies. The process ends when the pipe does.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import resource
from multiprocessing.connection import Connection

from callsite.uses.answers import find_answer

# Said once, when all is imported and work can begin.
READY = b"ready"

# Room for the tree of the largest file that is read; made-up files would take what there is.
_MOST_MEMORY = 2 * 2**30

# Trees are dropped one by one and have no cycles, so the collector only costs time. Scopes do have them: they go after
# so many bytes of text.
_COLLECT_AFTER = 2**20


def main(descriptor: int) -> None:
    """Serve the pipe whose file descriptor this is."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    room = min(limit for limit in (_MOST_MEMORY, hard) if limit != resource.RLIM_INFINITY)
    with contextlib.suppress(OSError, ValueError):  # some systems have no such limit
        resource.setrlimit(resource.RLIMIT_AS, (room, hard))
    gc.disable()
    gc.freeze()
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, OSError):
        serve(connection)


def serve(connection: Connection[bytes, bytes]) -> None:
    """Answer until the other side is gone, which is an EOFError or an OSError."""
    connection.send_bytes(READY)
    seen = 0
    while True:
        for task in marshal.loads(connection.recv_bytes()):  # noqa: S302  # from our own parent
            connection.send_bytes(marshal.dumps(find_answer(task).dump()))
            seen += len(task[0])
            if seen > _COLLECT_AFTER:
                gc.collect()
                seen = 0
