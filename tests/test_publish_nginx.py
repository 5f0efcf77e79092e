"""The configuration for nginx that the manual shows, in a real nginx, with a site that was built for production."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from callsite.hostfiles import list_host_paths
from callsite.model import Listing, Page
from callsite.page import parse_page
from callsite.publish.kinds import ENCODINGS, IMMUTABLE, TYPES, Kind, find_kind, plan_headers
from callsite.publish.settings import DirectorySettings, SshSettings, parse_publish_settings
from callsite.scaffold import plan_site
from tests.servers import find_module, find_port, find_program, is_listening, wait_for

pytestmark = pytest.mark.untraced

CHAPTER = Path(__file__).parents[1] / "content/pages/publish-nginx.md"
HERE = "/var/www/examples"

EXAMPLE = "/pathlib-path-examples.html"
LONG = "long-" + "x" * 200
REDIRECTS = f"""\
"/old.html" = "{EXAMPLE}"
"/a b/ü$'{{x}};%23.html" = "{EXAMPLE}?a=$b&c#listing-1"
"/folder/" = "https://example.org/docs/"
"/plain" = "/symbols.html"
"/{LONG}.html" = "{EXAMPLE}"
"""

# Names that a file may have, each with what it is asked for by; only the last one is a fingerprint.
PNG = b"\x89PNG" * 3
ODD = (
    "a b.html",
    "über.html",
    "100%.html",
    "%41.html",
    "what?.html",
    "c#.html",
    "semi;colon{}$x'\".txt",
    ".well-known/security.txt",
    "guide/.hidden.txt",
    f"{'n' * 250}.html",
    "photo.202401011230.png",
    f"x.{hashlib.sha256(PNG).hexdigest()[:12]}.png",
)


def _read_chapter() -> Page:
    page, problems = parse_page(CHAPTER.read_text(encoding="utf-8"), "publish-nginx.md")
    assert problems == ()
    return page


def _find_listings(path: str) -> list[str]:
    return [one.snippet.code for one in _read_chapter().blocks if isinstance(one, Listing) and one.origin.path == path]


def _configure(root: Path, port: int) -> str:
    """The chapter's configuration, with what it tells to change, and a port that anybody may listen at."""
    [text] = _find_listings("examples.conf")
    assert text.count(HERE) == 2
    assert text.count("    listen 80;\n    listen [::]:80;\n") == 1
    text = text.replace(HERE, str(root)).replace("listen [::]:80;", "")
    return text.replace("listen 80;", f"listen 127.0.0.1:{port};")


@dataclass
class Nginx:
    """An nginx of our own: `folder` holds its files, `root` the site with its releases."""

    folder: Path
    root: Path
    port: int = field(default_factory=find_port)

    def __post_init__(self) -> None:
        own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        self.settings = self.folder / "nginx.conf"
        lines = [
            f"load_module {find_module('ngx_http_brotli_static_module.so', 'libnginx-mod-http-brotli-static')};",
            "user root;" if os.getuid() == 0 else "",  # the folders of tests are for their user alone
            "daemon off; worker_processes 1; pid nginx.pid; error_log error.log info;",
            "events {}",
            "http { access_log off;",
            *(f"{name}_temp_path {name};" for name in own),
            "include examples.conf; }",
        ]
        self.settings.write_text("\n".join(lines), encoding="utf-8")
        self.write(_configure(self.root, self.port))

    def write(self, text: str) -> None:
        (self.folder / "examples.conf").write_text(text, encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        program = find_program("nginx", "nginx")
        return [program, "-p", str(self.folder), "-c", str(self.settings), "-e", str(self.folder / "first.log"), *words]

    def check(self) -> str:
        """What nginx has to say of its configuration."""
        ran = subprocess.run(self.command("-t"), capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stderr

    def show(self, release: str) -> None:
        """Let visitors see a release, as a publish does it."""
        link = self.root / "current.new"
        link.symlink_to(f"releases/{release}")
        link.replace(self.root / "current")


@dataclass
class Visitor:
    """Somebody who asks for pages."""

    nginx: Nginx
    client: httpx.Client

    @property
    def output(self) -> Path:
        return self.nginx.root / "current"

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[httpx.Response, bytes]:
        """An answer, and what is in it as it was sent. Nothing compressed unless it is asked for."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.client.build_request(method, path, headers={"accept-encoding": "identity", **named})
        response = self.client.send(request, stream=True)
        try:
            return response, b"".join(response.iter_raw())
        finally:
            response.close()

    def list_files(self) -> Iterator[str]:
        """The files of the site, without those that stand for others."""
        files = {path.relative_to(self.output).as_posix() for path in self.output.rglob("*") if path.is_file()}
        for path in sorted(files):
            if not (Path(path).suffix in ENCODINGS and path.rpartition(".")[0] in files):
                yield path


def _build(folder: Path) -> Path:
    """A site that `callsite init` has made, with the settings of the chapter and some old addresses."""
    [settings] = _find_listings("publishconf.py")
    files = dict(plan_site("Examples"))
    files["publishconf.py"] += settings + "\n"
    files["redirects.toml"] = REDIRECTS
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "callsite", "build", "--settings", "publishconf.py"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return folder / "output"


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("nginx")
    root = folder / "site"
    (root / "releases").mkdir(parents=True)
    output = _build(tmp_path_factory.mktemp("examples"))
    (output / ".callsite-manifest").unlink()
    output.rename(root / "releases/one")
    (root / "current").symlink_to("releases/one")
    for name in ODD:
        path = root / "current" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG if name.endswith(".png") else name.encode() * 50)
    (root / "current/guide/index.html").write_text("the guide", encoding="utf-8")
    (root / "current/about.html").write_text("about", encoding="utf-8")
    nginx = Nginx(folder, root)
    assert "[warn]" not in nginx.check()
    # The brotli module of nginx 1.22 in Debian puts no end to the name it has made, `about.html.br`, and finds no file
    # where an earlier request has left something behind it: the answer is gzip or plain then. Here memory is zeros.
    with subprocess.Popen(nginx.command(), env={**os.environ, "MALLOC_PERTURB_": "255"}) as process:
        try:
            wait_for(lambda: is_listening(nginx.port), "nginx")
            assert process.poll() is None, "somebody else has taken the port"
            with httpx.Client(base_url=f"http://127.0.0.1:{nginx.port}", trust_env=False) as client:
                yield Visitor(nginx, client)
        finally:
            process.terminate()


# What is shown.


def test_every_file_is_served_with_the_type_and_the_life_of_its_kind(visitor: Visitor) -> None:
    seen: dict[Kind, int] = dict.fromkeys(Kind, 0)
    moved = json.loads((visitor.output / "build.json").read_bytes())["redirects"]
    hidden = {*list_host_paths("example.org", "redirects.map"), "_redirects", "404.html", *moved}
    hidden -= {"robots.txt", "build.json"}
    for path in visitor.list_files():
        if path in hidden:
            continue
        data = (visitor.output / path).read_bytes()
        kind = find_kind(path, hashlib.sha256(data).hexdigest())
        response, body = visitor.ask(f"/{quote(path)}")
        assert (path, response.status_code, body) == (path, 200, data)
        said = {name: response.headers.get(name) for name in ("content-type", "cache-control")}
        assert (path, said) == (path, dict(plan_headers(path, kind)))
        assert response.headers["x-content-type-options"] == "nosniff"
        seen[kind] += 1
    assert seen[Kind.PAGE] > 10
    assert seen[Kind.ENTRY] > 5
    assert seen[Kind.ASSET] > 5
    assert seen[Kind.FINGERPRINTED] >= 1


def test_only_a_fingerprint_makes_a_file_last(visitor: Visitor) -> None:
    lasting = [name for name in ODD if visitor.ask(f"/{quote(name)}")[0].headers["cache-control"] == IMMUTABLE]
    assert lasting == [ODD[-1]]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/", "index.html"),
        ("/?q=1", "index.html"),
        ("/about", "about.html"),
        ("/pathlib-path-examples", "pathlib-path-examples.html"),
        ("/guide/", "guide/index.html"),
        ("/guide", "guide/index.html"),
        ("/a%20b", "a b.html"),
        ("//about.html", "about.html"),
    ],
)
def test_pages_have_short_addresses(visitor: Visitor, address: str, path: str) -> None:
    response, body = visitor.ask(f"http://127.0.0.1:{visitor.nginx.port}{address}")
    assert (response.status_code, body) == (200, (visitor.output / path).read_bytes())
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"


def test_the_head_of_an_answer_is_that_of_the_answer(visitor: Visitor) -> None:
    for path in ("/", "/about", "/nothing", "/old.html", "/robots.txt"):
        (got, body), (head, nothing) = visitor.ask(path), visitor.ask(path, "HEAD")
        assert nothing == b""
        assert head.status_code == got.status_code
        assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
        assert body or got.status_code != 200


# What is not.


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing", "/nothing.html", "/deep/er/nothing.html", "/nothing.md", "/x.0123456789ab.css", "/x.atom.xml"),
        *("/404.html", "/_headers", "/_redirects", "/CNAME", "/.nojekyll", "/redirects.map"),
        *("/theme", "/theme/", "/theme/css/", "/pagefind/", "/.well-known/", "/about.html/", "/about/"),
        *("/releases/one/index.html", "/current/index.html", "/.callsite/lock"),
    ],
)
def test_what_is_missing_gets_the_page_for_that(visitor: Visitor, path: str) -> None:
    page = (visitor.output / "404.html").read_bytes()
    for headers in ({}, {"accept_encoding": "gzip"}):
        response, body = visitor.ask(path, **headers)
        body = gzip.decompress(body) if response.headers.get("content-encoding") == "gzip" else body
        assert (response.status_code, body) == (404, page)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_page_for_what_is_missing_needs_nothing_near_it(visitor: Visitor) -> None:
    page = (visitor.output / "404.html").read_text(encoding="utf-8")
    addresses = re.findall(r'(?:href|src|content)="([^"]*)"', page)
    assert sum(address.startswith("https://examples.example.org/") for address in addresses) > 5
    assert [
        address for address in re.findall(r'(?:href|src)="([^"]*)"', page) if not re.match("https://|#", address)
    ] == []


@pytest.mark.parametrize(
    "path", ["/../releases/one/index.html", "/%2e%2e/releases/one/about.html", "/guide/..%2f..%2fcurrent.conf"]
)
def test_nothing_outside_of_the_site_is_shown(visitor: Visitor, path: str) -> None:
    url = httpx.URL(f"http://127.0.0.1:{visitor.nginx.port}").copy_with(raw_path=path.encode())
    assert visitor.client.get(url).status_code in (400, 404)


def test_links_do_not_lead_to_the_files_of_other_people(visitor: Visitor, tmp_path: Path) -> None:
    """Of what belongs to whoever publishes, a publish itself lets no link lead out."""
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    for given in (tmp_path / "secret.html", tmp_path):
        os.chown(given, 65534, 65534)
    for name, target in (("out.html", tmp_path / "secret.html"), ("out", tmp_path)):
        (visitor.output / name).symlink_to(target)
    try:
        for path in ("/out.html", "/out", "/out/secret.html", "/out/secret"):
            for accepted in ("identity", "br", "gzip"):
                response, body = visitor.ask(path, accept_encoding=accepted)
                assert response.status_code in (403, 404)
                assert b"secret" not in body
    finally:
        (visitor.output / "out.html").unlink()
        (visitor.output / "out").unlink()


def test_nobody_can_change_anything(visitor: Visitor) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert visitor.ask("/about.html", method)[0].status_code == 405


# Old addresses.


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/old.html", EXAMPLE),
        ("/old", EXAMPLE),
        ("/OLD.html?x=1", EXAMPLE),
        ("/a%20b/%C3%BC%24'%7Bx%7D;%23.html", f"{EXAMPLE}?a=%24b&c#listing-1"),
        ("/a%20b/ü$'{x};%23", f"{EXAMPLE}?a=%24b&c#listing-1"),
        ("/folder/", "https://example.org/docs/"),
        ("/folder", "https://example.org/docs/"),
        ("/plain", "/symbols.html"),
        ("/plain/", "/symbols.html"),
        (f"/{LONG}.html", EXAMPLE),
    ],
)
def test_old_addresses_lead_on(visitor: Visitor, old: str, new: str) -> None:
    response, _ = visitor.ask(old)
    assert (response.status_code, response.headers["location"]) == (301, new)
    assert "immutable" not in response.headers["cache-control"]  # it may lead elsewhere some day


def test_a_page_is_no_old_address(visitor: Visitor) -> None:
    assert visitor.ask("/symbols")[0].status_code == 200
    assert visitor.ask("/older.html")[0].status_code == 404


# Compressed answers, and answers without a body.


def test_browsers_get_the_compressed_form_they_read(visitor: Visitor) -> None:
    path = EXAMPLE.removeprefix("/")
    plain = (visitor.output / path).read_bytes()
    tags = set()
    for accepted, encoding, name in (
        ("br", "br", f"{path}.br"),
        ("gzip, deflate, br, zstd", "br", f"{path}.br"),
        ("gzip", "gzip", f"{path}.gz"),
        ("identity", None, path),
    ):
        for address in (EXAMPLE, "/pathlib-path-examples"):
            response, body = visitor.ask(address, accept_encoding=accepted)
            assert (response.status_code, response.headers.get("content-encoding")) == (200, encoding)
            assert body == (visitor.output / name).read_bytes()
            assert response.headers["vary"] == "Accept-Encoding"
            assert response.headers["content-type"] == "text/html; charset=utf-8"
            assert response.headers["cache-control"] == "public, max-age=0, must-revalidate"
            assert (body == plain) == (encoding is None)
            tags.add((encoding, response.headers["etag"]))
    assert len(tags) == len({tag for _, tag in tags}) == 3


def test_a_file_without_a_compressed_twin_is_compressed_by_nginx(visitor: Visitor) -> None:
    name = quote(ODD[0])
    response, body = visitor.ask(f"/{name}", accept_encoding="gzip")
    assert (response.headers["content-encoding"], response.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(body) == ODD[0].encode() * 50
    assert "content-encoding" not in visitor.ask(f"/{name}", accept_encoding="br")[0].headers
    assert "content-encoding" not in visitor.ask(f"/{ODD[-1]}", accept_encoding="gzip")[0].headers


@pytest.mark.parametrize("path", [EXAMPLE, "/about", "/robots.txt", "/objects.inv", f"/{ODD[-1]}"])
@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_what_a_browser_has_is_not_sent_again(visitor: Visitor, path: str, accepted: str) -> None:
    first, _ = visitor.ask(path, accept_encoding=accepted)
    assert first.status_code == 200
    tag = first.headers["etag"]  # a weak one where nginx compresses
    again, body = visitor.ask(path, accept_encoding=accepted, if_none_match=tag)
    assert (again.status_code, body) == (304, b"")
    assert again.headers["etag"] == tag.removeprefix("W/")
    assert again.headers["cache-control"] == first.headers["cache-control"]


# Releases.


def test_a_new_release_is_seen_at_once_and_the_old_one_when_it_is_back(visitor: Visitor) -> None:
    """Also by whoever has asked before, and by a connection that is still open."""
    two = visitor.nginx.root / "releases/two"
    two.mkdir()
    (two / "about.html").write_text("about two", encoding="utf-8")
    (two / "404.html").write_text("nothing in two", encoding="utf-8")
    one, _ = visitor.ask("/about.html")
    try:
        for _ in range(20):
            visitor.nginx.show("two")
            assert visitor.ask("/about.html")[1] == b"about two"
            assert visitor.ask("/about", if_none_match=one.headers["etag"])[1] == b"about two"
            assert visitor.ask("/guide/")[1] == b"nothing in two"
            visitor.nginx.show("one")
            assert visitor.ask("/about.html", if_none_match=one.headers["etag"])[0].status_code == 304
            assert visitor.ask("/guide/")[1] == b"the guide"
    finally:
        visitor.nginx.show("one")


def test_nginx_starts_before_anything_is_published(tmp_path: Path) -> None:
    nginx = Nginx(tmp_path, tmp_path / "nothing")
    assert "[emerg]" not in nginx.check()


def test_nothing_has_gone_wrong(visitor: Visitor) -> None:
    log = (visitor.nginx.folder / "error.log").read_text(encoding="utf-8")
    wrong = re.findall(r"^.*\[(?:alert|crit|emerg|warn)\].*$", log, re.MULTILINE)
    assert [line for line in wrong if "Too many levels of symbolic links" not in line] == []


# What the chapter says.


def test_the_types_of_the_configuration_are_those_of_a_publish() -> None:
    [text] = _find_listings("examples.conf")
    [block] = re.findall(r"types \{\n(.*?)\n    \}", text, re.DOTALL)
    rows = re.findall(r"^ +(\S+) +(.*);$", block, re.MULTILINE)
    assert len(rows) == len(block.splitlines())
    shown = {f".{ending}": kind for kind, endings in rows for ending in endings.split()}
    own = (".atom", ".rss", ".atom.xml", ".rss.xml", ".br")  # by their places, and what has no type anyhow
    assert shown == {ending: kind.partition(";")[0] for ending, kind in TYPES.items() if ending not in own}
    [listed] = re.findall(r"charset_types ([^;]*);", text)
    texts = {kind.partition(";")[0] for kind in TYPES.values() if "charset=utf-8" in kind}
    assert {"text/html", *listed.split()} == texts


def test_the_destinations_of_the_chapter_can_be_read() -> None:
    tables = [tomllib.loads(text)["tool"]["callsite"]["publish"] for text in _find_listings("pyproject.toml")]
    here, there = (parse_publish_settings(table, "pyproject.toml").choose("", "") for table in tables)
    assert here == DirectorySettings(HERE)
    assert there == SshSettings("deploy@examples.example.org", HERE)
