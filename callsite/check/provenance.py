"""Where code is said to come from: addresses that go on showing it, its licence, and whether its source still says the
same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from callsite.address import is_web_address
from callsite.check.facts import PageFacts
from callsite.check.places import place_lines
from callsite.check.rule import Finding, Rule
from callsite.credits import Credit, find_credits
from callsite.harvest.permalinks import is_forge
from callsite.model import Listing, Place, Severity
from callsite.page import lines_fit
from callsite.patterns import compile_later
from callsite.snippet import split_rows
from callsite.wording import count

# Branches that are usual; what else could be one may also be a tag.
_MOVING = compile_later(
    "HEAD|master|main|mainline|trunk|tip|default|devel|develop|development|dev|next|unstable|stable|latest|nightly|edge|"
    "canary|staging|production"
)

# What forges put between a repository and a file in it, and what follows: a branch, tag or commit, then the path. The
# second is the same on every GitLab, the third on every Gitea, also on those whose hosts are not known.
_ON_FORGES = compile_later(r"(?:/[^/]+){2}/(?:blob|tree|raw|blame|src)/(.+)")
_ANYWHERE = compile_later(
    r"(?:/[^/:]+){2,}?/-/(?:blob|tree|raw|blame)/(.+)|(?:/[^/:]+){2}/(?:src|raw)/((?:branch|tag|commit)/.+)"
)
_RAW_HOST = "raw.githubusercontent.com"
_RAW = compile_later(r"(?:/[^/]+){2}/(.+)")

# Some forges say of what is named that it is a branch.
_BRANCH = compile_later(r"(?:refs/heads|branch)/([^/]+)/.")

# An address up to its path, the path, and what follows; a path alone is all path.
_PARTS = compile_later(r"(https?://[^/?#]*)([^?#]*)(.*)", re.DOTALL | re.IGNORECASE)

# A licence, and the exception to it, in an SPDX expression; AND and OR stand between them.
_TERM = compile_later(
    r"(?<![\w.:+-])(?!(?:AND|OR|WITH)(?![\w.:+-]))([\w.:+-]+)(?:\s+WITH\s+([\w.:+-]+))?", re.IGNORECASE
)


def mend_address(url: str) -> str | None:
    """An address, or a path, without the `/./` in it, which leads to the same file; None when there is none.

    Two slashes and `/../` are not touched: what was meant by them is not certain.
    """
    parts = _PARTS.fullmatch(url)
    start, path, end = parts.groups() if parts else ("", url, "")
    mended = re.sub(r"(?<=/)(?:\./)+" if start else r"(?<![^/])(?:\./)+", "", path)
    # An address may hold another one, whose every letter counts, as those of archives do.
    return start + mended + end if mended not in (path, "") and "://" not in path else None


def find_moving(facts: PageFacts) -> Iterator[Finding]:
    """Links to files and folders of a repository that name a branch."""
    for url, at in _list_addresses(facts):
        branch = _find_branch(_find_tail(url), facts.policy.moving)
        if branch:
            hint = "name the commit that the code is from in its place"
            yield Finding(at, f"the link to `{url}` follows the branch `{branch}`", hint)


def find_detours(facts: PageFacts) -> Iterator[Finding]:
    """Addresses and paths of files with steps in them that lead nowhere, or back."""
    for link in facts.links:
        if _find_tail(link.target):
            yield from _find_steps(link.target, _find_path(link.target), link.at)
    for listing in facts.page.listings:
        url, path = listing.origin.url, listing.origin.path
        yield from _find_steps(url, _find_path(url), listing.at)
        yield from _find_steps(path, f"/{path}", listing.at)


def find_unlicensed(facts: PageFacts) -> Iterator[Finding]:
    """Listings whose fence line names a project, and whose licence is named nowhere."""
    origins = [listing.origin for listing in facts.page.listings]
    if any(origin.project and not origin.licence for origin in origins):
        for listing, credit in _pair_credits(facts):
            if listing.origin.project and not credit.licence:
                message = f"the licence of `{credit.project}` is not named"
                yield Finding(listing.at, message, "add licence= to the fence line")


def find_uncredited(facts: PageFacts) -> Iterator[Finding]:
    """Projects that only the prose names, and whose licence it does not; each at its first listing."""
    seen: set[str] = set()
    if not all(listing.origin.project for listing in facts.page.listings):
        for listing, credit in _pair_credits(facts):
            if credit.project and not (listing.origin.project or credit.licence or credit.project in seen):
                seen.add(credit.project)
                message = f"the licence of `{credit.project}` is not named"
                yield Finding(listing.at, message, "name it in the text of the section, with a link to it")


def find_forbidden(facts: PageFacts) -> Iterator[Finding]:
    """Listings under a licence that the site does not allow."""
    allowed = {name.casefold() for name in facts.policy.licences}
    for listing, credit in _pair_credits(facts) if allowed else ():
        if credit.licence and not _is_allowed(credit.licence, allowed):
            message = f"the licence `{credit.licence}` of `{credit.project or 'this code'}` is not one this site allows"
            yield Finding(listing.at, message, "choose other code, or add the licence to the site's `licences`")


def find_outdated(facts: PageFacts) -> Iterator[Finding]:
    """Listings whose lines are not those of the file that they were taken from; the first line of each that differs."""
    for position, text in sorted(facts.originals.items()):
        listing = facts.page.listings[position]
        if not (listing.origin.lines and lines_fit(listing)):
            continue  # without numbers nothing is said, and numbers that do not fit are another rule's
        rows = split_rows(text)
        path = listing.origin.path
        numbers = [number for first, last in listing.origin.lines for number in range(first, last + 1)]
        for place, line, number in zip(place_lines(listing), listing.snippet.lines, numbers, strict=True):
            if number > len(rows):
                message = f"`{path}` has no line {number}, but {count(len(rows), 'line')}"
            elif rows[number - 1] != line.text:
                message = f"this is not what line {number} of `{path}` says"
            else:
                continue
            yield Finding(Place(listing.at.path, place), message, "bring the listing up to date: `callsite refresh`")
            break


def _list_addresses(facts: PageFacts) -> Iterator[tuple[str, Place]]:
    yield from ((link.target, link.at) for link in facts.links)
    yield from ((listing.origin.url, listing.at) for listing in facts.page.listings if listing.origin.url)


def _find_path(url: str) -> str:
    """The path in a web address, which begins with a slash; "" when there is none."""
    try:
        return urlsplit(url).path if is_web_address(url) else ""
    except ValueError:  # brackets, or signs in a host's name that no host has
        return ""


def _find_tail(url: str) -> str:
    """What follows the repository in the address of a file or folder: branch, tag or commit, and the path; else ""."""
    path = _find_path(url)
    host = (urlsplit(url).hostname or "") if path else ""
    form = _RAW if host == _RAW_HOST else _ON_FORGES if is_forge(host) else _ANYWHERE
    found = form.fullmatch(path) or _ANYWHERE.fullmatch(path)
    return next(filter(None, found.groups()), "") if found else ""


def _find_branch(tail: str, moving: Collection[str]) -> str:
    """The branch that `tail` begins with, "" when it may be a tag or a commit, or is the whole repository."""
    name, _, path = tail.partition("/")
    if path and _MOVING.fullmatch(name):
        return name
    own = next((branch for branch in moving if tail.startswith(f"{branch}/") and len(tail) > len(branch) + 1), "")
    said = _BRANCH.match(tail)
    return own or (said[1] if said else "")


def _find_steps(shown: str, path: str, at: Place) -> Iterator[Finding]:
    # An address that is the path of another, such as that of an archived page, keeps its two slashes.
    parts = path.replace("://", ":/").split("/")[1:]
    if "." in parts:
        yield Finding(at, f"`/./` in `{shown}` leads nowhere", "take it out")
    for step, is_there in (("//", "" in parts[:-1]), ("/../", ".." in parts)):
        if is_there:
            yield Finding(at, f"`{step}` in `{shown}` is no part of a path", "write the path as the project has it")


def _pair_credits(facts: PageFacts) -> Iterator[tuple[Listing, Credit]]:
    """The listings of an example page, each with whose code it is."""
    return zip(facts.page.listings, find_credits(facts.page), strict=True) if facts.symbol else iter(())


def _is_allowed(expression: str, allowed: Collection[str]) -> bool:
    """Whether code under an SPDX expression may be taken under a licence among `allowed`: of alternatives, one does."""
    from callsite.harvest.licences import Class, classify  # noqa: PLC0415  # few sites say which licences they allow

    def judge(term: re.Match[str]) -> str:
        licence, exception = term[1].casefold(), (term[2] or "").casefold()
        base = re.sub(r"(?:\+|-only|-or-later)\Z", "", licence)
        names = {licence, f"{licence} with {exception}", base, f"{base}-only"}
        return "LicenseRef-0" if names.isdisjoint(allowed) else "MIT"

    # Brackets, OR and AND are left to the one who knows them: MIT is as permissive as can be, the other is not known.
    judged = _TERM.sub(judge, expression)
    return expression.casefold() in allowed or classify(judged) is Class.PERMISSIVE


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "O101",
        "a link that follows a branch",
        Severity.WARNING,
        find_moving,
        (
            "content/pages/a.md:4: O101 the link to `https://github.com/pallets/flask/blob/main/src/flask/ctx.py` "
            "follows the branch `main`; name the commit that the code is from in its place",
        ),
        """\
**Warning.** The link shows the file as it is today, not as it was when you took your example from it. Some day the
lines will be others, or the file will be gone. Link to the commit: on the file's page on GitHub or GitLab, press `y`
and copy the address. A link to a tag is fine too, and so is one to a project's front page. If your projects have other
branches that move, list them as `moving-branches` under `[tool.callsite.check]`.
""",
    ),
    Rule(
        "O102",
        "a path with needless steps",
        Severity.WARNING,
        find_detours,
        (
            "content/pages/a.md:4: O102 `/./` in `https://github.com/pallets/flask/blob/3.1.0/src/./flask/ctx.py` "
            "leads nowhere; take it out",
            "content/pages/a.md:9: O102 `//` in `src//flask/ctx.py` is no part of a path; "
            "write the path as the project has it",
        ),
        """\
**Warning.** `/./` stands for the folder that it is in, `/../` for the one above, and between two slashes there is
nothing. Such an address may still work, but it looks like another file's to whoever compares the two, and some hosts do
not find it. `callsite check --fix` takes `/./` out. For the others, look at the file in its project and copy its path.
""",
    ),
    Rule(
        "O103",
        "a recorded source without a licence",
        Severity.WARNING,
        find_unlicensed,
        ("content/pages/a.md:9: O103 the licence of `flask-security` is not named; add licence= to the fence line",),
        """\
**Warning.** The fence line says which project the code is from, but neither it nor the section around it says on what
terms you may show its code. Look the licence up in the project and add it with its
[SPDX identifier](https://spdx.org/licenses/), such as `licence=BSD-3-Clause`. A project without a licence allows nobody
to copy its code.
""",
    ),
    Rule(
        "O104",
        "a licence that the site does not allow",
        Severity.ERROR,
        find_forbidden,
        (
            "content/pages/a.md:9: O104 the licence `GPL-3.0-only` of `flask-security` is not one this site allows; "
            "choose other code, or add the licence to the site's `licences`",
        ),
        """\
**Error.** `licences` under `[tool.callsite.check]` lists what code on this site may be under, and this code's licence is
not among them. Of a choice (`MIT OR GPL-2.0-only`) one has to be in the list, of licences that hold together
(`MIT AND BSD-3-Clause`) all. Where the page has other words than an SPDX identifier, put those words in the list, or the
identifier on the fence line. Without `licences`, this rule says nothing.
""",
    ),
    Rule(
        "O105",
        "code that its source no longer has",
        Severity.WARNING,
        find_outdated,
        (
            "content/pages/a.md:12: O105 this is not what line 31 of `src/flask/ctx.py` says; "
            "bring the listing up to date: `callsite refresh`",
            "content/pages/a.md:12: O105 `src/flask/ctx.py` has no line 31, but 30 lines; "
            "bring the listing up to date: `callsite refresh`",
        ),
        """\
**Warning.** `path=` and `lines=` on the fence line say where the code is from, the file is at hand, and those lines say
something else. Either the project has changed, or somebody has edited the listing. `callsite refresh` finds lines that
have moved and shows those that are others now. Only sources that are at hand are looked at: list them as `sources` under
`[tool.callsite.check]`. Nothing is fetched.
""",
    ),
    Rule(
        "O107",
        "an example without a licence",
        Severity.NOTE,
        find_uncredited,
        (
            "content/pages/a.md:9: O107 the licence of `Flask-Security` is not named; "
            "name it in the text of the section, with a link to it",
        ),
        """\
**Note.** The heading says which project the example is from, but the text below it names no licence. Readers who want to
use the code have to know its terms, and most licences ask you to pass them on. Before the listing, write something like
`provided under the [MIT license](…)`.
""",
    ),
)
