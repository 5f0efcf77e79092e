"""What goes wrong when a branch is published to: refusals, kills, lost connections; and no password is ever told."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from callsite.destinations.branch import BranchDestination
from callsite.git.command import GitError, run_git
from tests.branches import (
    Bare,
    GitServer,
    forget_user,
    git,
    make_bare,
    make_checkout,
    make_home,
    open_branch,
    refuse,
    serve_git,
    take_snapshot,
)
from tests.publishing import NOON, Watched
from tests.releasing import BOTH, NEW, OLD, make_files, plan_site, put

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_user(monkeypatch, tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return make_bare(tmp_path / "up.git")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "a checkout", "../up.git")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def destination(checkout: Path, bare: Bare) -> BranchDestination:
    return open_branch(checkout)


class TestRefusals:
    def test_by_a_hook_of_the_server(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, OLD, output)
        before = bare.tip
        token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
        bare.hook("pre-receive", f"echo 'not on Fridays, see https://me:pw@x.test {token}' >&2; exit 1")
        said = refuse(lambda: put(destination, NEW, output, NOON + HOUR))
        assert said == (
            "branch gh-pages of ../up.git: a rule of the server forbids it (“not on Fridays, see https://x.test …”); "
            "see the rules of the branch on the server"
        )
        assert bare.tip == before

    def test_by_a_hook_that_fails_once(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        bare.hook("pre-receive", "test -e tried || { touch tried; exit 1; }")
        assert "a rule of the server forbids it" in refuse(lambda: put(destination, OLD, output))
        assert bare.tip == ""
        put(destination, OLD, output)
        assert bare.read() == dict(OLD)

    def test_by_a_branch_that_is_checked_out_there(self, tmp_path: Path, checkout: Path, output: Path) -> None:
        other = make_checkout(tmp_path / "other", "x")
        for name in ("reference-transaction", "post-index-change", "pre-push"):
            (other / ".git/hooks" / name).unlink()
        destination = open_branch(checkout, remote="../other", branch="main")
        assert "the branch is checked out there" in refuse(lambda: put(destination, OLD, output))

    def test_by_a_server_that_takes_no_new_beginnings(self, checkout: Path, bare: Bare, output: Path) -> None:
        git(bare.path, "config", "receive.denyNonFastForwards", "true")
        put(open_branch(checkout, history=False), OLD, output)
        said = refuse(lambda: put(open_branch(checkout, history=False), NEW, output, NOON + HOUR))
        assert "the server takes no branch that is begun anew" in said
        put(open_branch(checkout), NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)

    def test_by_a_repository_that_is_not_there(self, checkout: Path) -> None:
        for remote in ("../none.git", "file:///nowhere/at/all"):
            destination = open_branch(checkout, remote=remote)
            for call in (destination.look, destination.list_files):
                assert "there is no such repository, or you may not see it" in refuse(call)

    def test_by_git_for_the_names_of_remotes_and_branches(self, checkout: Path) -> None:
        assert refuse(lambda: open_branch(checkout, remote="upstream")) == (
            "branch gh-pages: git knows no remote `upstream` here; write the address of the repository as `remote`, or "
            "add it: git remote add …"
        )
        for branch in ("a..b", "a b", "x.lock", "-", "a~1", "@{-1}", "a:b"):
            if branch == "-":
                continue  # which git takes
            assert "git takes no branch of that name" in refuse(lambda: open_branch(checkout, branch=branch))  # noqa: B023  # called at once

    def test_when_there_is_no_git(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert "git is not there; install it" in refuse(lambda: open_branch(checkout))

    def test_when_our_own_copy_cannot_be_written(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        before = bare.tip
        (objects,) = checkout.glob(".cache/publish/*/*.git/objects")
        shutil.rmtree(objects / "pack", ignore_errors=True)
        (objects / "pack").write_text("in the way")
        said = refuse(lambda: put(destination, NEW, output, NOON + HOUR))
        assert said.startswith("branch gh-pages of ../up.git: there is no room, or you may not write")
        assert bare.tip == before
        (objects / "pack").unlink()
        put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)


# Publishes as a program of its own, so that it can be killed: once for each line, in a child.
_PROGRAM = """
import json, os, sys
from datetime import timedelta
from pathlib import Path
from tests.releasing import NEW, plan_site
from tests.publishing import NOON, Watched
from callsite.destinations.branch import BranchDestination
from callsite.publish.settings import BranchSettings

for line in sys.stdin:
    checkout, output, history, variables = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.environ.update(variables)
    destination = BranchDestination(BranchSettings(history=history), Path(checkout), delays=())
    standing = destination.look()
    destination.apply(plan_site(standing, NEW, NOON + timedelta(hours=1)), standing, Path(output), Watched())
    os._exit(0)
"""

# In place of git: counts its calls, and kills the publish after one of them.
_WRAPPER = """#!/bin/sh
echo x >> "$CALLS"
if test "$(wc -l < "$CALLS")" -ne "$KILL_AT"; then exec {git} "$@"; fi
{git} "$@"
kill -9 "$PPID"
"""


@pytest.fixture(scope="module")
def publisher() -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        yield running
        running.kill()


def start(publisher: subprocess.Popen[str], *job: object) -> None:
    assert publisher.stdin is not None
    publisher.stdin.write(json.dumps(job, default=str) + "\n")
    publisher.stdin.flush()


def wait(publisher: subprocess.Popen[str]) -> int:
    assert publisher.stdout is not None
    return int(publisher.stdout.readline())


class TestKilled:
    @pytest.mark.parametrize("history", [True, False])
    def test_after_every_call_of_git(
        self,
        tmp_path: Path,
        checkout: Path,
        bare: Bare,
        output: Path,
        history: bool,
        publisher: subprocess.Popen[str],
    ) -> None:
        """The branch has the old site or the new one, whole; the user's repository is as before; the next run completes."""
        destination = open_branch(checkout, history=history)
        put(destination, OLD, output)
        old, before = bare.tip, take_snapshot(checkout)
        make_files(NEW, output)
        program, calls = tmp_path / "bin" / "git", tmp_path / "calls"
        program.parent.mkdir()
        program.write_text(_WRAPPER.replace("{git}", str(shutil.which("git"))))
        program.chmod(0o755)
        variables = {
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(calls),
            **make_home(tmp_path),
        }
        kills, seen = 0, set()
        while True:
            git(bare.path, "update-ref", "refs/heads/gh-pages", old)
            if kills % 2:
                shutil.rmtree(checkout / ".cache", ignore_errors=True)
            calls.write_text("")
            start(publisher, checkout, output, history, {**variables, "KILL_AT": str(kills + 1)})
            ended = wait(publisher)
            assert take_snapshot(checkout) == before
            assert bare.read() == (dict(OLD) if bare.tip == old else dict(BOTH))
            seen.add(bare.tip == old)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            kills += 1
            put(destination, NEW, output, NOON + HOUR)
            assert bare.read() == dict(BOTH)
            assert list(checkout.glob(".cache/publish/*/.callsite-*")) == []
        assert kills > 8
        assert seen == {True, False}

    @pytest.mark.untraced
    def test_ctrl_c_while_git_sends(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path, tmp_path: Path
    ) -> None:
        put(destination, OLD, output)
        old = bare.tip
        bare.hook("pre-receive", f"touch '{tmp_path}/begun'; sleep 30")
        make_files(NEW, output)
        command = [sys.executable, "-c", _PROGRAM]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True
        ) as running:
            start(running, checkout, output, True, {})
            while not (tmp_path / "begun").exists():
                time.sleep(0.02)
            begun = time.monotonic()
            os.killpg(running.pid, signal.SIGINT)
            _, said = running.communicate()
        assert time.monotonic() - begun < 10
        assert "branch/remote.py" in said
        assert "KeyboardInterrupt" in said
        assert bare.tip == old
        (bare.path / "hooks" / "pre-receive").unlink()
        put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)

    def test_an_answer_that_does_not_come_back(
        self, destination: BranchDestination, bare: Bare, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was taken although the connection broke is seen to be there."""

        def lose(environment: dict[str, str], *words: str, **rest: Any) -> bytes:
            said = run_git(environment, *words, **rest)
            if words[0] == "push":
                raise GitError("the remote end hung up unexpectedly", "the remote end hung up unexpectedly")
            return said

        monkeypatch.setattr("callsite.destinations.branch.remote.run_git", lose)
        _, watched = put(destination, OLD, output)
        assert bare.read() == dict(OLD)
        assert watched.waits == []


USER, PASSWORD = "x-access-token", "hunter2+/ä%40"
SECRETS = (PASSWORD, "hunter2", "aHVudGVyMg")


@pytest.fixture
def server(tmp_path: Path, bare: Bare) -> Iterator[GitServer]:
    with serve_git(tmp_path) as serving:
        serving.user, serving.password, serving.secrets = USER, PASSWORD, ("hunter2",)
        yield serving


def find_secret(*texts: object) -> list[str]:
    return [secret for secret in SECRETS for text in texts if secret in str(text)]


class TestOverHttp:
    def publish(self, checkout: Path, bare: Bare, output: Path, server: GitServer, **settings: object) -> None:
        """Publish twice and list: it works, and nobody gets to see the password."""
        destination = open_branch(checkout, **settings)
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)
        releases = destination.list_releases()
        kept = [path.read_bytes() for path in checkout.glob(".cache/**/*") if path.is_file()]
        assert not any(b"hunter2" in data for data in kept)
        assert find_secret(destination.title, repr(destination._remote), releases, bare.log("%B%an%ae")) == []
        assert server.seen == set()

    def test_a_password_in_the_address_of_the_remote(
        self, checkout: Path, bare: Bare, output: Path, server: GitServer
    ) -> None:
        login = f"{USER}:hunter2+%2F%C3%A4%2540"
        git(checkout, "remote", "set-url", "origin", server.address.replace("//", f"//{login}@") + "/up.git")
        git(checkout, "config", "credential.helper", f"!cat >> {checkout}/../told; true")
        self.publish(checkout, bare, output, server)
        destination = open_branch(checkout)
        destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        assert bare.read().items() >= dict(OLD).items()
        assert server.seen == set()
        assert destination.title == f"branch gh-pages of {server.address.removeprefix('http://')}/up"
        assert not (checkout.parent / "told").exists()  # it is not for keeps

    def test_a_password_in_a_rewritten_address(
        self, checkout: Path, bare: Bare, output: Path, server: GitServer
    ) -> None:
        login = f"{USER}:hunter2+%2F%C3%A4%2540"
        base = server.address.replace("//", f"//{login}@") + "/"
        git(checkout, "config", f"url.{base}.insteadOf", "https://pages.test/")
        self.publish(checkout, bare, output, server, remote="https://pages.test/up.git")

    def test_a_helper_that_knows_the_password(
        self, checkout: Path, bare: Bare, output: Path, server: GitServer
    ) -> None:
        helper = checkout.parent / "helper"
        helper.write_text(
            f'#!/bin/sh\ntest "$1" = get && grep -q ^username={USER}$ && printf "password=%s\\n" "{PASSWORD}"\nexit 0\n'
        )
        helper.chmod(0o755)
        git(checkout, "config", "credential.helper", str(helper))
        git(checkout, "remote", "set-url", "origin", server.address.replace("//", f"//{USER}@") + "/up.git")
        self.publish(checkout, bare, output, server)

    def test_a_header_as_workflows_have_it(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        server.secrets = (login,)
        git(checkout, "config", f"http.{server.address}/.extraheader", f"Authorization: Basic {login}")
        self.publish(checkout, bare, output, server, remote=f"{server.address}/up.git")

    @pytest.mark.parametrize("how", ["environment", "configuration"])
    def test_a_program_that_is_asked(
        self,
        checkout: Path,
        bare: Bare,
        output: Path,
        server: GitServer,
        monkeypatch: pytest.MonkeyPatch,
        how: str,
    ) -> None:
        program = checkout.parent / "ask"
        program.write_text(f'#!/bin/sh\ncase "$1" in Username*) echo {USER};; *) printf "%s\\n" "{PASSWORD}";; esac\n')
        program.chmod(0o755)
        if how == "environment":
            monkeypatch.setenv("GIT_ASKPASS", str(program))
        else:
            git(checkout, "config", "core.askPass", str(program))
        self.publish(checkout, bare, output, server, remote=f"{server.address}/up.git")

    def test_a_password_on_a_command_line_would_be_seen(self, checkout: Path, server: GitServer) -> None:
        server.secrets = ("swordfish",)  # other tests that run now look for theirs
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "swordfish"]) as careless:
            refuse(open_branch(checkout, remote=f"{server.address}/up.git").look)
            careless.kill()
        assert server.seen == {"swordfish"}

    def test_nobody_is_asked_at_the_terminal(self, checkout: Path, server: GitServer) -> None:
        begun = time.monotonic()
        said = refuse(open_branch(checkout, remote=f"{server.address}/up.git").look)
        assert "nobody is logged in; see what git logs in with" in said
        assert time.monotonic() - begun < 10

    def test_a_login_that_is_over(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        git(checkout, "remote", "set-url", "origin", server.address.replace("//", "//me:hunter2@") + "/up.git")
        said = refuse(open_branch(checkout).look)
        assert "the login is not accepted, or no longer" in said
        assert find_secret(said) == []
        assert server.refused

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (403, "this user may not write there"),
            (404, "there is no such repository, or you may not see it"),
            (418, "git does not say a reason that is known here"),
        ],
    )
    def test_what_a_server_repeats_is_not_told(
        self, checkout: Path, server: GitServer, status: int, reason: str
    ) -> None:
        login = f"{USER}:hunter2+%2F%C3%A4%2540"
        git(checkout, "remote", "set-url", "origin", server.address.replace("//", f"//{login}@") + "/up.git")
        server.statuses = [0, status]
        said = refuse(open_branch(checkout).look)
        assert reason in said
        assert "you sent" not in said
        assert find_secret(said) == []

    def test_a_busy_server_is_asked_again(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        server.password = ""
        destination = open_branch(checkout, remote=f"{server.address}/up.git")
        server.statuses = [503, 500]
        standing = destination.look()
        assert not standing.is_known
        server.statuses = [429, 0]
        _, watched = put(destination, OLD, output)
        assert bare.read() == dict(OLD)
        server.statuses = [0, 0, 503, 0, 0, 0, 500]
        _, watched = put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)
        assert watched.waits == [f"{destination.title}: the server is too busy"] * len(watched.waits)
        assert watched.waits

    def test_one_that_stays_busy_is_given_up(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        server.password = ""
        destination = open_branch(checkout, remote=f"{server.address}/up.git")
        server.statuses = [503] * 3
        assert refuse(destination.look).endswith(": the server is too busy; try again later")
        assert not server.statuses

    def test_also_while_it_is_sent_to(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        server.password = ""
        destination = open_branch(checkout, remote=f"{server.address}/up.git")
        standing = destination.look()
        server.statuses = [503] * 6
        watched = Watched()
        said = refuse(lambda: destination.apply(plan_site(standing, OLD), standing, make_files(OLD, output), watched))
        assert said.endswith(": the server is too busy; try again later")
        assert watched.waits == [f"{destination.title}: the server is too busy"] * 2
        assert bare.tip == ""

    def test_one_that_is_away(self, checkout: Path, output: Path) -> None:
        said = refuse(open_branch(checkout, remote="http://127.0.0.1:1/up.git").look)
        assert said == "branch gh-pages of 127.0.0.1:1/up: the connection is broken; try again later"

    def test_a_change_takes_few_requests(self, checkout: Path, bare: Bare, output: Path, server: GitServer) -> None:
        server.password = ""
        destination = open_branch(checkout, remote=f"{server.address}/up.git")
        put(destination, OLD, output)
        server.requests.clear()
        put(destination, {**OLD, "page.html": b"changed"}, output, NOON + HOUR)
        assert bare.read()["page.html"] == b"changed"
        assert [request.split()[0] for request in server.requests] == ["GET", "POST", "GET", "POST"]

    def test_a_server_that_refuses_is_not_quoted(
        self, checkout: Path, bare: Bare, output: Path, server: GitServer
    ) -> None:
        server.password = ""
        bare.hook("pre-receive", "echo 'GH006: Protected branch update failed, hunter2' >&2; exit 1")
        destination = open_branch(checkout, remote=f"{server.address}/up.git")
        said = refuse(lambda: put(destination, OLD, output))
        assert said.endswith(": the branch is protected; see the rules of the branch on the server")


class TestOverSsh:
    @pytest.fixture
    def notes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """An ssh that notes how it is called and runs what it is told on this machine."""
        program = tmp_path / "bin" / "ssh"
        program.parent.mkdir()
        program.write_text(
            f"#!/bin/sh\necho \"$*\" >> '{tmp_path}/notes'\nfor last; do :; done\ncd '{tmp_path}'\neval \"$last\"\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "notes"

    @pytest.mark.parametrize("address", ["me@host.test:up.git", "ssh://me:hunter2@host.test:2222{root}/up.git"])
    def test_it_asks_nothing(
        self, tmp_path: Path, checkout: Path, bare: Bare, output: Path, notes: Path, address: str
    ) -> None:
        git(checkout, "remote", "set-url", "origin", address.replace("{root}", str(tmp_path)))
        destination = open_branch(checkout)
        put(destination, OLD, output)
        assert bare.read() == dict(OLD)
        said = notes.read_text()
        assert all("-o BatchMode=yes" in line and "me@host.test" in line for line in said.splitlines())
        assert find_secret(said, destination.title) == []

    @pytest.mark.parametrize("how", ["GIT_SSH_COMMAND", "GIT_SSH", "core.sshCommand"])
    def test_the_users_own_way_is_taken(
        self,
        tmp_path: Path,
        checkout: Path,
        bare: Bare,
        output: Path,
        notes: Path,
        monkeypatch: pytest.MonkeyPatch,
        how: str,
    ) -> None:
        own = tmp_path / "own-ssh"
        own.write_text(f"#!/bin/sh\ntouch '{tmp_path}/own'\nexec ssh \"$@\"\n")
        own.chmod(0o755)
        if how == "core.sshCommand":
            git(checkout, "config", how, str(own))
        else:
            monkeypatch.setenv(how, str(own))
            monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
        put(open_branch(checkout, remote="host.test:up.git"), OLD, output)
        assert bare.read() == dict(OLD)
        assert (tmp_path / "own").exists()
        assert "BatchMode" not in notes.read_text()
