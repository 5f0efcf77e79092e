"""The tools that are measured: what each needs, how it is called, what it is given and where it leaves what."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarking.converting import find_library, format_hugo, format_mkdocs, format_pelican
from callsite.model import Page
from callsite.page import format_page

REPOSITORY = Path(__file__).resolve().parents[2]

_SITES = Path(__file__).resolve().parent / "sites"


@dataclass(frozen=True, slots=True)
class Contender:
    """A tool, or a way to use it.

    `environment` is shared by those of the same `needs`, as pip takes them; `told` are the distributions whose versions
    are worth telling. `site` is the folder with its settings and templates, `styles` where it wants a style sheet,
    `home` where a page that lists all has to be written. `output` is what it builds, `kept` what it keeps for the next
    build. `plan_source` and `plan_output` say where a page goes, and `mark` what begins a marked line of its HTML.
    """

    name: str
    title: str
    environment: str
    needs: tuple[str, ...]
    told: tuple[str, ...]
    command: tuple[str, ...]
    site: str
    output: str
    kept: tuple[str, ...]
    format_source: Callable[[Page], str]
    plan_source: Callable[[Page], str]
    plan_output: Callable[[Page], str]
    mark: bytes
    styles: str = ""
    home: str = ""

    def write_site(self, folder: Path, pages: Iterable[Page]) -> None:
        """Write settings, templates and pages into a new folder."""
        shutil.copytree(_SITES / self.site, folder)
        if self.styles:
            (folder / self.styles).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(_SITES / "site.css", folder / self.styles)
        listed = []
        for page in pages:
            self.write_page(folder, page)
            listed.append(f"- [{page.meta.title}]({find_library(page)}/{page.meta.slug}.md)\n")
        if self.home:
            (folder / self.home).write_text(f"# Bench\n\n{''.join(listed)}", encoding="utf-8")

    def write_page(self, folder: Path, page: Page) -> None:
        """Write one page."""
        path = folder / self.plan_source(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.format_source(page), encoding="utf-8")

    def clean(self, folder: Path) -> None:
        """Put aside all that a build has left, so that the next one is the first.

        It is not deleted: some disks (ext4) take fifty times as long to make files for minutes after others were.
        """
        aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}-before-", dir=folder.parent))
        for number, name in enumerate((self.output, *self.kept)):
            path = folder / name
            if os.path.lexists(path):
                path.rename(aside / str(number))


def _plan_flat(page: Page) -> str:
    return f"{page.meta.slug}.html"


def _plan_nested(page: Page) -> str:
    return f"{find_library(page)}/{page.meta.slug}.html"


def _make_callsite(name: str, title: str) -> Contender:
    return Contender(
        name=name,
        title=title,
        environment="callsite",
        needs=("--editable", str(REPOSITORY)),
        told=("callsite", "pelican", "markdown", "pygments", "pagefind-bin"),
        command=("callsite", "build"),
        site=name,
        output="output",
        kept=(".cache",),
        format_source=format_page,
        plan_source=lambda page: f"content/examples/{find_library(page)}/{page.meta.slug}.md",
        plan_output=_plan_flat,
        mark=b'class="line hll"',
    )


def _make_mkdocs(name: str, title: str, package: str, command: tuple[str, ...], told: tuple[str, ...]) -> Contender:
    return Contender(
        name=name,
        title=title,
        environment=name,
        needs=(package,),
        told=told,
        command=command,
        site="mkdocs",
        output="site",
        kept=(".cache",),
        format_source=format_mkdocs,
        plan_source=lambda page: f"docs/{find_library(page)}/{page.meta.slug}.md",
        plan_output=_plan_nested,
        mark=b'<span class="hll">',
        home="docs/index.md",
    )


CALLSITE = _make_callsite("callsite", "Callsite")

HUGO = Contender(
    name="hugo",
    title="Hugo",
    environment="hugo",
    needs=("hugo",),
    told=("hugo",),
    command=("hugo",),
    site="hugo",
    output="public",
    kept=("resources", ".hugo_build.lock"),
    format_source=format_hugo,
    plan_source=lambda page: f"content/{find_library(page)}/{page.meta.slug}.md",
    plan_output=_plan_nested,
    mark=b'<span class="line hl">',
    styles="static/site.css",
)

# In the order of their turns.
CONTENDERS = (
    CALLSITE,
    _make_callsite("callsite-search", "Callsite with its search"),
    HUGO,
    Contender(
        name="pelican",
        title="Pelican",
        environment="pelican",
        needs=("pelican[markdown]>=4.12,<4.13",),
        told=("pelican", "markdown", "pygments"),
        command=("pelican", "content", "--settings", "pelicanconf.py", "--output", "output"),
        site="pelican",
        output="output",
        kept=("cache",),
        format_source=format_pelican,
        plan_source=lambda page: f"content/pages/{find_library(page)}/{page.meta.slug}.md",
        plan_output=_plan_flat,
        mark=b'<span class="hll">',
        styles="content/extra/site.css",
    ),
    _make_mkdocs("zensical", "Zensical", "zensical", ("zensical", "build"), ("zensical", "markdown", "pygments")),
    _make_mkdocs(
        "material",
        "Material for MkDocs",
        "mkdocs-material",
        ("mkdocs", "build"),
        ("mkdocs-material", "mkdocs", "markdown", "pygments"),
    ),
)
