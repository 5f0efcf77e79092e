"""Opening files of folders that anybody may have filled: never a named pipe, a device or a folder."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file for reading. Raises OSError for anything else; a named pipe would wait for its writer."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    # What is a file now may have been something else before it was opened, so only this answer counts.
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(number, "rb")
