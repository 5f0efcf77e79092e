"""A site as a check sees it: its pages read one by one, its output planned, nothing built."""

from __future__ import annotations

import os
import runpy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsite import defaults
from callsite.addressing import SitePlan, list_asked, parse_site_settings, plan_site
from callsite.check.across import RULES, find_site_problems
from callsite.check.facts import PageSummary, SiteFacts, gather_facts
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.check.summary import summarise
from callsite.model import Problem
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from callsite.redirects import Redirect, parse_redirects

_PROSE = ProseConverter({"extension_configs": {"markdown.extensions.extra": {}}, "output_format": "html5"})
_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True)
class Planned:
    """What a check knows of a site."""

    facts: SiteFacts
    plan: SitePlan
    problems: tuple[Problem, ...]

    def tell(self, *codes: str) -> list[str]:
        """The problems as they are printed, in order; those of some kinds if any are named."""
        return [str(problem) for problem in self.problems if not codes or problem.code in codes]


def plan_pages(
    files: Mapping[str, str],
    articles: Collection[str] = (),
    statics: Collection[str] = (),
    declared: Sequence[Redirect] = (),
    foreign: Collection[str] = (),
    **settings: Any,
) -> Planned:
    """Plan a site of pages given as texts by their paths below the content, with the settings of a fresh site unless
    others are given.
    """
    summaries = tuple(read_page(source, text) for source, text in files.items())
    read = parse_site_settings({**vars(defaults), **settings})
    plan = plan_site(summaries, articles, sorted(statics), read, declared, foreign=foreign)
    facts = SiteFacts(summaries, plan.paths, plan.host, tuple(sorted(statics)), Policy())
    found = {
        *apply_rules(RULES, facts),
        *find_site_problems(facts, plan.taken, plan.lists, read.default_lang),
        *plan.problems,
    }
    return Planned(facts, plan, tuple(sorted(found)))


def read_page(source: str, text: str) -> PageSummary:
    page, _ = parse_page(text, f"content/{source}")
    return summarise(gather_facts(page, text, _PROSE), source)


def plan_folder(**settings: Any) -> Planned:
    """Plan the site in the working directory, as its own settings say."""
    values = runpy.run_path("pelicanconf.py")
    files = sorted(
        os.path.relpath(path, "content").replace(os.sep, "/") for path in Path("content").rglob("*") if path.is_file()
    )

    def within(folders: Sequence[str]) -> list[str]:
        return [path for path in files if any(path.startswith(f"{folder}/") for folder in folders)]

    pages, articles = within(values["PAGE_PATHS"]), within(values["ARTICLE_PATHS"])
    texts = {path: Path("content", path).read_text("utf-8") for path in (*pages, *articles) if path.endswith(_MARKDOWN)}
    asked = list_asked(read_page(source, text) for source, text in texts.items())
    statics = {*within(values["STATIC_PATHS"]), *(path for path in files if path in asked)}
    redirects = Path("redirects.toml")
    declared = parse_redirects(redirects.read_text("utf-8"), "redirects.toml")[0] if redirects.exists() else ()
    foreign = {path for path in (*pages, *articles) if path.endswith((".rst", ".html"))}
    return plan_pages(texts, articles, statics - {*texts}, declared, foreign, **{**values, **settings})
