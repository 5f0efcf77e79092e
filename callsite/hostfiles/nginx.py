"""A map of redirects for nginx (https://nginx.org/en/docs/http/ngx_http_map_module.html), to be included in one:

    map $uri $moved { include redirects.map; }      with lines such as      "/old.html" "/new.html";

nginx looks for `$uri`, in which nothing is encoded any more, without regard to the case of plain letters, and refuses
to start when two lines are for one address.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import unquote

from callsite.redirects import Redirect, find_spellings, format_location, quote_prefix


def format_nginx_map(redirects: Sequence[Redirect], outputs: Collection[str], prefix: str = "") -> str:
    """Write the lines for planned redirects.

    `outputs` are the files that a build writes besides; `prefix` is the path of the site's root, "" or "/docs".
    """
    root = quote_prefix(prefix)
    lines: dict[str, str] = {}
    for spelling, redirect in find_spellings(redirects, outputs):
        old = unquote(f"{root}{spelling}")
        # In what a map leads to, a dollar sign begins a variable, and nothing but its code stands for one.
        new = format_location(redirect, prefix).replace("$", "%24")
        lines.setdefault(old.lower(), f"{_quote(old)} {_quote(new)};\n")
    return "".join(lines.values())


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
