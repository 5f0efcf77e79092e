"""Files of a run's production build that are for its hosts. A file that the site brings itself stays as it is."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import callsite
from callsite.address import is_web_address
from callsite.environment import read_version
from callsite.git.state import read_state
from callsite.hostfiles import (
    DOMAIN_PATH,
    HEADERS_PATH,
    PLAIN_PATH,
    RECORD_PATH,
    ROBOTS_PATH,
    Record,
    format_headers,
    format_nginx_map,
    format_record,
    format_robots,
    list_host_paths,
)
from callsite.model import Problem
from callsite.pelican_plugin.run import Run
from callsite.pelican_plugin.writing import write_file
from callsite.publish.kinds import seems_fingerprinted
from callsite.redirects import Redirect, plan_redirect_path
from callsite.searching import FOLDER as SEARCH
from callsite.staging import list_files
from callsite.twins import SITEMAP
from callsite.wording import count

# What pages come out of, and Pagefind by the name of its package.
_TOOLS = ("pelican", "markdown", "pygments", "jinja2")


def plan_host_files(settings: Mapping[str, Any]) -> frozenset[str]:
    """The paths of the files that a build with these settings writes for hosts."""
    if not settings.get("CALLSITE_PRODUCTION", False):
        return frozenset()
    return list_host_paths(settings.get("CALLSITE_CNAME", ""), settings.get("CALLSITE_NGINX_MAP", ""))


def write_host_files(run: Run, redirects: Sequence[Redirect]) -> Iterator[Problem]:
    """Write the files for hosts, when all others are there; `redirects` are those that have pages. Gives what cannot be
    written.
    """
    folder, settings = run.staging.path, run.settings
    wanted = plan_host_files(settings)
    there = frozenset(list_files(folder))
    for path, text in _make_files(run, redirects, there) if wanted else ():
        if path in wanted - there:
            problem = write_file(folder, path, text.encode())
            if problem:
                yield problem


def _make_files(run: Run, redirects: Sequence[Redirect], there: frozenset[str]) -> Iterator[tuple[str, str]]:
    settings = run.settings
    address = settings["SITEURL"].rstrip("/")
    prefix = urlsplit(address).path
    sitemap = f"{address}/{SITEMAP}.xml" if is_web_address(address) and f"{SITEMAP}.xml" in there else ""
    yield ROBOTS_PATH, format_robots(sitemap)
    yield DOMAIN_PATH, f"{settings.get('CALLSITE_CNAME', '')}\n"
    yield PLAIN_PATH, ""
    yield RECORD_PATH, format_record(_make_record(run, address, there), redirects, prefix)
    pages = there - {plan_redirect_path(redirect) for redirect in redirects}
    yield settings.get("CALLSITE_NGINX_MAP", ""), format_nginx_map(redirects, pages, prefix)
    coming = plan_host_files(settings)
    digests = {path: _digest(run.staging.path / path) if seems_fingerprinted(path) else "" for path in there | coming}
    rules, left = format_headers(digests, prefix)
    if left and HEADERS_PATH not in there:
        why = "Cloudflare Pages reads 100, of 2,000 characters each; browsers ask for files without a rule each time"
        run.note([f"{HEADERS_PATH}: {count(left, 'rule')} left out: {why}"])
    yield HEADERS_PATH, rules


def _make_record(run: Run, address: str, there: frozenset[str]) -> Record:
    site = Path(run.settings["PATH"]).parent
    state = read_state(site, apart_from=[Path(run.output), run.staging.path])
    searched = any(path.startswith(f"{SEARCH}/") for path in there)
    tools = {name: read_version(name) for name in (*_TOOLS, *(["pagefind_bin"] if searched else []))}
    return Record(
        site=address,
        commit=state.commit,
        is_dirty=state.is_dirty,
        committed=state.committed,
        tools={
            "callsite": callsite.__version__,
            "python": platform.python_version(),
            **{name.removesuffix("_bin"): known for name, known in tools.items()},
        },
        pages=sum(content.status == "published" for content in run.contents),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
