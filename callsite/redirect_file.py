"""The file in which a site declares its redirects, beside its folder of content."""

from __future__ import annotations

import os
from pathlib import Path

from callsite.build import place_of
from callsite.model import Problem
from callsite.opening import open_file
from callsite.redirects import Redirect, parse_redirects
from callsite.text import decode_text

FILE = "redirects.toml"


def read_redirects(content: str) -> tuple[tuple[Redirect, ...], list[Problem]]:
    """What the file beside the folder of content declares."""
    path = os.path.join(os.path.dirname(content), FILE)
    if not os.path.lexists(path):
        return (), []
    at = place_of(path)
    try:
        with open_file(Path(path)) as file:
            text, found = decode_text(file.read(), at.path)
    except OSError as error:
        return (), [Problem(at, "T100", f"cannot be read: {error.strerror}", "make it readable")]
    redirects, problems = parse_redirects(text, at.path)
    return redirects, [*found, *problems]
