"""Files for hosts: what is written, what a host makes of it, and what a production build puts where."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.hostfiles import (
    Record,
    explain_settings,
    format_headers,
    format_nginx_map,
    format_record,
    format_robots,
    list_host_paths,
)
from callsite.hostfiles.headers import SECURITY
from callsite.pelican_plugin import hostfiles
from callsite.publish.kinds import Kind, find_kind, plan_headers
from callsite.redirects import Redirect
from tests.building import CONTENT, Built, SiteFolder
from tests.test_git_state import git

DIGEST = "0123456789ab" + "0" * 52
_SAFE = "/~@!$&'()*+,;="
HOUR, YEAR = "public, max-age=3600, must-revalidate", "public, max-age=31536000, immutable"


# How Cloudflare Pages and Netlify read `_headers`, each in its own way.


def _parse_headers(text: str) -> list[tuple[str, dict[str, str]]]:
    """The rules of a file as Cloudflare reads them; there is nothing in ours that it would skip."""
    rules: list[tuple[str, dict[str, str]]] = []
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        assert len(line) <= 2000
        if line.startswith("/"):
            assert line.count("*") <= 1
            assert ":" not in line
            rules.append((line, {}))
        else:
            name, _, value = line.partition(":")
            assert name not in rules[-1][1]
            rules[-1][1][name] = value.strip()
    assert len(rules) <= 100
    assert all(headers for _, headers in rules)
    assert len({pattern for pattern, _ in rules}) == len(rules)
    return rules


def _is_cloudflares(pattern: str, address: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), address, re.DOTALL) is not None


def _is_netlifys(pattern: str, address: str) -> bool:
    parts = [
        "?(.*)" if part == "*" else part.replace("*", "(.*)") if "*" in part else re.escape(part)
        for part in filter(None, pattern.split("/"))
    ]
    return re.fullmatch(f"/{'/'.join(parts)}/?", address, re.IGNORECASE | re.DOTALL) is not None


def _serve(text: str, path: str, prefix: str = "") -> dict[str, list[str]]:
    """The headers that either host gives a file, each with all its values; an address may leave `.html` out."""
    rules = _parse_headers(text)
    addresses = {path, re.sub(r"(?:(?:^|(?<=/))index)?\.html?\Z", "", path)}
    found: dict[str, list[str]] = {}
    for address in (f"{prefix}/{quote(address, safe=_SAFE)}" for address in addresses):
        for fits in (_is_cloudflares, _is_netlifys):
            here: dict[str, list[str]] = {}
            for pattern, headers in rules:
                for name, value in headers.items() if fits(pattern, address) else ():
                    here.setdefault(name, []).append(value)
            found |= {name: values for name, values in here.items() if len(values) >= len(found.get(name, ()))}
    return found


def _check(files: Mapping[str, str], prefix: str = "") -> dict[str, dict[str, list[str]]]:
    """What every file is served with: never two values for one header, and never one that is not for it."""
    text, _ = format_headers(files, prefix)
    shown = {path: _serve(text, path, quote(prefix)) for path in files}
    for path, headers in shown.items():
        wanted = {**dict(plan_headers(path, find_kind(path, files[path]))), **dict(SECURITY)}
        assert (path, headers) == (path, {name: [wanted[name]] for name in headers})
        assert headers.keys() >= {name for name, _ in SECURITY}
    return shown


PATHS_OF_A_SITE = (
    *("index.html", "404.html", "flask.html", "guide/index.html", "guide/a.html", "robots.txt", "llms.txt"),
    *("flask.md", "guide/a.md", "guide/index.md", "b.md", "c.md", "examples.json", "changes.atom.xml", "sitemap.xml"),
    *("theme/css/a.0123456789ab.css", "theme/js/b.0123456789ab.js", "theme/favicon.svg"),
    *(f"images/{number}.png" for number in range(5)),
    *(f"pagefind/fragment/en_{number}.pf_fragment" for number in range(9)),
    *("pagefind/pagefind.js", "pagefind/pagefind-entry.json", "pagefind/wasm.en.pagefind"),
    *("_headers", "_redirects", ".nojekyll", "CNAME", "build.json"),
)
SITE = dict.fromkeys(PATHS_OF_A_SITE, DIGEST)


def test_every_file_is_to_be_kept_as_long_as_its_kind_allows() -> None:
    shown = _check(SITE)
    for path, headers in shown.items():
        kind = find_kind(path, SITE[path])
        kept = {Kind.FINGERPRINTED: [YEAR], Kind.ASSET: [HOUR]}.get(kind)
        assert (path, headers.get("cache-control")) == (path, kept)
    assert shown["flask.md"]["content-type"] == ["text/markdown; charset=utf-8"]
    assert shown["llms.txt"]["content-type"] == ["text/plain; charset=utf-8"]
    assert "content-type" not in shown["index.html"]


def test_rules_are_few() -> None:
    assert format_headers(SITE)[0] == (
        "/*\n  x-content-type-options: nosniff\n  referrer-policy: strict-origin-when-cross-origin\n\n"
        f"/theme/css/a.0123456789ab.css\n  cache-control: {YEAR}\n\n"
        f"/theme/js/b.0123456789ab.js\n  cache-control: {YEAR}\n\n"
        "/*.md\n  content-type: text/markdown; charset=utf-8\n\n"
        f"/*.pf_fragment\n  cache-control: {HOUR}\n\n"
        f"/*.png\n  cache-control: {HOUR}\n\n"
        "/llms.txt\n  content-type: text/plain; charset=utf-8\n\n"
        "/robots.txt\n  content-type: text/plain; charset=utf-8\n\n"
        f"/pagefind/wasm.en.pagefind\n  cache-control: {HOUR}\n\n"
        f"/theme/favicon.svg\n  cache-control: {HOUR}\n"
    )


def test_a_site_may_stand_below_its_host() -> None:
    shown = _check(SITE, "/my docs")
    assert shown["images/1.png"]["cache-control"] == [HOUR]
    patterns = [pattern for pattern, _ in _parse_headers(format_headers(SITE, "/my docs/")[0])]
    assert patterns[0] == "/my%20docs/*"
    assert all(pattern.startswith("/my%20docs/") for pattern in patterns)


def test_a_name_that_only_looks_like_a_fingerprint_is_none() -> None:
    shown = _check({"index.html": "", "a.0123456789ab.css": DIGEST, "b.0123456789ab.css": "f" * 64})
    assert shown["a.0123456789ab.css"]["cache-control"] == [YEAR]
    assert shown["b.0123456789ab.css"]["cache-control"] == [HOUR]


def test_compressed_twins_have_no_rules() -> None:
    files = dict.fromkeys(("index.html", "a.png", "a.png.gz", "index.html.br", "other.gz"), "")
    assert [pattern for pattern, _ in _parse_headers(format_headers(files)[0])] == ["/*", "/a.png", "/other.gz"]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("a page whose short address ends as the pattern does", [*(f"{n}.md" for n in "abcd"), "cmd.html"]),
        ("a folder's page that does", [*(f"{n}.md" for n in "abcd"), "cmd/index.html"]),
        ("an ending in capitals", [*(f"{n}.png" for n in "abcd"), "x.PNG", "y.0123456789ab.Png"]),
        ("a folder with a page in it", [*(f"x/{n}.{n}" for n in "abcd"), "x/index.html"]),
        ("a page beside the folder", [*(f"x/{n}.{n}" for n in "abcd"), "x.html"]),
        ("two folders that differ in case", [*(f"x/{n}.{n}" for n in "abcd"), "X/e.html"]),
        ("two files that differ in case", ["a.png", "A.png", "b.png"]),
        ("a folder with endings of its own", [*(f"x/{n}.png" for n in "abcde"), "x/f.b", "x/g.c", "x/h.d", "x/i.e"]),
        ("folders in folders", [f"x/y/{n}/{m}.{m}" for n in "abcd" for m in "efgh"]),
        ("endings that are alike", [*(f"{n}.md" for n in "abcd"), *(f"{n}.xmd" for n in "abcd")]),
        ("names that mean something in rules", ["a*b.png", "a:b.png", ":x/c.png", "a%20b.png", "!x.png", "#x.png"]),
        ("names in other letters", ["über.png", "a b.png", "日本/x.png"]),
        ("endings that mean something in rules", [f"{n}.a:b*" for n in "abcd"]),
        ("names without an ending", ["a", "b", "c", "d", "e/f"]),
        ("names that end with a dot", ["a.", "b.", "c.", "d.", "e/f"]),
        ("endings that have two small forms", [f"{n}.Σ" for n in "abcd"]),
    ],
)
def test_no_rule_is_for_what_it_was_not_made_for(name: str, files: list[str]) -> None:
    _check(dict.fromkeys(("index.html", *files), DIGEST))


def test_names_in_other_letters_have_rules_as_addresses_have_them() -> None:
    shown = _check(dict.fromkeys(("über.png", "a b.png", "a%b.png"), ""))
    assert shown["über.png"]["cache-control"] == shown["a b.png"]["cache-control"] == [HOUR]
    assert "cache-control" not in shown["a%b.png"]


def test_a_folder_of_many_kinds_has_one_rule() -> None:
    files = dict.fromkeys(("index.html", *(f"data/{n}.{n}" for n in "abcdefgh")), "")
    assert [pattern for pattern, _ in _parse_headers(format_headers(files)[0])] == ["/*", "/data/*"]


def test_the_largest_groups_have_the_patterns() -> None:
    pictures = [f"img/{number}.{ending}" for number in range(40) for ending in ("png", "svg", "webp", "gif")]
    files = dict.fromkeys(("index.html", *pictures, *(f"img/{n}.{n}" for n in "abcdefgh"), "x.png"), "")
    shown = _check(files)
    assert {path for path, headers in shown.items() if "cache-control" not in headers} == {"index.html"}
    assert [pattern for pattern, _ in _parse_headers(format_headers(files)[0])] == ["/*", "/img/*", "/x.png"]
    # One that holds no more than a small part of a kind does not take the place of the kind's own.
    files = dict.fromkeys((*(f"a/{n}.b/x.png" for n in range(9)), *(f"c/{n}.{n}" for n in "abc"), "c/x.png"), "")
    patterns = [pattern for pattern, _ in _parse_headers(format_headers(files)[0])]
    assert patterns == ["/*", "/*.png", "/c/a.a", "/c/b.b", "/c/c.c"]


def test_the_rules_for_the_search_stay_when_its_files_change() -> None:
    always = ("index.html", "pagefind/pagefind.js", "pagefind/pagefind-entry.json", "pagefind/wasm.en.pagefind")
    texts = set()
    for many in (1, 2, 4, 9, 50):
        names = [f"en_{number:x}{many:x}" for number in range(many)]
        found = [f"pagefind/{kind}/{name}.pf_{kind}" for kind in ("fragment", "index", "filter") for name in names]
        files = dict.fromkeys((*always, *found, f"pagefind/pagefind.en_{many}.pf_meta"), "")
        shown = _check(files)
        assert all(shown[path]["cache-control"] == [HOUR] for path in found)
        texts.add(format_headers(files)[0])
    assert [pattern for pattern, _ in _parse_headers(*texts)] == [
        "/*",
        *(f"/*.pf_{kind}" for kind in ("filter", "fragment", "index", "meta")),
        "/pagefind/wasm.en.pagefind",
    ]


@pytest.mark.untraced
@pytest.mark.parametrize(
    "form", ["d{folder}/{number}.html", "d/{number}.a{folder}", "d{folder}/e/{number}.png", "{number}.a{number}"]
)
def test_many_files_take_no_time(form: str) -> None:
    files = {form.format(number=number, folder=number % 2000): "" for number in range(10_000)}
    begun = time.process_time()
    format_headers(files)
    assert time.process_time() - begun < 5


@pytest.mark.untraced
def test_where_there_is_no_room_the_last_rules_are_left_out() -> None:
    many = {f"{number}.0123456789ab.css": DIGEST for number in range(150)}
    shown = _check({"index.html": "", "a.png": "", **many})
    assert format_headers({"index.html": "", "a.png": "", **many})[1] == 52
    single = dict.fromkeys((f"{number}.{number}" for number in range(150)), "")
    assert (format_headers(single)[1], format_headers(dict.fromkeys(list(single)[:99], ""))[1]) == (51, 0)
    grouped = _check({**single, **dict.fromkeys((f"z/{n}.zip" for n in "abcd"), "")})
    assert grouped["z/a.zip"]["cache-control"] == [HOUR]
    assert sum("cache-control" in headers for headers in shown.values()) == 99
    long = "x" * 250
    shown = _check(dict.fromkeys((f"{'ü' * 125}/" * 3 + long, "a.png"), ""))
    assert [headers.get("cache-control") for headers in shown.values()] == [None, [HOUR]]


NAMES = st.sampled_from(["a", "b", "md", "cmd", "x", "X", "index", "ü", "a b", ":p", "v1.0"])
ENDINGS = st.sampled_from(
    ["", ".html", ".md", ".MD", ".png", ".xmd", ".0123456789ab.css", ".css", ".txt", ".gz", ".tar.gz", ".pf_meta", "."]
)
PATHS = st.builds(lambda parts, ending: "/".join(parts) + ending, st.lists(NAMES, min_size=1, max_size=3), ENDINGS)


@given(st.dictionaries(PATHS, st.sampled_from([DIGEST, "f" * 64]), max_size=30))
def test_rules_never_contradict_one_another(files: dict[str, str]) -> None:
    folders = {folder for path in files for folder in _find_above(path)}
    _check({path: digest for path, digest in files.items() if path not in folders})


def _find_above(path: str) -> Iterable[str]:
    while path := path.rpartition("/")[0]:
        yield path


# What crawlers may read, and where the site stands.


def test_crawlers_may_read_all_of_it() -> None:
    assert format_robots("") == "User-agent: *\nAllow: /\n"
    told = format_robots("https://example.org/docs/sitemap.xml")
    assert told == "User-agent: *\nAllow: /\n\nSitemap: https://example.org/docs/sitemap.xml\n"


@pytest.mark.parametrize(
    ("domain", "address"),
    [
        ("examples.example.org", ""),
        ("examples.example.org", "https://examples.example.org"),
        ("examples.example.org", "https://Examples.example.org:443/docs"),
        ("xn--bcher-kva.example", ""),
        ("4chan.example", "no address"),
        ("example.org", "https://[broken"),
        ("", "https://example.org"),
    ],
)
def test_domains(domain: str, address: str) -> None:
    assert explain_settings({"CALLSITE_CNAME": domain, "SITEURL": address}) == ""


@pytest.mark.parametrize(
    ("domain", "address", "why"),
    [
        ("https://example.org", "", "'https://example.org' is no host name; write one such as examples.example.org"),
        ("example.org/", "", "'example.org/' is no host name; write one such as examples.example.org"),
        ("example.org:443", "", "'example.org:443' is no host name; write one such as examples.example.org"),
        ("example.org\n", "", "'example.org\\n' is no host name; write one such as examples.example.org"),
        ("localhost", "", "'localhost' is no host name; write one such as examples.example.org"),
        ("127.0.0.1", "", "'127.0.0.1' is no host name; write one such as examples.example.org"),
        ("-a.example", "", "'-a.example' is no host name; write one such as examples.example.org"),
        ("a." * 126 + "example", "", f"{'a.' * 126 + 'example'!r:.80} is no host name; write one such as examples.example.org"),
        ("Bücher.example", "", "'Bücher.example' is no host name; write one such as examples.example.org, in the letters that DNS has (xn--…)"),
        (None, "", "None is no host name; write one such as examples.example.org"),
        ("example.org", "https://www.example.org", "the site cannot be at example.org when SITEURL says www.example.org; write the same host in both"),
    ],
)  # fmt: skip
def test_what_is_no_domain_of_the_site(domain: object, address: str, why: str) -> None:
    assert explain_settings({"CALLSITE_CNAME": domain, "SITEURL": address}) == f"CALLSITE_CNAME cannot be used: {why}"


def test_where_a_map_can_be() -> None:
    assert [explain_settings({"CALLSITE_NGINX_MAP": path}) for path in ("", "redirects.map", "nginx/a b")] == [
        "",
        "",
        "",
    ]
    hint = "write the path of a file in the output, such as redirects.map"
    assert explain_settings({"CALLSITE_NGINX_MAP": True}) == f"CALLSITE_NGINX_MAP cannot be True; {hint}"
    for path in ("../x", "/etc/nginx/x", "a\nb"):
        why = explain_settings({"CALLSITE_NGINX_MAP": path})
        assert why.startswith(f"CALLSITE_NGINX_MAP cannot be {path!r}, because the path ")
        assert why.endswith(hint)
    for path in ("robots.txt", "Build.json", "_headers", "_redirects", "CNAME", ".nojekyll", "index.html", "a/b.HTM",
                 "build.json.gz", "sitemap.xml", "a.md"):  # fmt: skip
        assert explain_settings({"CALLSITE_NGINX_MAP": path}) == (
            f"CALLSITE_NGINX_MAP cannot be {path!r}, because that is a name for other files of a site; {hint}"
        )
    assert explain_settings({"CALLSITE_NGINX_MAP": "nginx/build.json"}) == ""


def test_the_paths_of_files_for_hosts() -> None:
    always = {"robots.txt", "_headers", ".nojekyll", "build.json"}
    assert list_host_paths() == always
    assert list_host_paths("example.org", "x/redirects.map") == {*always, "CNAME", "x/redirects.map"}


# What a site was made from.


def test_a_record() -> None:
    zone = timezone(timedelta(hours=2))
    record = Record(
        "https://example.org/docs", "abc", True, datetime(2026, 1, 31, 14, 0, 59, tzinfo=zone), {"x": "1"}, 3
    )
    redirects = [Redirect("/z%20z.html", "/new.html#x"), Redirect("/a", "https://example.com/"), Redirect("/b/", "/")]
    text = format_record(record, redirects, "/docs")
    assert json.loads(text) == {
        "site": "https://example.org/docs",
        "commit": "abc",
        "dirty": True,
        "committed": "2026-01-31T12:00:59Z",
        "tools": {"x": "1"},
        "pages": 3,
        "redirects": {
            "a/index.html": "https://example.com/",
            "b/index.html": "/docs/",
            "z z.html": "/docs/new.html#x",
        },
    }
    assert format_record(record, redirects[::-1], "/docs") == text


def test_a_record_of_what_is_not_known() -> None:
    empty = {"site": "", "commit": "", "dirty": False, "committed": "", "tools": {}, "pages": 0, "redirects": {}}
    assert json.loads(format_record(Record(""), [])) == empty


# Old addresses for nginx.


def test_a_map_for_nginx() -> None:
    redirects = [
        Redirect("/old.html", "/new.html#part"),
        Redirect("/%C3%BC%20$%27%23.html", "/a$b?c=$d"),
        Redirect("/x", "https://example.com/$"),
        Redirect("/X.html", "/late.html"),
        Redirect("/new", "/elsewhere.html"),
    ]
    assert format_nginx_map(redirects, {"new.html"}) == (
        '"/old.html" "/new.html#part";\n'
        '"/ü $\'#.html" "/a%24b?c=%24d";\n'
        '"/x" "https://example.com/%24";\n'
        '"/X.html" "/late.html";\n'
        '"/new" "/elsewhere.html";\n'
        '"/old" "/new.html#part";\n'
        '"/ü $\'#" "/a%24b?c=%24d";\n'
        '"/x/" "https://example.com/%24";\n'
        '"/new/" "/elsewhere.html";\n'
    )
    assert format_nginx_map([], ()) == ""


def test_a_map_for_a_site_below_its_host() -> None:
    assert format_nginx_map([Redirect("/old/", "/new.html")], (), '/my "docs"\\') == (
        '"/my \\"docs\\"\\\\/old/" "/my%20%22docs%22%5C/new.html";\n'
        '"/my \\"docs\\"\\\\/old" "/my%20%22docs%22%5C/new.html";\n'
    )


@given(st.lists(st.text("aAbBüÜ%$' ;{}#.", min_size=1, max_size=4), max_size=8), st.text("a$ü", max_size=3))
def test_nginx_never_finds_two_lines_for_one_address(names: list[str], new: str) -> None:
    redirects = [Redirect(f"/{quote(name)}{end}", f"/{quote(new)}") for name in names for end in (".html", "", "/")]
    lines = format_nginx_map(redirects, ()).splitlines()
    found = [re.fullmatch(r'"(/[^"\\]*)" "(/[^"\\$]*)";', line) for line in lines]
    keys = [line[1] for line in found if line]
    assert len(keys) == len(lines)
    assert len({key.lower() for key in keys}) == len(keys)
    assert {key.lower() for key in keys} >= {unquote(redirect.old).lower() for redirect in redirects}


# In builds.


PUBLIC = {"SITEURL": "https://example.org/docs", "CALLSITE_PRODUCTION": True}


def _build(site: SiteFolder, files: Mapping[str, str | bytes] | None = None, **settings: object) -> Built:
    site.write({**CONTENT, **(files or {})})
    site.set(**{**PUBLIC, **settings})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    return built


def test_a_production_build_has_all_files_for_hosts(site: SiteFolder) -> None:
    redirects = '"/old.html" = "/about.html"\n'
    built = _build(
        site, {"redirects.toml": redirects}, CALLSITE_CNAME="example.org", CALLSITE_NGINX_MAP="nginx/old.map"
    )
    assert built.read("robots.txt").endswith("\nSitemap: https://example.org/docs/sitemap.xml\n")
    assert built.read("CNAME") == "example.org\n"
    assert built.read(".nojekyll") == ""
    assert built.read("nginx/old.map") == '"/docs/old.html" "/docs/about.html";\n"/docs/old" "/docs/about.html";\n'
    record = json.loads(built.read("build.json"))
    assert record["tools"].keys() == {"callsite", "python", "pelican", "markdown", "pygments", "jinja2", "pagefind"}
    assert all(re.match(r"\d+\.\d+", version) for version in record.pop("tools").values())
    assert record == {
        "site": "https://example.org/docs",
        "commit": "",
        "dirty": False,
        "committed": "",
        "pages": 1,
        "redirects": {"old.html": "/docs/about.html"},
    }
    assert str(site.root) not in built.read("build.json")
    lasting = re.findall(rf"^(.*)\n  cache-control: {YEAR}$", built.read("_headers"), re.MULTILINE)
    assert all(built.output.joinpath(path.removeprefix("/docs/")).is_file() for path in lasting)
    assert json.loads(built.read(".callsite-manifest")) >= sorted(list_host_paths("example.org", "nginx/old.map"))[:1]
    assert list_host_paths("example.org", "nginx/old.map") <= set(json.loads(built.read(".callsite-manifest")))


def test_rules_are_for_the_files_that_are_there(site: SiteFolder) -> None:
    built = _build(site)
    text = built.read("_headers")
    for pattern, _ in _parse_headers(text):
        assert any(_is_cloudflares(pattern, f"/docs/{quote(path)}") for path in built.files), pattern
    for path in built.files - {".callsite-manifest"}:
        served = _serve(text, path, "/docs")
        digest = hashlib.sha256((built.output / path).read_bytes()).hexdigest()
        if find_kind(path, digest) in (Kind.ASSET, Kind.FINGERPRINTED):
            wanted = dict(plan_headers(path, find_kind(path, digest)))
            assert (path, served["cache-control"]) == (path, [wanted["cache-control"]])
        else:
            assert "cache-control" not in served


def test_a_local_build_has_none_of_them(site: SiteFolder) -> None:
    built = _build(site, CALLSITE_PRODUCTION=False, CALLSITE_CNAME="example.org", CALLSITE_NGINX_MAP="x.map")
    assert not built.files & list_host_paths("example.org", "x.map")


def test_a_site_without_an_address_names_no_sitemap(site: SiteFolder) -> None:
    built = _build(site, SITEURL="", CALLSITE_SEARCH=False)
    assert built.read("robots.txt") == format_robots("")
    assert json.loads(built.read("build.json"))["site"] == ""
    assert "pagefind" not in json.loads(built.read("build.json"))["tools"]


def test_what_a_site_brings_itself_stays(site: SiteFolder) -> None:
    own = ("robots.txt", "_headers", "CNAME", "build.json", "old.map")
    files = {f"content/extra/{name}": f"my {name}" for name in own}
    paths = {f"extra/{name}": {"path": name} for name in own}
    built = _build(site, files, EXTRA_PATH_METADATA=paths, CALLSITE_CNAME="example.org", CALLSITE_NGINX_MAP="old.map")
    assert {name: built.read(name) for name in own} == {name: f"my {name}" for name in own}
    assert built.read(".nojekyll") == ""


def test_pages_can_link_to_files_for_hosts(site: SiteFolder) -> None:
    page = "title: A\nslug: a\n\n[how this was built](/build.json), [not there](/build2.json)\n"
    site.write({**CONTENT, "content/pages/a.md": page})
    site.set(CALLSITE_PRODUCTION=True)
    assert re.findall("link to `(.*?)`", site.build().stderr) == ["/build2.json"]


def test_no_redirect_takes_the_place_of_a_file_for_hosts(site: SiteFolder) -> None:
    site.write({**CONTENT, "redirects.toml": '"/build.json/" = "/about.html"\n"/about/robots.txt" = "/about.html"\n'})
    site.set(CALLSITE_PRODUCTION=True)
    assert (
        "redirects.toml:1: R103 `/build.json/` is taken by `build.json`, which the build writes" in site.build().stderr
    )


def test_rules_that_are_left_out_are_told_and_stop_nothing(site: SiteFolder) -> None:
    names = [f"{number}.{number}" for number in range(120)]
    site.write({**CONTENT, **{f"content/extra/{name}": "x" for name in names}})
    moved = {f"extra/{name}": {"path": name} for name in names}
    site.set(**{**PUBLIC, "CALLSITE_SEARCH": False, "CALLSITE_STRICT": True, "EXTRA_PATH_METADATA": moved})
    built = site.build()
    assert built.code == 0
    assert re.fullmatch(
        r"_headers: \d+ rules left out: Cloudflare Pages reads 100, of 2,000 characters each; browsers ask for files "
        "without a rule each time\n",
        built.stderr,
    )
    moved["extra/_headers"] = {"path": "_headers"}
    built = _build(site, {"content/extra/_headers": "mine"}, CALLSITE_SEARCH=False, EXTRA_PATH_METADATA=moved)
    assert built.read("_headers") == "mine"


def test_a_folder_in_the_way_is_told(site: SiteFolder) -> None:
    site.write({**CONTENT, "content/extra/a.png": "a"})
    site.set(CALLSITE_PRODUCTION=True, EXTRA_PATH_METADATA={"extra/a.png": {"path": "build.json/a.png"}})
    built = site.build()
    assert built.code == 1
    assert "build.json: S111 the output file `build.json` cannot be made" in built.stderr


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"CALLSITE_CNAME": "https://example.org"}, "CALLSITE_CNAME cannot be used: 'https://example.org' is no host name"),
        ({"CALLSITE_CNAME": "example.com", "SITEURL": "https://example.org"}, "CALLSITE_CNAME cannot be used: the site cannot be at"),
        ({"CALLSITE_NGINX_MAP": "../x"}, "CALLSITE_NGINX_MAP cannot be '../x'"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_stop_a_build(site: SiteFolder, settings: dict[str, str], told: str) -> None:
    site.write(CONTENT)
    site.set(**settings)
    built = site.build()
    assert built.code == 2
    assert told in built.stderr
    assert not site.output.exists()
    assert site.leftovers == []


def test_two_builds_of_a_commit_are_the_same(site: SiteFolder) -> None:
    site.write({".gitignore": "output/\n__pycache__/\n.output.callsite-*\n", **CONTENT})
    site.set(**PUBLIC)
    git(site.root, "init", "-q")
    git(site.root, "add", "-A")
    git(site.root, "commit", "-q", "-m", "x")
    first = json.loads(site.build().read("build.json"))
    assert (first["commit"], first["dirty"]) == (git(site.root, "rev-parse", "HEAD"), False)
    assert first["committed"] == "2026-05-28T20:26:40Z"
    before = site.snapshot()
    (site.root / ".gitignore").unlink()
    git(site.root, "rm", "-q", "--cached", ".gitignore")
    git(site.root, "commit", "-q", "-m", "the output is no business of git's, even if nobody has told it")
    shutil.rmtree(site.root / "__pycache__", ignore_errors=True)
    again = json.loads(site.build().read("build.json"))
    assert (again["commit"] == first["commit"], again["dirty"]) == (False, False)
    after = site.snapshot()
    assert {path for path in before if before[path] != after[path]} == {"build.json"}
    site.write({"content/pages/b.md": "title: B\n\nNew.\n"})
    assert json.loads(site.build().read("build.json"))["dirty"] is True


def test_drafts_and_hidden_pages_ask_to_be_left_out(site: SiteFolder) -> None:
    pages = {
        f"content/pages/{status}.md": f"title: {status}\nstatus: {status}\n\nx\n" for status in ("draft", "hidden")
    }
    built = _build(site, pages)
    asked = {path for path in built.files if path.endswith(".html") and 'content="noindex"' in built.read(path)}
    assert asked == {"404.html", "drafts/pages/draft.html", "hidden.html"}
    sitemap = built.read("sitemap.xml")
    assert "draft" not in sitemap
    assert "hidden" not in sitemap


def test_a_tool_that_is_not_installed_has_no_version(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostfiles, "_TOOLS", ("no-such-tool",))
    assert json.loads(_build(site, CALLSITE_SEARCH=False).read("build.json"))["tools"]["no-such-tool"] == ""


def test_the_page_for_missing_addresses_works_at_any_depth(site: SiteFolder) -> None:
    page = _build(site).read("404.html")
    addresses = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert {address for address in addresses if not re.match("https://example.org/docs/|#", address)} == set()
    assert len(addresses) > 5
