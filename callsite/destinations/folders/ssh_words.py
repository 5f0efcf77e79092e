"""What ssh, rsync and a shell on another machine complain of, told in words of our own.

Their own words are not repeated: they may hold what they were asked with.
"""

from __future__ import annotations

_UNKNOWN_KEY = "its host key is not known here; run `ssh` to it once by hand, and confirm the key"
_CONNECTION = (
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", "the machine there has another host key than it used to; find out why"),
    ("Host key verification failed", _UNKNOWN_KEY),
    ("host key is known for", _UNKNOWN_KEY),
    ("Too many authentication failures", "it refuses the keys; name the right one with `identity`"),
    ("Permission denied", "it refuses the key; see that `ssh` to it works without a password"),
    ("UNPROTECTED PRIVATE KEY", "the key file is open for others to read; make it private (`chmod 600`)"),
    ("Could not resolve hostname", "there is no machine of this name; see to `host`"),
    ("Connection refused", "nobody answers at its ssh port; see to `host` and `port`, and whether it is up"),
    ("timed out", "it does not answer; see whether it is up and can be reached"),
    ("No route to host", "it cannot be reached; see to the network"),
    ("Network is unreachable", "it cannot be reached; see to the network"),
    ("Bad configuration option", "ssh cannot read its configuration; see what `ssh` to it says"),
    ("Bad owner or permissions", "ssh does not trust its configuration file; see what `ssh` to it says"),
)

_FAILURE = (
    ("is your shell clean", "its shell prints words of its own before anything else; see to the files it starts with"),
    ("No space left on device", "the disk there is full; make room, and publish again"),
    ("Disk quota exceeded", "your share of the disk there is used up; make room, and publish again"),
    ("Read-only file system", "nothing can be written there; make the file system writable, and publish again"),
    ("Permission denied", "you may not write there; see to the rights of the folder, and publish again"),
    ("Operation not permitted", "that is not allowed there; see to the rights of the folder, and publish again"),
    ("File exists", "something is in the way there; see what stands in the folder, and publish again"),
    ("Not a directory", "something is in the way there; see what stands in the folder, and publish again"),
)


TALKATIVE = "it talks without an end; see to the files that its shell starts with"


def explain_connection(said: str, status: int, *, is_new: bool) -> str:
    """Why there is no connection: `status` is that of ssh, `is_new` tells that there never was one."""
    if not is_new:
        return "the connection was lost; publish again, and it goes on from there"
    for sign, why in _CONNECTION:
        if sign in said:
            return why
    if status == 255:
        return "no connection could be made; see what `ssh` to it says"
    return f"it lets nobody run a shell, which ended at once with status {status}; publish as a user who may"


def explain_silence(*, is_new: bool) -> str:
    """Why it is not waited for any longer, though there is a connection."""
    if is_new:
        return "its shell does not answer; see that `ssh` to it runs a command, and what the shell starts with"
    return "it has not answered for a long time; see to the disk there, and publish again"


def explain_failure(said: str, program: str = "") -> str:
    """Why something did not work there."""
    for sign, why in _FAILURE:
        if sign in said:
            return why
    if program and "not found" in said:
        return f"there is no {program} there; install it"
    where = f"{program} has failed" if program else "a step has failed there"
    return f"{where}; see what stands in the folder and whether you may write there, and publish again"
