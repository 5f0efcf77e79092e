"""As `callsite init` leaves it."""

from callsite.defaults import *  # noqa: F403  # Pelican's way to build one settings file on another

SITENAME = "Bench"
SITEURL = "https://bench.example"
