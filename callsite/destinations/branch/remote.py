"""The repository that a branch is published to, as git reaches it with the user's own ways to log in.

What is secret goes to git by the environment, never on a command line or into a file, and what git answers is told in
words of our own.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from callsite.destinations.branch.address import Address, parse_address
from callsite.destinations.destination import MovedError, Watcher
from callsite.errors import CallsiteError
from callsite.git.command import GitError, make_environment, run_git
from callsite.git.configured import Configured
from callsite.git.reasons import find_known, find_told
from callsite.git.references import is_hash
from callsite.records import dataclass, field
from callsite.storing import write_whole

_Result = TypeVar("_Result")

# What the remote is called in our own repositories.
NAME = "callsite"

# Seconds to wait after each attempt that something passing was in the way of.
DELAYS = (1.0, 4.0, 10.0)

# Seconds for asking, and for sending a whole site over a slow line.
_ASKING, _SENDING = 600, 3 * 3600

# What a user may have set for git in the environment, and is needed to reach somebody.
_KEPT = ("GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_PROXY_COMMAND", "GIT_HTTP_USER_AGENT")
_KEPT_BEGINNINGS = ("GIT_SSL_", "GIT_PROXY_SSL_", "GIT_HTTP_PROXY_")

_USER, _PASSWORD = "CALLSITE_GIT_USER", "CALLSITE_GIT_PASSWORD"  # names of variables
_HELPER = f"""!f() {{ test "$1" != get || printf 'username=%s\\npassword=%s\\n' "${_USER}" "${_PASSWORD}"; }}; f"""

# For a push the server may be silent for long, while it looks at what it got. Nothing of the user's is run by it.
_SETTINGS = {
    "http.lowSpeedLimit": "0",
    "push.gpgSign": "false",
    "push.followTags": "false",
    "push.recurseSubmodules": "no",
    "transfer.credentialsInUrl": "allow",
    "advice.detachedHead": "false",
    "fetch.writeCommitGraph": "false",
    "i18n.commitEncoding": "UTF-8",
}


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a branch of the remote stands, "" when there is none; whether it is the one that clones begin with, and
    whether the names of commits there are SHA-256.
    """

    commit: str
    is_default: bool = False
    is_sha256: bool = False


@dataclass(frozen=True)
class Remote:
    """A repository elsewhere, and what it is called in messages."""

    title: str
    address: Address
    configured: Configured = field(repr=False)
    delays: tuple[float, ...] = DELAYS

    def ask(self, repository: Path, branch: str) -> Tip:
        """Ask where a branch stands."""
        reference = f"refs/heads/{branch}"
        said = self._reach(lambda: self._run(repository, "ls-remote", "--symref", NAME, "HEAD", reference))
        lines = [line.split("\t") for line in said.decode("utf-8", "replace").splitlines()]
        found = next((line[0] for line in lines if line[1:] == [reference] and is_hash(line[0])), "")
        is_sha256 = any(len(line[0]) == 64 and is_hash(line[0]) for line in lines)
        return Tip(found, [f"ref: {reference}", "HEAD"] in lines, is_sha256)

    def fetch(self, repository: Path, branch: str, depth: int = 1, *, whole: bool = False) -> str:
        """Fetch what a branch has now, without the contents of files unless `whole`; gives its commit."""
        part = () if whole else ("--filter=blob:none",)
        words = (*_FETCH, f"--depth={depth}", *part, NAME, f"refs/heads/{branch}")
        self._reach(lambda: self._run(repository, *words))
        _forget_promises(repository)
        noted = repository / "FETCH_HEAD"
        commit = noted.read_text("utf-8", "replace").partition("\t")[0]
        noted.unlink()
        return commit

    def bring(self, repository: Path, hashes: list[str]) -> None:
        """Fetch single objects. Raises GitError when the server does not give them so."""
        stdin = "".join(f"{each}\n" for each in hashes).encode("ascii")
        self._run(repository, *_FETCH, "--no-write-fetch-head", "--filter=blob:none", "--stdin", NAME, stdin=stdin)
        _forget_promises(repository)

    def push(self, repository: Path, commit: str, branch: str, expected: str, watcher: Watcher) -> None:
        """Make a branch stand at a commit, if it still stands where it is expected to ("" for nowhere).

        Raises MovedError when it does not. What was sent although no answer came back is found out.
        """
        reference = f"refs/heads/{branch}"
        _forget_promises(repository)
        words = ("push", "--porcelain", "--no-verify", "--no-signed")
        lease = f"--force-with-lease={reference}:{expected}"

        def attempt() -> None:
            try:
                self._run(repository, *words, lease, NAME, f"{commit}:{reference}", timeout=_SENDING)
            except GitError as error:
                stands = self._ask_again(repository, branch)
                if stands == commit:
                    return
                known = find_known(error.said)
                if stands not in (None, expected) or (known and known.is_moved):
                    raise MovedError(f"{self.title}: somebody else has changed it meanwhile; publish again") from None
                raise

        self._reach(attempt, watcher)

    def make_environment(self, repository: Path) -> dict[str, str]:
        """The environment for git in a repository of ours, with the remote in it."""
        settings = [*self.configured.find_reaching(self.address.password is None), *_SETTINGS.items()]
        secret: dict[str, str] = {}
        if self.address.password is not None:
            secret = {_USER: self.address.user or "", _PASSWORD: self.address.password}
            settings.append(("credential.helper", _HELPER))
        elif self.address.user is not None:
            settings.append(("credential.username", self.address.user))
        settings.append((f"remote.{NAME}.url", self.address.value))
        environment = make_environment(repository, settings=settings, protocols="file:http:https:ssh")
        if self.address.protocol == "file":  # the user's own git works at the other end, too
            for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
                environment.pop(name)
                environment |= {name: os.environ[name]} if name in os.environ else {}
        kept = {name: os.environ[name] for name in os.environ if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}
        # What is set in the environment counts for more than the configuration.
        if "GIT_SSH" in kept or self.configured.find("core.sshcommand"):
            environment.pop("GIT_SSH_COMMAND")
        if self.configured.find("core.askpass"):
            environment.pop("GIT_ASKPASS")
        return environment | kept | secret

    def explain(self, error: GitError) -> CallsiteError:
        """What to tell the user."""
        reason = find_told(error.said or str(error), is_private=self.address.is_web)
        return CallsiteError(f"{self.title}: {reason.text}; {reason.hint}")

    def _run(self, repository: Path, *words: str, timeout: float = _ASKING, stdin: bytes = b"") -> bytes:
        environment = self.make_environment(repository)
        return run_git(environment, *words, timeout=timeout, stdin=stdin, folder=self.configured.folder)

    def _ask_again(self, repository: Path, branch: str) -> str | None:
        """Where a branch stands after something went wrong, None when nobody says."""
        try:
            return Remote(self.title, self.address, self.configured, ()).ask(repository, branch).commit
        except CallsiteError:
            return None

    def _reach(self, attempt: Callable[[], _Result], watcher: Watcher | None = None) -> _Result:
        """Try something again while it may help. Raises CallsiteError when it does not."""
        for delay in (*self.delays, None):
            try:
                return attempt()
            except GitError as error:
                known = find_known(error.said or str(error))
                if delay is None or known is None or not known.is_passing:
                    raise self.explain(error) from None
                if watcher is not None:
                    watcher.wait(f"{self.title}: {known.text}", delay)
                time.sleep(delay)
        raise AssertionError


_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
)


def _forget_promises(repository: Path) -> None:
    """Take back what a fetch without contents has noted: that the remote has what is missing here. Otherwise a push
    would fetch the old content of each file that has changed.
    """
    path = repository / "config"
    text = path.read_text(encoding="utf-8")
    rest = _PROMISES.sub("", text)
    if rest != text:
        write_whole(path, rest.encode("utf-8"))


_PROMISES = re.compile(rf'^\[remote "{NAME}"\]\n(?:\t.*\n)*', re.MULTILINE)


def find_remote(remote: str, branch: str, configured: Configured, where: str) -> tuple[str, Address]:
    """The title and address of a branch to publish to. Raises CallsiteError when there is no such remote."""
    text = configured.find_address(remote)
    if text is None:
        text = configured.rewrite(remote)
        looks = "/" in text or ":" in text or text in (".", "..")
        if not looks:
            hint = "write the address of the repository as `remote`, or add it: git remote add …"
            raise CallsiteError(f"{where}: git knows no remote `{remote}` here; {hint}")
    address = parse_address(text, where)
    return f"branch {branch} of {address.shown}", address
