"""Which package index there is: what pip is set up for, asked of pip itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping

from callsite.errors import CallsiteError
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Package indexes and other places with archives; addresses can hold credentials.

    `certificate` is a file of certificates to trust in place of the system's; `trusted` are hosts that may be asked
    without encryption.
    """

    indexes: tuple[str, ...]
    find_links: tuple[str, ...] = ()
    certificate: str = ""
    trusted: tuple[str, ...] = ()


def read_index_settings() -> IndexSettings:
    """Ask pip for its configuration: files, environment variables and its own default."""
    values = parse_settings(_ask_pip("config", "list"))
    indexes: tuple[str, ...] = ()
    if not is_on(values.get("no-index", "")):
        first = values.get("index-url") or parse_default(_ask_pip("help", "download"))
        indexes = (first, *values.get("extra-index-url", "").split())
    return IndexSettings(
        indexes=indexes,
        find_links=tuple(values.get("find-links", "").split()),
        certificate=values.get("cert", ""),
        trusted=tuple(values.get("trusted-host", "").split()),
    )


def parse_settings(listing: str) -> Mapping[str, str]:
    """The settings in the words of `pip config list` that hold for downloads: those of the environment come before
    those for `pip download` and `pip install`, and these before the global ones.
    """
    found: dict[str, str] = {}
    for section in ("global", "install", "download", ":env:"):
        for line in listing.splitlines():
            key, equals, value = line.partition("=")
            name = key.removeprefix(f"{section}.").replace("_", "-")
            if equals and key.startswith(f"{section}."):
                found[name] = str(ast.literal_eval(value))
    return found


def parse_default(text: str) -> str:
    """The index that pip uses when it is told of none, out of its help."""
    match = re.search(r"--index-url.*?\(default\s+(\S+?)\)", text, re.DOTALL)
    if match is None:
        raise CallsiteError("pip does not say which package index it uses; set index-url in its configuration")
    return match[1]


def is_on(value: str) -> bool:
    """Whether a switch of pip's configuration is on."""
    return value.strip().lower() in ("1", "y", "yes", "true", "on", "t")


def _ask_pip(*words: str) -> str:
    # -P: a folder called pip in the current one is not pip.
    command = [sys.executable, "-P", "-m", "pip", *words, "--disable-pip-version-check"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  # our own Python
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CallsiteError("pip cannot be asked which package index to use; see that it runs") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it fails"])[-1]
        raise CallsiteError(f"pip cannot be asked which package index to use: {reason}; see that `python -m pip` runs")
    return done.stdout
