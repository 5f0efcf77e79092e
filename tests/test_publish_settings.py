"""`[tool.callsite.publish]`: every key, and what must never stand there."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.publish.settings import (
    KINDS,
    BranchSettings,
    DirectorySettings,
    PublishSettings,
    SshSettings,
    StoreSettings,
    parse_publish_settings,
)

WHERE = "pyproject.toml"
AT = f"{WHERE}: [tool.callsite.publish]"
LIVE = f"{WHERE}: [tool.callsite.publish.to.live]"
ELSEWHERE = (
    "take it out, and have it revoked if it was ever committed: credentials come from the environment, or from the "
    "files of the tools themselves"
)


def parse(text: str) -> PublishSettings:
    return parse_publish_settings(tomllib.loads(text), WHERE)


def parse_live(lines: str) -> object:
    return parse(f"[to.live]\n{lines}").targets["live"]


def refuse(text: str) -> str:
    with pytest.raises(CallsiteError) as raised:
        parse(text)
    said = str(raised.value)
    assert said.isprintable()
    return said


def refuse_live(lines: str) -> str:
    return refuse(f"[to.live]\n{lines}").removeprefix(f"{LIVE} ")


USUAL = {
    "directory": 'path = "/srv"',
    "ssh": 'host = "h"\npath = "/srv"',
    "branch": "",
    "store": 'url = "s3://bucket"',
}


def test_an_empty_table() -> None:
    assert parse("") == PublishSettings({}, "")


def test_every_key_of_every_kind() -> None:
    found = parse("""
        default = "live"

        [to.live]
        kind = "directory"
        path = "/var/www/my examples"
        keep = 1
        grace = "12 hours"

        [to.far]
        kind = "ssh"
        host = "www@server.example.org"
        path = "~/examples"
        port = 2222
        identity = "~/.ssh/id of mine"
        keep = 10
        grace = "1 day"

        [to.pages]
        kind = "branch"
        remote = "git@example.org:me/site.git"
        branch = "gh-pages"
        folder = "/docs/"
        history = false
        message = "Publish: all of it"
        keep = 0
        grace = "4 weeks"

        [to.bucket-2]
        kind = "store"
        url = "s3://bucket/a b/c"
        region = "eu-central-1"
        endpoint = "http://127.0.0.1:5000"
        encoding = "br"
        redirects = true
        cloudfront = "E123"
        keep = 0
        parallel = 256
        conditional = false
        grace = "0 days"
    """)
    assert found.default == "live"
    assert found.targets == {
        "live": DirectorySettings("/var/www/my examples", 1, timedelta(hours=12)),
        "far": SshSettings(
            "www@server.example.org", "~/examples", 2222, "~/.ssh/id of mine", 10, timedelta(days=1)
        ),
        "pages": BranchSettings(
            "git@example.org:me/site.git", "gh-pages", "docs", False, "Publish: all of it", 0, timedelta(weeks=4)
        ),
        "bucket-2": StoreSettings(
            "s3://bucket/a b/c", "eu-central-1", "http://127.0.0.1:5000", "br", True, "E123", 0, 256, False, timedelta()
        ),
    }  # fmt: skip


def test_the_usual() -> None:
    week = timedelta(days=7)
    assert parse_live('kind = "directory"\npath = "x"') == DirectorySettings("x", 5, week)
    assert parse_live('kind = "ssh"\nhost = "h"\npath = "x"') == SshSettings("h", "x", 0, "", 5, week)
    assert parse_live('kind = "branch"') == BranchSettings("origin", "gh-pages", "", True, "", 5, week)
    assert parse_live('kind = "store"\nurl = "gs://b-1"') == StoreSettings(
        "gs://b-1", "", "", "", False, "", 5, 16, True, week
    )


def test_a_destination_is_chosen() -> None:
    one = parse('[to.live]\nkind = "branch"')
    assert one.choose("", WHERE) is one.choose("live", WHERE) is one.targets["live"]
    two = '[to.live]\nkind = "branch"\n[to.test]\nkind = "branch"\nbranch = "test"'
    assert parse(f'default = "test"\n{two}').choose("", WHERE) == BranchSettings(branch="test")
    assert parse(f'default = "test"\n{two}').choose("live", WHERE) == BranchSettings()


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "", "nothing says where to publish to; add a table [tool.callsite.publish.to.live] with a `kind` and what belongs to it"),
        ("", "live", "nothing says where to publish to; add a table [tool.callsite.publish.to.live] with a `kind` and what belongs to it"),
        ('[to.live]\nkind = "branch"', "lvie", "there is no destination `lvie`; did you mean `live`?"),
        ('[to.live]\nkind = "branch"\n[to.test]\nkind = "branch"', "x", "there is no destination `x`; the destinations are live, test"),
        (
            '[to.live]\nkind = "branch"\n[to.test]\nkind = "branch"', "",
            "there is more than one destination; name one of live, test, or set `default`",
        ),
    ],
)  # fmt: skip
def test_there_is_nothing_to_choose(text: str, name: str, said: str) -> None:
    with pytest.raises(CallsiteError) as raised:
        parse(text).choose(name, WHERE)
    assert str(raised.value) == f"{WHERE}: {said}"


def test_the_default_has_to_be_there() -> None:
    said = refuse('default = "liev"\n[to.live]\nkind = "branch"')
    assert said == f"{AT}: there is no destination `liev`; did you mean `live`?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('defualt = "live"', "has no `defualt`; did you mean `default`?"),
        ('kind = "branch"', "does not say which destination this is; write [tool.callsite.publish.to.live]"),
        ("[test]\nkind = 1", "does not say which destination this is; write [tool.callsite.publish.to.test]"),
        ('settings = "x"', "has no `settings`; known are default, to"),
        ('"a\\u001bb" = 1', "has no `a<U+001B>b`; known are default, to"),
        ("default = true", "`default` cannot be true; write a text"),
        ('to = "live"', '`to` cannot be "live"; write tables, [tool.callsite.publish.to.NAME]'),
        ("[[to]]", "`to` cannot be a list; write tables, [tool.callsite.publish.to.NAME]"),
        *(
            (f'[to."{name}"]', f"a destination cannot be called `{shown}`; "
             "begin with a letter or digit, and take letters, digits, `.`, `_` and `-`")
            for name, shown in (("", ""), ("-n", "-n"), ("a b", "a b"), ("a/b", "a/b"), ("_", "_"), ("a\\n", "a<U+000A>"),
                                ("x" * 61, "x" * 60))
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_table(text: str, said: str) -> None:
    assert refuse(text) == f"{AT} {said}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "has no `kind`; write one of directory, ssh, branch, store"),
        ('kind = "s3"', '`kind` cannot be "s3"; write one of directory, ssh, branch, store'),
        ('kind = ["store"]', "`kind` cannot be a list; write one of directory, ssh, branch, store"),
        ('kind = "directory"', "has no `path`; add it"),
        ('kind = "ssh"\npath = "x"', "has no `host`; add it"),
        ('kind = "ssh"\nhost = "h"', "has no `path`; add it"),
        ('kind = "store"', "has no `url`; add it"),
        ('kind = "directory"\npaht = "x"', "has no `paht`; did you mean `path`?"),
        ('kind = "directory"\nurl = "x"', "has no `url`; known are path, keep, grace"),
        ('kind = "directory"\npath = ""', '`path` cannot be ""; write a text that is not empty'),
        ('kind = "directory"\npath = "a\\nb"', "`path` cannot be what is written there; write a text"),
        ('kind = "directory"\npath = {}', "`path` cannot be a table; write a text"),
        ('kind = "directory"\npath = 2026-01-31', "`path` cannot be a date or time; write a text"),
    ],
)
def test_what_is_wrong_with_a_destination(lines: str, said: str) -> None:
    assert refuse_live(lines) == said


def test_a_destination_is_a_table() -> None:
    assert refuse("to.live = 1") == f"{LIVE} cannot be 1; make it a table"


WHOLE = "write a whole number from"


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("directory", "keep = 0", f"`keep` cannot be 0; {WHOLE} 1 to 10,000"),
        ("ssh", "keep = 0", f"`keep` cannot be 0; {WHOLE} 1 to 10,000"),
        ("branch", "keep = -1", f"`keep` cannot be -1; {WHOLE} 0 to 10,000"),
        ("store", "keep = 10001", f"`keep` cannot be 10001; {WHOLE} 0 to 10,000"),
        ("store", "keep = true", f"`keep` cannot be true; {WHOLE} 0 to 10,000"),
        ("store", "keep = 5.5", f"`keep` cannot be 5.5; {WHOLE} 0 to 10,000"),
        ("store", "keep = nan", f"`keep` cannot be such a number; {WHOLE} 0 to 10,000"),
        ("store", f"keep = {'9' * 40}", f"`keep` cannot be such a number; {WHOLE} 0 to 10,000"),
        ("store", "parallel = 0", f"`parallel` cannot be 0; {WHOLE} 1 to 256"),
        ("store", "parallel = 257", f"`parallel` cannot be 257; {WHOLE} 1 to 256"),
        ("ssh", "port = 65536", f"`port` cannot be 65536; {WHOLE} 0 to 65,535"),
        ("ssh", 'port = "22"', f'`port` cannot be "22"; {WHOLE} 0 to 65,535'),
        ("store", 'redirects = "yes"', '`redirects` cannot be "yes"; write true or false'),
        ("store", "conditional = 1", "`conditional` cannot be 1; write true or false"),
        ("store", 'encoding = "brotli"', '`encoding` cannot be "brotli"; write "gzip" or "br" or ""'),
        ("store", "encoding = []", '`encoding` cannot be a list; write "gzip" or "br" or ""'),
        *(
            ("store", f"grace = {value}", f'`grace` cannot be {shown}; write a time such as "12 hours", "7 days" or "4 weeks"')
            for value, shown in (("7", "7"), ('"7"', '"7"'), ('"a week"', '"a week"'), ('"-1 days"', '"-1 days"'),
                                 ('"99999 days"', '"99999 days"'), ('"\u0667 days"', "what is written there"))
        ),
        ("store", "region = 5", "`region` cannot be 5; write a text"),
    ],
)  # fmt: skip
def test_values_of_another_kind(kind: str, line: str, said: str) -> None:
    assert refuse_live(f'kind = "{kind}"\n{USUAL[kind]}\n{line}') == said


@pytest.mark.parametrize("value", ["1 hour", "24hours", "7 days", "1day", "9999 weeks"])
def test_times(value: str) -> None:
    assert isinstance(parse_live(f'kind = "branch"\ngrace = "{value}"'), BranchSettings)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        *(("ssh", "host", host) for host in ("server", "me@server", "10.0.0.1", "me@[::1]", "[::1]", "a_b-c.example")),
        *(("branch", "remote", remote) for remote in (
            "origin", "https://example.org/me/site.git", "https://example.org:8443/me/site.git",
            "ssh://git@example.org/me/site.git", "ssh://git@example.org:22/x", "git+ssh://git@example.org/x",
            "git@example.org:me/site.git", "../bare repository.git", "/srv/git/a@b.git", "file:///srv/git/x@y.git",
            "https://example.org/~me/@site",
        )),
        *(("branch", "branch", branch) for branch in ("main", "gh-pages", "sites/live", "ünï")),
        *(("branch", "folder", folder) for folder in ("", "docs", "a/b c")),
        *(("store", "url", url) for url in ("s3://b", "s3://b/", "gs://b.c/d/e", "az://$web", "s3://b/a b/é?x#y")),
        *(("store", "endpoint", url) for url in ("https://s3.example.org", "http://localhost:9000/", "http://[::1]:9000")),
        ("branch", "message", "Publish: ask me@example.org, or see https://example.org/"),
        ("ssh", "identity", "~/.ssh/id_ed25519"),
    ],
)  # fmt: skip
def test_values_that_are_fine(kind: str, key: str, value: str) -> None:
    usual = {row.partition(" = ")[0]: row for row in USUAL[kind].splitlines()}
    rows = {**usual, key: f"{key} = '{value}'"}
    found = parse_live("\n".join([f'kind = "{kind}"', *rows.values()]))
    assert getattr(found, key) == value


@pytest.mark.parametrize(
    ("kind", "key", "value", "said"),
    [
        *(("ssh", "host", host, "the name of a host, or `user@host`; a port has a key of its own") for host in (
            "", "-oProxyCommand=reboot", "me@-oProxyCommand=reboot", "a b", "server:22", "me:pass@server", "a/b", "a@b@c",
        )),
        *(("branch", "remote", remote, "the name of a remote, or the address of a repository without a password")
          for remote in ("--upload-pack=reboot", "me:pass@example.org:x.git")),
        ("branch", "remote", " ", "a text that is not empty"),
        *(("branch", "branch", branch, "the name of a branch") for branch in ("", "-f", "a b", "a:b", "HEAD^", "a~1", "*")),
        *(("branch", "folder", folder, "a folder below the root, such as `docs`") for folder in (
            "..", "a/../../b", ".git", "a//b", "docs/.", "C:/x", ".callsite-kept",
        )),
        *(("store", "url", url, "s3://bucket/folder, gs://bucket/folder or az://container/folder") for url in (
            "", "bucket", "s3:bucket", "S3://bucket", "s3://", "s3:///x", "https://bucket.example.org", "file:///srv",
            "s3://KEYID:SEC/RET", "s3://b ucket", "s3://bucket?x",
        )),
    ],
)  # fmt: skip
def test_values_that_are_not(kind: str, key: str, value: str, said: str) -> None:
    usual = {row.partition(" = ")[0]: row for row in USUAL[kind].splitlines()}
    rows = {**usual, key: f"{key} = '{value}'"}
    found = refuse_live("\n".join([f'kind = "{kind}"', *rows.values()]))
    assert found.startswith(f"`{key}` cannot be ")
    assert found.endswith(f"; write {said}")


# Planted, each to be found by what is in it.
PLANTED = "ghp_PLANTEDtoken0123456789abcdefABCDEF01"


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("branch", "remote", f"https://me:{PLANTED}@example.org/me/site.git"),
        ("branch", "remote", f"https://{PLANTED}@example.org/me/site.git"),
        ("branch", "remote", f"HTTPS://x-access-token:{PLANTED}@example.org/me/site.git"),
        ("branch", "remote", f"ssh://me:{PLANTED}@example.org/me/site.git"),
        ("branch", "remote", "ssh://me:1234567890@example.org/me/site.git"),
        ("branch", "remote", f"https://me:pass/{PLANTED}@example.org/x"),
        ("branch", "remote", f"https://example.org/x?private_token={PLANTED}"),
        ("store", "url", f"s3://AKIAPLANTED0123456789:{PLANTED}@bucket/folder"),
        ("store", "url", f"s3://{PLANTED}@bucket"),
        ("store", "url", f"s3://AKIAPLANTED0123456789:sec/{PLANTED}@bucket"),
        ("store", "url", f"az://container?sv=2022&sig={PLANTED}"),
        ("store", "endpoint", f"https://account.example.org/container?sv=2022&sig={PLANTED}"),
        ("store", "endpoint", f"https://me:{PLANTED}@store.example.org"),
        ("branch", "message", f"see https://me:{PLANTED}@example.org"),
        ("directory", "path", f"rsync://me:{PLANTED}@example.org/x"),
    ],
)
def test_credentials_in_addresses_are_refused_and_not_repeated(kind: str, key: str, value: str) -> None:
    said = refuse_live(f"kind = \"{kind}\"\n{key} = '{value}'")
    assert said == f"`{key}` has a user, a password or a token in it; {ELSEWHERE}"


@pytest.mark.parametrize(
    "key", ["password", "aws_secret_access_key", "access_key_id", "token", "account-key", "sas", "user", "credentials"]
)
def test_there_is_no_key_for_credentials(key: str) -> None:
    assert refuse_live(f"kind = \"store\"\n{key} = '{PLANTED}'") == f"has no `{key}`; {ELSEWHERE}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "value",
    [
        f"'{PLANTED}'", f"['{PLANTED}']", f"{{ secret = '{PLANTED}' }}", f"'''\n{PLANTED}'''", f"'-{PLANTED}'",
        f"'me:{PLANTED}@server'", f"'https://me:{PLANTED}@server/x'", f"'s3://KEY:{PLANTED}@bucket'",
    ],
)  # fmt: skip
def test_whatever_stands_in_the_wrong_place_is_not_repeated(kind: str, value: str) -> None:
    keys = ["kind", "unheard-of", *(each.name for each in fields(KINDS[kind]))]
    for lines in (*(f"{key} = {value}" for key in keys), f"kind = {value}"):
        head = "" if lines.startswith("kind") else f'kind = "{kind}"\n'
        try:
            parse_live(head + lines)
        except CallsiteError as error:
            assert PLANTED not in str(error)  # noqa: PT017  # some of it may be fine there
    for text in (f"to = {value}", f"to.live = {value}", f"default = {value}"):
        try:
            parse(text)
        except CallsiteError as error:
            assert "default" in text or PLANTED not in str(error)  # noqa: PT017  # a name is a name


def tables(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = {"kind", *(each.name for kind in KINDS.values() for each in fields(kind))}
    return st.dictionaries(st.sampled_from(["settings", "default", "to", "live", *sorted(names)]) | st.text(), inner)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*KINDS, "7 days", "s3://b"]),
    lambda inner: st.lists(inner, max_size=2) | tables(inner),
    max_leaves=6,
)


@given(tables(values) | st.builds(lambda table: {"to": {"live": table}}, tables(values)))
def test_any_table_is_read_or_refused_in_one_line(table: dict[str, Any]) -> None:
    try:
        parse_publish_settings(table, WHERE)
    except CallsiteError as error:
        said = str(error)
        assert (said.startswith(f"{WHERE}: "), "\n" in said) == (True, False)
