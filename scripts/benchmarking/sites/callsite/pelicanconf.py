"""As `callsite init` leaves it, without the search, which Hugo and Pelican do not have either."""

from callsite.defaults import *  # noqa: F403  # Pelican's way to build one settings file on another

SITENAME = "Bench"
SITEURL = "https://bench.example"
CALLSITE_SEARCH = False
