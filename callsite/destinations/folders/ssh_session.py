"""A shell on another machine, reached by ssh, and rsync beside it on the same connection.

    ssh host sh ◀── pieces of shell script, each in braces: what arrives only in part is not run at all
                ──▶ what they print, then a line with the piece's status

The shell ends when the connection does, and whatever it holds is free again: a lock above all. If nothing is heard of
this side for a while, a watchdog beside the shell ends it. Nothing that the other side says is ever repeated: of errors
only their kind is told.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from callsite.destinations.folders.ssh_command import find_place, make_rsync, make_ssh
from callsite.destinations.folders.ssh_words import TALKATIVE, explain_connection, explain_failure, explain_silence
from callsite.errors import CallsiteError
from callsite.publish.settings import SshSettings

# Seconds of silence after which the shell there ends, and those after which this side says something.
SILENCE: Final = 90
_PULSE: Final = 20.0

# Seconds after which the watchdog looks whether the shell is still there.
_NAP: Final = 5

# Seconds that the other side may take to say goodbye.
_FAREWELL: Final = 5

# Seconds that it may take until the shell there first answers, and for each piece: much has to be linked, taken away
# and brought to disks. So many bytes may be in an answer.
_GREETED: Final = 60.0
_DONE: Final = 1800.0
_GREETING_SIZE: Final = 1 << 20
_ANSWER_SIZE: Final = 1 << 29

# The main shell runs each piece in a shell of its own, unless it is about the main shell itself. The watchdog must not
# keep the lock (descriptor 9) or the connection open. It is ended by a signal that a shell just forked cannot overlook:
# if it stayed, it would end a shell that is at work. It naps only for a moment at a time, to see whether there is still
# anything to watch: one day another process has the number of the shell.
_PIECE = """{{
[ -z "$watch" ] || kill -9 "$watch"
{opening}
{script}
{closing} </dev/null
printf '\\n%s %d\\n' {mark} $?
echo {mark} >&2
( n=0; while [ $n -lt {silence} ]; do sleep {nap}; n=$((n + {nap})); kill -0 $$ || exit; done; kill -9 $$ ) \\
  </dev/null >/dev/null 2>&1 9>&- & watch=$!
}}
"""

# However the shell ends, its watchdog ends with it.
_GREETING = """unset CDPATH; LC_ALL=C; export LC_ALL; watch=
trap '[ -z "$watch" ] || kill -9 "$watch"' EXIT"""


class FailedError(Exception):
    """A piece of script has failed. `why` is a sentence of ours about it, with what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Session:
    """A connection; leaving the context ends it. `title` is what errors begin with."""

    def __init__(self, settings: SshSettings, base: Path, title: str) -> None:
        self._settings = settings
        self._base = base
        self._title = title
        self._mark = secrets.token_hex(16)
        self._stack = contextlib.ExitStack()
        self._count = 0
        self._turn = threading.Lock()
        self._is_over = threading.Event()
        self._is_late = False

    def __enter__(self) -> Session:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cs-", dir=find_place()))
            # ssh and what it has forked write to it: it is always written at its end.
            self._errors = stack.enter_context(tempfile.TemporaryFile("a+b"))
            self._ssh = make_ssh(self._settings, self._base, self._title, os.path.join(folder, "s"))
            command = [*self._ssh, "-M", "--", self._settings.host, "sh"]
            self._process = stack.enter_context(
                subprocess.Popen(  # noqa: S603  # no shell, and the host is no option
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
                )
            )
            stack.callback(self._hang_up)
            self.run(_GREETING, here=True, greeting=True)
            pulse = threading.Thread(target=self._keep_alive, daemon=True)
            pulse.start()
            stack.callback(pulse.join)
            stack.callback(self._hang_up)  # whatever it waits for, it waits no longer
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        with self._stack:
            if error is None:  # the shell there ends by itself, and lets go of what it holds
                with self._turn:
                    self._close_input()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=_FAREWELL)

    def run(self, script: str, *, here: bool = False, greeting: bool = False) -> bytes:
        """Run a piece of script and return what it prints.

        It runs in a shell of its own, which ends at the first command that fails; with `here` in the main one. With
        `greeting` what the other side says of itself comes first. Raises FailedError when its status is not 0,
        CallsiteError when there is no connection (any more).
        """
        opening, closing = ("{", "}") if here else ("( set -e", ")")
        with self._turn, self._limited(_GREETED if greeting else _DONE):
            self._count += 1
            mark = self._name_mark(self._count)
            piece = _PIECE.format(
                opening=opening, script=script, closing=closing, mark=mark, silence=SILENCE, nap=min(SILENCE, _NAP)
            )
            assert self._process.stdin
            # Why, is told by what can be read. A pulse may come when the end has just been said.
            with contextlib.suppress(BrokenPipeError, ValueError):
                self._process.stdin.write(piece.encode("utf-8", "surrogateescape"))
                self._process.stdin.flush()
            said, status = self._read(mark, _GREETING_SIZE if greeting else _ANSWER_SIZE)
            if status == 0:
                return said
            errors = self._read_errors(is_over=status is None)
            if status is not None:
                raise FailedError(explain_failure(errors))
            code = self._process.wait()
        late = explain_silence(is_new=greeting) if self._is_late else ""
        raise CallsiteError(f"{self._title}: {late or explain_connection(errors, code, is_new=greeting)}")

    def send(self, folder: Path, paths: Sequence[str], target: str) -> Iterator[str]:
        """Send files of a folder here, symbolic links as what they lead to, to a folder there. Gives the path of each
        when it has been sent.

        They are written beside the places where they go, and then put there: what is there is never written to.
        """
        command = make_rsync(self._settings, self._ssh, target)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RSYNC_")}
        with contextlib.ExitStack() as stack:
            names = stack.enter_context(tempfile.TemporaryFile())
            # A name that begins with `#` is a comment, unless something comes before it.
            names.write(b"".join(b"./" + path.encode() + b"\0" for path in paths))
            names.seek(0)
            errors = stack.enter_context(tempfile.TemporaryFile())
            process = stack.enter_context(
                subprocess.Popen(  # noqa: S603  # no shell, and nothing that could be taken for an option
                    command, cwd=folder, env=environment, stdin=names, stdout=subprocess.PIPE, stderr=errors
                )
            )
            stack.callback(process.kill)
            known = frozenset(paths)
            assert process.stdout
            for line in process.stdout:
                path = line.decode("utf-8", "replace").partition(" ")[2].removesuffix("\n")
                if path in known:
                    yield path
            if process.wait():
                self.run(":")  # if there is no connection any more, this is what is told
                errors.seek(0)
                said = errors.read().decode("utf-8", "replace")
                raise CallsiteError(f"{self._title}: {explain_failure(said, 'rsync')}")

    def _close_input(self) -> None:
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def _hang_up(self) -> None:
        self._process.kill()
        self._close_input()

    def _keep_alive(self) -> None:
        """Let the other side know now and then that somebody is there."""
        with contextlib.suppress(CallsiteError, FailedError):  # the next piece will tell
            while not self._is_over.wait(_PULSE):
                self.run(":")

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        """End the connection when something takes longer: whoever waits to write or to read waits no more."""

        def give_up() -> None:
            self._is_late = True
            self._process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _read(self, mark: str, limit: int) -> tuple[bytes, int | None]:
        """What is printed until the mark, and the status that follows it; no status when the connection ends.

        Raises CallsiteError when so many bytes come without an end.
        """
        assert self._process.stdout
        said: list[bytes] = []
        ends = re.compile(rf"{mark} (\d{{1,3}})\n".encode())
        while line := self._process.stdout.readline(limit):
            found = ends.fullmatch(line)
            if found:
                return b"".join(said)[:-1], int(found[1])
            said.append(line)
            limit -= len(line)
            if not limit:
                raise CallsiteError(f"{self._title}: {TALKATIVE}")
        return b"", None

    def _read_errors(self, *, is_over: bool) -> str:
        """What the last piece has complained of. It comes on a way of its own, so it is waited for its end."""
        if is_over:
            self._process.wait()
        end = time.monotonic() + _FAREWELL
        while True:
            # By place: the position in the file is shared with the program, which moves it by writing.
            errors = self._errors.fileno()
            said = os.pread(errors, os.fstat(errors).st_size, 0).decode("utf-8", "replace")
            said, last, _ = said.partition(f"{self._name_mark(self._count)}\n")
            if last or is_over or time.monotonic() > end:
                return said.rpartition(f"{self._name_mark(self._count - 1)}\n")[2]
            time.sleep(0.01)

    def _name_mark(self, count: int) -> str:
        return f"{self._mark}-{count}"
