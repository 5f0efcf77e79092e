"""A made-up site in several versions, as a publish meets them: small, and with everything in it that can go wrong.

Its pages link to one another, to what they show, to their twins in Markdown, to feeds and the search, and all of it
changes from one version to the next in the ways sites change.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from callsite.staging import MANIFEST as BUILT

SITE: Final = "https://examples.test"

# As long as a name may be, in bytes of UTF-8.
LONG: Final = f"files/{'é' * 125}x.txt"


@dataclass(frozen=True)
class Version:
    """What a site is made of: the names of its pages in their order, each linking to its neighbours, the pages that
    lead to others instead, and how it looks. Files of the theme that have no fingerprint are in `theme`. `caching` is
    for its pictures, where headers can be said. Without `search` and `twins` there are fewer files.
    """

    pages: tuple[str, ...]
    stubs: Mapping[str, str] = field(default_factory=dict)
    look: str = "first"
    texts: Mapping[str, str] = field(default_factory=dict)
    theme: tuple[str, ...] = ("logo",)
    feeds: tuple[str, ...] = ("all",)
    caching: str = ""
    search: bool = True
    twins: bool = True


FIRST: Final = Version(
    ("start", "c#/lambda", "100% sure", "what é 日本?", "leaving", "old name", ".hidden/dot"), feeds=("all", "past")
)
# Another look, two new pages, one taken away, one renamed, a picture of the same name, other headers.
SECOND: Final = Version(
    ("start", "a new one", "c#/lambda", "100% sure", "what é 日本?", "renamed?", ".hidden/dot", "z/new"),
    stubs={"old name": "renamed?"},
    look="second",
    theme=("logo", "a_new_picture"),
    feeds=("all", "fresh"),
    caching="public, max-age=60",
)
# What comes when the second has not come to its end, or was a mistake.
THIRD: Final = replace(
    SECOND, pages=("start", "third/a", "a new one", "c#/lambda", "renamed?", "third/b", ".hidden/dot"), look="third"
)
# A single page is another one.
EDITED: Final = replace(FIRST, texts={"start": "Some words were put right."})

SMALL: Final = Version(("start", "leaving", "a b"), search=False, twins=False)
SMALLER: Final = replace(SMALL, pages=("start", "new?", "a b"), look="second")


def make_site(version: Version) -> dict[str, bytes]:
    """The files of a site by their paths."""
    files: dict[str, bytes] = {}

    def add(path: str, content: str) -> str:
        files[path] = content.encode()
        return path

    def add_fingerprinted(stem: str, ending: str, content: str) -> str:
        return add(f"{stem}.{hashlib.sha256(content.encode()).hexdigest()[:12]}{ending}", content)

    pictures = [add(f"theme/{name}.svg", f"<svg><!-- {name}, {version.look} --></svg>") for name in version.theme]
    back = add_fingerprinted("theme/back", ".svg", f"<svg><!-- behind all, {version.look} --></svg>")
    style = add_fingerprinted("theme/style", ".css", f"body {{ background: url({_url(back)}); }}")
    plain = add("theme/a.css", "".join(f".{name} {{ background: url({name}.svg); }}\n" for name in version.theme))
    program = 'import("/pagefind/pagefind.js");' if version.search else ""
    script = add_fingerprinted("theme/search", ".js", f"{program} // {version.look}")
    feeds = [f"feeds/{name}.atom.xml" for name in version.feeds]
    extra = [add(LONG, "a long name"), add(".well-known/security.txt", "Contact: us"), *pictures]

    def add_page(path: str, title: str, links: list[str], text: str, kind: str = "html") -> None:
        if kind == "md":
            add(path, f"# {title}\n\n{text}\n\n" + "".join(f"- [see]({_url(link)})\n" for link in links))
            return
        head = "".join(f'<link rel="alternate" href="{_url(feed)}">' for feed in feeds)
        body = "".join(f'<a href="{html.escape(_url(link))}#top">see</a>\n' for link in links)
        add(
            path,
            f'<!doctype html><title>{html.escape(title)}</title><link rel="stylesheet" href="/{style}">{head}'
            f'<link rel="stylesheet" href="/{plain}"><script src="/{script}"></script><img src="/{pictures[0]}" alt="">'
            f'<h1 id="top">{html.escape(title)}</h1><p>{text}</p><a href="https://elsewhere.test/">elsewhere</a>'
            f'<a href="/">home</a>\n{body}',
        )

    fragments = []
    count = len(version.pages)
    for number, name in enumerate(version.pages):
        near = [version.pages[(number + step) % count] for step in (-1, 1)]
        text = version.texts.get(name, "Some words.")
        code = add(f"files/{name}.py", f"print({name!r})")
        twin = [f"{name}.md"] if version.twins else []
        add_page(f"{name}.html", name, [*(f"{other}.html" for other in near), *twin, code], text)
        for path in twin:
            add_page(path, name, [*(f"{other}.md" for other in near), code], text, "md")
        if not version.search:
            continue
        found = json.dumps({"url": "/" + _url(f"{name}.html").lstrip("/"), "content": text + version.look})
        fragments.append(add(f"pagefind/fragment/en_{_digest(found)}.pf_fragment", found))
    leads = {f"{name}.html": _url(f"{other}.html") for name, other in version.stubs.items()}
    for path, lead in leads.items():
        address = html.escape(lead)
        add(path, f'<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">moved</a>')
    if version.search:
        meta = "\n".join(f"/{each}" for each in fragments)
        found = add(f"pagefind/pagefind.en_{_digest(meta)}.pf_meta", meta)
        add("pagefind/pagefind-entry.json", json.dumps({"meta": f"/{found}"}))
        add("pagefind/pagefind.js", 'fetch("/pagefind/pagefind-entry.json")')

    pages = [f"{name}.html" for name in version.pages]
    twins = [f"{name}.md" for name in version.pages if version.twins]
    for feed in feeds:
        entries = "".join(f'<entry><link href="{SITE}{_url(page)}"/></entry>' for page in pages)
        add(feed, f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>')
    add(
        "sitemap.xml", "<urlset>" + "".join(f"<url><loc>{SITE}{_url(page)}</loc></url>" for page in pages) + "</urlset>"
    )
    add("llms.txt", "# All\n" + "".join(f"- [page]({_url(twin)})\n" for twin in twins))
    add("robots.txt", f"Sitemap: {SITE}/sitemap.xml\n")
    add_page("404.html", "Not here", [], "Nothing is here.")
    add_page("index.html", "All", [*pages, *extra], "All pages.")
    add("build.json", json.dumps({"site": SITE, "commit": "", "redirects": leads, "look": version.look}))
    return files


def write_site(version: Version, folder: Path) -> dict[str, bytes]:
    """Write a site as a build leaves it; gives its files by their paths."""
    files = make_site(version)
    for path, content in {**files, BUILT: json.dumps(sorted(files)).encode()}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return files


def _url(path: str) -> str:
    return "/" + quote(path)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:10]
