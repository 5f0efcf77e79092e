"""The files a new site starts with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from callsite.errors import CallsiteError

_SETTINGS = '''\
"""The local build of this site. Pelican's settings: https://docs.getpelican.com/en/latest/settings.html"""

from callsite.defaults import *  # noqa: F403

SITENAME = {name!r}

# Metadata keys of your own that your theme uses.
CALLSITE_KEYS = []
'''

_PUBLISH = '''\
"""The production build on top of pelicanconf.py: `callsite publish`, or `callsite build -s publishconf.py`."""

import os
import sys

sys.path.append(os.curdir)
from pelicanconf import *  # noqa: E402, F403

SITEURL = "https://example.org"
FEED_ALL_ATOM = "feeds/all.atom.xml"
CALLSITE_PRODUCTION = True
CALLSITE_STRICT = True
'''

_PAGE = """\
title: pathlib Path Example Code
category: page
slug: pathlib-path-examples
sortorder: 100011001
toc: False
sidebartitle: pathlib Path
meta: Example code that uses the Path class of Python's pathlib module.


[Path](https://docs.python.org/3/library/pathlib.html#pathlib.Path) stands for
a place in the file system. Replace this page by one of your own.

## Example 1 from your project
Say here which project this is, what it does and under which licence it stands.
Lines that begin with two tildes are marked; a comment between dots is a gap.

```python
# settings.py
~~from pathlib import Path


## ... source file abbreviated to get to Path examples ...


def read_settings(folder: str) -> str:
~~    return (Path(folder) / "settings.toml").read_text(encoding="utf-8")


## ... source file continues with no further Path examples ...

```
"""

_IGNORE = ".cache/\noutput/\n.output.callsite-*/\n__pycache__/\n"


def plan_site(name: str) -> Mapping[str, str]:
    """The files of a new site called `name`: path below its folder to text."""
    return {
        "pelicanconf.py": _SETTINGS.format(name=name),
        "publishconf.py": _PUBLISH,
        "content/examples/pathlib/path.md": _PAGE,
        ".gitignore": _IGNORE,
    }


def write_site(folder: Path, files: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    """Write files that are not there yet; yields each path and whether it was written. Raises CallsiteError when the
    folder cannot be written to.
    """
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            if not path.exists():
                raise CallsiteError(f"{folder}: cannot start a site here, {error.filename} is a file") from error
            yield path, False
        except OSError as error:
            raise CallsiteError(f"{error.filename}: cannot be written, {error.strerror}") from error
        else:
            yield path, True
