"""Redirects as hosts read them: which addresses lead where, and the file of rules for Netlify and Cloudflare Pages,
`_redirects`: `/old.html /new.html 301`, one a line.

Cloudflare follows a rule whatever file there is, so a rule must never stand for an address that a page answers. Netlify
prefers a file, here the redirect's own page; `301!` would turn that round, but Cloudflare drops such a line. Both read
`*` and `:name` as patterns and split lines at spaces: https://developers.cloudflare.com/pages/configuration/redirects/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import quote

from callsite.model import Problem, Severity
from callsite.redirects.address import Redirect, cut_path, find_answers, fold
from callsite.wording import count

# What Cloudflare Pages takes: rules without patterns, and characters in a line.
_MOST_RULES = 2000
_LONGEST_RULE = 1000


def format_hosting_redirects(
    redirects: Sequence[Redirect], outputs: Collection[str], prefix: str = ""
) -> tuple[str, tuple[Problem, ...]]:
    """Write the rules for planned redirects, and say which of them had to be left to their pages.

    `outputs` are the files that a build writes besides; `prefix` is the path of the site's root, "" or "/docs". Every
    old address comes before any second way of writing one, so that those go first when there is no room.
    """
    rules: list[str] = []
    problems: list[Problem] = []
    crowded: list[Redirect] = []
    for spelling, redirect in find_spellings(redirects, outputs):
        rule = _format_rule(spelling, redirect, prefix)
        is_fit = len(rule) <= _LONGEST_RULE
        if is_fit and len(rules) < _MOST_RULES:
            rules.append(rule)
        elif spelling == redirect.old and is_fit:
            crowded.append(redirect)
        elif spelling == redirect.old:
            message = f"the redirect from `{redirect.old[:60]}…` is too long for a rule, so its page alone has to do"
            hint = f"Cloudflare Pages takes {count(_LONGEST_RULE, 'character')} at the most"
            problems.append(Problem(redirect.at, "R107", message, hint, Severity.NOTE))
    if crowded:
        message = f"{count(len(crowded), 'redirect')} from here on have no rule, so their pages alone have to do"
        hint = f"Cloudflare Pages takes {count(_MOST_RULES, 'rule')}; take out what nobody follows any more"
        problems.append(Problem(crowded[0].at, "R107", message, hint, Severity.NOTE))
    return "".join(f"{rule}\n" for rule in rules), tuple(problems)


def find_spellings(redirects: Sequence[Redirect], outputs: Collection[str]) -> Iterator[tuple[str, Redirect]]:
    """Every address that a host should lead on from, with its redirect: all old addresses as they are, and then the
    other ways of asking for their files, unless one of the `outputs` answers.
    """
    held = {fold(name) for name in outputs}
    yield from ((redirect.old, redirect) for redirect in redirects)
    seen = {fold(redirect.old) for redirect in redirects}
    for redirect in redirects:
        for spelling in _respell(redirect.old):
            if fold(spelling) not in seen and held.isdisjoint(fold(name) for name in find_answers(spelling)):
                seen.add(fold(spelling))
                yield spelling, redirect


def format_location(redirect: Redirect, prefix: str) -> str:
    """Where a redirect leads, from the root of the host if it stays there; `prefix` is the path of the site's root."""
    return f"{quote_prefix(prefix)}{redirect.new}" if redirect.is_inside else redirect.new


def quote_prefix(prefix: str) -> str:
    """The path of the site's root as addresses begin with it."""
    return quote(prefix.rstrip("/"), safe="/%")


def _respell(old: str) -> Iterable[str]:
    """The other ways of asking for the same file."""
    if old.endswith(".html"):
        short = old.removesuffix("index.html") if old.endswith("/index.html") else old.removesuffix(".html")
        return (short, short.rstrip("/")) if short.endswith("/") and short != "/" else (short,)
    if old.endswith("/"):
        return (old.rstrip("/"),) if old != "/" else ()
    return () if old.endswith(".htm") else (f"{old}/",)


def _format_rule(old: str, redirect: Redirect, prefix: str) -> str:
    root = quote_prefix(prefix)
    host = root if redirect.is_inside else "".join(re.findall(r"\Ahttps?://[^/?#]*", redirect.new))
    path, behind = cut_path(redirect.new if redirect.is_inside else redirect.new.removeprefix(host))
    # Cloudflare takes a rule from a folder to an index page for a circle.
    path = path.removesuffix("index.html") if redirect.is_inside and path.endswith("/index.html") else path
    new = f"{path}{behind}".replace(":", "%3A").replace("*", "%2A")
    return f"{root}{old} {host}{new} 301"
