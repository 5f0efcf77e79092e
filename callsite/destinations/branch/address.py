"""Addresses of git repositories that are pushed to: what may be shown of them, and what stays secret."""

from __future__ import annotations

import re
from urllib.parse import unquote

from callsite.check.secrets import hide_secrets
from callsite.errors import CallsiteError
from callsite.records import dataclass, field
from callsite.sources.addresses import LOOPBACK, split_address
from callsite.wording import make_printable

_SHORT = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>\[[^\]]+\]|[^:/\s\[\]]+):(?P<path>[^:].*|)")

# In the path of a short address: a host again, so that what came before was no host.
_LOGIN = re.compile(r"@[^/:@]+:")


@dataclass(frozen=True, slots=True)
class Address:
    """An address. `value` is what git is given: for a web address, without the user and password that were in it, None
    where there were none. `shown` may be told to anybody; `host` is "" for a folder of this machine.
    """

    value: str
    shown: str
    protocol: str
    host: str = ""
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def is_web(self) -> bool:
        """Whether passwords may be sent to it."""
        return self.protocol in ("http", "https")

    @property
    def is_github(self) -> bool:
        """Whether GitHub's own limits hold there."""
        return self.host in ("github.com", "ssh.github.com")


def parse_address(text: str, where: str) -> Address:
    """Read the address of a repository in any form that git has. Raises CallsiteError, with `where` and nothing of the
    address, when it is none that can be published to.
    """
    if "://" not in text:
        short = _SHORT.fullmatch(text)
        if short is None:
            return Address(text, make_printable(text), "file")
        if _LOGIN.search(short["path"]) or (not short["user"] and "@" in short["path"].partition("/")[0]):
            # `user:password@host:path`, of which git takes the user for the host.
            raise CallsiteError(f"{where}: ssh takes no password from an address; write user@host:path, and use a key")
        host = short["host"].strip("[]").lower()
        return Address(text, _show(host, short["path"]), "ssh", host)
    parts = split_address(text)
    if parts is None:
        raise CallsiteError(f"{where}: the address of the repository makes no sense; write it as `git push` takes it")
    host = (parts.hostname or "").lower()
    scheme = parts.scheme.lower()
    if scheme == "file":
        return Address(text, make_printable(unquote(parts.path)), "file")
    if scheme not in ("https", "http", "ssh") or not host:
        hint = "use https or ssh, or the path of a folder"
        raise CallsiteError(f"{where}: nothing can be published to a repository at such an address; {hint}")
    if scheme == "http" and host not in LOOPBACK:
        raise CallsiteError(f"{where}: nothing is published without encryption; use https or ssh")
    if parts.query:
        hint = "let a credential helper log in, with the address alone"
        raise CallsiteError(
            f"{where}: what follows `?` in the address of the repository could be seen by others; {hint}"
        )
    at = f"[{host}]" if ":" in host else host
    place = f"{at}:{parts.port}" if parts.port else at
    shown = _show(place, parts.path)
    if scheme == "ssh":
        name = f"{parts.username}@" if parts.username else ""  # ssh takes no password from an address
        return Address(f"ssh://{name}{place}{parts.path}", shown, "ssh", host)
    user, password = (None if each is None else unquote(each) for each in (parts.username, parts.password))
    value = parts._replace(scheme=scheme, netloc=place, fragment="").geturl()
    return Address(value, shown, scheme, host, user or None, password)


def _show(host: str, path: str) -> str:
    """A place for a title. Where there is something like a key in the path, no more of it than its end is shown."""
    path = path.strip("/").removesuffix(".git")
    if hide_secrets(path) != path:
        *_, last = path.split("/")
        path = f"…/{last}" if hide_secrets(last) == last else "…"
    return make_printable(f"{host}/{path}")
