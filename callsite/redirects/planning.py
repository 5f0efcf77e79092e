"""Which redirects a site gets: declared and implied ones against each other and against the files of the output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar
from urllib.parse import unquote

from callsite.model import Problem, Severity
from callsite.paths import list_folders
from callsite.records import dataclass, replace
from callsite.redirects.address import (
    BadAddressError,
    Redirect,
    cut_path,
    find_answers,
    find_below,
    fold,
    parse_new,
    parse_url,
    plan_redirect_path,
)
from callsite.wording import nearest

_T = TypeVar("_T")
_SOURCE = "{filename}/"

# Looking for what somebody may have meant takes a while among thousands of files.
_MOST_GUESSES = 5

# A circle that is longer is told by its first three steps and its last one.
_MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class RedirectPlan:
    """The redirects to make, none of which leads to the old address of another; and what is wrong with the rest."""

    redirects: tuple[Redirect, ...]
    problems: tuple[Problem, ...]


def plan_redirects(
    declared: Iterable[Redirect],
    implied: Iterable[Redirect],
    outputs: Mapping[str, str],
    sources: Mapping[str, str],
    address: str = "",
) -> RedirectPlan:
    """Plan a site's redirects: the declared ones as they come, then the implied ones by their old address.

    `outputs` are the files that a build writes besides, by path below the output, each with what writes it; `sources`
    the addresses of pages below the site's root, by the path of their source below the content; `address` is where the
    site will stand, without a slash at its end ("" when it is not known).
    """
    taken: _Names[str] = _Names()
    for name, owner in outputs.items():
        taken.add((name,), owner)
    held: _Names[Redirect] = _Names()
    problems: list[Problem] = []
    wanted: list[Redirect] = []
    for redirect in declared:
        problem = _find_clash(redirect, taken, held)
        if problem:
            problems.append(problem)
        else:
            held.add(find_answers(redirect.old), redirect)
            wanted.append(_resolve(redirect, sources, address))
    free = [_resolve(each, sources, address) for each in implied if not _find_clash(each, taken, held)]
    missing = [redirect for redirect in wanted if not _leads_somewhere(redirect, outputs, held)]
    made = [redirect for redirect in wanted if not redirect.new.startswith(_SOURCE)]
    problems += _name_missing(missing, outputs, sources)
    problems += _find_contests(free)
    made += _settle(free, held)
    ends, circles = _collapse(made, outputs)
    return RedirectPlan(ends, (*problems, *circles))


class _Names(Generic[_T]):
    """Files and what has them. Neither case nor the way of writing accents tells them apart, as on many file systems.

    Of the names that a host tries for an address, all are held, and the last is the file that is written.
    """

    def __init__(self) -> None:
        self._held: dict[str, _T] = {}
        self._written: dict[str, _T] = {}
        self._folders: dict[str, _T] = {}

    def add(self, names: Sequence[str], owner: _T) -> None:
        """Let `owner` have these names."""
        folded = [fold(name) for name in names]
        self._held.update((name, owner) for name in folded if name not in self._held)
        self._written.setdefault(folded[-1], owner)
        for folder in list_folders(folded[-1]):
            self._folders.setdefault(folder, owner)

    def find(self, names: Sequence[str]) -> _T | None:
        """What has one of these names, or a file in the way of the last one."""
        folded = [fold(name) for name in names]
        for name in folded:
            if name in self._held:
                return self._held[name]
        if folded[-1] in self._folders:
            return self._folders[folded[-1]]
        return next((self._written[folder] for folder in list_folders(folded[-1]) if folder in self._written), None)

    def __contains__(self, name: str) -> bool:
        return fold(name) in self._held


def _find_clash(redirect: Redirect, taken: _Names[str], held: _Names[Redirect]) -> Problem | None:
    """What stands in the way of a redirect."""
    names = find_answers(redirect.old)
    owner = taken.find(names)
    if owner is not None:
        message = f"`{unquote(redirect.old)}` is taken by {owner}"
        return Problem(redirect.at, "R103", message, "take the redirect out, or give the page another slug")
    other = held.find(names)
    if other is not None:
        spelt = "" if other.old == redirect.old else f", as `{unquote(other.old)}`"
        message = f"`{unquote(redirect.old)}` is redirected by {other.at} already{spelt}"
        return Problem(redirect.at, "R104", message, "keep one of the two")
    return None


def _resolve(redirect: Redirect, sources: Mapping[str, str], address: str) -> Redirect:
    """The redirect with its target as an address, below the site's root if it is there; a source that is not known
    stays.
    """
    new = redirect.new
    if new.startswith(_SOURCE):
        path, mark, fragment = new.removeprefix(_SOURCE).partition("#")
        url = sources.get(unquote(path))
        if url is None:
            return redirect
        url = parse_url(url)
        return replace(redirect, new=f"{url.partition('#')[0]}#{fragment}" if mark else url)
    below = find_below(new, address)
    if below is not None:
        try:
            return replace(redirect, new=parse_new(below))
        except BadAddressError:
            return redirect  # let the host make of it what it will
    return redirect


def _leads_somewhere(redirect: Redirect, outputs: Mapping[str, str], held: _Names[Redirect]) -> bool:
    if not redirect.is_inside:
        return not redirect.new.startswith(_SOURCE)
    return any(name in outputs or name in held for name in find_answers(cut_path(redirect.new)[0]))


def _name_missing(
    missing: Sequence[Redirect], outputs: Mapping[str, str], sources: Mapping[str, str]
) -> Iterator[Problem]:
    for number, redirect in enumerate(missing):
        root, known = ("/", outputs) if redirect.is_inside else (_SOURCE, sources)
        path = unquote(cut_path(redirect.new)[0].removeprefix(root))
        guess = nearest(path, known) if number < _MOST_GUESSES else None
        hint = f"did you mean `{root}{guess}`?" if guess else "mend it, or add what it leads to"
        message = f"`{unquote(redirect.old)}` leads to `{root}{path}`, which is not there"
        yield Problem(redirect.at, "R105", message, hint, Severity.WARNING)


def _group(implied: Iterable[Redirect]) -> Iterator[list[Redirect]]:
    """Redirects from the same address, those that lead to one address counted once; by address, in order of places."""
    groups: dict[str, dict[str, Redirect]] = defaultdict(dict)
    for redirect in sorted(implied, key=lambda redirect: (redirect.at, redirect.old, redirect.new)):
        groups[fold(plan_redirect_path(redirect))].setdefault(redirect.new, redirect)
    return (list(groups[name].values()) for name in sorted(groups))


def _find_contests(implied: Iterable[Redirect]) -> Iterator[Problem]:
    for first, *others in _group(implied):
        for redirect in others:
            message = f"`{unquote(redirect.old)}` could lead here or to the page of {first.at}, so it leads nowhere"
            hint = "take the alias out of one of the two, or say in redirects.toml where it leads"
            yield Problem(redirect.at, "R106", message, hint, Severity.WARNING)


def _settle(implied: Iterable[Redirect], held: _Names[Redirect]) -> Iterator[Redirect]:
    """The implied redirects that nothing contests."""
    for redirect, *others in _group(implied):
        names = find_answers(redirect.old)
        if not others and held.find(names) is None:
            held.add(names, redirect)
            yield redirect


def _collapse(redirects: Sequence[Redirect], outputs: Mapping[str, str]) -> tuple[tuple[Redirect, ...], list[Problem]]:
    """Let each redirect lead to where following it comes to an end; those that come to none are left out."""
    by_file = {fold(name): redirect for redirect in redirects for name in find_answers(redirect.old)}
    problems: list[Problem] = []
    ends: dict[str, str | None] = {}
    for redirect in redirects:
        walk: dict[str, Redirect] = {}
        step: Redirect | None = redirect
        while step and step.old not in ends and step.old not in walk:
            walk[step.old] = last = step
            step = _find_next(step, by_file, outputs)
        if step and step.old in walk:
            steps = list(walk.values())
            problems.append(_describe_circle(steps[steps.index(step) :]))
        end = (None if step.old in walk else ends[step.old]) if step else last.new
        for past in reversed(walk.values()):
            end = end and _carry_fragment(past.new, end)
            ends[past.old] = end
    made = ((redirect, ends[redirect.old]) for redirect in redirects)
    return tuple(replace(redirect, new=end) for redirect, end in made if end), problems


def _find_next(redirect: Redirect, by_file: Mapping[str, Redirect], outputs: Mapping[str, str]) -> Redirect | None:
    """The redirect that answers where this one leads; None when a file does, or nothing."""
    for name in find_answers(cut_path(redirect.new)[0]) if redirect.is_inside else ():
        if name in outputs:
            return None
        if fold(name) in by_file:
            return by_file[fold(name)]
    return None


def _carry_fragment(new: str, end: str) -> str:
    """The end of a walk that began at `new`: as in browsers, a fragment stays unless another takes its place."""
    return end if "#" in end else end + "".join(new.partition("#")[1:])


def _describe_circle(steps: list[Redirect]) -> Problem:
    start = steps.index(min(steps, key=lambda step: (step.at, step.old)))
    steps = steps[start:] + steps[:start]
    names = [f"`{unquote(step.old)}`" for step in (*steps, steps[0])]
    if len(steps) > _MOST_STEPS:
        names[3:-2] = [f"… and {len(steps) - 4:,} more"]
    way = " → ".join(names)
    return Problem(steps[0].at, "R102", f"redirects go round in a circle: {way}", "let one of them lead to a page")
