"""Keys, tokens and passwords in a page that look as if they were somebody's.

What documentation writes in the place of a secret is told apart by its looks: nobody draws `xxxx` or `your-key` at
random.
"""

from __future__ import annotations

import base64
import json
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

from callsite.check.facts import PageFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Place, Severity
from callsite.patterns import compile_later

# After what the services say of their own secrets: what it is, what it begins with, and the rest of it. It must begin
# with letters, since only those are looked for fast.
_FORMS = (
    ("an access key of AWS", "AKIA", r"[A-Z2-7]{16}"),
    ("an access key of AWS", "ASIA", r"[A-Z2-7]{16}"),
    ("a token of GitHub", "gh", r"[opsur]_[A-Za-z0-9]{36,255}"),
    ("a token of GitHub", "github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("a token of GitLab", "gl", r"(?:pat|ptt|dt|rt|cbt|ft)-[\w-]{20,255}"),
    ("a token of Slack", "xox", r"[abeprs]-(?:\d{1,20}-){1,4}[\w-]{16,255}"),
    ("a webhook of Slack", "hooks.slack.com/services/", r"T\w{8,20}/B\w{8,20}/[A-Za-z0-9]{24}"),
    ("a key of Stripe", "sk_live_", r"[A-Za-z0-9]{20,255}"),
    ("a key of Stripe", "rk_live_", r"[A-Za-z0-9]{20,255}"),
    ("a key of Google", "AIza", r"[\w-]{35}"),
    ("a client secret of Google", "GOCSPX-", r"[\w-]{28}"),
    ("a key of Azure", "AccountKey=", r"[A-Za-z0-9+/]{86}=="),
    ("a key of OpenAI", "sk-", r"[\w-]{20,200}T3BlbkFJ[\w-]{20,200}"),
    ("a key of Anthropic", "sk-ant-", r"[\w-]{80,255}"),
    ("a key of SendGrid", "SG.", r"[\w-]{22}\.[\w-]{43}"),
    ("a key of Twilio", "SK", r"[0-9a-f]{32}"),
    ("a token of DigitalOcean", "do", r"[opr]_v1_[0-9a-f]{64}"),
    ("a token of Hugging Face", "hf_", r"[A-Za-z]{34}"),
    ("a token of npm", "npm_", r"[A-Za-z0-9]{36}"),
    ("a token of a package index", "pypi-AgE", r"[\w-]{80,255}"),
    ("a token of Shopify", "shp", r"(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
)
_KINDS = tuple(
    (kind, compile_later(rf"{re.escape(start)}(?<![\w-]{re.escape(start)}){rest}(?![\w-])", re.ASCII))
    for kind, start, rest in _FORMS
)

# So many letters, digits, `_` and `-` stand in a row in each of these, at the beginning of all but the odd ones.
_LONG = 20
_ODD = ("hooks.slack.com/services/", "AccountKey=")
_AFTER_START = "SG."
_STARTS = tuple(start for _, start, _ in _FORMS if start not in (*_ODD, _AFTER_START))

# What a text is told apart by before it is looked into: what stands in tokens, quotes, what stands between them, and
# all else. Signs that are not in Latin-1 are a question mark here.
_IN_TOKEN = bytes(
    ord("x") if chr(sign).isascii() and (chr(sign).isalnum() or chr(sign) in "_-") else 32 for sign in range(256)
)
_IN_QUOTES = bytes(34 if sign in b"\"'" else 32 if sign in b"\\ \t\n\r\f\v" else ord("x") for sign in range(256))

# A JSON Web Token (RFC 7519) with its signature, the beginning of a key in PEM (RFC 7468), a password in an address.
_SIGNED = compile_later(r"eyJ(?<![\w-]eyJ)[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}", re.ASCII)
_KEY = compile_later(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY[A-Z ]{0,30}-----(?:\\n|[^A-Za-z0-9+/]){0,200}([A-Za-z0-9+/]{40,100})"
)
_LOGIN = compile_later(r"://[^\s:/@\"'<>{}$%()]+:([^\s:/@\"'<>{}$()]{8,100})@([\w-]+(?:\.[\w-]+)+)")

# What may be given to a name in code, in quotes, or in a shell; and the names that say what it is.
_QUOTED = compile_later(r"[\"']([^\s\"'\\]{20,200})[\"']")
_ASSIGNED = compile_later(r"=(?<=[A-Z]=)([^\s\"'`$<>{}()\\,;]{20,200})")
_NAME = r"(?:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key|private_?key|credential)(?:_?(?:key|value))?"
_BEFORE_QUOTED = compile_later(
    rf"{_NAME}[\"']?(?:\]?\s*(?::\s*\w+\s*)?=>?|\]?\s*:)\s*[bru]?\Z|\([\"']\w*{_NAME}[\"'],\s*[bru]?\Z", re.IGNORECASE
)
_BEFORE_ASSIGNED = compile_later(rf"{_NAME}\Z", re.IGNORECASE)
_LONGEST_NAME = 80

# What no secret holds: words that say that it is none, a sign many times over, a stretch of the alphabet.
_MADE_UP = compile_later(
    r"example|sample|dummy|fake|mock|placeholder|change|insecure|redact|secret|passw|your|replace|insert|invalid|"
    r"test|foobar|deadbeef|xxx|\.\.\.|…|(.)\1{3}|(..)\2{2}|123456|234567|345678|456789|abcdef|bcdefg|uvwxyz|qwerty",
    re.IGNORECASE,
)

# Where one kind of sign ends and another begins: often in what is random, seldom in names, paths and words.
_CHANGE = compile_later(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z]|[!@#$%^&*(+=)]")
_DIGIT = compile_later(r"[0-9]")

# A password's hash, with the name of its algorithm, is what a careful program keeps in its place; a UUID is a name.
_HARMLESS = compile_later(r"\$|[\w.-]+\$[^$]+\$|(?:sha\d+|md5)[:-]|[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}\Z", re.IGNORECASE)


_PRIVATE = "a private key"

# Characters that a private key has at most.
_LONGEST_KEY = 20_000


def find_secrets(facts: PageFacts) -> Iterator[Finding]:
    """Secrets in prose and in code, each where it begins, with its first characters and no more."""
    found: dict[int, tuple[str, str]] = {}
    for start, kind, secret in _search(facts.text):
        found.setdefault(start, (kind, secret))
    ends = [end.start() for end in re.finditer("\n", facts.text)] if found else []
    for start, (kind, secret) in sorted(found.items()):
        place = Place(facts.page.at.path, bisect_right(ends, start) + 1)
        hint = "have it revoked if it was ever real, and write a made-up one in its place"
        yield Finding(place, f"`{secret[:4]}…` looks like {kind}", hint)


def hide_secrets(text: str) -> str:
    """The same text, of each secret in it the first characters alone; no line is lost."""
    parts: list[str] = []
    done = 0
    for start, kind, secret in sorted(_search(text)):
        # Of a key, only the beginning is looked at.
        close = text.find("-----END", start, start + _LONGEST_KEY) if kind == _PRIVATE else -1
        end = max(close, start + len(secret))
        if end > done:
            shown = text[max(start, done) : max(start + 4, done)]
            parts += [text[done:start], shown, "…", "\n" * text.count("\n", max(start, done) + len(shown), end)]
            done = end
    return "".join(parts) + text[done:]


def _search(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each secret begins, what it looks like, and it."""
    signs = text.encode("latin-1", "replace")
    if _may_hold_tokens(text, signs):
        for kind, form in _KINDS:
            yield from ((match.start(), kind, match[0]) for match in form.finditer(text) if _is_random(match[0]))
    for match in _SIGNED.finditer(text):
        if _is_signed(match[0]):
            yield match.start(), "a signed token", match[0]
    for match in _KEY.finditer(text) if "PRIVATE KEY" in text else ():
        if _find_entropy(match[1]) >= 3:  # what all keys begin with looks made up
            yield match.start(1), _PRIVATE, match[1]
    for match in _LOGIN.finditer(text):
        if _is_mixed(match[1]) and not _MADE_UP.search(match[2]) and not match[2].replace(".", "").isdigit():
            yield match.start(1), "a password", match[1]
    quoted = _find_quoted(text, signs)
    for matches, name in ((quoted, _BEFORE_QUOTED), (_ASSIGNED.finditer(text), _BEFORE_ASSIGNED)):
        for match in matches:
            before = text[max(0, match.start() - _LONGEST_NAME) : match.start()]
            if name.search(before) and _is_mixed(match[1]) and not _HARMLESS.match(match[1]):
                yield match.start(1), "a secret", match[1]


def _may_hold_tokens(text: str, signs: bytes) -> bool:
    """Whether anything in a text begins like a token and is as long."""
    if any(start in text for start in _ODD):
        return True
    marks = signs.translate(_IN_TOKEN)
    at = marks.find(b"x" * _LONG)
    while at >= 0:
        if text.startswith(_STARTS, at) or text.startswith(_AFTER_START, max(0, at - len(_AFTER_START))):
            return True
        at = marks.find(b" ", at)
        at = marks.find(b"x" * _LONG, at) if at >= 0 else -1
    return False


def _find_quoted(text: str, signs: bytes) -> Iterator[re.Match[str]]:
    """What stands in quotes and is as long as a secret: what a search for `_QUOTED` finds."""
    marks = signs.translate(_IN_QUOTES)
    at = marks.find(b'"' + b"x" * _LONG)
    while at >= 0:
        match = _QUOTED.match(text, at)
        if match:
            yield match
        at = marks.find(b'"' + b"x" * _LONG, match.end() if match else at + 1)


def _is_random(secret: str) -> bool:
    """Whether the signs look drawn at random: many different ones, and nothing that only a person would write."""
    return _find_entropy(secret) >= 3 and not _MADE_UP.search(secret)


def _is_mixed(secret: str) -> bool:
    """Whether a text that could be a name, a path or a word looks random."""
    is_varied = len(_CHANGE.findall(secret)) >= len(secret) / 4 and len(_DIGIT.findall(secret)) >= len(secret) / 20
    return is_varied and _is_random(secret)


def _is_signed(token: str) -> bool:
    """Whether a token can be read, and does not speak of the John Doe of all documentation."""
    head, body, signature = token.split(".")
    read = _read_part(body)
    return bool(_read_part(head) and read and "John Doe" not in read and not _MADE_UP.search(signature))


def _read_part(part: str) -> str:
    """A part of a token as JSON; "" when it is none."""
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return text


def _find_entropy(text: str) -> float:
    """Shannon's entropy: how many bits each sign of a text tells."""
    shares = [times / len(text) for times in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "O106",
        "a secret that looks real",
        Severity.ERROR,
        find_secrets,
        (
            "content/pages/a.md:12: O106 `AKIA…` looks like an access key of AWS; "
            "have it revoked if it was ever real, and write a made-up one in its place",
        ),
        """\
**Error.** This looks like a key, a token or a password that opens something. Once it is on a site, or in a repository,
it is no secret any more: have it revoked by whoever gave it out. In its place write something that is plainly made up,
such as `AKIAIOSFODNN7EXAMPLE` or `your-secret-key`. The message shows only its first four characters. If it opens
nothing, and the code would not be the same without it, say so with `check: ignore=O106` and a reason at the top of the
page.
""",
    ),
)
