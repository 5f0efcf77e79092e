"""Asking by way of lychee, a program that does nothing else: what it says of an address is taken for the answer.

It is used where nothing but the address is asked for. Anchors it judges without regard for lines and scripts, so that
pages with anchors to look for are read here.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from callsite.check.external import ExternalSettings
from callsite.errors import CallsiteError
from callsite.external.fetching import Tell
from callsite.external.reports import format_links, parse_report

# So many addresses are asked for at a time: what is known by then is kept, whatever becomes of the rest.
_PORTION = 100

# Older ones ask one host many times at once, and do not say which redirects are for good.
_NEEDED = "--host-concurrency"


def find_lychee(checker: str) -> str | None:
    """The program, if the setting `checker` wants it; None when httpx is to be used.

    Raises CallsiteError when the setting asks for what is not there.
    """
    if checker not in ("auto", "lychee", "httpx"):
        raise CallsiteError(
            f"[tool.callsite.check.external] `checker` cannot be {checker!r}; write auto, lychee or httpx"
        )
    program = None if checker == "httpx" else shutil.which("lychee")
    if program is not None and _NEEDED in _read_help(program):
        return program
    if checker == "lychee":
        raise CallsiteError("no lychee of version 0.23 or later is on the PATH; install one, or set `checker` to httpx")
    return None


def _read_help(program: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # found on the PATH
            [program, "--help"], capture_output=True, check=False, timeout=10, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def ask_lychee(program: str, addresses: Sequence[str], settings: ExternalSettings, seconds: float, tell: Tell) -> None:
    """Ask for addresses and `tell` what is known for sure; it ends after so many seconds, or when lychee gets stuck."""
    end = time.monotonic() + seconds
    patience = 2 * settings.timeout * (settings.retries + 1) + settings.longest_wait
    # The addresses of one site lie together, and each portion should hold some of every site.
    count = math.ceil(len(addresses) / _PORTION)
    for portion in (addresses[start::count] for start in range(count)):
        text = _run(program, portion, settings, min(patience, end - time.monotonic()))
        answers = None if text is None else parse_report(text, portion)
        if answers is None:
            return
        for address, answer in answers.items():
            tell(address, answer)


def _run(program: str, addresses: Sequence[str], settings: ExternalSettings, seconds: float) -> str | None:
    """The report on some addresses, None if there is none; lychee's own settings and cache are left out of it."""
    with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
        Path(folder, "links.html").write_bytes(format_links(addresses).encode("utf-8", "replace"))
        command = [
            program,
            *("--format", "json", "--verbose", "--no-progress"),
            *("--max-redirects", "10", "--timeout", str(math.ceil(settings.timeout))),
            *("--max-retries", str(settings.retries), "--retry-wait-time", str(math.ceil(settings.pause))),
            *("--max-concurrency", str(max(1, settings.overall)), _NEEDED, str(max(1, settings.per_host))),
            *("--host-request-interval", "10ms"),  # few connections are kind enough, and its 50 ms add up
            f"--user-agent={settings.user_agent}",
            "links.html",
        ]
        try:
            done = subprocess.run(  # noqa: S603  # found on the PATH, and addresses are in the file
                command, cwd=folder, capture_output=True, check=False, timeout=seconds, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return done.stdout.decode("utf-8", "replace")
