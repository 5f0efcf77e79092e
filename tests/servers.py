"""Real counterparts for tests of publishing: the programs of Debian's packages, started by the tests themselves."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from typing import NoReturn

import pytest

# Where servers are installed, which the paths of ordinary users leave out.
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin"))

_MODULES = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/lib/nginx/modules")


def find_program(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails where all of them are required."""
    return shutil.which(name, path=_PLACES) or _give_up(name, package)


def find_module(name: str, package: str) -> str:
    """The path of a module for nginx, as `find_program` does it."""
    found = (os.path.join(folder, name) for folder in _MODULES)
    return next(filter(os.path.isfile, found), "") or _give_up(name, package)


def _give_up(name: str, package: str) -> NoReturn:
    reason = f"there is no {name} here (apt install {package})"
    if os.environ.get("CALLSITE_SERVERS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def find_port() -> int:
    """A port of this machine that nobody listens at just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} has not come about in {seconds:.0f} seconds"
        time.sleep(0.02)


def is_listening(port: int) -> bool:
    """Whether somebody answers at a port of this machine."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
