"""The real pages that everything is measured on: harvested from projects of the package index, and kept."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarking.environments import Environment, call_pip
from benchmarking.measuring import measure
from callsite.build import Loader
from callsite.model import Page
from callsite.page import format_page
from callsite.symbol import find_symbol

# Where uses are looked for. Their versions are fixed, so that the pages are the same everywhere. Each is a wheel with
# all of its Python code in it; none of them is installed or run.
PROJECTS = tuple(
    """
    aws-sam-cli==1.170.0 beautifulsoup4==4.15.0 boto3==1.44.5 botocore==1.44.5 click==8.5.1 distributed==2026.8.0
    docutils==0.22.4 flask==3.1.3 httpie==3.2.4 httpx==0.28.1 hypothesis==6.170.15 jinja2==3.1.6 jupyter-server==2.21.1
    markdown==3.11.3 markdown-it-py==4.3.0 mkdocs==1.6.1 moto==5.2.5 nbconvert==7.17.2 nikola==8.3.3 packaging==26.3
    pelican==4.12.0 pygments==2.19.2 pytest==9.2.0 pyyaml==6.0.3 requests==2.34.2 rich==15.0.0 sphinx==9.0.4
    tornado==6.6.1 twine==7.0.0 werkzeug==3.1.9
    """.split()  # noqa: SIM905  # a tuple of strings in quotes would be harder to read
)

# The libraries among them that pages are made of.
LIBRARIES = tuple(
    """
    boto3 botocore bs4 click docutils flask httpx hypothesis jinja2 markdown markdown_it moto packaging pelican pygments
    pytest requests rich sphinx tornado werkzeug yaml
    """.split()  # noqa: SIM905  # the same
)

SETTINGS = 'PATH = "content"\nPLUGINS = ["callsite.pelican_plugin"]\n'


@dataclass(frozen=True, slots=True)
class Corpus:
    """What some pages amount to: their number, their listings, the lines marked in them, and bytes of content.

    `digest` is the same only for the same pages.
    """

    pages: int
    listings: int
    marks: int
    size: int
    digest: str


def load_pages(bench: Path, callsite: Environment, number: int, tell: Callable[[str], None]) -> list[Page]:
    """So many real pages, as far as there are as many; harvested first if that has not been done.

    Raises CommandError when they cannot be harvested.
    """
    folder = bench / f"pages-{number}"
    if not folder.exists():
        tell(f"harvesting {number:,} pages of {len(PROJECTS)} projects, which takes a few minutes and is done once")
        _harvest(folder, _download(bench / "projects", callsite), callsite, number)
    loader = Loader()
    pages = [loader.load_page(str(path)).page for path in sorted((folder / "content").rglob("*.md"))]
    return [page for page in pages if find_symbol(page.meta)]


def describe_pages(pages: Sequence[Page]) -> Corpus:
    """Count what is in pages."""
    texts = [format_page(page).encode() for page in pages]
    listings = [listing for page in pages for listing in page.listings]
    marks = sum(len(listing.snippet.marks) for listing in listings)
    digest = hashlib.sha256(b"\0".join(texts)).hexdigest()
    return Corpus(len(pages), len(listings), marks, sum(map(len, texts)), digest)


def _download(folder: Path, callsite: Environment) -> list[Path]:
    """The wheels of the projects, fetched if they are not the ones that are there."""
    stamp = folder / "projects.txt"
    wanted = "\n".join(PROJECTS)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        call_pip(callsite.folder, "download", "--no-deps", "--only-binary=:all:", "--dest", str(folder), *PROJECTS)
        stamp.write_text(wanted, encoding="utf-8")
    return sorted(folder.glob("*.whl"))


def _harvest(folder: Path, wheels: Sequence[Path], callsite: Environment, number: int) -> None:
    """Make a folder of pages, which is there as a whole or not at all."""
    unfinished = folder.with_suffix(".unfinished")
    (unfinished / "content").mkdir(parents=True, exist_ok=True)
    (unfinished / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    sources = [word for wheel in wheels for word in ("--from", str(wheel))]
    # Pages that stay on this machine may quote copyleft code.
    words = ["--limit", str(number), "--allow", "copyleft", "--cache", str(folder.parent / "harvest")]
    measure([callsite.find_program("callsite"), "harvest", *words, *sources, *LIBRARIES], unfinished)
    unfinished.rename(folder)
