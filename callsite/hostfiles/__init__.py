"""Files of a production build that are for those who host a site, or look after it. Everything here is pure.

robots.txt      crawlers may read all of it; where the sitemap is
_headers        Netlify and Cloudflare Pages: how long each kind of file may be kept, and what type it has
CNAME           GitHub and GitLab Pages: the domain that the site stands at
.nojekyll       GitHub Pages: the site is finished
build.json      which commit and tools the site was made with, and where its old addresses lead
redirects.map   nginx: old addresses and where they lead (under a name that the settings choose)
"""

from callsite.hostfiles.headers import format_headers
from callsite.hostfiles.nginx import format_nginx_map
from callsite.hostfiles.record import Record, format_record
from callsite.hostfiles.robots import format_robots
from callsite.hostfiles.settings import explain_settings

__all__ = [
    "Record",
    "explain_settings",
    "format_headers",
    "format_nginx_map",
    "format_record",
    "format_robots",
    "list_host_paths",
]

ROBOTS_PATH = "robots.txt"
HEADERS_PATH = "_headers"
DOMAIN_PATH = "CNAME"
PLAIN_PATH = ".nojekyll"
RECORD_PATH = "build.json"


def list_host_paths(domain: str = "", nginx_map: str = "") -> frozenset[str]:
    """The paths of all these files, with a domain and the path of a map for nginx or without."""
    return frozenset({ROBOTS_PATH, HEADERS_PATH, PLAIN_PATH, RECORD_PATH, nginx_map, domain and DOMAIN_PATH} - {""})
