"""Redirects of a run: to what the site declares, add what aliases imply; write a page for each and a file for hosts.

Everything else that the build writes is there by then, so that no redirect takes a page's place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import TemplateError

from callsite.errors import CallsiteError
from callsite.model import Problem, Severity
from callsite.outline import Outline
from callsite.redirects import (
    Redirect,
    find_alias_redirects,
    format_hosting_redirects,
    plan_redirect_path,
    plan_redirects,
)

HOSTING = "_redirects"


def write_redirects(
    folder: Path,
    declared: Sequence[Redirect],
    outputs: Mapping[str, str],
    pages: Sequence[tuple[Outline, str]],
    sources: Mapping[str, str],
    context: Mapping[str, Any],
    template: Any,
) -> tuple[tuple[Redirect, ...], list[Problem]]:
    """Write the redirects of a site, `declared` and implied, into the folder of its output; returns those that are
    written, and what is wrong with the others.

    `outputs` are the files that are there or will be, each with what writes it; `pages` come with their addresses, and
    `sources` are the addresses by the path of the source. `context` is what all templates get, `template` that of a
    redirect. A file of rules that the site brings itself stays as it is.
    """
    address = context["SITEURL"].rstrip("/")
    plan = plan_redirects(declared, find_alias_redirects(pages), outputs, sources, address)
    problems = list(plan.problems)
    if not plan.redirects:
        return (), problems
    if template is None:
        message, hint = "the theme has no template `redirect`, so old addresses lead nowhere", "give it one"
        return (), [*problems, Problem(plan.redirects[0].at, "R108", message, hint, Severity.WARNING)]
    titles = {f"/{url}": page.meta.title for page, url in pages}
    for redirect in plan.redirects:
        path = plan_redirect_path(redirect)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_render(redirect, path, titles, template, context), encoding="utf-8")
    if not (folder / HOSTING).exists():
        # What is left out of them is no more than a note, and those are for `callsite check` to tell.
        rules, _ = format_hosting_redirects(plan.redirects, outputs, urlsplit(address).path)
        (folder / HOSTING).write_text(rules, encoding="utf-8")
    return plan.redirects, problems


def _render(redirect: Redirect, path: str, titles: Mapping[str, str], template: Any, context: Mapping[str, Any]) -> str:
    target, root = redirect.new, context["SITEURL"]
    if context["RELATIVE_URLS"] and redirect.is_inside:
        root = os.path.relpath(".", os.path.dirname(path) or ".")
    title = titles.get(target.partition("#")[0]) or target.partition("://")[2] or target
    try:
        return str(template.render({**context, "SITEURL": root, "target": target, "title": title}))
    except TemplateError as error:
        raise CallsiteError(f"the theme's template `redirect` cannot be used, {error}; mend it") from error
