"""Which machine this is, without saying its name, and whether a process of it is still there."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path


def read_machine() -> str:
    """A name for the part of this machine that process ids are for: each start of it, and each container, is another.

    Where that cannot be told, none is the same as another, not even as itself.
    """
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        return os.urandom(8).hex()
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def is_running(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # there is one that is not ours, or nothing that could be one
        return True
    return True
