"""The settings that files for hosts are made by, as a settings file has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callsite.hostfiles.domain import explain_domain
from callsite.publish.kinds import Kind, find_kind
from callsite.publish.paths import explain_path

_MAP = "write the path of a file in the output, such as redirects.map"


def explain_settings(settings: Mapping[str, Any]) -> str:
    """What cannot be used of them, and what to do; "" when all can."""
    domain = settings.get("CALLSITE_CNAME", "")
    why = "" if domain == "" else explain_domain(domain, str(settings.get("SITEURL") or ""))
    if why:
        return f"CALLSITE_CNAME cannot be used: {why}"
    path = settings.get("CALLSITE_NGINX_MAP", "")
    if not isinstance(path, str):
        return f"CALLSITE_NGINX_MAP cannot be {path!r:.60}; {_MAP}"
    why = explain_path(path) if path else ""
    if why:
        return f"CALLSITE_NGINX_MAP cannot be {path!r:.60}, because the path {why}; {_MAP}"
    # Some file systems do not tell upper from lower case.
    if any(find_kind(name) is not Kind.ASSET for name in (path, path.casefold())):
        return f"CALLSITE_NGINX_MAP cannot be {path!r:.60}, because that is a name for other files of a site; {_MAP}"
    return ""
