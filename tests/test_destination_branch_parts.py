"""The parts of publishing to a branch: addresses, reasons, what git is told, trees."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.destinations.branch import format_message
from callsite.destinations.branch.address import parse_address
from callsite.destinations.branch.limits import find_refusal
from callsite.destinations.branch.trees import Item, find_clash, format_items, parse_items, write_commit, write_tree
from callsite.errors import CallsiteError
from callsite.git.command import GitError, feed_git, make_environment, make_repository, run_git
from callsite.git.configured import Configured, find_identity, read_configured
from callsite.git.reasons import find_known, find_told
from callsite.page import parse_page
from callsite.publish.manifest import Manifest
from callsite.publish.settings import BranchSettings, parse_publish_settings
from tests.branches import forget_user, git, refuse
from tests.conftest import REPOSITORY
from tests.publishing import NOON


class TestAddresses:
    @pytest.mark.parametrize(
        ("text", "value", "shown", "protocol", "host"),
        [
            ("https://github.com/o/r.git", "https://github.com/o/r.git", "github.com/o/r", "https", "github.com"),
            (
                "https://u:p@GitHub.com:8443/o/r",
                "https://github.com:8443/o/r",
                "github.com:8443/o/r",
                "https",
                "github.com",
            ),
            ("https://tok%40en@h.test/r/", "https://h.test/r/", "h.test/r", "https", "h.test"),
            ("http://localhost:3000/r.git", "http://localhost:3000/r.git", "localhost:3000/r", "http", "localhost"),
            ("http://[::1]:80/r", "http://[::1]:80/r", "[::1]:80/r", "http", "::1"),
            ("https://h.test/r#x", "https://h.test/r", "h.test/r", "https", "h.test"),
            ("git@github.com:o/r.git", "git@github.com:o/r.git", "github.com/o/r", "ssh", "github.com"),
            ("Host:r", "Host:r", "host/r", "ssh", "host"),
            ("git@h.test:r@2/a", "git@h.test:r@2/a", "h.test/r@2/a", "ssh", "h.test"),
            ("h.test:a/r@2", "h.test:a/r@2", "h.test/a/r@2", "ssh", "h.test"),
            ("[::1]:~/r.git", "[::1]:~/r.git", "::1/~/r", "ssh", "::1"),
            (
                "ssh://git@ssh.github.com:443/o/r.git",
                "ssh://git@ssh.github.com:443/o/r.git",
                "ssh.github.com:443/o/r",
                "ssh",
                "ssh.github.com",
            ),
            ("SSH://u:p@h.test/r", "ssh://u@h.test/r", "h.test/r", "ssh", "h.test"),
            ("ssh://h.test/r", "ssh://h.test/r", "h.test/r", "ssh", "h.test"),
            ("file:///srv/a%20b.git", "file:///srv/a%20b.git", "/srv/a b.git", "file", ""),
            ("../up.git", "../up.git", "../up.git", "file", ""),
            ("./a:b", "./a:b", "./a:b", "file", ""),
            ("/srv/x\u202e.git", "/srv/x\u202e.git", "/srv/x<U+202E>.git", "file", ""),
        ],
    )
    def test_every_form_that_git_has(self, text: str, value: str, shown: str, protocol: str, host: str) -> None:
        address = parse_address(text, "x")
        assert (address.value, address.shown, address.protocol, address.host) == (value, shown, protocol, host)
        assert address.is_web == (protocol in ("http", "https"))
        assert address.is_github == ("github.com" in host)

    def test_the_login_in_it_is_kept_apart_and_never_shown(self) -> None:
        address = parse_address("https://a%40b:p%2Fw@h.test/r", "x")
        assert (address.user, address.password) == ("a@b", "p/w")
        assert "p/w" not in repr(address)
        assert "a@b" not in repr(address)
        plain = parse_address("https://h.test/r", "x")
        assert (plain.user, plain.password) == (None, None)
        assert parse_address("https://:pw@h.test/r", "x").password == "pw"
        assert parse_address("https://u:@h.test/r", "x").password == ""

    @pytest.mark.parametrize(
        "text",
        [
            "git://secret@h.test/r",
            "ext::sh -c secret://x",
            "ftp://u:secret@h.test/r",
            "https:///secret",
            "https://[secret/r",
            "https://h.test:secret/r",
            "http://u:secret@h.test/r",
            "://secret",
            "user:secret@h.test:o/r.git",
            "user:secret@h.test/o/r.git",
            "user:se/secret@h.test:o/r.git",
            "user@x.test:secret@h.test:o/r.git",
            "https://h.test/o/r.git?access_token=secret",
            "http://localhost/r?secret",
            "ssh://git@h.test/r?secret",
        ],
    )
    def test_others_are_refused_and_not_repeated(self, text: str) -> None:
        said = refuse(lambda: parse_address(text, "branch x"))
        assert said.startswith("branch x: ")
        assert "; " in said
        assert "secret" not in said

    @pytest.mark.parametrize("start", ["https://h.test/", "ssh://h.test/", "git@h.test:"])
    def test_a_key_in_the_path_is_not_shown(self, start: str) -> None:
        key = "ghp_" + "q7Zp2LmX9Rt4VbN8Kd3WsY6HfJ1Gc5TzQa0E"
        assert parse_address(f"{start}{key}/o/r.git", "x").shown == "h.test/…/r"
        assert parse_address(f"{start}o/{key}.git", "x").shown == "h.test/…"
        assert parse_address(f"{start}o/{key}.git", "x").value == f"{start}o/{key}.git"

    def test_limits_are_those_of_github_alone(self) -> None:
        assert find_refusal(Manifest(), parse_address("https://github.com/o/r", "x")) == ""


class TestReasons:
    @pytest.mark.parametrize(
        ("said", "text"),
        [
            ("fatal: could not read Username for 'https://h': terminal prompts disabled", "nobody is logged in"),
            (
                "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/'",
                "the login is not accepted, or no longer",
            ),
            (
                "fatal: unable to access 'https://h/': The requested URL returned error: 403",
                "this user may not write there",
            ),
            (
                "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
                "the ssh key is not accepted",
            ),
            (
                "Host key verification failed.\nfatal: Could not read from remote repository.",
                "ssh does not know the server's key",
            ),
            (
                "remote: error: GH001: Large files detected.\n! [remote rejected] a -> b (pre-receive hook declined)",
                "a file is too large for the server",
            ),
            ("remote: error: GH013: Repository rule violations found", "a rule of the server forbids it"),
            (
                "remote: GitLab: You are not allowed to force push code to a protected branch on this project.",
                "the server takes no branch that is begun anew",
            ),
            ("fatal: unable to access 'https://u:p@h/': Could not resolve host: h", "there is no server of that name"),
            (
                "fatal: unable to access 'https://h/': Failed to connect to h port 443: Connection refused",
                "the connection is broken",
            ),
            ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", "the server is too busy"),
            ("fatal: the remote end hung up unexpectedly", "the connection is broken"),
            ("it takes too long", "the connection is broken"),
            (
                "fatal: unable to access 'https://h/': SSL certificate problem: certificate has expired",
                "the server's certificate is not accepted",
            ),
            ("!\tx:refs/heads/y\t[rejected] (stale info)", "somebody else has changed the branch"),
            (
                "remote: error: cannot lock ref 'refs/heads/y': is at a but expected b",
                "somebody else has changed the branch",
            ),
            ("fatal: couldn't find remote ref refs/heads/y", "the branch is not there any more"),
            (
                "remote: fatal: write error: No space left on device\n[remote rejected] (unpacker error)",
                "there is no room, or you may not write",
            ),
            ("error: remote unpack failed: index-pack abnormal exit", "the server could not take what was sent"),
            ("fatal: detected dubious ownership in repository at '/x'", "it is another user's repository"),
            ("fatal: transport 'ext' not allowed", "the server sends us elsewhere"),
        ],
    )
    def test_what_git_and_servers_say(self, said: str, text: str) -> None:
        known = find_known(said)
        assert known is not None
        assert known.text == text
        assert find_told(said, is_private=True) == known

    def test_what_may_pass_and_what_was_moved(self) -> None:
        passing = (
            "HTTP 503: The requested URL returned error: 503",
            "Connection reset by peer",
            "Could not resolve host: h",
        )
        assert [found.is_passing for said in passing if (found := find_known(said))] == [True] * 3
        lasting = (
            "Authentication failed; Connection reset by peer",
            "hook declined; hung up unexpectedly",
            "stale info",
        )
        assert [(found.is_passing, found.is_moved) for said in lasting if (found := find_known(said))] == [
            (False, False),
            (False, False),
            (False, True),
        ]
        assert find_known("something else") is None

    def test_words_are_quoted_only_where_no_password_is_sent(self) -> None:
        said = "remote: \nremote: come back on Monday, hunter2\n! [remote rejected] (hook declined)"
        assert find_told(said, is_private=True).text == "a rule of the server forbids it"
        assert (
            find_told(said, is_private=False).text == "a rule of the server forbids it (“come back on Monday, hunter2”)"
        )
        unknown = "fatal: something odd at https://me:pw@h.test/r"
        assert find_told(unknown, is_private=True).text == "git does not say a reason that is known here"
        assert find_told(unknown, is_private=False).text.endswith("(“something odd at https://h.test/r”)")
        assert find_told("warning: x", is_private=False).text == "git does not say a reason that is known here"

    @pytest.mark.parametrize(
        ("words", "shown"),
        [
            ("token ghp_16C7e42F292c6912E7710c838347Ae178B4a!", "token …!"),
            (
                "commit 1111111111111111111111111111111111111a1b is not signed",
                "commit 1111111111111111111111111111111111111a1b is not signed",
            ),
            ("https://x:y@h.test and ssh://me@h.test", "https://h.test and ssh://h.test"),
            ("\x1b[31mred\x07", "<U+001B>[31mred<U+0007>"),
            ("far " * 100, "far " * 50 + "…"),
            ("averyveryverylongwordwithoutdigits", "averyveryverylongwordwithoutdigits"),
        ],
    )
    def test_what_looks_like_a_secret_is_not_quoted(self, words: str, shown: str) -> None:
        assert (
            find_told(f"remote: {words}", is_private=False).text.partition("(“")[2].removesuffix("”)") == shown.strip()
        )

    @given(st.text())
    def test_whatever_is_said_there_is_one_line(self, said: str) -> None:
        assert "\n" not in find_told(f"remote: {said}", is_private=False).text


class TestConfigured:
    @pytest.fixture(autouse=True)
    def _home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        forget_user(monkeypatch, tmp_path)

    def test_addresses_are_those_that_git_would_push_to(self) -> None:
        settings = (
            ("remote.origin.url", "https://h.test/r"),
            ("remote.origin.url", "https://second.test/r"),
            ("remote.other.url", "https://h.test/o"),
            ("remote.other.pushurl", ""),
            ("remote.other.pushurl", "gh:o/other"),
            ("remote.empty.url", ""),
            ("url.git@h.test:.pushinsteadof", "https://h.test/"),
            ("url.https://github.com/.insteadof", "gh:"),
            ("url.https://example.test/.insteadof", "gh:o/"),
            ("url.https://token@h.test/.insteadof", "https://h.test/"),
        )
        configured = Configured(Path(), settings)
        assert configured.find_address("origin") == "git@h.test:r"
        assert configured.find_address("other") == "https://example.test/other"
        assert configured.find_address("empty") is None
        assert configured.find_address("none") is None
        assert configured.rewrite("gh:x/y") == "https://github.com/x/y"
        assert configured.rewrite("../up.git") == "../up.git"

    def test_they_are(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet", "r")
        for name, value in (
            ("remote.origin.url", "https://h.test/r"),
            ("url.ssh://git@h.test/.pushInsteadOf", "https://h.test/"),
            ("url.short:.insteadOf", "https://h.test/"),
        ):
            git(tmp_path / "r", "config", name, value)
        told = git(tmp_path / "r", "remote", "get-url", "--push", "origin").strip()
        assert read_configured(tmp_path / "r").find_address("origin") == told == "ssh://git@h.test/r"

    def test_what_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        git(tmp_path, "init", "--quiet", "r")
        config = tmp_path / "r" / ".git" / "config"
        text = '[http]\n\tsslVerify\n[http "https://H.test/"]\n\textraHeader = a\n\textraHeader = "b\\nc"\n[core]\n\tpager = evil\n'
        config.write_text(config.read_text() + text)
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / ".gitconfig").write_text("[credential]\n\thelper = x\n")
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "p")
        (tmp_path / "r" / "sub").mkdir()
        configured = read_configured(tmp_path / "r" / "sub")
        assert configured.folder == tmp_path / "r"
        reaching = [
            ("credential.helper", "x"),
            ("http.sslverify", "true"),
            ("http.https://H.test/.extraheader", "a"),
            ("http.https://H.test/.extraheader", "b\nc"),
            ("http.proxy", "p"),
        ]
        assert configured.find_reaching() == reaching
        assert configured.find_reaching(with_helpers=False) == reaching[1:]
        assert configured.find("core.pager") == "evil"
        assert configured.find("none") is None

    def test_without_a_repository_and_without_a_folder(self, tmp_path: Path) -> None:
        assert read_configured(tmp_path).folder == tmp_path
        assert "cannot be looked at, No such file" in refuse(lambda: read_configured(tmp_path / "none"))

    def test_a_broken_configuration_is_not_repeated(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet", "r")
        (tmp_path / "r/.git/config").write_text("[remote\nurl = https://me:secret@h.test\n")
        said = refuse(lambda: read_configured(tmp_path / "r"))
        assert said.endswith("git cannot read its configuration; see what `git config --list` says")

    def test_a_repository_of_another_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        git(tmp_path, "init", "--quiet", "r")
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        said = refuse(lambda: read_configured(tmp_path / "r"))
        assert said.endswith("tell git that it is yours: git config --global --add safe.directory FOLDER")

    @pytest.mark.parametrize(
        ("settings", "environment", "expected"),
        [
            ({}, {}, ["Callsite", "publish@callsite.invalid"] * 2),
            ({"user.name": "U", "user.email": "u@x"}, {}, ["U", "u@x", "U", "u@x"]),
            ({"user.name": "U"}, {"EMAIL": "e@x"}, ["U", "e@x", "U", "e@x"]),
            (
                {"user.name": "U", "committer.name": "C", "author.email": "a@x"},
                {},
                ["U", "a@x", "C", "publish@callsite.invalid"],
            ),
            (
                {"user.name": "U", "user.email": "u@x"},
                {"GIT_COMMITTER_NAME": "bot", "GIT_AUTHOR_EMAIL": "g@x"},
                ["U", "g@x", "bot", "u@x"],
            ),
            ({"user.name": " ,<>. ", "user.email": "<u@x>"}, {}, ["Callsite", "u@x", "Callsite", "u@x"]),
        ],
    )
    def test_who_commits(self, settings: dict[str, str], environment: dict[str, str], expected: list[str]) -> None:
        assert list(find_identity(Configured(Path(), tuple(settings.items())), environment).values()) == expected

    @pytest.mark.parametrize("settings", [(), (("user.email", "u@x"),)])
    def test_who_wants_no_guess_gets_none(self, settings: tuple[tuple[str, str], ...]) -> None:
        configured = Configured(Path("site"), (("user.useconfigonly", "True"), *settings))
        said = refuse(lambda: find_identity(configured, {}))
        assert said == "site: git knows no name for commits, and is to guess none; give it one: git config user.name …"


class TestTrees:
    names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
    items = st.builds(Item, st.sampled_from(["100644", "100755", "120000"]), st.just("blob"), st.just("0" * 40))

    @given(st.dictionaries(names, items))
    def test_what_is_listed_is_what_is_read(self, items: dict[str, Item]) -> None:
        listed = b"".join(f"{item.mode} {item.kind} {item.name}\t{path}\0".encode() for path, item in items.items())
        assert parse_items(listed) == items
        assert format_items(items) == listed.replace(b" blob ", b" ")

    def test_bytes_that_are_no_text(self) -> None:
        items = parse_items(b"100644 blob " + b"0" * 40 + b"\ta\xff\tb\0")
        assert items == {"a\udcff\tb": Item("100644", "blob", "0" * 40)}
        assert format_items(items) == b"100644 " + b"0" * 40 + b"\ta\xff\tb\0"

    @pytest.mark.parametrize(
        ("paths", "new", "clash"),
        [
            (["a", "b/c", "b/d/e"], ["a", "b/c"], ""),
            (["a", "a/b"], ["a/b"], "a"),
            (["a", "a/b"], ["a"], "a"),
            (["a/b", "a/b/c/d"], ["a/b/c/d"], "a/b"),
            (["x", "x/y", "a"], ["a"], ""),
            (["a.b", "a"], ["a"], ""),
        ],
    )
    def test_files_in_the_place_of_folders(self, paths: list[str], new: list[str], clash: str) -> None:
        assert find_clash(dict.fromkeys(paths, Item("100644", "blob", "0" * 40)), new) == clash


class TestMessages:
    def test_they_have_nothing_in_them_that_cannot_be_seen(self) -> None:
        manifest = Manifest(release="r1", commit="c0\0ffee\nSigned-off-by: x", site="https://x.test/\x1b[2J")
        assert format_message("", manifest) == (
            "Publish https://x.test/<U+001B>[2J from c0<U+0000>ff\n\n"
            "Source: c0<U+0000>ffee<U+000A>Signed-off-by: x\nRelease: r1"
        )
        assert format_message("one\0\n\n\ttwo {site}", Manifest(site="x\n")) == "one<U+0000>\n\n\ttwo x<U+000A>"

    def test_git_takes_them(self, tmp_path: Path) -> None:
        make_repository(tmp_path / "r")
        names = find_identity(Configured(tmp_path), {})
        environment = make_environment(tmp_path / "r") | names
        tree = write_tree(environment, {})
        commit = write_commit(environment, tree, "", format_message("", Manifest(site="\0\udc80")), NOON)
        said = run_git(environment, "show", "--no-patch", "--format=%B", commit).decode()
        assert said.splitlines() == ["Publish <U+0000>?", "", "Release:", ""]


class TestGit:
    @pytest.fixture
    def environment(self, tmp_path: Path) -> dict[str, str]:
        make_repository(tmp_path / "r")
        return make_environment(tmp_path / "r")

    def test_what_breaks_off_is_not_left_running(self, environment: dict[str, str]) -> None:
        def say(word: bytes) -> None:
            with feed_git(environment, "fast-import", "--quiet") as stdin:
                stdin.write(word)
                raise CallsiteError("enough")

        assert refuse(lambda: say(b"blob\ndata 100\n")) == "enough"
        assert refuse(lambda: say(b"nonsense\n")) == "enough"

    def test_a_git_that_ends_early_says_why(self, environment: dict[str, str]) -> None:
        def say() -> None:
            with feed_git(environment, "fast-import", "--quiet") as stdin:
                stdin.write(b"nonsense\n" * 100_000)

        with pytest.raises(GitError, match="Unsupported command: nonsense") as caught:
            say()
        assert "crash report" in caught.value.said

    def test_one_that_takes_too_long(self, environment: dict[str, str]) -> None:
        with pytest.raises(GitError, match="it takes too long"):
            run_git({**environment, "GIT_PAGER": ""}, "-c", "alias.wait=!sleep 30", "wait", timeout=0.2)

    def test_it_has_no_terminal(self, environment: dict[str, str]) -> None:
        program = f"alias.sid=!{sys.executable} -c 'import os; print(os.getsid(0))'"
        assert int(run_git(environment, "-c", program, "sid")) != os.getsid(0)

    def test_settings_may_have_a_name_twice(self, environment: dict[str, str], tmp_path: Path) -> None:
        twice = make_environment(tmp_path / "r", settings=[("x.y", "1"), ("x.y", "2")])
        assert run_git(twice, "config", "--get-all", "x.y") == b"1\n2\n"


class TestTheChapter:
    """What the manual says of branches and workflows is so."""

    text = (REPOSITORY / "content/pages/publish-pages.md").read_text(encoding="utf-8")
    own = (REPOSITORY / ".github/workflows/publish.yml").read_text(encoding="utf-8")

    def listings(self, path: str) -> list[str]:
        page, problems = parse_page(self.text)
        assert problems == ()
        return [each.snippet.code for each in page.listings if each.origin.path == path]

    def test_the_tables_are_taken_and_show_every_setting(self) -> None:
        found = [tomllib.loads(code)["tool"]["callsite"]["publish"] for code in self.listings("pyproject.toml")]
        targets = [parse_publish_settings(table, "x").targets["pages"] for table in found]
        assert [target == BranchSettings() for target in targets] == [True, False, False]
        assert set(found[1]["to"]["pages"]) == {"kind", *(each.name for each in fields(BranchSettings))}

    def test_the_workflow_takes_the_steps_of_our_own(self) -> None:
        (shown,) = self.listings(".github/workflows/publish.yml")
        actions = re.compile(r"uses: (\S+)")
        left_out = {"actions/configure-pages@v5"}
        assert set(actions.findall(shown)) == set(actions.findall(self.own)) - left_out
        steps = (
            "callsite build --settings publishconf.py",
            "callsite check --settings publishconf.py --output --format github",
        )
        assert [step in shown for step in steps] == [True, True]
        assert steps[1] in self.own
        assert "make publish-html" in self.own

    def test_the_reasons_are_those_that_are_told(self) -> None:
        table = self.text.partition("## When it does not work")[2]
        said = re.findall(r"^\| `([^`]*)` \|", table, re.MULTILINE)
        assert len(said) > 5
        sources = "".join(
            (REPOSITORY / "callsite" / name).read_text(encoding="utf-8")
            for name in ("git/reasons.py", "git/configured.py", "destinations/branch/remote.py")
        )
        assert [words for words in said if words not in sources] == []
