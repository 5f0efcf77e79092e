"""What servers answer to the links of pages, as values, and the problems that follow. Asking is done in `external`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from callsite.check.rule import Rule
from callsite.model import Problem, Severity
from callsite.records import dataclass, field
from callsite.render import Link
from callsite.wording import make_printable


@dataclass(frozen=True, slots=True)
class ExternalSettings:
    """How links to other sites are checked; `[tool.callsite.check.external]` of the site's `pyproject.toml` says so.

    `ignore` are regular expressions: an address that one of them is found in is not asked for. `checker` is "lychee",
    "httpx", or "auto" for the first if it is installed. One request has `timeout` seconds, all of them together have
    `deadline`. At most `per_host` connections are open to one host at a time, and `overall` to all of them. What fails
    and may pass is tried `retries` times more, after `pause` seconds, then twice that, and so on; a server that asks
    for more than `longest_wait` seconds is left alone. Good answers are kept for `cache_days`, others for
    `failure_hours`. Of one page at most `largest` bytes are read.
    """

    ignore: tuple[str, ...] = ()
    checker: str = "auto"
    user_agent: str = "Mozilla/5.0 (compatible; callsite, checking links)"
    timeout: float = 20.0
    deadline: float = 600.0
    per_host: int = 2
    overall: int = 16
    retries: int = 2
    pause: float = 1.0
    longest_wait: float = 60.0
    cache_days: float = 7.0
    failure_hours: float = 1.0
    largest: int = 8 * 2**20


class Outcome(StrEnum):
    """What became of asking for an address."""

    FINE = "fine"
    GONE = "gone"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an address without its anchor.

    `reason` says why it is not fine. `moved` is the address that it has moved to for good, or "". `anchors` has for
    each anchor that was looked for whether it is there, None when that could not be seen; `reason` says why not.
    """

    outcome: Outcome
    reason: str = ""
    moved: str = ""
    anchors: Mapping[str, bool | None] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether there is nothing to complain of, but that it has moved."""
        return self.outcome is Outcome.FINE and all(self.anchors.values())


@dataclass(frozen=True, slots=True)
class Question:
    """What a link asks: is there a page at `address`, and does it have the `anchor` ("" when there is none to be looked
    for)? `flaw` says why the address cannot be asked for, or is "".
    """

    link: Link
    address: str
    anchor: str = ""
    flaw: str = ""


def judge_status(status: int) -> Answer:
    """What the last answer of a server means for a link, by its status code."""
    says = f"the server answers {status}"
    if 200 <= status < 300 or status in (300, 304):  # both mean that there is something
        return Answer(Outcome.FINE)
    if status in (404, 410):
        return Answer(Outcome.GONE, says)
    if status in _NOT_FOR_ROBOTS or not 300 <= status < 600:
        return Answer(Outcome.UNKNOWN, says)
    return Answer(Outcome.FAILED, says)


# Who asks, how and how often is what these object to. No standard has 999; a large site keeps robots out with it.
_NOT_FOR_ROBOTS = (401, 402, 403, 405, 406, 407, 418, 421, 425, 429, 451, 999)


def find_external_problems(questions: Iterable[Question], answers: Mapping[str, Answer]) -> Iterator[Problem]:
    """The problems of links, each at its place, by what is known of their addresses."""
    for question in sorted(set(questions), key=lambda question: (question.link.at, question.link.target)):
        if question.flaw:
            yield _report(question, "E101", f"is no address of a page: {question.flaw}", _WRITE)
        else:
            yield from _find_problems(question, answers.get(question.address, _UNANSWERED))


_UNANSWERED = Answer(Outcome.UNKNOWN, "there was no time left to ask")


def _find_problems(question: Question, answer: Answer) -> Iterator[Problem]:
    reason = make_printable(answer.reason)
    if answer.moved:
        reason += f" at `{show_address(answer.moved)}`, where it leads to"
    if answer.outcome is Outcome.FINE:
        yield from _find_faults(question, answer)
    else:
        code, what, hint = _FAULTS[answer.outcome]
        yield _report(question, code, f"{what}, {reason}", hint)


def _find_faults(question: Question, answer: Answer) -> Iterator[Problem]:
    """What is not as it should be with a link that leads to a page."""
    if answer.moved:
        _, hash_, anchor = question.link.target.partition("#")
        new = answer.moved if "#" in answer.moved else answer.moved + hash_ + anchor
        yield _report(question, "E103", f"has moved for good to `{show_address(new)}`", _RENEW)
    if question.anchor:
        found = answer.anchors.get(question.anchor)
        if found is None:
            reason = make_printable(answer.reason) or "nobody has looked"
            yield _report(question, "E105", f"could not be checked for its anchor, {reason}", _LOOK)
        elif not found:
            name = make_printable(question.anchor)
            yield _report(question, "E104", f"leads to a page that has no anchor `{name}`", _ANCHOR)


_WRITE = "write an address that a browser can open, https://…"
_MEND = "link to where it is now, or to a copy in an archive of the web"
_TRY = "see whether it works in a browser, and mend it or check again later"
_RENEW = "link to the new address"
_ANCHOR = "mend what stands behind the `#`, or leave it out"
_LOOK = "open it in a browser; if it is right, add it to `ignore` in the settings of the check"

_FAULTS = {
    Outcome.GONE: ("E101", "leads nowhere", _MEND),
    Outcome.FAILED: ("E102", "does not work", _TRY),
    Outcome.UNKNOWN: ("E105", "could not be checked", _LOOK),
}


def show_address(address: str) -> str:
    """An address for messages: without user and password, and not endless."""
    try:
        parts = urlsplit(address)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else address
    except ValueError:  # whatever stands before an @ may be a secret, also where the rest is no address
        shown = address.rpartition("@")[2]
    shown = make_printable(shown)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


_LONGEST = 300


def _report(question: Question, code: str, what: str, hint: str) -> Problem:
    message = f"the link to `{show_address(question.link.target)}` {what}"
    return Problem(question.link.at, code, message, hint, _SEVERITIES[code])


RULES: tuple[Rule[object], ...] = (
    Rule(
        "E101",
        "a link to another site that leads nowhere",
        Severity.ERROR,
        None,
        (
            f"content/pages/a.md:12: E101 the link to `https://docs.test/old` leads nowhere, the server answers 404; {_MEND}",
            f"content/pages/a.md:14: E101 the link to `https://` is no address of a page: it names no host; {_WRITE}",
        ),
        """\
**Error.** The other site says that there is no such page (404), or that there is none any more (410), or the address
cannot be one at all. Search the other site for where the page is now, link to a copy of it in an archive of the web,
or take the link out.
""",
    ),
    Rule(
        "E102",
        "a link to another site that does not work",
        Severity.WARNING,
        None,
        (
            f"content/pages/a.md:12: E102 the link to `https://docs.test/x` does not work, the server answers 500; {_TRY}",
        ),
        """\
**Warning.** The other site did not answer in time, answered with an error of its own, or could not be reached: its name
is not known, its certificate is not trusted, or its redirects go in a circle. It was asked more than once. Such
failures often pass, so see in a browser whether it works; when the site is gone for good, mend the link.
""",
    ),
    Rule(
        "E103",
        "a link to a page that has moved",
        Severity.NOTE,
        None,
        (
            "content/pages/a.md:12: E103 the link to `http://docs.test/x` has moved for good to `https://docs.test/x`; "
            + _RENEW,
        ),
        """\
**Note.** The link works, but the other site says that the page has another address from now on (a redirect with 301 or
308). Link to the new address: old ones are seldom kept for ever. Redirects that a site may change again are not
mentioned. Some sites answer with their front page for what is gone, so look at what the new address shows.
""",
    ),
    Rule(
        "E104",
        "an anchor that is not there",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:12: E104 the link to `https://docs.test/x#old` leads to a page that has no anchor `old`; "
            + _ANCHOR,
        ),
        """\
**Warning.** The page is there, but nothing on it has the name that stands behind the `#`, so a reader lands at its top.
Headings are often renamed: look for the right one on the page. Line numbers of forges (`#L10`), text to be highlighted
(`#:~:text=`) and addresses that only a script on the page understands (`#/start`) are not looked for. If a script of
the page makes the anchor, and the link does work in a browser, add the address to `ignore`.
""",
    ),
    Rule(
        "E105",
        "a link that could not be checked",
        Severity.NOTE,
        None,
        (
            f"content/pages/a.md:12: E105 the link to `https://docs.test/x` could not be checked, the server answers 403; {_LOOK}",
            f"content/pages/a.md:14: E105 the link to `https://docs.test/y#z` could not be checked for its anchor, the page is too large; {_LOOK}",
        ),
        """\
**Note.** The other site does not let programs in (401, 403, 429 and the like), asks them to come back much later, or
was not reached before the check had to end. This says nothing about the link: open it in a browser. If it is right,
add the address to `ignore` in `[tool.callsite.check.external]`, and it is not asked for again.
""",
    ),
)

_SEVERITIES = {rule.code: rule.severity for rule in RULES}
