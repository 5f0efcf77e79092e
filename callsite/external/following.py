"""From an address to what is known of it: redirects are followed one by one, and told apart."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx

from callsite.check.external import Answer, Outcome, judge_status
from callsite.external.anchors import decode_page, find_anchors
from callsite.external.asking import Asker, NoReply, Reply
from callsite.external.targets import find_flaw

# Browsers follow twenty; whoever needs more than ten has a fault.
_LONGEST = 10

_REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)


async def follow(asker: Asker, address: str, anchors: frozenset[str]) -> Answer:
    """Ask for an address, go where it leads, and look for anchors there."""
    here, moved, is_permanent = address, "", True
    cookies = httpx.Cookies()
    seen = set()
    for _ in range(_LONGEST + 1):
        # The same address may answer otherwise once it has set its cookies.
        state = (here, tuple(sorted((item.domain, item.path, item.name, item.value or "") for item in cookies.jar)))
        if state in seen:
            return Answer(Outcome.FAILED, "its redirects go in a circle")
        seen.add(state)
        reply = await asker.ask(here.partition("#")[0], cookies, bool(anchors))
        if isinstance(reply, NoReply):
            return Answer(Outcome.UNKNOWN if reply.barred else Outcome.FAILED, reply.reason, moved)
        if reply.status not in _REDIRECTS or not reply.location:
            return _conclude(reply, here, moved, anchors)
        here = _join(here, reply.location)
        if find_flaw(here.partition("#")[0]):
            return Answer(Outcome.FAILED, "it leads to what is no address of a page", moved)
        is_permanent = is_permanent and reply.status in PERMANENT
        moved = here if is_permanent else moved
    return Answer(Outcome.FAILED, f"it leads from one address to the next more than {_LONGEST} times", moved)


def _join(here: str, location: str) -> str:
    """Where a redirect leads, as browsers see it: spaces are quoted, and an anchor is passed on."""
    try:
        there = urljoin(here, location.strip().replace(" ", "%20"))
    except ValueError:
        return ""
    _, hash_, anchor = here.partition("#")
    return there if "#" in there else there + hash_ + anchor


def _conclude(reply: Reply, here: str, moved: str, anchors: frozenset[str]) -> Answer:
    """What the last answer says; an anchor that the server itself put in the place of ours needs none of ours."""
    answer = judge_status(reply.status)
    found: dict[str, bool | None] = {}
    reason = answer.reason
    if answer.outcome is Outcome.FINE:
        found = dict.fromkeys(anchors, True)
        if reply.page is not None and "#" not in here:
            reason = reply.page.flaw or "its scripts may make it"
            found |= find_anchors(decode_page(reply.page.data, reply.content_type), anchors)
            if reply.page.flaw:
                found = {name: is_there or None for name, is_there in found.items()}
    return Answer(answer.outcome, reason, moved, found)
