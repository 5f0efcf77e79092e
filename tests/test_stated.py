"""Cases that laws come upon only now and then, stated: what is odd enough that nobody would think of it elsewhere."""

from __future__ import annotations

import pytest

from callsite.addressing import parse_site_settings, plan_path
from callsite.check.hosting import Host
from callsite.check.output.facts import FileFacts, Leads
from callsite.check.output.leaks import list_leaks
from callsite.check.policy import Policy
from callsite.harvest.release import SourceFile
from callsite.harvest.targets import find_library
from callsite.header import parse_header
from callsite.names import find_names


@pytest.mark.parametrize(
    ("date", "path"), [("2020-02-29", "2020/a.html"), ("2021-02-29", ""), ("2020-01-02 24:00", ""), ("soon", "")]
)
def test_a_day_that_no_calendar_has_leads_nowhere_that_could_be_told(date: str, path: str) -> None:
    meta, _, _ = parse_header(["title: A", f"date: {date}"], "a.md")
    settings = parse_site_settings({"ARTICLE_SAVE_AS": "{date:%Y}/{slug}.html"})
    assert plan_path(meta, "a.md", settings, True) == path


def test_a_site_whose_address_is_none_knows_its_own_files() -> None:
    host = Host(["a.html"], {}, "http://[")
    assert host.locate("a.html") == "/a.html"
    assert host.resolve("/a.html", "b.html", "") == "a.html"
    assert host.resolve("/b.html", "a.html", "") is None
    assert host.resolve("https://x.y/a.html", "b.html", "") == ""


def test_the_end_of_what_never_began_ends_nothing() -> None:
    text = "<p>a</code></pre>{{ b }}</p><code>{{ c }}</code></code>{{ d }}"
    leads = Leads(Host(["a.html"], {}))
    facts = FileFacts("a.html", "out/a.html", text, len(text), leads, "", Policy())
    assert [leak.text for leak in list_leaks(facts)] == ["{{ b }}", "{{ d }}"]


def test_a_package_comes_before_a_module_of_its_name_whichever_is_read_first() -> None:
    files = SourceFile("lib/__init__.py", b"x = 1\n"), SourceFile("lib.py", b"y = 1\n")
    for found in (files, files[::-1]):
        library = find_library(found, "lib")
        assert [symbol for symbol in ("lib.x", "lib.y") if library.find(symbol)] == ["lib.x"]


def test_a_name_of_nobody_stays_with_who_claims_it() -> None:
    names = find_names("from a import b\ndef f():\n    nonlocal y\n    y = b\n    return y, b\n")
    assert names.unparsed == ""
    assert [(use.line, use.target) for use in names.uses] == [(1, "a.b"), (4, "a.b"), (5, "a.b"), (5, "a.b")]
