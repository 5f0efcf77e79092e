"""What a user has told git for working in a folder: remotes and their addresses, who they are, how to log in.

Unlike what `command` does with repositories of anybody, this obeys the user's own configuration, as `git push` in that
folder would. It is read once, and what is needed of it handed to git by the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.git.command import GitError, run_git
from callsite.records import dataclass

# Variables of the environment that would make git look at another repository than the folder's (githooks sets them).
_OTHERS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)

# What git needs of the configuration to reach somebody, by the beginnings of names.
_REACHING = ("credential.", "http.", "ssh.", "core.sshcommand", "core.askpass", "safe.directory")
_HELPERS = ("credential.",)

# As gitcli says of identities: what is left out of names and addresses, and what may not stand at their ends.
_NEVER = str.maketrans("", "", "<>\n\0")
_AT_ENDS = " .,:;\"'\\" + "".join(map(chr, range(32)))


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings, in git's order, and the folder that relative addresses of remotes are looked up from."""

    folder: Path
    settings: tuple[tuple[str, str], ...] = ()

    def find(self, name: str) -> str | None:
        """The value of a setting, the last one when there are several."""
        return next((value for key, value in reversed(self.settings) if key == name), None)

    def find_address(self, remote: str) -> str | None:
        """The address that git would push to when a remote is called so; None when there is no such remote.

        It may have a password in it.
        """
        pushed, plain = (self._find_first(f"remote.{remote}.{key}") for key in ("pushurl", "url"))
        if pushed:
            return self._rewrite(pushed, "insteadof") or pushed
        return self.rewrite(plain) if plain else None

    def rewrite(self, address: str) -> str:
        """The address that git would push to in place of another one (`url.….insteadOf`)."""
        return self._rewrite(address, "pushinsteadof") or self._rewrite(address, "insteadof") or address

    def find_reaching(self, with_helpers: bool = True) -> list[tuple[str, str]]:
        """The settings of how to reach others; `with_helpers` also of where to get passwords."""
        left_out = () if with_helpers else _HELPERS
        return [
            (key, value) for key, value in self.settings if key.startswith(_REACHING) and not key.startswith(left_out)
        ]

    def _find_first(self, name: str) -> str | None:
        return next((value for key, value in self.settings if key == name and value), None)

    def _rewrite(self, address: str, key: str) -> str:
        known = [
            (value, name.removeprefix("url.").removesuffix(f".{key}"))
            for name, value in self.settings
            if name.startswith("url.") and name.endswith(f".{key}") and address.startswith(value)
        ]
        if not known:
            return ""
        beginning, base = max(known, key=lambda pair: len(pair[0]))
        return base + address.removeprefix(beginning)


def read_configured(folder: Path) -> Configured:
    """Read what git is told in a folder, which need not be in a repository. Raises CallsiteError when git cannot."""
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS} | {"LC_ALL": "C"}
    try:
        said = run_git(environment, "rev-parse", "--show-toplevel", folder=folder, timeout=60)
        top = Path(os.fsdecode(said.removesuffix(b"\n")))
    except GitError as error:
        if "dubious ownership" in error.said:
            hint = "tell git that it is yours: git config --global --add safe.directory FOLDER"
            raise CallsiteError(
                f"{folder}: git does not trust this repository, which is another user's; {hint}"
            ) from None
        top = folder  # no repository, or one without a work tree
    except OSError as error:
        raise CallsiteError(f"{folder}: cannot be looked at, {error.strerror}; see that it is there") from error
    try:
        listed = run_git(environment, "config", "--list", "-z", folder=folder, timeout=60)
    except GitError:
        raise CallsiteError(f"{folder}: git cannot read its configuration; see what `git config --list` says") from None
    pairs = (os.fsdecode(each).partition("\n") for each in listed.split(b"\0")[:-1])
    return Configured(top, tuple((key, value if is_given else "true") for key, is_given, value in pairs))


def find_identity(configured: Configured, environment: Mapping[str, str]) -> dict[str, str]:
    """Who makes commits, as variables of git's environment: those that are set, the configuration, or Callsite itself.

    Raises CallsiteError when the user wants no identity but a configured one, and there is none.
    """
    found = {}
    for role in ("author", "committer"):
        for part, usual in (("name", "Callsite"), ("email", "publish@callsite.invalid")):
            name = f"GIT_{role}_{part}".upper()
            said = (
                environment.get(name),
                configured.find(f"{role}.{part}"),
                configured.find(f"user.{part}"),
                environment.get("EMAIL") if part == "email" else None,
            )
            clean = (each.translate(_NEVER).strip(_AT_ENDS) for each in said if each)
            known = next(filter(None, clean), "")
            if not known and (configured.find("user.useconfigonly") or "").lower() in ("true", "yes", "on", "1"):
                hint = f"give it one: git config user.{part} …"
                raise CallsiteError(
                    f"{configured.folder}: git knows no {part} for commits, and is to guess none; {hint}"
                )
            found[name] = known or usual
    return found
