"""The command lines of ssh and rsync, and what may stand in them."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from callsite.errors import CallsiteError
from callsite.publish.settings import SshSettings

# A user and a machine as ssh takes them: no option, no address with more in it.
_HOST = re.compile(
    r"(?:[A-Za-z0-9_.][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)"
)

# Seconds until a machine that does not answer is given up, and until one that has fallen silent is.
_CONNECT: Final = 20
_ALIVE: Final = 15

# Seconds until rsync gives up when nothing arrives any more, though the connection is alive.
_STALLED: Final = 600

# What the path of a socket may have: 104 bytes on some systems, and ssh adds 17 to it while it makes one.
_LONGEST_SOCKET: Final = 80

_OPTIONS = {
    "BatchMode": "yes",  # nothing is ever asked
    "ConnectTimeout": _CONNECT,
    "ServerAliveInterval": _ALIVE,
    "ServerAliveCountMax": 3,
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "PermitLocalCommand": "no",
    "RemoteCommand": "none",
    "RequestTTY": "no",
    "ControlPersist": "no",
    "LogLevel": "ERROR",
}


def make_ssh(settings: SshSettings, base: Path, title: str, socket: str) -> list[str]:
    """The command line of ssh, but for what is to be done. All that is called with one `socket` is one connection.

    Raises CallsiteError, which begins with the title, when the key is not there.
    """
    words = [find_program("ssh"), "-S", socket, *(f"-o{key}={value}" for key, value in _OPTIONS.items())]
    if settings.port:
        words.append(f"-p{settings.port}")
    if settings.identity:
        identity = base / os.path.expanduser(settings.identity)
        if not identity.is_file():
            hint = "make `identity` the path of a private key"
            raise CallsiteError(f"{title}: there is no file {identity}; {hint}")
        words += ["-oIdentitiesOnly=yes", "-i", str(identity).replace("%", "%%")]
    return words


def make_rsync(settings: SshSettings, ssh: Sequence[str], target: str) -> list[str]:
    """The command line of rsync to send files of the folder it is started in, whose names it reads, to a folder there.

    It prints the name of each that it has sent, after a number. It writes beside the places where files go, and then
    puts them there: what is there is never written to.
    """
    enter = "".join(f"\\0{byte:03o}" for byte in os.fsencode(target))
    return [
        find_program("rsync"),
        "-s",  # no shell sees an argument
        "--from0",
        "--files-from=-",
        "--copy-links",
        "--ignore-times",  # it is known already what has changed
        "--chmod=D777,F666",  # less what the umask there takes away
        "--out-format=%b %n",  # with a count of bytes in it, it is printed afterwards
        "--8-bit-output",
        f"--timeout={_STALLED}",
        "--rsh=" + " ".join(map(quote_for_rsync, [*ssh, "-oControlMaster=no"])),
        # The folder is entered there: rsync would look for wildcards in its name. Whatever the login shell is, it finds
        # nothing here that it would read in a way of its own.
        f'--rsync-path=sh -c \'cd "$(printf %b "{enter}")" && exec rsync "$@"\' rsync',
        "./",
        f"{bracket(settings.host)}:./",
    ]


def find_program(name: str) -> str:
    """Where a program is. Raises CallsiteError when it is not there."""
    program = shutil.which(name)
    if program is None:
        raise CallsiteError(
            f"there is no {name} on this machine; install it, or publish to another kind of destination"
        )
    return program


def is_host(host: str) -> bool:
    """Whether a text is a machine that ssh can be told, and nothing else."""
    return bool(_HOST.fullmatch(host))


def quote_for_rsync(word: str) -> str:
    """A word of the command that rsync reaches the other side with (`--rsh` in its manual)."""
    return "'" + word.replace("'", "''") + "'"


def bracket(host: str) -> str:
    """A machine as rsync takes it, with brackets around what has colons."""
    user, at, machine = host.rpartition("@")
    return f"{user}{at}[{machine}]" if ":" in machine else host


def find_place() -> str | None:
    """A folder for temporary files whose path is short enough for that of a socket."""
    return None if len(os.fsencode(tempfile.gettempdir())) < _LONGEST_SOCKET - 16 else "/tmp"  # noqa: S108  # private
