"""Where links lead on a static host, and which of them lead nowhere."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from callsite.check.hosting import Host, find_broken_links, find_dead_anchors
from callsite.model import Place, Problem, Severity
from callsite.render import Link
from tests.strategies import rows

# Addresses, against what browsers do with them.

_FILES = frozenset(
    {"index.html", "a.html", "b/index.html", "b/c.html", "b/d/e.html", "f.css", "g h.html", "ü.html", "x"}
)
_PAGES = ("index.html", "a.html", "b/index.html", "b/c.html", "b/d/e.html")
_parts = st.sampled_from(
    [
        "a",
        "a.html",
        "b",
        "c.html",
        "c",
        "d",
        "e",
        "e.html",
        "f.css",
        "..",
        ".",
        "index.html",
        "g%20h.html",
        "%C3%BC",
        "x",
        "y",
        "sub",
    ]
)
_targets = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "/", "/sub/", "https://x.y/", "https://x.y/sub/", "//x.y/", "https://z/", "http://x.y/sub/"]),
    st.lists(_parts, max_size=4),
    st.sampled_from(["", "/", "#h", "?q", "?q=/../../..", "#/../.."]),
)


@settings(max_examples=600)
@given(
    _targets,
    st.sampled_from(_PAGES),
    st.sampled_from(["", "https://x.y", "https://x.y/", "https://x.y/sub", "https://x.y/sub/"]),
)
@example("..", "a.html", "https://x.y/sub")
@example("/sub", "a.html", "https://x.y/sub")
def test_addresses_lead_where_a_browser_goes(target: str, page: str, address: str) -> None:
    assume("//" not in urlsplit(target).path)  # most servers take two slashes for one
    host = Host(_FILES, {}, address)
    base = (address.rstrip("/") or "https://here") + "/"
    whole = urljoin(base + page, target)
    whole = urljoin(whole, urlsplit(whole).path or "/")  # dots in a whole address, too
    if urlsplit(whole).netloc != urlsplit(base).netloc:
        expected: str | None = ""
    else:
        path = urlsplit(whole).path.replace("%20", " ").replace("%C3%BC", "ü") or "/"
        root = urlsplit(base).path
        if path + "/" == root:
            path = root
        if path.startswith(root):
            inside = path.removeprefix(root)
            names = (
                [inside + "index.html"]
                if inside.endswith("/") or not inside
                else [inside, inside + ".html", inside + "/index.html"]
            )
            expected = next((name for name in names if name in _FILES), None)
        else:
            expected = "" if urlsplit(target).netloc else None
    if not target or target[0] in "?#":
        expected = page
    assert host.resolve(target, page, "a.md") == expected
    assert host.finds(target, page, "a.md") == (expected is not None)


GROUPS = frozenset({"{author}x", "{author}x y"})


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("{filename}a.md", True),
        ("{filename}/a.md", False),
        ("{filename}/d/a.md", True),
        ("{filename}../b.md", True),
        ("{filename}b.md", False),
        ("|filename|a.md", True),
        ("{static}a%20b.png", True),
        ("{attach}a b.png", True),
        ("{static}/x.png#y", False),
        ("{filename}a.md#part", True),
        ("{filename}a.md?q=1", True),
        ("{filename}", False),
        ("{filename}../../../b.md", False),
        ("{author}x", True),
        ("|author|x%20y", True),
        ("{author}y", False),
        ("{tag}x", False),
        ("{bogus}x", False),
        ("{index}", True),
        ("{filename a.md", False),
        ("mailto:a@b", True),
        ("tel:1", True),
        ("javascript:x", True),
        ("data:,x", True),
        ("https://[::1", False),
        ("//[x", False),
        ("https://elsewhere/x", True),
        ("", True),
        ("#x", True),
        ("?x", True),
        ("\x00", True),  # browsers drop it
        ("%FF", False),
        ("%zz", False),
    ],
)
def test_addresses_of_sources_and_odd_ones(target: str, found: bool) -> None:
    sources = {"d/a.md": "d/a.html", "b.md": "b.html", "d/a b.png": "x.png"}
    host = Host({"d/a.html", "b.html", "x.png"}, sources, groups=GROUPS)
    assert host.finds(target, "d/a.html", "d/a.md") == found


@given(rows())
def test_any_address_leads_somewhere_or_not(target: str) -> None:
    for address in ("", "https://x.y/z", "https://["):
        host = Host({*_FILES, "p/"}, {}, address)
        found = host.resolve(target, "a.html", "a.md")
        assert found is None or found == "" or found in _FILES
        near = host.find_near(target, "a.html", "a.md")
        assert near == "" or near in host.files


def test_broken_links_are_reported_once_for_each_line() -> None:
    one, two = Place("a.md", 3), Place("a.md", 2)
    links = [Link("/gone", one), Link("/gone", one), Link("/gone", two), Link("/a.html", one), Link("gone", two)]
    found = list(find_broken_links(links, Host(_FILES, {}), "a.html", "a.md"))
    assert [str(problem) for problem in found] == [
        "a.md:2: S102 the link to `/gone` leads nowhere; mend it, or add what it leads to",
        "a.md:2: S102 the link to `gone` leads nowhere; mend it, or add what it leads to",
        "a.md:3: S102 the link to `/gone` leads nowhere; mend it, or add what it leads to",
    ]
    assert all(isinstance(problem, Problem) and problem.severity is Severity.WARNING for problem in found)


def test_a_link_in_the_wrong_case_is_told_apart_from_a_dead_one() -> None:
    host = Host({*_FILES, "Über.html"}, {"d/A.md": "a.html"}, "https://x.y/sub")
    links = [
        "A.html",
        "/sub/b/D/E",
        "/sub/B",
        "/sub/%C3%BCber.html",
        "{filename}/D/a.md",
        "gone.html",
        "{filename}gone.md",
    ]
    found = list(find_broken_links([Link(link, Place("a.md", 1)) for link in links], host, "a.html", "a.md"))
    assert [str(problem) for problem in found] == [
        "a.md:1: S114 the link to `/sub/%C3%BCber.html` differs only in case from `Über.html`, so most hosts do not find it; write it as the file is called",
        "a.md:1: S114 the link to `/sub/B` differs only in case from `b/index.html`, so most hosts do not find it; write it as the file is called",
        "a.md:1: S114 the link to `/sub/b/D/E` differs only in case from `b/d/e.html`, so most hosts do not find it; write it as the file is called",
        "a.md:1: S114 the link to `A.html` differs only in case from `a.html`, so most hosts do not find it; write it as the file is called",
        "a.md:1: S102 the link to `gone.html` leads nowhere; mend it, or add what it leads to",
        "a.md:1: S114 the link to `{filename}/D/a.md` differs only in case from `d/A.md`, so most hosts do not find it; write it as the file is called",
        "a.md:1: S102 the link to `{filename}gone.md` leads nowhere; mend it, or add what it leads to",
    ]  # fmt: skip
    assert {problem.severity for problem in found} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/projects/x.html", ""),
        ("/projects/x/y", ""),
        ("/projects/", ""),
        ("projects/x.html", ""),
        ("https://x.y/projects/x.html", ""),
        ("/projects", None),
        ("/project/x.html", None),
        ("/x/projects/x.html", None),
        ("{filename}draft.md", ""),
        ("{filename}a.md", "a.html"),
        ("/a", "a.html"),
    ],
)
def test_what_is_in_some_folders_nobody_knows(target: str, expected: str | None) -> None:
    host = Host({"a.html", "projects/"}, {"a.md": "a.html", "draft.md": ""}, "https://x.y")
    assert host.resolve(target, "a.html", "a.md") == expected


def test_a_site_of_which_nothing_is_known_has_no_dead_links() -> None:
    host = Host({"a.html", "/"}, {"a.md": "a.html"})
    assert [host.resolve(target, "a.html", "a.md") for target in ("/x.html", "x/y", "/", "/a", "{filename}x.md")] == [
        "",
        "",
        "",
        "a.html",
        None,
    ]


@pytest.mark.parametrize(
    ("target", "is_dead"),
    [
        ("/b.html#gone", True),
        ("/b#gone", True),
        ("b.html#Part", True),
        ("{filename}b.md#gone", True),
        ("|filename|b.md#gone", True),
        ("#gone", True),
        ("?q=1#gone", True),
        ("https://x.y/b.html#gone", True),
        ("/b.html#listing-1", True),
        ("/b.html#%F0", True),
        ("/b.html#gone:~:text=x", True),
        # All of this is right.
        ("/b.html#part", False),
        ("/b#part", False),
        ("{filename}b.md#part", False),
        ("#here", False),
        ("/b.html", False),
        ("/b.html#", False),
        ("#", False),
        ("#top", False),
        ("/b.html#TOP", False),
        ("/b.html#:~:text=some%20words", False),
        ("/b.html#part:~:text=words", False),
        ("/b.html#%C3%BC", False),
        ("/b.html#ü", False),
        ("/b.html#100%25", False),
        ("/b.html#main", False),
        ("/b.html#module-flask.ctx", False),
        ("/b.html#also-used-in-title", False),
        ("/list.html#letter-Q", False),  # generated: nobody knows its ids here
        ("/gone.html#part", False),  # another rule's
        ("https://elsewhere/b.html#gone", False),
        ("mailto:a@b#gone", False),
    ],
)
def test_places_on_pages(target: str, is_dead: bool) -> None:
    host = Host({"a.html", "b.html", "list.html"}, {"b.md": "b.html"}, "https://x.y")
    anchors = {"a.html": {"here"}, "b.html": {"part", "ü", "100%25"}}
    links = [Link(target, Place("a.md", 3))]
    found = list(find_dead_anchors([*links, *links], host, "a.html", "a.md", anchors))
    assert [link for link, _, _ in found] == (links if is_dead else [])


def test_any_number_of_letters_is_read_at_once() -> None:
    host = Host(_FILES, {})
    for target in ("/" + "a" * 50_000 + "!", "/" + "a/" * 20_000 + "%", "{filename}" + "../" * 20_000):
        assert host.resolve(target, "a.html", "a.md") is None
