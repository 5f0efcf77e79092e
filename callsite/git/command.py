"""Running git so that nothing a repository says makes it run anything else.

Reading works on a repository of our own making, empty but for the other one's folder of objects: the other one's
configuration, hooks, attributes, replacements and promises (of objects to fetch on demand) are never looked at. Its
references are read here, by `references`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from callsite.errors import CallsiteError

# What holds for every call, should git look at a configuration after all.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "protocol.ext.allow": "never",
    "protocol.file.allow": "never",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}


def make_repository(folder: Path, is_sha256: bool = False) -> None:
    """Make an empty bare repository, without any of the files that a user's template would put there."""
    (folder / "refs").mkdir(parents=True)
    (folder / "objects").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    form = "[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else ""
    version = int(is_sha256)
    (folder / "config").write_text(
        f"[core]\n\trepositoryFormatVersion = {version}\n\tbare = true\n{form}", encoding="ascii"
    )


def make_command(*words: str) -> list[str]:
    """A command line of git. Raises CallsiteError when there is no git."""
    git = shutil.which("git")
    if git is None:
        raise CallsiteError("git is not there; install it, or name another kind of source")
    return [git, "--no-pager", *words]


def make_environment(
    repository: Path, objects: Path | None = None, settings: Mapping[str, str] | None = None, protocols: str = ""
) -> dict[str, str]:
    """The environment for git at a repository, with the objects of another one if need be.

    `settings` are for this call alone: unlike the command line, the environment is not for everybody to see.
    `protocols` are those that git may reach out with, separated by colons.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    every = _SETTINGS | dict(settings or {})
    numbered = {
        name: value
        for number, pair in enumerate(every.items())
        for name, value in zip((f"GIT_CONFIG_KEY_{number}", f"GIT_CONFIG_VALUE_{number}"), pair, strict=True)
    }
    return (
        kept
        | numbered
        | {
            "GIT_CONFIG_COUNT": str(len(every)),
            "GIT_DIR": str(repository),
            "GIT_OBJECT_DIRECTORY": str(objects or repository / "objects"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": protocols,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "GIT_OPTIONAL_LOCKS": "0",
            "LC_ALL": "C",
        }
    )


# A user's own certificates for https.
_KEPT = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")


def run_git(environment: Mapping[str, str], *words: str, timeout: float = 600, stdin: bytes = b"") -> bytes:
    """Run git and give what it prints. Raises GitError with its last words when it fails."""
    command = make_command(*words)
    try:
        done = subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=timeout, check=False)  # noqa: S603  # the words are checked by callers
    except subprocess.TimeoutExpired as error:
        raise GitError("it takes too long") from error
    if done.returncode:
        raise GitError(find_reason(done.stderr.decode("utf-8", "replace")) or f"git ends with {done.returncode}")
    return done.stdout


class GitError(Exception):
    """Git did not do what it was asked; the message is its own, on one line."""


def find_reason(stderr: str) -> str:
    """Of what git has to say, the line that tells why it failed."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    reasons = [line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))]
    return (reasons or lines or [""])[0].removeprefix("fatal: ").removeprefix("error: ")
