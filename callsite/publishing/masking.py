"""Words that must not be read by anybody, taken out of messages: credentials of the environment and of addresses.

A last net. What is said is made of harmless parts in the first place; but answers of servers and of other programs may
repeat what they were asked with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from callsite.check.secrets import hide_secrets

_HIDDEN = "…"

# Names of variables that hold credentials, and how long a value is at the least that is looked for: shorter ones are
# parts of ordinary words.
_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH(?!OR)|_PAT\b|\bPAT\b|SIGNATURE|_SAS", re.IGNORECASE)
_SHORTEST = 8

_USER_OF_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
# Parts of signed addresses and headers that servers repeat.
_SIGNED = re.compile(
    r"((?:[?&]|\b)(?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|sig|signature|token"
    r"|authorization)\s*[=:]\s*)[^&\s\"'<>]+(?:\s+Credential=[^\s\"'<>]+)?",
    re.IGNORECASE,
)


def hide_credentials(text: str, environment: Mapping[str, str]) -> str:
    """A message without credentials: values of variables whose names tell that they are some, users in addresses,
    signatures, and whatever else looks like a key.
    """
    values = {
        value
        for name, value in environment.items()
        if _NAMES.search(name) and len(value) >= _SHORTEST and not value.startswith(("/", "~"))
    }
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    text = _USER_OF_ADDRESS.sub(_HIDDEN, text)
    return hide_secrets(_SIGNED.sub(rf"\1{_HIDDEN}", text))
