"""Why git could not reach or change another repository, in words of our own.

What git and servers say may repeat addresses with passwords and whatever they were asked with, so it is looked at for
what is known, and the rest is only told where no password is ever sent.
"""

from __future__ import annotations

import re
from typing import Final

from callsite.records import dataclass
from callsite.wording import make_printable


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something failed and what to do. `is_passing` tells that it may well work in a moment; `is_moved` that
    somebody else was quicker.
    """

    text: str
    hint: str
    is_passing: bool = False
    is_moved: bool = False


_LATER: Final = "try again later"
_LOGIN: Final = "see what git logs in with: a credential helper, an ssh key, or the token of the workflow"
_RULES: Final = "see the rules of the branch on the server"

# The first one that is found counts, so what is certain comes before what others say as well.
_KNOWN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        ("terminal prompts disabled|could not read (?:username|password)", Reason("nobody is logged in", _LOGIN)),
        (
            "authentication failed|invalid username or|access denied|invalid credentials|returned error: 401",
            Reason("the login is not accepted, or no longer", _LOGIN),
        ),
        (r"permission denied \(|too many authentication failures", Reason("the ssh key is not accepted", _LOGIN)),
        (
            "host key verification failed",
            Reason("ssh does not know the server's key", "log in with ssh once, and compare the key"),
        ),
        (
            r"\bGH001\b|file size limit|larger than the maximum",
            Reason("a file is too large for the server", "make it smaller"),
        ),
        (
            r"\bGH007\b",
            Reason("the commit would show a private e-mail address", "set user.email to one that may be seen"),
        ),
        (r"\bGH009\b|\bGH013\b|rule violations|push protection", Reason("a rule of the server forbids it", _RULES)),
        (
            r"denying non-fast-forward|remote rejected\].*\(non-fast-forward\)|not allowed to force push",
            Reason("the server takes no branch that is begun anew", "write `history = true`"),
        ),
        (r"\bGH006\b|protected branch", Reason("the branch is protected", _RULES)),
        (
            "branch is currently checked out",
            Reason("the branch is checked out there", "publish to a bare repository, or to another branch"),
        ),
        ("shallow update not allowed", Reason("the server takes no shallow history", "write `history = false`")),
        ("find remote ref", Reason("the branch is not there any more", "publish again", is_moved=True)),
        (
            "stale info|fetch first|cannot lock ref|failed to update ref|incorrect old value|reference already exists",
            Reason("somebody else has changed the branch", "publish again", is_moved=True),
        ),
        ("hook declined|declined", Reason("a rule of the server forbids it", _RULES)),
        ("dubious ownership", Reason("it is another user's repository", "tell git to trust it: safe.directory")),
        (
            r"no space left|disk quota|quota exceeded|storage limit|unable to write|unable to create temporary",
            Reason("there is no room, or you may not write", "make room, or see to the rights"),
        ),
        (
            "insufficient permission|permission denied|read-only|returned error: 403|not allowed to|archived",
            Reason("this user may not write there", _LOGIN),
        ),
        (
            "returned error: 404|repository (?:'.*' )?not found|does not (?:exist|appear to be a git)|not a git repo",
            Reason("there is no such repository, or you may not see it", "see that the address is right"),
        ),
        (
            "certificate",
            Reason("the server's certificate is not accepted", "see that the address and the clock are right"),
        ),
        (
            "unpacker error|unpack failed|index-pack failed",
            Reason("the server could not take what was sent", "see whether there is room, and what its log says"),
        ),
        ("transport '.*' not allowed", Reason("the server sends us elsewhere", "see that the address is right")),
        (
            "could not resolve|name or service not known|temporary failure in name resolution",
            Reason(
                "there is no server of that name", "see that the address and the network are right", is_passing=True
            ),
        ),
        (r"returned error: (?:429|5\d\d)", Reason("the server is too busy", _LATER, is_passing=True)),
        (
            "timed out|too (?:slow|long)|connection|connect to|rpc failed|early eof|hung up|disconnect|ssl_|gnutls",
            Reason("the connection is broken", _LATER, is_passing=True),
        ),
    )
)

_UNKNOWN: Final = Reason("git does not say a reason that is known here", "see whether `git push` to it works")

_USER = re.compile(r"(?<=://)[^\s/@]*@")
_SECRET_LIKE = re.compile(r"(?=[\w+/=.~-]*\d)(?=[\w+/=.~-]*[A-Za-z])(?![0-9a-f]{7,64}\b)[\w+=.~-]{20,}", re.ASCII)
_LONGEST = 200


def find_known(said: str) -> Reason | None:
    """The reason that is in what git and the server have said, None for one that is not known."""
    return next((reason for pattern, reason in _KNOWN if pattern.search(said)), None)


def find_told(said: str, *, is_private: bool) -> Reason:
    """The reason to tell. `is_private` says that what was sent may be repeated in it, so that nothing is quoted."""
    known = find_known(said) or _UNKNOWN
    if is_private:
        return known
    lines = [line.strip() for line in said.splitlines()]
    told = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    failed = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal:") and known is _UNKNOWN]
    words = next(filter(None, (*told, *failed)), "")
    return Reason(f"{known.text} (“{_hide(words)}”)", known.hint, known.is_passing, known.is_moved) if words else known


def _hide(words: str) -> str:
    shown = _SECRET_LIKE.sub("…", _USER.sub("", words))
    return make_printable(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")
