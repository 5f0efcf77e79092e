"""Old addresses that lead to new ones: what a site declares, what the other names of its symbols imply, and the plan.

    redirects.toml ──parse──▶ Redirect* ─┐
    aliases of pages ──find──▶ Redirect* ─┴─plan──▶ RedirectPlan ──▶ a page for each, and one file for hosts

Everything here is pure. A redirect's page is a file in the output (`plan_redirect_path`), so that it works on any host;
hosts that read a file of rules (`format_hosting_redirects`) answer quicker and with the right status.
"""

from callsite.redirects.address import Redirect, plan_redirect_path
from callsite.redirects.aliases import find_alias_redirects
from callsite.redirects.declared import parse_redirects
from callsite.redirects.hosting import find_spellings, format_hosting_redirects, format_location, quote_prefix
from callsite.redirects.planning import RedirectPlan, plan_redirects

__all__ = [
    "Redirect",
    "RedirectPlan",
    "find_alias_redirects",
    "find_spellings",
    "format_hosting_redirects",
    "format_location",
    "parse_redirects",
    "plan_redirect_path",
    "plan_redirects",
    "quote_prefix",
]
