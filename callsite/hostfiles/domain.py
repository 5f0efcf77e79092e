"""The domain of a site's own, as GitHub and GitLab Pages read it from the file `CNAME`: a host name on one line."""

from __future__ import annotations

from urllib.parse import urlsplit

from callsite.patterns import compile_later

# RFC 1123, section 2.1: letters, digits and hyphens between dots, 63 to a label and 253 in all. A name of one label is
# none that anybody could reach.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = compile_later(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")
_DIGITS = compile_later(r"[0-9.]+")


def explain_domain(domain: object, address: str) -> str:
    """Why a site at `address` ("" when that is not known) cannot have a domain; "" if it can."""
    if not isinstance(domain, str) or not _NAME.fullmatch(domain) or _DIGITS.fullmatch(domain):
        hint = "" if not isinstance(domain, str) or domain.isascii() else ", in the letters that DNS has (xn--…)"
        return f"{domain!r:.80} is no host name; write one such as examples.example.org{hint}"
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    if host and host != domain:
        return f"the site cannot be at {domain} when SITEURL says {host}; write the same host in both"
    return ""
