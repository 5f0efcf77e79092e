"""The production build, on top of pelicanconf.py: full addresses, feeds, and warnings that stop the build.

The address can be given by the environment, as the workflow for GitHub Pages does: SITEURL=https://… make publish-html
"""

import os
import sys

sys.path.append(os.curdir)
from pelicanconf import *  # noqa: F403  # Pelican's way to build one settings file on another

SITEURL = os.environ.get("SITEURL", "https://callsite.example").rstrip("/")
FEED_ALL_ATOM = "feeds/all.atom.xml"
CALLSITE_PRODUCTION = True
CALLSITE_STRICT = True
