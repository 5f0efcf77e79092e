"""Made-up sites that are whole, a store that changes file by file, and what a visitor of it sees.

Of what is in a file only its digest is known, and where it leads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from callsite.publish.kinds import Kind, find_kind, plan_headers
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import UNKNOWN, Plan, Stage, plan_publish
from callsite.publish.resuming import find_fresh, plan_begun, plan_clearing
from tests.publishing import NOON, SITE

GRACE = timedelta(hours=48)
FOREIGN = {"theirs.html": "theirs", "theme/theirs.css": "theirs"}

PLAIN = ("theme/a.png", "theme/b.js", "theme/c.css", "pagefind/fragment/en_1.pf_fragment")
PAGES = ("a.html", "b.html", "c.html", "folder/d.html", "a.md")
FEEDS = ("sitemap.xml", "feeds/all.atom.xml", "pagefind/pagefind.js")
INDEX = "index.html"

OUTLASTING = re.compile(r"\.[0-9a-f]{12}\.|/fragment/")

# Where each digest leads.
Links = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Site:
    """A site in which every link leads somewhere."""

    manifest: Manifest
    links: Links = field(repr=False)


def make_site(leads: Mapping[str, Iterable[str]]) -> Site:
    """A site of files that lead to these."""
    known = {path: frozenset(each) for path, each in leads.items()}
    digests = {path: hashlib.sha256(f"{path} {sorted(each)}".encode()).hexdigest() for path, each in known.items()}
    files = {path: Entry(digest, 1) for path, digest in digests.items()}
    return Site(Manifest(files, site=SITE), {digests[path]: each for path, each in known.items()})


def is_document(path: str) -> bool:
    return find_kind(path) in (Kind.PAGE, Kind.ENTRY)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """Sites of a few files. Styles lead to assets, pages and feeds to anything but robots.txt, which is asked for by
    its name.
    """
    files: dict[str, Entry] = {}
    links: Links = {}

    def put(name: str, leads: Iterable[str], headers: int = 0) -> None:
        known = frozenset(leads)
        version = draw(st.integers(0, 1))
        digest = hashlib.sha256(f"{name} {version} {sorted(known)}".encode()).hexdigest()
        path = name.replace("*", digest[:12])
        links[digest] = known
        said = plan_headers(path, find_kind(path, digest)) if headers else ()
        files[path] = Entry(digest, len(name), said)

    def some(paths: Collection[str]) -> list[str]:
        return draw(st.lists(st.sampled_from(sorted(paths)), unique=True, max_size=4)) if paths else []

    headers = draw(st.integers(0, 1))
    plain = some(PLAIN)
    for name in some(("theme/x.*.woff2", "theme/y.*.css")):
        put(name, some(plain), headers)
    assets = [*plain, *files]
    for path in plain:
        put(path, some(assets), headers)
    pages, feeds = some(PAGES), some(FEEDS)
    has_index = draw(st.integers(0, 5)) > 0
    everything = [*files, *pages, *feeds, *([INDEX] if has_index else [])]
    for path in (*pages, *feeds, *([INDEX] if has_index else [])):
        put(path, some(everything), headers)
    if draw(st.booleans()):
        put("robots.txt", [path for path in feeds if path == "sitemap.xml"])
    if draw(st.booleans()):
        put("_headers", ())
    return Site(Manifest(files, site=SITE), links)


@dataclass
class Store:
    """What stands at a destination: the digest in each path, and the manifest. Every change is looked at."""

    links: Links = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=lambda: dict(FOREIGN))
    manifest: Manifest = field(default_factory=Manifest)
    known: frozenset[str] = frozenset({INDEX})
    now: datetime = NOON
    seen: dict[str, datetime] = field(default_factory=dict)
    is_strict: bool = True

    def publish(
        self, site: Site, chance: Random, *, steps: int | None = None, beat: int = 0, naive: bool = False
    ) -> Plan:
        """Publish a site, the files of each stage in any order; after so many steps it is cut short.

        After every `beat` steps it is noted how far things have come. `naive` publishes note all that they are going to
        do at once.
        """
        self.links.update(site.links)
        plan = plan_publish(self.manifest, site.manifest, self.now, GRACE)
        if plan.is_empty:
            return plan
        self.note(plan_naively(plan) if naive else plan_begun(plan))
        done: list[str] = []
        is_clearing = False
        for stage, upload, path in self.list_steps(plan, chance):
            if upload and not naive and find_fresh(plan, stage) != self.manifest.fresh:
                self.note(replace(note_progress(self.manifest, plan, done), fresh=find_fresh(plan, stage)))
            if upload is None and not is_clearing:
                is_clearing = True
                self.known = frozenset(filter(is_document, site.manifest.files))
                if not naive:
                    self.note(plan_clearing(plan))
            if len(done) == steps:
                return plan
            if upload is None:
                assert path not in site.manifest.files
                assert path not in FOREIGN
                self.content.pop(path, None)
            else:
                self.content[path] = upload.sha256
            done.append(path)
            self.look_around()
            if beat and upload is not None and len(done) % beat == 0:
                self.note(note_progress(self.manifest, plan, done))
        if len(done) == steps:
            return plan
        self.known = frozenset(filter(is_document, site.manifest.files))
        self.note(plan.new)
        self.look_around()
        return plan

    @staticmethod
    def list_steps(plan: Plan, chance: Random) -> Iterator[tuple[Stage, Entry | None, str]]:
        for stage, uploads, deletions in plan.list_stages():
            assert not (uploads and deletions)
            steps: list[tuple[Stage, Entry | None, str]] = [(stage, upload.entry, upload.path) for upload in uploads]
            steps += [(stage, None, deletion.path) for deletion in deletions]
            chance.shuffle(steps)
            yield from steps

    def note(self, manifest: Manifest) -> None:
        """Keep a manifest, which has to be true."""
        self.manifest = manifest
        for path, entry in (*manifest.files.items(), *((path, kept.entry) for path, kept in manifest.retired.items())):
            if path not in manifest.coming and entry.sha256 != UNKNOWN:
                assert self.content.get(path) == entry.sha256, path
        ours = manifest.files.keys() | manifest.retired.keys() | manifest.coming.keys()
        assert self.content.keys() <= ours | FOREIGN.keys()

    def look_around(self) -> None:
        """Go wherever links lead from what was known before."""
        waiting, met = [path for path in self.known if path in self.content], set()
        while waiting:
            path = waiting.pop()
            if path in met:
                continue
            met.add(path)
            for lead in self.links[self.content[path]]:
                if lead in self.content:
                    waiting.append(lead)
                else:
                    assert not self.is_strict, f"{path} leads to {lead}, which is not there"
        for path, digest in self.content.items():
            leads = self.links.get(digest, frozenset())
            if is_document(path):
                # Whether anybody knows of it or not, and whether it stays or is about to go.
                missing = [lead for lead in leads if not is_document(lead) and lead not in self.content]
                assert not missing, f"{path} shows {missing}"
            if path in met:
                self.seen[digest] = self.now
        for digest, when in self.seen.items():
            for lead in self.links[digest]:
                if OUTLASTING.search(lead):
                    assert self.now - when >= GRACE or lead in self.content, f"a page in a cache shows {lead}"


def plan_naively(plan: Plan) -> Manifest:
    """What a publish may note that keeps to the letter of the format alone."""
    uploads: Mapping[str, Entry | None] = {upload.path: upload.entry for upload in plan.uploads}
    deletions = dict.fromkeys(deletion.path for deletion in plan.deletions)
    return replace(plan.old, coming={**plan.old.coming, **uploads, **deletions})


def note_progress(manifest: Manifest, plan: Plan, done: Collection[str]) -> Manifest:
    """What stands there when some of the files have been sent."""
    sent = {upload.path: upload.entry for upload in plan.uploads if upload.path in done}
    return replace(
        manifest,
        files={**manifest.files, **sent},
        retired={path: kept for path, kept in manifest.retired.items() if path not in sent},
        coming={path: entry for path, entry in manifest.coming.items() if path not in sent},
    )
