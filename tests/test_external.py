"""Links to other sites: which are asked for, what servers of every mood make of it, and what is kept."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.external import Answer, ExternalSettings, Outcome
from callsite.errors import CallsiteError
from callsite.external import check_external, keeping
from callsite.external.anchors import decode_page, find_anchors
from callsite.external.keeping import Kept, choose_kept, format_kept, parse_kept, read_kept, write_kept
from callsite.external.lychee import find_lychee
from callsite.external.reports import format_links, parse_report
from callsite.external.targets import find_flaw, find_questions, gather_addresses
from callsite.external.waiting import format_time, parse_retry_after, plan_pause
from callsite.model import Place
from callsite.render import Link
from tests.hostile import write
from tests.link_server import (
    LinkServer,
    Mood,
    Request,
    after,
    in_turn,
    lead,
    raw,
    reset,
    say,
    serve_links,
    silent,
    without_end,
)
from tests.serving_files import serve

QUICK = ExternalSettings(
    checker="httpx", timeout=5, deadline=20, retries=1, pause=0.01, longest_wait=2, largest=100_000
)
DAY = 24 * 60 * 60
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture(scope="session")
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the certificate of one authority: to read those of all takes longer than most of these tests."""
    first, *_ = httpx.create_ssl_context().get_ca_certs(binary_form=True)
    return write(tmp_path_factory.mktemp("certificates") / "one", ssl.DER_cert_to_PEM_cert(first).encode())


@pytest.fixture(autouse=True)
def _plain_network(monkeypatch: pytest.MonkeyPatch, one_certificate: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(one_certificate))


@pytest.fixture
def server() -> Iterator[LinkServer]:
    with serve_links() as running:
        yield running


def _links(*targets: str) -> list[Link]:
    return [Link(target, Place("a.md", line)) for line, target in enumerate(targets, start=1)]


def _check(
    cache: Path, *targets: str, settings: ExternalSettings = QUICK, days: float = 0.0, **changes: Any
) -> list[str]:
    """What is said of the links: each with its line, the code, and what follows on the address."""
    found = check_external(
        _links(*targets), replace(settings, **changes), cache, clock=lambda: time.time() + days * DAY
    )
    return [f"{problem.at.line}: {problem.code}{problem.message.rpartition('`')[2]}" for problem in found]


# Which addresses are asked for


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("https://docs.site/a", "https://docs.site/a"),
        (" https://docs.site/a\n", "https://docs.site/a"),
        ("https://docs.site/a\n/b", "https://docs.site/a/b"),
        ("HTTP://Docs.Site", "HTTP://Docs.Site"),
        ("//docs.site/a?b=c", "https://docs.site/a?b=c"),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("http://192.168.0.1", "http://192.168.0.1"),
        ("http://user:secret@docs.site/", "http://user:secret@docs.site/"),
        ("https://bücher.site/ä", "https://bücher.site/ä"),
        ("https://my_host-1.site.", "https://my_host-1.site."),
        ("https://docs.site/{owner}/x|y", "https://docs.site/{owner}/x|y"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://testexample.com/", "https://testexample.com/"),
    ],
)
def test_what_leads_to_other_sites_is_asked_for(target: str, address: str) -> None:
    (question,) = find_questions(_links(target), QUICK)
    assert (question.address, question.anchor, question.flaw) == (address, "", "")
    assert gather_addresses([question]) == {address: frozenset()}


@pytest.mark.parametrize(
    "target",
    [
        *("", "/a.html", "a//b", "#x", "{filename}a.md", "mailto:a@docs.site", "ftp://docs.site/", "javascript:x"),
        *("http.html", "https", "data:text/html,//x", "/\\docs.site"),
        # Names that are there for examples lead nowhere, and are meant to.
        *(
            "https://example.com/a",
            "http://www.example.org",
            "//example.net/",
            "https://x.example/y",
            "http://a.b.test",
        ),
        *("http://nowhere.invalid", "https://EXAMPLE.COM.", "https://example.edu:8080/"),
    ],
)
def test_the_rest_is_left_alone(target: str) -> None:
    assert list(find_questions(_links(target), QUICK)) == []


@pytest.mark.parametrize(
    ("target", "flaw"),
    [
        ("http://", "it names no host"),
        ("//", "it names no host"),
        ("https:///a", "it names no host"),
        ("https://:80/", "it names no host"),
        ("https://user@/", "it names no host"),
        ("https:docs.site", "there is no `//` behind its colon"),
        ("http:/docs.site", "there is no `//` behind its colon"),
        ("http://docs.site:99999/", "its port is no number from 1 to 65535"),
        ("http://docs.site:0/", "its port is no number from 1 to 65535"),
        ("http://docs.site:http/", "its port is no number from 1 to 65535"),
        ("http://docs site/", "it holds a space, a backslash or a control character"),
        ("http://docs.site/a b", "it holds a space, a backslash or a control character"),
        ("http:\\\\docs.site", "it holds a space, a backslash or a control character"),
        ("http://docs..site/", "its host makes no sense"),
        ("http://[::1/", "its host makes no sense"),
        ("http://-/", "its host makes no sense"),
        ("http://{host}/", "its host makes no sense"),
        ("http://" + "a" * 64 + ".site/", "its host makes no sense"),
    ],
)
def test_what_can_be_no_address_is_not_asked_for(target: str, flaw: str, tmp_path: Path) -> None:
    (question,) = find_questions(_links(target), QUICK)
    assert question.flaw == flaw
    assert gather_addresses([question]) == {}
    (problem,) = check_external(_links(target), QUICK, tmp_path)
    assert (problem.code, problem.message.partition("` ")[2]) == ("E101", f"is no address of a page: {flaw}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("anchor", "wanted"),
    [
        ("#a-heading", "a-heading"),
        ("#flask.Flask", "flask.Flask"),
        ("#%C3%BCber", "%C3%BCber"),
        ("#a:~:text=b", "a"),
        ("#n10", "n10"),
        ("#Top-level", "Top-level"),
        ("#a#b", "a#b"),
        *((anchor, "") for anchor in ("", "#", "#top", "#TOP", "#:~:text=b", "#!/x", "#/x", "#?x", "#page=3", "#a&b")),
        *((anchor, "") for anchor in ("#L10", "#L10-L20", "#L1C2-L3C4", "#L10-20", "#lines-10:20", "#line-7")),
    ],
)
def test_anchors_that_only_a_browser_understands_are_not_looked_for(anchor: str, wanted: str) -> None:
    (question,) = find_questions(_links(f"https://docs.site/a{anchor}"), QUICK)
    assert (question.address, question.anchor) == ("https://docs.site/a", wanted)


@pytest.mark.parametrize(
    ("address", "is_looked_for"),
    [
        ("https://github.com/o/p", True),
        ("https://github.com/o/p/", True),
        ("https://github.com/o/p/issues/3", False),
        ("https://github.com/o/p/blob/main/README.md", False),
        ("https://gist.github.com/o/0123", True),
        ("https://gitlab.com/o/p/-/blob/main/a.md", False),
        ("https://gitlab.freedesktop.org/o/p/-/issues/1", False),
        ("https://bitbucket.org/o/p/src/main/a.md", False),
        ("https://docs.github.com/en/a/b/c", True),
    ],
)
def test_pages_of_forges_are_built_in_browsers(address: str, is_looked_for: bool) -> None:
    (question,) = find_questions(_links(f"{address}#x"), QUICK)
    assert (question.anchor == "x") is is_looked_for


def test_addresses_are_gathered_with_all_their_anchors() -> None:
    questions = find_questions(
        _links("//a.site/x#1", "https://a.site/x", "https://a.site/x#2", "https://a.site/y"), QUICK
    )
    assert gather_addresses(questions) == {"https://a.site/x": {"1", "2"}, "https://a.site/y": set()}


def test_what_the_settings_ignore_is_not_asked_for() -> None:
    settings = replace(QUICK, ignore=(r"^https://a\.site/", "/private(?:/|$)", "^http://$"))
    targets = ["https://a.site/x", "//a.site/", "https://b.site/?https://a.site/", "http://b.site/private", "http://"]
    assert [question.address for question in find_questions(_links(*targets), settings)] == [
        "https://b.site/?https://a.site/"
    ]


def test_settings_that_make_no_sense_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(CallsiteError, match=r"external\] `ignore`: '\(' is no regular expression, .*; mend it"):
        _check(tmp_path, "https://docs.site", ignore=("(",))
    with pytest.raises(CallsiteError, match=r"`checker` cannot be 'curl'; write auto, lychee or httpx"):
        _check(tmp_path, "https://docs.site", checker="curl")


@given(st.text() | st.text("ht:/@[]#?%.:0\\ a\ud800").map("http://".__add__))
def test_any_text_is_an_address_or_has_a_flaw(text: str) -> None:
    assert isinstance(find_flaw(text), str)
    list(find_questions(_links(text), QUICK))


# Which anchors a page has


PROSE = "<p>" + "words " * 50


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("<h1 id=a>", "a"),
        ('<h1 class="x" ID = "a">', "a"),
        ("<h1 id='a b'>", "a%20b"),
        ('<a name="a"></a>', "a"),
        ('<h1 id="über">', "über"),
        ('<h1 id="über">', "%C3%BCber"),
        ('<h1 id="a%20b">', "a%20b"),
        ('<h1 id="a&amp;b">', "a&b"),
        ('<h1 id="user-content-a">', "a"),
        ('<h1 id="user-content-a">', "A"),
        ('<script>{"text": "<h1 id=\\"user-content-a\\">"}</script>' + PROSE, "a"),
        ('<div data-page="{&quot;html&quot;: &quot;<h1 id=&quot;a&quot;>&quot;}">' + PROSE, "a"),
        # What a script speaks of may be made by it.
        ('<script>show("a")</script>' + PROSE, "a"),
        ('<SCRIPT type="application/json">["user-content-a"]</SCRIPT>' + PROSE, "a"),
    ],
)
def test_anchors_that_are_there(page: str, name: str) -> None:
    assert find_anchors(page, frozenset({name})) == {name: True}


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("", "a"),
        (PROSE, "a"),
        ("<h1 id=b>a</h1>", "a"),
        ("<h1 id=ab><h1 id=b-a><p data-id=a><p xid=a>", "a"),
        ("<script>var ab, a-b, _a</script>" + PROSE, "a"),
        ("<script src=x></script>" + PROSE, "a"),
        ("<h1 id=a>", "A"),
        ("<p>\ufffd</p>", "a"),
    ],
)
def test_anchors_that_are_not(page: str, name: str) -> None:
    assert find_anchors(page, frozenset({name})) == {name: False}


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("<div id=root></div><script src=x></script>", "a"),
        ("<div id=root>Loading…</div><script>unclosed", "a"),
        ("<h1 id=\ufffdber>", "%C3%BCber"),
    ],
)
def test_anchors_of_which_nobody_can_tell(page: str, name: str) -> None:
    assert find_anchors(page, frozenset({name})) == {name: None}


@given(
    st.text(), st.frozensets(st.text(max_size=5), max_size=3), st.text(st.characters(categories=["L", "N"]), min_size=1)
)
def test_any_text_is_a_page(text: str, names: frozenset[str], name: str) -> None:
    assert find_anchors(text, names).keys() == names
    assert find_anchors(f"{text}\"'\"><p id='{name}'>", frozenset({name})) == {name: True}


@pytest.mark.parametrize(
    "piece",
    ["<script", "<script></script>", 'id="', "id=", "id ", "<", "<div>", "&", "<!--", "id='a", "a\\", "<p id=x "],
)
def test_pages_that_are_made_to_hurt_do_not(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    start = time.process_time()
    find_anchors(text, frozenset({"x" * 50, "%" * 50}))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        ("ü".encode(), "text/html", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=ISO-8859-1", "ü"),
        ("ü".encode("latin-1"), 'text/html; Charset="latin1"', "ü"),
        ("ü".encode(), "text/html; charset=x-unheard-of", "ü"),
        ("ü".encode(), "text/html; charset=cp99999", "ü"),
        ("ü".encode(), "text/html; charset=", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=utf-8", "\ufffd"),
        ("ü".encode("utf-16"), "text/html; charset=utf-8", "ü"),
        ("ü".encode("utf-16-be"), "text/html; charset=utf-16be", "ü"),
        (b"<meta charset=windows-1252>\x80", "text/html", "<meta charset=windows-1252>€"),
        (b"<meta charset=punycode>\xc3\xbc", "text/html", "<meta charset=punycode>ü"),
        (b"\xc3\xbc" + b" " * 3000 + b"charset=latin1", "", "ü" + " " * 3000 + "charset=latin1"),
    ],
)
def test_pages_are_read_in_their_encoding(data: bytes, kind: str, text: str) -> None:
    assert decode_page(data, kind) == text


@given(st.binary(), st.text(st.characters(max_codepoint=255)).map("text/html; charset=".__add__))
def test_any_bytes_are_a_page(data: bytes, kind: str) -> None:
    assert isinstance(decode_page(data, kind), str)


# How long to wait


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW + 90, usegmt=False), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("Tue, 14 Nov 2023 22:13:20", 0.0),
        *(
            (value, None)
            for value in (
                "",
                "soon",
                "-1",
                "1.5",
                "9" * 20,
                "Tue, 99 Nov 2023 22:13:20 GMT",
                "1 Jan 99999999999999999999 0:0 +0000",
            )
        ),
    ],
)
def test_how_long_a_server_asks_to_wait(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@given(st.text() | st.text("0123456789: ,+-JanTueGMT"))
def test_any_header_is_a_time_or_none(value: str) -> None:
    found = parse_retry_after(value, NOW)
    assert found is None or found >= 0


def test_pauses_grow_and_differ() -> None:
    assert list(plan_pause(1.0, 4, lambda: 0.0)) == [1.0, 2.0, 4.0, 8.0]
    assert list(plan_pause(1.0, 3, iter([1.0, 0.5, 0.0]).__next__)) == [0.5, 1.5, 4.0]
    assert list(plan_pause(1.0, 0, lambda: 0.0)) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (1, "1 second"),
        (119.5, "120 seconds"),
        (121, "3 minutes"),
        (3600, "60 minutes"),
        (9e9, "2,500,000 hours"),
    ],
)
def test_times_are_told_in_their_unit(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


# Servers


def test_good_links_are_not_mentioned(server: LinkServer, tmp_path: Path) -> None:
    page = server.put("/a", say("<h1 id=x>A</h1>"))
    empty = server.put("/empty", say("", 204, kind=""))
    assert _check(tmp_path, page, f"{page}#x", f"{page}#L10", empty, "mailto:x", "/a") == []
    assert sorted(request.path for request in server.asked) == ["/a", "/empty"]
    assert {request.method for request in server.asked} == {"GET"}  # many a server answers HEAD wrongly
    assert "callsite" in server.asked[0].headers["user-agent"]


def test_nothing_is_asked_or_made_without_links_to_other_sites(tmp_path: Path) -> None:
    assert _check(tmp_path, "/a", "https://example.com/") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mood", "said", "asked"),
    [
        (say("", 404), "E101 leads nowhere, the server answers 404", 1),
        (say("", 410), "E101 leads nowhere, the server answers 410", 1),
        (say("", 400), "E102 does not work, the server answers 400", 1),
        (say("", 500), "E102 does not work, the server answers 500", 2),
        (say("", 501), "E102 does not work, the server answers 501", 1),
        (say("", 301), "E102 does not work, the server answers 301", 1),
        (say("", 401, WWW_Authenticate="Basic"), "E105 could not be checked, the server answers 401", 1),
        (say("", 403), "E105 could not be checked, the server answers 403", 1),
        (say("", 429), "E105 could not be checked, the server answers 429", 2),
        (say("", 999), "E105 could not be checked, the server answers 999", 1),
        (silent, "E102 does not work, there is no answer in time", 2),
        (without_end(b"HTTP/1.1 200 OK\r\n", b"x", 0.02), "E102 does not work, there is no answer in time", 2),
        (reset, "E102 does not work, the connection breaks off", 2),
        (raw(b""), "E102 does not work, its server breaks off, or does not speak HTTP", 2),
        (raw(b"\x00\xff what?\r\n\r\n"), "E102 does not work, its server breaks off, or does not speak HTTP", 2),
        (
            raw(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000),
            "E102 does not work, its server breaks off, or does not speak HTTP",
            2,
        ),
    ],
)
def test_what_a_server_can_do_to_a_link(server: LinkServer, tmp_path: Path, mood: Mood, said: str, asked: int) -> None:
    address = server.put("/a", mood)
    timeout = 0.3 if "in time" in said else 5
    assert _check(tmp_path, "/x", address, f"{address}#top", timeout=timeout) == [f"2: {said}", f"3: {said}"]
    assert server.times("/a") == asked or "in time" in said  # a busy machine may not even get as far as asking


@pytest.mark.parametrize("first", [say("", 503), say("", 429), reset, raw(b"no"), silent])
def test_failures_that_pass_are_not_mentioned(server: LinkServer, tmp_path: Path, first: Mood) -> None:
    assert _check(tmp_path, server.put("/a", in_turn(first, say())), timeout=1) == []
    assert server.times("/a") == 2


def test_servers_that_cannot_be_reached(server: LinkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        if host in ("nowhere.site", b"nowhere.site"):
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return real(host, *rest, **more)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        port = taken.getsockname()[1]
        assert _check(tmp_path, f"http://127.0.0.1:{port}/", "http://nowhere.site/", "http://☃.site/") == [
            "1: E102 does not work, its host takes no connections",
            "2: E102 does not work, the name of its host is not known",
            "3: E105 could not be checked, its address cannot be asked for",
        ]
    assert _check(tmp_path, server.at("/a").replace("http:", "https:"), timeout=0.3) == [
        "1: E102 does not work, there is no answer in time"
    ]


def test_certificates_that_are_not_trusted(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    command = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out crt -subj /CN=localhost"
    )
    subprocess.run(["openssl", *command.split()], cwd=tmp_path, check=True, capture_output=True)
    both = write(tmp_path / "both", (tmp_path / "key").read_bytes() + (tmp_path / "crt").read_bytes())
    with serve(both) as web:
        assert _check(tmp_path, web.put("/a", b"")) == ["1: E102 does not work, its certificate is not trusted"]


def test_a_lookup_that_never_ends_holds_nobody_up(
    server: LinkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        if host in ("slow.site", b"slow.site"):
            answered.wait(30)
        return real(host, *rest, **more)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    start = time.monotonic()
    assert _check(tmp_path, "http://slow.site/", server.put("/a", say()), retries=0, timeout=1) == [
        "1: E102 does not work, there is no answer in time"
    ]
    assert time.monotonic() - start < 5
    answered.set()


def test_proxies_that_make_no_sense_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    with pytest.raises(CallsiteError, match="the network cannot be used as the environment says; mend HTTP_PROXY"):
        _check(tmp_path, "https://docs.site/")


def test_proxies_of_the_environment_are_used(
    server: LinkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.at(""))
    server.put("http://docs.site/a", say())
    assert _check(tmp_path, "http://docs.site/a", "http://docs.site/b") == [
        "2: E101 leads nowhere, the server answers 404"
    ]


# Redirects


def test_redirects_for_good_are_told_from_others(server: LinkServer, tmp_path: Path) -> None:
    new = server.put("/new", say("<h1 id=x>"))
    for path, status, location in [
        ("/301", 301, "/new"),
        ("/308", 308, new),
        ("/302", 302, "/new"),
        ("/303", 303, "new"),
        ("/307", 307, "/301"),
        ("/twice", 301, "/308"),
        ("/mixed", 301, "/302"),
        ("/other", 301, server.at("/new", "localhost")),
    ]:
        server.put(path, lead(location, status))
    targets = [server.at(path) for path in server.moods]
    found = check_external(_links(*targets), QUICK, tmp_path)
    assert {problem.message for problem in found} == {
        f"the link to `{server.at(path)}` has moved for good to `{there}`"
        for path, there in [
            ("/301", new),
            ("/308", new),
            ("/twice", new),
            ("/mixed", server.at("/302")),
            ("/other", server.at("/new", "localhost")),
        ]
    }


def test_anchors_come_along_unless_the_server_has_its_own(server: LinkServer, tmp_path: Path) -> None:
    server.put("/new", say("<h1 id=x>"))
    old, own = server.put("/old", lead("/new")), server.put("/own", lead("/new#elsewhere"))
    assert _check(tmp_path, f"{old}#x", f"{old}#y", f"{own}#y") == ["2: E104"]


def test_redirects_that_lead_nowhere(server: LinkServer, tmp_path: Path) -> None:
    server.put("/a", lead("/b", 301))
    server.put("/b", lead("/a"))
    server.put("/self", lead("/self", 301))
    server.put("/gone", lead("/404", 301))
    server.put("/broken", lead("http://[", 301))
    server.put("/mail", lead("mailto:a@docs.site"))
    server.put("/spaces", lead("/with space"))
    server.put("/with%20space", say())
    for number in range(11):
        server.put(f"/{number}", lead(f"/{number + 1}"))
    server.put("/11", say())
    paths = ["/a", "/self", "/broken", "/mail", "/0", "/1", "/spaces"]
    assert _check(tmp_path, *map(server.at, paths)) == [
        "1: E102 does not work, its redirects go in a circle",
        "2: E102 does not work, its redirects go in a circle",
        "3: E102 does not work, it leads to what is no address of a page",
        "4: E102 does not work, it leads to what is no address of a page",
        "5: E102 does not work, it leads from one address to the next more than 10 times",
    ]
    (problem,) = check_external(_links(server.at("/gone")), QUICK, tmp_path)
    assert problem.code == "E101"
    assert problem.message.endswith(
        f"leads nowhere, the server answers 404 at `{server.at('/404')}`, where it leads to"
    )


def test_a_server_may_lead_to_the_same_address_to_set_a_cookie(server: LinkServer, tmp_path: Path) -> None:
    async def mood(request: Request, writer: Any) -> None:
        seen.append(request.headers.get("cookie"))
        answer = say() if request.headers.get("cookie") else lead(request.path, Set_Cookie="seen=1; Path=/")
        await answer(request, writer)

    seen: list[str | None] = []
    targets = [server.put("/a", mood), server.put("/b", mood)]
    assert _check(tmp_path, *targets, per_host=1) == []
    assert seen == [None, "seen=1", None, "seen=1"]  # each link comes as somebody new


# Anchors on pages


def test_a_page_is_asked_for_once_for_all_its_anchors(server: LinkServer, tmp_path: Path) -> None:
    page = server.put("/a", say("<h1 id=x>X</h1><a name=y></a>"))
    assert _check(tmp_path, f"{page}#x", page, f"{page}#y", f"{page}#z", f"{page}#w") == ["4: E104", "5: E104"]
    assert server.times("/a") == 1


GZIPPED = gzip.compress(b"<h1 id=x>" + b" " * 50_000)


@pytest.mark.parametrize(
    "mood",
    [
        say(GZIPPED, Content_Encoding="gzip"),
        say("<h1 id=x>", kind="application/xhtml+xml; charset=utf-8"),
        say("<h1 id=x>", kind="text/html; charset=no-such"),
        say("<h1 id=über><h1 id=x>".encode("latin-1")),
        # What is no page has no anchors of this kind.
        say(b"%PDF-1.7", kind="application/pdf"),
        say("x = 1", kind="text/plain"),
        say("<svg/>", kind="image/svg+xml"),
        say("<p>", kind=""),
        # The anchor is there before anything goes wrong.
        without_end(HTML + b"\r\n<h1 id=x>", b"<p>more</p>" * 1000),
        without_end(HTML + b"\r\n<h1 id=x>", b" ", 0.02),
        raw(HTML + b"Content-Length: 1000\r\n\r\n<h1 id=x>"),
    ],
)
def test_anchors_that_are_found_or_need_not_be(server: LinkServer, tmp_path: Path, mood: Mood) -> None:
    assert _check(tmp_path, server.put("/a", mood) + "#x", timeout=0.5) == []


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        (without_end(HTML + b"\r\n", b"<p>more</p>" * 1000), "the page is too large"),
        (say("<p>" * 50_000), "the page is too large"),
        (say(gzip.compress(b" " * 20_000_000), Content_Encoding="gzip"), "the page is too large"),
        (without_end(HTML + b"\r\n", b" ", 0.02), "the page does not end"),
        (raw(HTML + b"Content-Length: 1000\r\n\r\n<p>"), "the page breaks off"),
        (say(b"no gzip", Content_Encoding="gzip"), "the page breaks off"),
        (say(zlib.compress(b"x"), Content_Encoding="br"), "it is packed in a way that nobody asked for"),
        (say("<div id=app></div><script src=/app.js></script>"), "its scripts may make it"),
    ],
)
def test_anchors_that_cannot_be_looked_for(server: LinkServer, tmp_path: Path, mood: Mood, reason: str) -> None:
    page = server.put("/a", mood)
    assert _check(tmp_path, f"{page}#x", timeout=0.5) == [f"1: E105 could not be checked for its anchor, {reason}"]


@pytest.mark.parametrize(
    "mood",
    [
        without_end(HTML + b"\r\n", b"<p>more</p>" * 1000),
        without_end(HTML + b"\r\n", b" ", 0.02),
        raw(HTML + b"Content-Length: 1000\r\n\r\n"),
        say(b"x" * 5_000_000),
    ],
)
def test_pages_are_not_read_when_nothing_is_looked_for(server: LinkServer, tmp_path: Path, mood: Mood) -> None:
    assert _check(tmp_path, server.put("/a", mood)) == []
    assert server.times("/a") == 1


# Kindness


def test_one_site_has_few_connections_at_a_time(server: LinkServer, tmp_path: Path) -> None:
    server.put("/a", after(0.01, say()))
    hosts = ("127.0.0.1", "localhost")
    targets = [server.at(f"/a?{number}", host) for number in range(20) for host in hosts]
    told: list[tuple[int, int]] = []
    problems = check_external(
        _links(*targets, *targets), QUICK, tmp_path, progress=lambda done, total: told.append((done, total))
    )
    assert list(problems) == []
    assert len(server.asked) == 40
    assert {host: server.most[host] for host in hosts} == {"127.0.0.1": 2, "localhost": 2}
    assert server.connections == 4  # a connection is used again
    assert told == [(number, 40) for number in range(1, 41)]


def test_all_sites_have_some_connections_at_a_time(server: LinkServer, tmp_path: Path) -> None:
    server.put("/a", after(0.01, say()))
    targets = [server.at(f"/a?{number}", host) for number in range(10) for host in ("127.0.0.1", "localhost")]
    assert _check(tmp_path, *targets, per_host=20, overall=3) == []
    assert server.most[""] == 3


def test_redirects_count_for_the_site_they_lead_to(server: LinkServer, tmp_path: Path) -> None:
    server.put("/there", after(0.02, say()))
    server.put("/here", lead(server.at("/there", "localhost")))
    targets = [server.at(f"/here?{number}") for number in range(10)]
    assert _check(tmp_path, *targets, per_host=1) == []
    assert server.most["localhost"] == 1


@pytest.mark.parametrize("as_date", [False, True])
def test_a_server_may_ask_to_wait(server: LinkServer, tmp_path: Path, as_date: bool) -> None:
    due = int(time.time()) + 2 if as_date else time.time() + 1
    server.put("/a", in_turn(say("", 429, Retry_After=formatdate(due, usegmt=True) if as_date else "1"), say()))
    server.put("/b", say())
    soonest = time.monotonic() + due - time.time()
    assert _check(tmp_path, server.at("/a"), server.at("/b"), server.at("/b?2"), per_host=1, longest_wait=5) == []
    assert [request.path for request in server.asked if request.at < soonest] == ["/a"]  # nobody asks meanwhile
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_too_long_is_left_alone(server: LinkServer, tmp_path: Path, status: int) -> None:
    limited = server.put("/a", say("", status, Retry_After="7200"))
    elsewhere = server.put("/b", say(), "localhost")
    reason = "could not be checked, its server wants to be left alone for 120 minutes"
    assert _check(tmp_path, limited, server.at("/b"), server.at("/c"), elsewhere, per_host=1) == [
        f"{line}: E105 {reason}" for line in (1, 2, 3)
    ]
    assert [request.path for request in server.asked if request.host == "127.0.0.1"] == ["/a"]


def test_those_who_wait_hear_that_the_server_wants_to_be_left_alone(server: LinkServer, tmp_path: Path) -> None:
    async def together(request: Request, writer: Any) -> None:
        while not server.times("/b"):
            await asyncio.sleep(0.01)
        await say("", 503, Retry_After="1")(request, writer)

    server.put("/a", together)
    server.put("/b", after(0.1, say("", 503, Retry_After="7200")))
    found = _check(tmp_path, *(server.at(path) for path in ("/a", "/b", "/c", "/d")), per_host=2)
    assert {line[3:7] for line in found} == {"E105"}
    assert {request.path for request in server.asked} == {"/a", "/b"}


def test_a_time_to_wait_that_comes_with_a_good_answer_means_nothing(server: LinkServer, tmp_path: Path) -> None:
    assert _check(tmp_path, server.put("/a", say(Retry_After="7200")), server.put("/b", say())) == []


def test_a_site_that_never_answers_is_given_up(server: LinkServer, tmp_path: Path) -> None:
    server.put("/a", silent)
    found = _check(tmp_path, *(server.at(f"/a?{number}") for number in range(20)), per_host=1, retries=0, timeout=0.05)
    reason = "E102 does not work, there is no answer in time"
    assert found[:5] == [f"{line}: {reason}" for line in range(1, 6)]
    assert found[5:] == [f"{line}: {reason}, as for the 5 before it on the same site" for line in range(6, 21)]
    assert len(server.asked) <= 5


def test_a_site_that_answers_at_times_is_not_given_up(server: LinkServer, tmp_path: Path) -> None:
    server.put("/bad", reset)
    server.put("/good", say())
    targets = [server.at(f"/{path}?{number}") for number in range(6) for path in ("bad", "good")]
    found = _check(tmp_path, *targets, per_host=1, retries=0)
    assert len(found) == 6
    assert len(server.asked) == 12


def test_it_ends_when_its_time_is_over(server: LinkServer, tmp_path: Path) -> None:
    good, slow = server.put("/a", say()), server.put("/b", silent)
    start = time.monotonic()
    said = "E105 could not be checked, there was no time left to ask"
    assert _check(tmp_path, good, slow, f"{slow}?2", f"{slow}?3", deadline=1, timeout=20) == [
        f"{line}: {said}" for line in (2, 3, 4)
    ]
    assert time.monotonic() - start < 3
    assert set(read_kept(tmp_path)) == {good}


def test_passwords_are_given_to_their_host_alone(
    server: LinkServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.put("/a", lead(server.at("/b", "localhost"), 301))
    server.put("/b", say("", 404))
    secret = server.at("/a").replace("//", "//us%65r:s%65cret@")
    (problem,) = check_external(_links(secret), QUICK, tmp_path)
    assert [request.headers.get("authorization") for request in server.asked] == ["Basic dXNlcjpzZWNyZXQ=", None]
    kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    for text in (str(problem), caplog.text, kept):
        assert "cret" not in text
    assert f"`{server.at('/a')}`" in problem.message


# What is kept


def test_good_answers_are_kept_for_days_and_others_for_hours(server: LinkServer, tmp_path: Path) -> None:
    good, bad = server.put("/good", say("<h1 id=x>")), server.put("/bad", say("", 404))
    wrong = server.put("/wrong", say("<h1 id=x>"))
    targets = [good, bad, f"{wrong}#y"]
    said = ["2: E101 leads nowhere, the server answers 404", "3: E104"]
    for days, asked in [(0.0, 3), (0.03, 3), (0.05, 5), (6.9, 7), (7.1, 10), (-1.0, 13)]:
        assert _check(tmp_path, *targets, days=days) == said
        assert len(server.asked) == asked


def test_an_answer_serves_other_links_to_the_page_but_for_anchors_not_looked_for(
    server: LinkServer, tmp_path: Path
) -> None:
    page = server.put("/a", say("<h1 id=x><h1 id=y>"))
    for target, asked in [(f"{page}#x", 1), (page, 1), (f"{page}#x", 1), (f"{page}#y", 2)]:
        assert _check(tmp_path, target) == []
        assert server.times("/a") == asked


def test_what_is_kept_is_used_without_asking_anybody(tmp_path: Path) -> None:
    kept = Kept(Answer(Outcome.FINE, moved="https://new.site/"), time.time())
    write_kept(
        tmp_path,
        {"https://docs.site/a": kept, "https://docs.site/b": Kept(Answer(Outcome.FAILED, "it is late"), time.time())},
    )
    assert _check(tmp_path, "https://docs.site/a", "https://docs.site/b#x") == [
        "1: E103",
        "2: E102 does not work, it is late",
    ]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\xff", b"[]", b"{}", b"null", b"[" * 100_000, b'{"version": 1}', b'{"version": 1, "answers": []}'),
        b'{"version": 0, "answers": {"https://docs.site/": 1}}',
    ],
)
def test_a_file_that_is_damaged_or_of_another_kind_is_as_good_as_none(
    server: LinkServer, tmp_path: Path, data: bytes
) -> None:
    write(tmp_path / "answers.json", data)
    assert read_kept(tmp_path) == {}
    assert _check(tmp_path, server.put("/a", say())) == []
    assert set(read_kept(tmp_path)) == {server.at("/a")}


def test_entries_that_make_no_sense_are_left_out() -> None:
    good = {"time": 1, "outcome": "fine", "reason": "", "moved": "", "anchors": {"a": None, "b": True}}
    changes: list[dict[str, Any]] = [
        {"time": "1"},
        {"time": float("nan")},
        {"outcome": "so-so"},
        {"outcome": 1},
        {"reason": None},
        {"moved": 1},
        {"anchors": []},
        {"anchors": {"a": 1}},
    ]
    answers: dict[str, Any] = {f"https://docs.site/{number}": good | change for number, change in enumerate(changes)}
    answers |= {"https://good.site/": good, "https://other.site/": "good", "https://third.site/": {"time": 1}}
    parsed = parse_kept(json.dumps({"version": 1, "answers": answers}).encode())
    assert parsed == {"https://good.site/": Kept(Answer(Outcome.FINE, anchors={"a": None, "b": True}), 1)}


_addresses = st.text(max_size=20).map("https://docs.site/".__add__)
_kept = st.builds(
    Kept,
    st.builds(
        Answer,
        st.sampled_from(Outcome),
        st.text(max_size=10),
        st.text(max_size=10),
        st.dictionaries(st.text(max_size=5), st.none() | st.booleans(), max_size=3),
    ),
    st.floats(0, 1e12),
)


@given(st.dictionaries(_addresses, _kept, max_size=5))
def test_what_is_written_is_read_again(kept: dict[str, Kept]) -> None:
    assert parse_kept(format_kept(kept)) == kept


@given(st.binary())
def test_any_bytes_are_read_as_something(data: bytes) -> None:
    assert parse_kept(data) == {}


def test_what_is_kept_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_MOST", 3)
    for number in range(9):
        write_kept(tmp_path, {f"https://docs.site/{number}": Kept(Answer(Outcome.FINE), float(number))})
    assert set(read_kept(tmp_path)) == {f"https://docs.site/{number}" for number in (6, 7, 8)}
    monkeypatch.setattr(keeping, "_LARGEST", 100)
    assert read_kept(tmp_path) == {}


def test_a_cache_that_cannot_be_written_is_no_fault(server: LinkServer, tmp_path: Path) -> None:
    file = write(tmp_path / "file", b"")
    assert _check(file, server.put("/a", say())) == []
    assert _check(file / "below", server.at("/a")) == []
    assert file.read_bytes() == b""


def test_two_runs_at_once_leave_a_file_that_can_be_read(server: LinkServer, tmp_path: Path) -> None:
    targets = [[server.put(f"/{run}/{number}", say()) for number in range(10)] for run in range(4)]
    threads = [threading.Thread(target=_check, args=(tmp_path, *own)) for own in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = set(read_kept(tmp_path))
    assert any(kept >= set(own) for own in targets)
    assert [path.name for path in tmp_path.iterdir()] == ["answers.json"]


def test_runs_one_after_the_other_add_to_what_is_kept(server: LinkServer, tmp_path: Path) -> None:
    first, second = server.put("/a", say()), server.put("/b", say())
    _check(tmp_path, first)
    _check(tmp_path, second)
    assert set(read_kept(tmp_path)) == {first, second}
    addresses: Mapping[str, frozenset[str]] = {first: frozenset(), second: frozenset()}
    assert set(choose_kept(read_kept(tmp_path), addresses, QUICK, time.time())) == {first, second}


PROGRAM = """\
import sys
from pathlib import Path
from callsite.check.external import ExternalSettings
from callsite.external import check_external
from callsite.model import Place
from callsite.render import Link

links = [Link(target, Place("a.md", 1)) for target in sys.argv[2:]]
settings = ExternalSettings(checker="httpx", timeout=60)
check_external(links, settings, Path(sys.argv[1]), progress=lambda done, total: print(done, total, flush=True))
"""


@pytest.mark.untraced
def test_who_breaks_it_off_keeps_what_is_known(server: LinkServer, tmp_path: Path) -> None:
    good, slow = server.put("/good", say()), server.put("/slow", silent)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), good, slow, server.at("/slow?2", "localhost")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1 3\n"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert time.monotonic() - start < 5
    assert process.returncode not in (0, 1)
    assert told.rstrip().endswith(b"KeyboardInterrupt")
    assert set(read_kept(tmp_path)) == {good}


# Lychee

RECORDED = """\
{
  "total": 6, "unique": 6, "successful": 2, "errors": 3, "timeouts": 1, "redirects": 2,
  "success_map": {
    "links.html": [
      {
        "url": "https://docs.site/",
        "status": {"text": "200 OK", "code": 200},
        "span": {"line": 1, "column": 10},
        "duration": {"secs": 0, "nanos": 2871564}
      },
      {
        "url": "https://docs.site/old",
        "status": {"text": "200 OK", "code": 200},
        "redirects": {
          "origin": "https://docs.site/old",
          "redirects": [
            {"url": "https://docs.site/new", "code": 301},
            {"url": "https://docs.site/new/en", "code": 302},
            {"url": "https://docs.site/new/en/", "code": 301}
          ]
        },
        "span": {"line": 2, "column": 10}
      }
    ]
  },
  "error_map": {
    "links.html": [
      {
        "url": "https://docs.site/gone",
        "status": {"text": "Rejected status code: 404 Not Found", "code": 404},
        "span": {"line": 3, "column": 10}
      },
      {
        "url": "https://docs.site/robots",
        "status": {"text": "Rejected status code: 999 Unknown status code", "code": 999},
        "span": {"line": 4, "column": 10}
      },
      {
        "url": "http://127.0.0.1:1/refused",
        "status": {
          "text": "Network error: Connection refused - server may be down (error sending request)",
          "details": "Connection refused - server may be down"
        },
        "span": {"line": 5, "column": 10}
      }
    ]
  },
  "timeout_map": {
    "links.html": [
      {
        "url": "https://docs.site/slow",
        "status": {"text": "Timeout", "details": "Request timed out"},
        "span": {"line": 6, "column": 10}
      }
    ]
  },
  "suggestion_map": {},
  "redirect_map": {},
  "excluded_map": {
    "links.html": [
      {
        "url": "https://example.com/x",
        "status": {"text": "Excluded", "details": "This is due to your 'exclude' values"},
        "span": {"line": 7, "column": 10}
      }
    ]
  },
  "detailed_stats": true
}
"""


def test_a_report_of_lychee_is_read() -> None:
    answers = parse_report(RECORDED, list("abcdefg"))
    assert answers == {
        "a": Answer(Outcome.FINE),
        "b": Answer(Outcome.FINE, moved="https://docs.site/new"),
        "c": Answer(Outcome.GONE, "the server answers 404"),
        "d": Answer(Outcome.UNKNOWN, "the server answers 999"),
        "e": Answer(Outcome.FAILED, "lychee says: Connection refused - server may be down"),
        "f": Answer(Outcome.FAILED, "there is no answer in time"),
    }


OK = {"status": {"text": "200 OK", "code": 200}, "span": {"line": 1}}


UNSURE: list[Any] = [
    *(None, 1, {}, OK | {"span": {}}, OK | {"span": {"line": 0}}, OK | {"span": {"line": 2}}, OK | {"span": None}),
    *({**OK, "status": status} for status in (None, {}, {"code": "200"}, {"text": "Unsupported", "details": "x"})),
    # Why a server has failed, and where it has led to, is better seen by asking again.
    *({**OK, "status": {"code": status}} for status in (301, 500, 503, 400)),
    *({**OK, "redirects": [{"url": "x", "code": 301}]}, {**OK, "redirects": {}}),
    *({**OK, "redirects": {"redirects": ["x"]}}, {**OK, "redirects": {"redirects": [{"url": "x"}]}}),
]


@pytest.mark.parametrize("entry", UNSURE)
def test_what_a_report_does_not_say_for_sure_is_left_out(entry: object) -> None:
    report = {"success_map": {"x": [entry]}, "error_map": {"x": "y"}, "timeout_map": []}
    assert parse_report(json.dumps(report), ["a"]) == {}


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "error: no such option", '{"success_map": {}}', "[" * 100_000]
)
def test_what_is_no_report(text: str) -> None:
    assert parse_report(text, ["a"]) is None


def test_addresses_are_given_to_lychee_one_a_line() -> None:
    assert format_links(["https://a.site/?b&c", 'https://a.site/"><b>']) == (
        '<a href="https://a.site/?b&amp;c">_</a>\n<a href="https://a.site/&quot;&gt;&lt;b&gt;">_</a>\n'
    )


FAKE = """\
#!{python}
import html, json, os, re, sys, time
if "--help" in sys.argv:
    print({help!r})
    sys.exit()
with open({log!r}, "a") as log:
    print(*sys.argv[1:], file=log)
text = open("links.html").read()
addresses = [html.unescape(found) for found in re.findall('href="(.*)"', text)]
if any("stuck" in address for address in addresses):
    time.sleep(60)
if any("mad" in address for address in addresses):
    sys.exit("no")
entries = [
    dict(url=address, span=dict(line=line), status=dict(text="", code=404 if "gone" in address else 200))
    for line, address in enumerate(addresses, 1) if "unsaid" not in address
]
print(json.dumps(dict(success_map=dict(links=entries), error_map=dict())))
"""


@pytest.fixture
def lychee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Install something that answers like lychee: "gone" in an address means that it is, and so on."""

    def install(help_text: str = "--host-concurrency <N>") -> Path:
        log = tmp_path / "bin" / "log"
        text = FAKE.format(python=sys.executable, help=help_text, log=str(log))
        program = write(tmp_path / "bin" / "lychee", text.encode())
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
        return log

    return install


def test_lychee_asks_where_it_is_installed(server: LinkServer, tmp_path: Path, lychee: Callable[[], Path]) -> None:
    log = lychee()
    targets = ["https://a.site/gone", "https://a.site/?x&y", server.put("/page", say("<h1 id=x>")) + "#x"]
    targets += [server.put("/unsaid", say("", 500)), server.put("/in", say()).replace("//", "//user:secret@")]
    assert _check(tmp_path / "cache", *targets, checker="auto", user_agent="we & you", pause=0.1) == [
        "1: E101 leads nowhere, the server answers 404",
        "4: E102 does not work, the server answers 500",
    ]
    # Anchors, secrets and what lychee does not know are seen to here.
    assert {request.path for request in server.asked} == {"/page", "/unsaid", "/in"}
    assert log.read_text(encoding="utf-8").splitlines() == [
        "--format json --verbose --no-progress --max-redirects 10 --timeout 5 --max-retries 1 --retry-wait-time 1 "
        "--max-concurrency 16 --host-concurrency 2 --host-request-interval 10ms --user-agent=we & you links.html"
    ]
    assert _check(tmp_path / "cache", *targets[:2], checker="lychee") == [
        "1: E101 leads nowhere, the server answers 404"
    ]
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1


def test_lychee_is_asked_in_portions_of_every_site(tmp_path: Path, lychee: Callable[[], Path]) -> None:
    log = lychee()
    told: list[tuple[int, int]] = []
    links = _links(*(f"https://{host}.site/{number}" for host in "ab" for number in range(75)))
    assert (
        list(check_external(links, replace(QUICK, checker="lychee"), tmp_path, progress=lambda *now: told.append(now)))
        == []
    )
    assert len(log.read_text(encoding="utf-8").splitlines()) == 2
    assert told[-1] == (150, 150)


@pytest.mark.parametrize("word", ["stuck", "mad"])
def test_when_lychee_fails_the_links_are_checked_all_the_same(
    server: LinkServer, tmp_path: Path, lychee: Callable[[], Path], word: str
) -> None:
    lychee()
    start = time.monotonic()
    settings = replace(QUICK, checker="lychee", timeout=0.5, longest_wait=0.0, retries=0)
    targets = [server.put(f"/{word}", say()), server.at("/gone")]
    assert _check(tmp_path, *targets, settings=settings) == ["2: E101 leads nowhere, the server answers 404"]
    assert time.monotonic() - start < 10


def test_an_old_lychee_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lychee: Callable[[str], Path]
) -> None:
    lychee("--max-concurrency <N>")
    assert find_lychee("auto") is None
    assert find_lychee("httpx") is None
    with pytest.raises(CallsiteError, match=r"no lychee of version 0.23 or later is on the PATH; install one, or"):
        find_lychee("lychee")
    write(tmp_path / "bin" / "lychee", b"#!/nowhere/at/all")
    assert find_lychee("auto") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_lychee("auto") is None


def test_lychee_itself_says_the_same_as_we_do(server: LinkServer, tmp_path: Path) -> None:
    if find_lychee("auto") is None:
        pytest.skip("lychee 0.23 or later is not on the PATH")
    moods = {
        "/fine": say(),
        "/gone": say("", 404),
        "/gone?a=1&b=<2>": say("", 410),
        "/robots": say("", 403),
        "/failing": say("", 500),
        "/passing": in_turn(say("", 503), say(), say()),
        "/moved": lead("/fine", 301),
        "/led": lead("/fine", 302),
        "/mixed": lead("/led", 308),
        "/lost": lead("/gone", 301),
        "/circle": lead("/circle", 301),
        "/endless": without_end(HTML + b"\r\n", b"<p>more</p>" * 1000),
        "/page#x": say("<h1 id=y>"),
        "/page#L10": say("<h1 id=y>"),
    }
    targets = [server.put(path, mood) for path, mood in moods.items()]
    server.put("/page", say("<h1 id=y>"))
    first, second = (_check(tmp_path / name, *targets, checker=name, timeout=2) for name in ("lychee", "httpx"))
    assert first == second
    assert [line[:7] for line in first if line.startswith(("2:", "4:", "7:", "9:"))] == [
        "2: E101",
        "4: E105",
        "7: E103",
        "9: E103",
    ]
    assert server.times("/endless") == 2
