"""The inventories that settings name: from files, from servers of every mood, and from the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from callsite.inventories import Inventories, Upstream, read_inventories, reading
from callsite.inventory import Inventory, Item, format_inventory
from callsite.model import Place, Severity
from callsite.sources.fetching import Access
from tests.hostile import write
from tests.serving_files import Answer, Web, serve

AT = Place("pelicanconf.py")
QUICK = Access(timeout=5, pauses=(0.0,))
DAY = 24 * 60 * 60

LOGIN = Item("flask_x.login", "py", "function", 1, "api/#flask_x.login", "flask_x.login")
LABEL = Item("guide", "std", "label", -1, "guide.html", "Guide")
DATA = format_inventory(Inventory("Flask-X", "1.0", (LOGIN, LABEL)))


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Web]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    with serve() as running:
        running.put("/docs/objects.inv", DATA)
        yield running


def _read(setting: object, folder: Path, days: float = 0, access: Access = QUICK, patience: float = 30) -> Inventories:
    return read_inventories(
        setting, folder, AT, access=access, patience=patience, clock=lambda: time.time() + days * DAY
    )


def _complaint(read: Inventories) -> str:
    """The one problem there is, when all it does is to leave names without a link."""
    (problem,) = read.problems
    assert problem.severity is Severity.WARNING
    assert problem.at == AT
    assert "\n" not in str(problem)
    assert "secret" not in str(problem)
    return f"{problem.code} {problem.message}; {problem.hint}"


def _cached(folder: Path) -> list[Path]:
    return sorted((folder / ".cache" / "inventories").glob("*"))


def test_names_link_to_where_they_are_documented(web: Web, tmp_path: Path) -> None:
    read = _read({"x": web.address + "/docs/"}, tmp_path)
    assert read == Inventories(
        {"flask_x.login": Upstream(web.address + "/docs/api/#flask_x.login", "Flask-X", "flask_x.login", "function")}
    )
    assert web.asked == ["/docs/objects.inv"]


@pytest.mark.parametrize("setting", [None, {}])
def test_nothing_is_asked_or_made_when_nothing_is_set(web: Web, tmp_path: Path, setting: object) -> None:
    assert _read(setting, tmp_path) == Inventories({})
    assert list(tmp_path.iterdir()) == []
    assert web.asked == []


def test_the_address_may_lack_its_last_slash_and_the_inventory_be_elsewhere(web: Web, tmp_path: Path) -> None:
    web.put("/other.inv", DATA)
    for number, setting in enumerate(
        [web.address + "/docs", (web.address + "/docs/", None), [web.address + "/docs/", web.address + "/other.inv"]]
    ):
        read = _read({"x": setting}, tmp_path / str(number))
        assert read.links["flask_x.login"].url == web.address + "/docs/api/#flask_x.login"
        assert read.problems == ()
    assert web.asked == ["/docs/objects.inv", "/docs/objects.inv", "/other.inv"]


@pytest.mark.parametrize("absolute", [False, True])
def test_a_file_is_read_from_the_sites_folder_without_any_request(tmp_path: Path, absolute: bool) -> None:
    write(tmp_path / "inventories" / "x.inv", DATA)
    file = str(tmp_path / "inventories" / "x.inv") if absolute else "inventories/x.inv"
    read = _read({"x": ("https://docs.example/en/", file)}, tmp_path)
    assert read.links["flask_x.login"].url == "https://docs.example/en/api/#flask_x.login"
    assert read.problems == ()
    assert _cached(tmp_path) == []


def _read_items(folder: Path, *items: Item, project: str = "P") -> Inventories:
    write(folder / "x.inv", format_inventory(Inventory(project, "", items)))
    return _read({"x": ("https://docs.example/", "x.inv")}, folder)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("a.html#x.y", "a.html#x.y"),
        ("/a.html", "a.html"),
        ("//evil.example/a", "evil.example/a"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('a"><script>.html#"b', "a%22%3E%3Cscript%3E.html#%22b"),
        ("é.html#a#b", "%C3%A9.html#a%23b"),
        ("a%20b?c=d&e#%zz%", "a%20b?c=d&e#%25zz%25"),
        ("", ""),
    ],
)
def test_links_stay_below_the_address_and_are_quoted_once(tmp_path: Path, location: str, url: str) -> None:
    read = _read_items(tmp_path, Item("x", "py", "data", 1, location, "x"))
    assert read.links["x"].url == "https://docs.example/" + url


def test_what_is_not_pythons_gets_no_link_and_what_is_hidden_does(tmp_path: Path) -> None:
    items = (
        LABEL,
        Item("x", "c", "function", 1, "c.html", "x"),
        Item("y", "py", "data", -1, "hidden.html", "y"),
        Item("x.y z", "py", "data", 2, "spaces.html", "Other"),
    )
    read = _read_items(tmp_path, *items)
    assert {name: (found.title, found.kind) for name, found in read.links.items()} == {
        "y": ("y", "data"),
        "x.y z": ("Other", "data"),
    }


def test_of_one_name_in_an_inventory_the_most_important_counts_then_the_first(tmp_path: Path) -> None:
    items = [
        Item("x", "py", role, priority, f"{role}{priority}", "x")
        for role, priority in (("a", -1), ("b", 1), ("c", 0), ("d", 0))
    ]
    assert _read_items(tmp_path, *items).links["x"].kind == "c"


def test_of_one_name_in_two_inventories_the_first_in_the_setting_counts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, format_inventory(Inventory(name, "", (LOGIN,))))
    for first, second in (("a", "b"), ("b", "a")):
        read = _read({first: ("https://x.example", first), second: ("https://y.example", second)}, tmp_path)
        assert read.links["flask_x.login"].project == first


def test_nothing_of_an_inventory_acts_on_a_terminal_and_a_nameless_project_has_the_settings_name(
    tmp_path: Path,
) -> None:
    read = _read_items(tmp_path, Item("x", "py", "data", 1, "a", "a\x1b[1m\u202e"), project="")
    assert read.links["x"] == Upstream("https://docs.example/a", "x", "a<U+001B>[1m<U+202E>", "data")


def test_lines_that_were_left_out_are_told_but_are_no_problem(tmp_path: Path) -> None:
    head, _, body = DATA.partition(b"zlib.\n")
    write(tmp_path / "x.inv", head + b"zlib.\n" + zlib.compress(zlib.decompress(body) + b"int f()\n"))
    read = _read({"x": ("https://docs.example/", "x.inv")}, tmp_path)
    assert (list(read.links), read.problems) == (["flask_x.login"], ())
    assert read.notices == ("of the inventory 'x', 1 line could not be understood",)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ([], "CALLSITE_INVENTORIES is no dict but of type list"),
        ("https://x.example/", "CALLSITE_INVENTORIES is no dict but of type str"),
        ({3: "https://x.example/"}, "the entry 3 of CALLSITE_INVENTORIES has no name"),
        ({" ": "https://x.example/"}, "the entry ' ' of CALLSITE_INVENTORIES has no name"),
        ({"a\x1b": "https://x.example/"}, "the entry 'a\\x1b' of CALLSITE_INVENTORIES has no name"),
        (
            {"x": None},
            "the entry 'x' of CALLSITE_INVENTORIES is neither an address nor a pair of an address and a file",
        ),
        ({"x": ("https://x.example/",)}, "neither an address nor a pair"),
        ({"x": ("https://x.example/", "a", "b")}, "neither an address nor a pair"),
        ({"x": ("https://x.example/", ("a", None))}, "neither an address nor a pair"),
        ({"x": ("https://x.example/", "")}, "neither an address nor a pair"),
        ({"x": "docs/"}, "the entry 'x' of CALLSITE_INVENTORIES names what is no address of the web (https://…)"),
        ({"x": ""}, "no address of the web"),
        ({"x": "a:secret@x.example"}, "no address of the web"),
        ({"x": "file:///docs/"}, "no address of the web"),
        ({"x": "javascript://x/"}, "no address of the web"),
        ({"x": "https:///docs/"}, "no address of the web"),
        ({"x": "https://x.example:port/"}, "no address of the web"),
        ({"x": 'https://x.example/"onclick'}, "no address of the web"),
        ({"x": ("https://x.example/", "file:///etc/passwd")}, "no address of the web"),
        ({"x": "https://a:secret@x.example/"}, "an address with a user, a query or an anchor"),
        ({"x": "https://x.example/?token=secret"}, "an address with a user, a query or an anchor"),
        ({"x": "https://x.example/#a"}, "an address with a user, a query or an anchor"),
    ],
)
def test_a_setting_that_makes_no_sense_is_an_error(tmp_path: Path, setting: object, message: str) -> None:
    read = _read(setting, tmp_path)
    (problem,) = read.problems
    assert (problem.at, problem.code, problem.severity) == (AT, "X101", Severity.ERROR)
    assert message in problem.message
    assert "https://docs.example.org/" in problem.hint
    assert "secret" not in str(problem)
    assert read.links == {}
    assert list(tmp_path.iterdir()) == []


def test_the_entries_that_do_make_sense_are_read_all_the_same(tmp_path: Path) -> None:
    write(tmp_path / "x.inv", DATA)
    read = _read({"bad": 1, "x": ("https://docs.example/", "x.inv")}, tmp_path)
    assert list(read.links) == ["flask_x.login"]
    assert [problem.code for problem in read.problems] == ["X101"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    hint = (
        "its names are not linked; see that CALLSITE_INVENTORIES names it as seen from the site's folder, "
        "and that you may read it"
    )
    os.mkfifo(tmp_path / "pipe")
    for file, reason in (
        ("none.inv", "none.inv: No such file or directory"),
        ("pipe", "pipe: it is no regular file"),
        ("a\0b", "a<U+0000>b: is no name of a file"),
        ("a:secret@x.example/objects.inv", "x.example/objects.inv: No such file or directory"),
    ):
        read = _read({"x": ("https://docs.example/", file)}, tmp_path)
        assert _complaint(read) == f"X102 the inventory 'x' cannot be read: {reason}; {hint}"


def test_files_that_are_no_inventories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hint = "its names are not linked; see that its entry in CALLSITE_INVENTORIES leads to pages made with Sphinx"
    for data, reason in (
        (b"", "is no inventory: it is empty"),
        (b"<html>", "is no inventory: it is a web page"),
        (DATA[:-9], "is damaged: it breaks off"),
        (format_inventory(Inventory("x", "", (LABEL,))), "holds no names of Python"),
    ):
        write(tmp_path / "x.inv", data)
        read = _read({"x": ("https://docs.example/", "x.inv")}, tmp_path)
        assert _complaint(read) == f"X103 the inventory 'x' cannot be used: x.inv {reason}; {hint}"
        assert read.links == {}


def test_a_missing_inventory(web: Web, tmp_path: Path) -> None:
    read = _read({"x": web.address + "/none/", "y": web.address + "/docs/"}, tmp_path)
    assert (
        f"X102 the inventory 'x' cannot be read: {web.address}/none/objects.inv: there is nothing at this address; its"
        " names are not linked; see that the network and its entry in CALLSITE_INVENTORIES are right"
        in _complaint(read)
    )
    assert list(read.links) == ["flask_x.login"]


def test_a_page_instead_of_an_inventory_is_not_kept(web: Web, tmp_path: Path) -> None:
    web.put("/docs/objects.inv", b"<!doctype html><title>Welcome</title>", "text/html")
    for _ in range(2):
        read = _read({"x": web.address + "/docs/"}, tmp_path)
        assert (
            f"X103 the inventory 'x' cannot be used: {web.address}/docs/objects.inv is no inventory: it is a web page"
            in _complaint(read)
        )
    assert len(web.asked) == 2
    assert _cached(tmp_path) == []


def test_an_answer_that_breaks_off_is_asked_for_again(web: Web, tmp_path: Path) -> None:
    web.files["/docs/objects.inv"] = Answer(DATA[:50], announced=len(DATA))
    assert "the connection broke off half-way" in _complaint(_read({"x": web.address + "/docs/"}, tmp_path))
    assert len(web.asked) == 2
    assert [path.suffix for path in _cached(tmp_path)] == [".failure"]


def test_passwords_are_used_and_never_shown(web: Web, tmp_path: Path) -> None:
    web.password = "me:secret"  # that is the point
    inside = web.address.replace("//", "//me:secret@") + "/docs/objects.inv?token=secret"
    read = _read({"x": (web.address + "/docs/", inside)}, tmp_path)
    assert read.links["flask_x.login"].url == web.address + "/docs/api/#flask_x.login"
    assert read.problems == ()
    assert all(b"secret" not in path.read_bytes() and "secret" not in path.name for path in _cached(tmp_path))
    web.password = "me:other"  # that is the point
    assert "the server answers 401" in _complaint(_read({"x": (web.address + "/docs/", inside)}, tmp_path / "b"))


def test_what_moved_is_followed_and_links_keep_the_address_of_the_setting(web: Web, tmp_path: Path) -> None:
    web.files["/old/objects.inv"] = Answer(status=302, headers={"Location": "/docs/objects.inv"})
    read = _read({"x": web.address + "/old/"}, tmp_path)
    assert read.links["flask_x.login"].url == web.address + "/old/api/#flask_x.login"
    web.files["/round/objects.inv"] = Answer(status=302, headers={"Location": "/round/objects.inv"})
    assert "X102" in _complaint(_read({"x": web.address + "/round/"}, tmp_path))


def test_without_encryption_only_this_computer_is_asked(tmp_path: Path) -> None:
    complaint = _complaint(_read({"x": "http://docs.example/"}, tmp_path))
    assert (
        "X102 the inventory 'x' cannot be read: http://docs.example/objects.inv: not fetched without encryption;"
        in complaint
    )
    assert "pip" not in complaint


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key -out crt"
    subprocess.run(make.split(), cwd=tmp_path, check=True, capture_output=True)
    certificate = tmp_path / "both"
    certificate.write_bytes((tmp_path / "key").read_bytes() + (tmp_path / "crt").read_bytes())
    with serve(certificate) as web:
        complaint = _complaint(_read({"x": web.address + "/docs/"}, tmp_path))
    assert "objects.inv: cannot be fetched, its certificate is not trusted (" in complaint
    assert "pip" not in complaint


def test_one_that_is_too_large_is_not_fetched(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 20)
    assert "it is larger than" in _complaint(_read({"x": web.address + "/docs/"}, tmp_path))
    write(tmp_path / "x.inv", DATA)
    assert "X103" in _complaint(_read({"x": ("https://docs.example/", "x.inv")}, tmp_path))


def test_a_silent_server_is_asked_twice(web: Web, tmp_path: Path) -> None:
    release = threading.Event()

    def wait(handler: BaseHTTPRequestHandler, path: str) -> bool:
        return path != "/docs/objects.inv" and release.wait(20)

    web.whim = wait
    setting = {"0": f"{web.address}/0/", "x": web.address + "/docs/"}
    read = _read(setting, tmp_path, access=Access(timeout=0.5, pauses=(0.0,)))
    release.set()
    assert [problem.code for problem in read.problems] == ["X102"]
    assert "objects.inv: cannot be fetched, no answer in time" in read.problems[0].message
    assert list(read.links) == ["flask_x.login"]
    assert sorted(web.asked) == ["/0/objects.inv", "/0/objects.inv", "/docs/objects.inv"]


def test_all_servers_are_asked_at_once(web: Web, tmp_path: Path) -> None:
    all_asked = threading.Barrier(6)

    def wait(handler: BaseHTTPRequestHandler, path: str) -> bool:
        all_asked.wait(20)
        return False

    web.whim = wait
    setting = {str(number): f"{web.address}/{number}/" for number in range(5)} | {"x": web.address + "/docs/"}
    read = _read(setting, tmp_path, access=Access(timeout=30, pauses=()))
    assert not all_asked.broken
    assert [problem.code for problem in read.problems] == ["X102"] * 5
    assert list(read.links) == ["flask_x.login"]


def test_an_answer_that_never_ends_is_not_waited_for(web: Web, tmp_path: Path) -> None:
    release = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, path: str) -> bool:
        handler.send_response(200)
        handler.end_headers()
        while not release.wait(0.01):
            handler.wfile.write(b"#")
        return True

    web.whim = drip
    before = set(threading.enumerate())
    begin = time.monotonic()
    read = _read({"x": web.address + "/docs/"}, tmp_path, patience=0.3)
    assert time.monotonic() - begin < 3
    assert (
        f"X102 the inventory 'x' cannot be read: {web.address}/docs/objects.inv: the answer takes too long"
        in _complaint(read)
    )
    release.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)


def test_for_a_week_nothing_is_asked(web: Web, tmp_path: Path) -> None:
    setting = {"x": web.address + "/docs/"}
    first = _read(setting, tmp_path)
    (file,) = _cached(tmp_path)
    assert file.read_bytes() == DATA
    assert file.name.startswith("x-")
    for days in (0, 3, 6.99):
        assert _read(setting, tmp_path, days=days) == first
    assert len(web.asked) == 1
    web.put("/docs/objects.inv", format_inventory(Inventory("New", "", (LOGIN,))))
    assert _read(setting, tmp_path, days=7.01).links["flask_x.login"].project == "New"
    assert _read(setting, tmp_path).links["flask_x.login"].project == "New"
    assert len(web.asked) == 2
    assert _cached(tmp_path) == [file]


def test_what_was_kept_at_a_time_to_come_is_asked_for_again(web: Web, tmp_path: Path) -> None:
    setting = {"x": web.address + "/docs/"}
    _read(setting, tmp_path)
    _read(setting, tmp_path, days=-1)
    assert len(web.asked) == 2


def test_each_address_and_each_name_is_kept_on_its_own(web: Web, tmp_path: Path) -> None:
    web.put("/b/objects.inv", DATA)
    strange = "../../x y/" + "é" * 300
    _read({"x": web.address + "/docs/", "y": web.address + "/docs/", strange: web.address + "/docs/"}, tmp_path)
    _read({"x": web.address + "/b/"}, tmp_path)
    assert len(_cached(tmp_path)) == 4
    assert len(web.asked) == 4


@pytest.mark.parametrize("mood", ["gone", "missing", "page"])
def test_the_old_one_is_better_than_none(web: Web, tmp_path: Path, mood: str) -> None:
    setting = {"x": web.address + "/docs/"}
    first = _read(setting, tmp_path)
    if mood == "gone":
        web.whim = lambda handler, path: True  # hangs up without a word
    elif mood == "missing":
        web.files.clear()
    else:
        web.put("/docs/objects.inv", b"<html>")
    for days in (8, 40):
        read = _read(setting, tmp_path, days=days)
        assert read.links == first.links
        assert (
            f"X104 the inventory 'x' is an old one from .cache/inventories: {days} days old: "
            f"{web.address}/docs/objects.inv" in _complaint(read)
        )
    assert _read(setting, tmp_path) == first


def test_offline_with_nothing_kept(tmp_path: Path, web: Web) -> None:
    with serve() as other:
        setting = {"x": other.address + "/docs/"}
    read = _read(setting, tmp_path)
    assert "Connection refused" in _complaint(read)
    assert read.links == {}


MINUTE = 1 / (24 * 60)


def test_a_silent_server_is_left_alone_for_ten_minutes(web: Web, tmp_path: Path) -> None:
    release = threading.Event()
    web.whim = lambda handler, path: release.wait(20)
    setting = {"x": web.address + "/docs/"}
    impatient = Access(timeout=0.3, pauses=())
    first = _complaint(_read(setting, tmp_path, access=impatient))
    assert "objects.inv: cannot be fetched, no answer in time; " in first
    assert len(web.asked) == 1
    for minutes, left in ((0, "10 minutes"), (4.5, "6 minutes"), (9.5, "1 minute")):
        again = _complaint(_read(setting, tmp_path, days=minutes * MINUTE))
        assert again == first.replace("in time; ", f"in time (it will be asked again in {left}); ")
    assert len(web.asked) == 1
    release.set()
    web.whim = None
    assert _read(setting, tmp_path, days=10.1 * MINUTE).problems == ()
    assert len(web.asked) == 2
    assert [path.suffix for path in _cached(tmp_path)] == [".inv"]


def test_a_failure_is_remembered_for_its_own_address_and_not_from_a_time_to_come(web: Web, tmp_path: Path) -> None:
    assert "X102" in _complaint(_read({"x": web.address + "/none/"}, tmp_path))
    assert _read({"x": web.address + "/docs/"}, tmp_path).problems == ()
    assert len(web.asked) == 2
    assert "asked again" not in _complaint(_read({"x": web.address + "/none/"}, tmp_path, days=-MINUTE))
    assert len(web.asked) == 3


def test_an_old_one_is_used_at_once_while_its_server_is_left_alone(web: Web, tmp_path: Path) -> None:
    setting = {"x": web.address + "/docs/"}
    first = _read(setting, tmp_path)
    (file,) = _cached(tmp_path)
    os.utime(file, (0, time.time() - 8.5 * DAY))
    web.files.clear()
    complaints = [_complaint(_read(setting, tmp_path)) for _ in range(2)]
    why = f"8 days old: {web.address}/docs/objects.inv: there is nothing at this address"
    told = "X104 the inventory 'x' is an old one from .cache/inventories"
    hint = "links may be out of date; see that the network and its entry in CALLSITE_INVENTORIES are right"
    assert complaints == [
        f"{told}: {why}; {hint}",
        f"{told}: {why} (it will be asked again in 10 minutes); {hint}",
    ]
    assert len(web.asked) == 2
    assert _read(setting, tmp_path).links == first.links


def test_what_stands_in_place_of_a_remembered_failure_does_no_harm(web: Web, tmp_path: Path) -> None:
    setting = {"x": web.address + "/none/"}
    _read(setting, tmp_path)
    (file,) = _cached(tmp_path)
    file.write_bytes(b"a\x1b\n\xff" + b"b" * 10**6)
    assert "cannot be read: a<U+001B><U+000A>\ufffdbb" in _complaint(_read(setting, tmp_path))
    assert len(web.asked) == 1
    file.write_bytes(b" \n")
    assert "there is nothing at this address" in _complaint(_read(setting, tmp_path))
    assert len(web.asked) == 2
    file.unlink()
    file.mkdir()
    for number in (3, 4):
        assert "there is nothing at this address" in _complaint(_read(setting, tmp_path))
        assert len(web.asked) == number


@pytest.mark.parametrize("damage", [b"", b"<html>", DATA[:-5], None])
def test_what_is_damaged_in_the_cache_is_fetched_again(web: Web, tmp_path: Path, damage: bytes | None) -> None:
    setting = {"x": web.address + "/docs/"}
    first = _read(setting, tmp_path)
    (file,) = _cached(tmp_path)
    if damage is None:
        file.unlink()
        os.mkfifo(file)
    else:
        file.write_bytes(damage)
    assert _read(setting, tmp_path) == first
    assert len(web.asked) == 2
    assert file.read_bytes() == DATA


def test_a_cache_that_cannot_be_written_ends_no_build(web: Web, tmp_path: Path) -> None:
    write(tmp_path / ".cache", b"a file")
    read = _read({"x": web.address + "/docs/"}, tmp_path)
    assert list(read.links) == ["flask_x.login"]
    complaint = _complaint(read)
    assert complaint.startswith("X105 the inventory 'x' is not kept for the next build: ")
    assert "cannot be written" in complaint
    assert complaint.endswith("; let .cache/inventories be written, or every build fetches it")
    web.files.clear()
    for _ in range(2):
        assert _complaint(_read({"x": web.address + "/docs/"}, tmp_path)).startswith("X102 ")
    assert len(web.asked) == 3


def test_what_killed_builds_left_in_the_cache_is_swept(web: Web, tmp_path: Path) -> None:
    left = tmp_path / ".cache" / "inventories" / ".callsite-abc"
    write(left, b"half")
    os.utime(left, (0, 0))
    _read({"x": web.address + "/docs/"}, tmp_path)
    assert not left.exists()


def test_without_more_words_a_build_waits_five_seconds_twice_and_asks_the_real_clock(web: Web, tmp_path: Path) -> None:
    read = read_inventories({"x": web.address + "/docs/"}, tmp_path, AT)
    assert list(read.links) == ["flask_x.login"]
    assert read_inventories({"x": web.address + "/docs/"}, tmp_path, AT) == read
    assert len(web.asked) == 1
    assert (reading._ACCESS.timeout, len(reading._ACCESS.pauses)) == (5, 1)


def test_a_site_that_names_none_does_not_wait_for_what_reads_them(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from callsite.inventories import read_inventories as read\n"
        "from callsite.model import Place\n"
        "print([read(setting, Path(), Place('x')).links for setting in (None, {})], 'urllib.request' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert ran.stdout == "[{}, {}] False\n"
