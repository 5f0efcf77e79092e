"""The local build: `make serve` and `make html`. `publishconf.py` builds on top of it."""

from callsite.defaults import *  # noqa: F403  # Pelican's way to build one settings file on another

SITENAME = "Callsite"
SITESUBTITLE = "Real call sites as example pages"
