"""Where Pelican will put what a site is made of, without Pelican: what a check knows before anything is built.

    settings ──parse──▶ SiteSettings ─┐
    metadata, path of the source ─────┴─plan──▶ path and address of each page ──plan──▶ SitePlan

Everything here is pure and follows Pelican 4.12 to the letter. What cannot be known without building is left open: it
is better to miss a dead link than to call a good one dead, and what was built tells in the end.
"""

from callsite.addressing.outputs import SitePlan, list_asked, plan_site
from callsite.addressing.paths import complete_meta, plan_metadata, plan_path, plan_url
from callsite.addressing.settings import SiteSettings, parse_site_settings
from callsite.addressing.slugs import slugify

__all__ = [
    "SitePlan",
    "SiteSettings",
    "complete_meta",
    "list_asked",
    "parse_site_settings",
    "plan_metadata",
    "plan_path",
    "plan_site",
    "plan_url",
    "slugify",
]
