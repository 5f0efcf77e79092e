"""Running git so that nothing a repository says makes it run anything else.

Reading works on a repository of our own making, empty but for the other one's folder of objects: the other one's
configuration, hooks, attributes, replacements and promises (of objects to fetch on demand) are never looked at. Its
references are read here, by `references`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

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
    repository: Path,
    objects: Path | None = None,
    settings: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    protocols: str = "",
) -> dict[str, str]:
    """The environment for git at a repository, with the objects of another one if need be.

    `settings` are for this call alone: unlike the command line, the environment is not for everybody to see. Pairs may
    have a name several times, in git's order.
    `protocols` are those that git may reach out with, separated by colons.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    every = [*_SETTINGS.items(), *(settings.items() if isinstance(settings, Mapping) else settings)]
    numbered = {
        name: value
        for number, pair in enumerate(every)
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


class GitError(Exception):
    """Git did not do what it was asked; the message is its own, on one line. `said` is all that it printed, which may
    hold addresses with passwords in them.
    """

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def run_git(
    environment: Mapping[str, str],
    *words: str,
    timeout: float = 600,
    stdin: bytes = b"",
    folder: Path | None = None,
) -> bytes:
    """Run git, in a folder if it matters, and give what it prints. Raises GitError with its words when it fails."""
    with _start(environment, words, folder) as (git, errors):
        try:
            told, _ = git.communicate(stdin, timeout)
        except subprocess.TimeoutExpired as error:
            raise GitError("it takes too long") from error
        _check_end(git, errors, told)
    return told


@contextlib.contextmanager
def feed_git(environment: Mapping[str, str], *words: str) -> Iterator[IO[bytes]]:
    """Git, listening; it is ended when what is said breaks off. Raises GitError when it fails."""
    with _start(environment, words) as (git, errors):
        assert git.stdin is not None
        try:
            yield git.stdin
            git.stdin.close()
        except BrokenPipeError:
            pass  # it failed, and says why
        _check_end(git, errors, git.stdout.read() if git.stdout else b"")


@contextlib.contextmanager
def _start(
    environment: Mapping[str, str], words: tuple[str, ...], folder: Path | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Git, and the file of its errors: a connection that ssh keeps open for others would keep a pipe open, too.

    It has no terminal to ask anything at, and does not outlive this, nor do the programs that it starts.
    """
    command = make_command(*words)
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603  # the words are checked by callers
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as git,
    ):
        try:
            yield git, errors
        except BaseException:
            if git.returncode is None:
                os.killpg(git.pid, signal.SIGKILL)
            with contextlib.suppress(OSError):  # it is not there any more to read the rest
                assert git.stdin is not None
                git.stdin.close()
            raise


def _check_end(git: subprocess.Popen[bytes], errors: IO[bytes], told: bytes) -> None:
    if git.wait():
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
        reason = find_reason(said) or f"git ends with {git.returncode}"
        raise GitError(reason, said + told.decode("utf-8", "replace"))


def find_reason(stderr: str) -> str:
    """Of what git has to say, the line that tells why it failed."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    reasons = [line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))]
    return (reasons or lines or [""])[0].removeprefix("fatal: ").removeprefix("error: ")
