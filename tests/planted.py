"""A small site about two made-up libraries on which a check finds nothing at all, and faults to plant in it.

Each `Plant` changes a few rows of that site and says which code is to be told, and where. Lines are worked out from the
text as it is after the change, so that any number of plants can be in the same copy.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_COMMIT = "7c1e0f3ab24d59866e10f4c8d2b7a3915f60e8d1"

_FIRING = """\
# firing.py
from kiln import Kiln, glaze

RED = 1040


def fire(pot, cones):
    return Kiln(cones).fire(glaze(pot))
"""

_GUIDE = """\
title: The potter's guide
category: page
slug: guide
sortorder: 10
toc: True
sidebartitle: The guide
meta: Where to begin when you have clay, thread and an afternoon.

Two libraries are looked at here. [kiln](/kiln.html) makes pots, and
[loom](/loom.html) makes cloth. [About this site](/about.html) says who writes.

## Clay
Begin with [wedging]({filename}/examples/kiln/wedge.md), and look at
[the first firing](/kiln-kiln-examples.html#example-1-from-potbank).

![A kiln whose door is open](/images/kiln.png)

### Drying
Thick pots dry for a week.

## Thread
See [how a shuttle is wound](/loom-shuttle-examples.html) and
[the dye bath](loom-dyes-dip-examples.html).
Weaving comes [after drying](#drying).

```text
warp over weft
weft over warp
```
"""

_ABOUT = """\
title: About this site
category: page
slug: about
meta: Who writes these pages, and for whom.

Written by people who like clay. News are in [the article](/opening.html).

<a id="thanks"></a>Thanks go to [the guild](https://guild.example.org/).
"""

_TOOLS = """\
title: Tools that help
slug: tools
sortorder: 10090
meta: Wheels, knives and wire.

A wheel turns. A wire cuts[^1].

[^1]: So does a knife.
"""

_KILN = """\
title: kiln Example Code
slug: kiln
sortorder: 100010000
symbol: kiln
docs: https://kiln.example.org/
meta: A library that fires pots, and what projects do with it.

It heats, and waits. [Potbank](https://git.example.org/potbank) uses it.
"""

_KILN_KILN = f"""\
title: kiln Kiln Example Code
category: page
slug: kiln-kiln-examples
sortorder: 100011001
toc: False
sidebartitle: kiln Kiln
meta: Code that fires pots with kiln.Kiln.


[Kiln](https://kiln.example.org/api.html) heats what is put into it.

## Example 1 from Potbank
[Potbank](https://git.example.org/potbank) keeps books on pots. It is provided
under the [MIT license](https://git.example.org/potbank/potbank/blob/{_COMMIT}/LICENSE).

[**potbank / shed.py**](https://git.example.org/potbank/potbank/-/blob/{_COMMIT}/potbank/shed.py)

```python
# shed.py
~~from kiln import Kiln


## ... source file abbreviated to get to Kiln examples ...


def heat(cones):
~~    kiln = Kiln(cones)
~~    kiln.fire()
    return kiln


## ... source file continues with no further Kiln examples ...

```

## Example 2 from Clayworks
[Clayworks](https://git.example.org/clayworks) sells bowls, also provided under
the [MIT license](https://git.example.org/clayworks/clayworks/blob/{_COMMIT}/LICENSE).

```python
import kiln

~~OVEN = kiln.Kiln(12)
```
"""

_KILN_GLAZE = """\
title: kiln glaze Example Code
slug: kiln-glaze-examples
sortorder: 100011002
symbol: kiln.glaze
aliases: kiln.colours.glaze, kiln.shiny
meta: Code that glazes pots with kiln.glaze.

Pots are glazed before they are fired for the second time.

```python project=pots version=1.0 path=pots/firing.py licence=MIT lines=1-2,7-8
# firing.py
~~from kiln import Kiln, glaze


## ... source file abbreviated to get to glaze examples ...


def fire(pot, cones):
~~    return Kiln(cones).fire(glaze(pot))
```
"""

_KILN_WEDGE = """\
title: kiln.clay wedge Example Code
slug: kiln-clay-wedge-examples
sortorder: 100011003
sidebartitle: kiln.clay wedge
meta: Code that kneads clay with kiln.clay.wedge.

Clay is kneaded before it is thrown.

```python
~~from kiln.clay import wedge

~~soft = wedge(lump, turns=40)
```
"""

_LOOM = """\
title: loom Example Code
slug: loom
sortorder: 100020000
symbol: loom
meta: A library that weaves, and what projects do with it.

- [weave](/loom-weave-examples.html)
- [Shuttle](/loom-shuttle-examples.html)
- [dip](/loom-dyes-dip-examples.html)

In one picture: <img src="/images/cloth.png" alt="Cloth with a red stripe">
"""

_LOOM_WEAVE = """\
title: loom weave Example Code
slug: loom-weave-examples
sortorder: 100021001
meta: Code that weaves with loom.weave.

The warp is there first.

```python
~~from loom import weave

~~cloth = weave(warp, weft)
```
"""

_LOOM_SHUTTLE = """\
title: loom Shuttle Example Code
slug: loom-shuttle-examples
sortorder: 100021002
meta: Code that winds a loom.Shuttle.

A shuttle carries the weft.

```python
~~from loom import Shuttle

~~shuttle = Shuttle("red")
```
"""

_LOOM_DIP = """\
title: loom.dyes dip Example Code
slug: loom-dyes-dip-examples
sortorder: 100021003
sidebartitle: loom.dyes dip
meta: Code that dyes yarn with loom.dyes.dip.

Yarn is dyed before it is wound.

```python
~~from loom.dyes import dip

~~blue = dip(yarn, minutes=20)
```
"""

_POST = """\
title: The site opens
slug: opening
date: 2026-01-31
meta: From today on there are pages.

Look at [the guide](/guide.html).
"""

# The smallest file that is an image.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)

CLEAN: Mapping[str, str | bytes] = {
    "pelicanconf.py": 'from callsite.defaults import *  # noqa: F403\n\nSITENAME = "Pots and cloth"\n',
    "pyproject.toml": '[tool.callsite.check]\nlicences = ["MIT"]\n\n[tool.callsite.check.sources]\npots = "sources/pots"\n',
    "redirects.toml": '"/old-guide.html" = "/guide.html"\n"/clay.html" = "{filename}/pages/kiln.md"\n',
    "sources/pots/pots/firing.py": _FIRING,
    "content/images/kiln.png": PIXEL,
    "content/images/cloth.png": PIXEL,
    "content/pages/about.md": _ABOUT,
    "content/pages/guide.md": _GUIDE,
    "content/pages/kiln.md": _KILN,
    "content/pages/loom.md": _LOOM,
    "content/pages/tools.md": _TOOLS,
    "content/examples/kiln/glaze.md": _KILN_GLAZE,
    "content/examples/kiln/kiln.md": _KILN_KILN,
    "content/examples/kiln/wedge.md": _KILN_WEDGE,
    "content/examples/loom/dip.md": _LOOM_DIP,
    "content/examples/loom/shuttle.md": _LOOM_SHUTTLE,
    "content/examples/loom/weave.md": _LOOM_WEAVE,
    "content/posts/opening.md": _POST,
}

# Made up here, in two pieces so that nobody who looks for secrets finds it in this file.
SECRET = "AKIA" + "Q3XZ7LMWT5RKD2VY"


@dataclass(frozen=True)
class Edit:
    """A change of one file: `new` in the place of `old`, which it has once. Without `old` the file is a new one."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Told:
    """A finding: its code, and its place as the row that it is told at (and so many rows further down), which its file
    has once; "" when the finding is about the file as a whole. `has` is in its message.
    """

    code: str
    path: str
    row: str = ""
    down: int = 0
    has: str = ""


@dataclass(frozen=True)
class Plant:
    """A fault: what to change, and all that is told then."""

    name: str
    edits: tuple[Edit, ...]
    told: tuple[Told, ...]

    @property
    def code(self) -> str:
        """The code of the finding that it is for."""
        return self.told[0].code


def change(
    code: str, path: str, old: str, new: str, *also: Told, row: str = "", down: int = 0, has: str = "", at: str = ""
) -> Plant:
    """A fault within a file of the site, told at `row` of that file or of the one `at`, or else at the first new row."""
    first = next((line for line in new.split("\n") if line), "")
    told = Told(code, at or path, row or first, down, has)
    return Plant(
        f"{code}-{path.rpartition('/')[2]}-{(row or has or first)[:30]}", (Edit(path, old, new),), (told, *also)
    )


def page(
    code: str, name: str, body: str, *also: Told, row: str = "", down: int = 0, has: str = "", head: str = ""
) -> Plant:
    """A fault on a page of its own, which is listed on every page."""
    path = f"content/pages/{name}.md"
    text = f"title: Page {name}\nslug: {name}\ntoc: True\nmeta: A page.\n{head}\n{body}"
    return Plant(f"{code}-{name}", (Edit(path, "", text),), (Told(code, path, row, down, has), *also))


PAGES, KILN, LOOM = "content/pages/", "content/examples/kiln/", "content/examples/loom/"
ABOUT, GUIDE, TOOLS = PAGES + "about.md", PAGES + "guide.md", PAGES + "tools.md"
HOME, OTHER_HOME, POST = PAGES + "kiln.md", PAGES + "loom.md", "content/posts/opening.md"
OVEN, GLAZE, WEDGE = KILN + "kiln.md", KILN + "glaze.md", KILN + "wedge.md"
DIP, SHUTTLE, WEAVE = LOOM + "dip.md", LOOM + "shuttle.md", LOOM + "weave.md"
REDIRECTS, PROJECT = "redirects.toml", "pyproject.toml"

# Without its place, or without its chapter, the page about tools is one that nothing leads to.
NOWHERE = Told("S113", TOOLS, "title: Tools that help")

PLANTS: tuple[Plant, ...] = (
    # Text.
    Plant(
        "T100-link",
        (Edit(PAGES + "lost.md", "", "link to nowhere.md"), Edit(ABOUT, "(/opening.html)", "({filename}lost.md)")),
        (Told("T100", PAGES + "lost.md"),),
    ),
    change(
        "T101",
        ABOUT,
        "Written by people",
        "Written by p\udce9ople",
        row="Written by p\udce9ople who like clay. News are in [the article](/opening.html).",
    ),
    change("T102", DIP, "Yarn is dyed", "Yarn is\0 dyed", row="Yarn is\0 dyed before it is wound."),
    change("T103", WEAVE, "The warp is", "The \u202ewarp is", row="The \u202ewarp is there first."),
    # Metadata.
    change("M101", TOOLS, "title: Tools that help\n", "", row="slug: tools", has="no `title`"),
    change("M101", ABOUT, "title: About this site", "title:", has="`title` is empty"),
    change("M101", POST, "date: 2026-01-31\n", "", row="title: The site opens", has="no `date`"),
    change("M102", GUIDE, "slug: guide\n", "slug: guide\nslug: handbook\n", row="slug: handbook"),
    change("M103", TOOLS, "sortorder: 10090", "sortodrer: 10090", NOWHERE),
    change("M104", TOOLS, "sortorder: 10090", "sortorder: 10O90", NOWHERE),
    change("M104", GUIDE, "toc: True", "toc: yes", NOWHERE),
    change("M104", HOME, "symbol: kiln", "symbol: a kiln"),
    change("M104", HOME, "docs: https://", "docs: kiln at https://", row="docs: kiln at https://kiln.example.org/"),
    change("M104", POST, "date: 2026-01-31", "date: tomorrow"),
    change("M104", ABOUT, "slug: about\n", "slug: about\nstatus: drfat\n", row="status: drfat"),
    change("M105", ABOUT, "slug: about\n", "slug: about\nheaderimage: clay\n", row="headerimage: clay"),
    change("M106", TOOLS, "meta: Wheels, knives and wire.", "Wheels, knives and wire."),
    change("M107", TOOLS, "slug: tools", "slug: ../tools"),
    change("M109", ABOUT, "slug: about\n", "slug: about\ncontent: clay\n", row="content: clay"),
    change("M111", DIP, "meta: Code that dyes yarn with loom.dyes.dip.\n", "", row="title: loom.dyes dip Example Code"),
    change("M114", OVEN, "toc: False", "Toc:false"),
    change("M115", ABOUT, "slug: about\n", "slug: about\ncheck: P105\n", row="check: P105", has="write `ignore=`"),
    change(
        "M115", TOOLS, "slug: tools\n", "slug: tools\ncheck: ignore=P105\n", row="check: ignore=P105", has="say why"
    ),
    change(
        "M115",
        GUIDE,
        "slug: guide\n",
        "slug: guide\ncheck: ignore=p105 why not\n",
        row="check: ignore=p105 why not",
        has="did you mean `P105`",
    ),
    change(
        "M115",
        DIP,
        "sortorder: 100021003\n",
        "sortorder: 100021003\ncheck: ignore=M107 why not\n",
        row="check: ignore=M107 why not",
        has="no page can be built",
    ),
    # Prose.
    page("P101", "deep", f"{'> ' * 120}```text\n", row=f"{'> ' * 120}```text"),
    change("P102", GUIDE, "### Drying", "#### Drying", has="from level 2 to 4"),
    page("P102", "third", "### Third\n", row="### Third", has="the first heading has level 3"),
    page("P102", "top", "# Top\n", row="# Top", has="level 1 beside"),
    change(
        "P103",
        OVEN,
        "## Example 2 from",
        "## Example 3 from",
        row="## Example 3 from Clayworks",
        has="follows Example 1",
    ),
    page("P103", "numbers", "## Example 1\n\n## Example 1 again\n", row="## Example 1 again", has="there are two"),
    change("P104", GUIDE, "![A kiln whose door is open]", "![]", row="![](/images/kiln.png)"),
    change(
        "P104", OTHER_HOME, ' alt="Cloth with a red stripe"', "", row='In one picture: <img src="/images/cloth.png">'
    ),
    change(
        "P105",
        WEDGE,
        "Clay is kneaded before",
        "TODO: say why. Clay is kneaded before",
        row="TODO: say why. Clay is kneaded before it is thrown.",
    ),
    change(
        "P106",
        ABOUT,
        "Written by people",
        '<a id="thanks"></a>Written by people',
        row='<a id="thanks"></a>Thanks go to [the guild](https://guild.example.org/).',
    ),
    page("P106", "listing", '```text\nx\n```\n\n<p id="listing-1">Above.</p>\n', row='<p id="listing-1">Above.</p>'),
    change("P107", ABOUT, "](https://guild.example.org/)", "]()", row='<a id="thanks"></a>Thanks go to [the guild]().'),
    page("P107", "silent", "See [](/guide.html).\n", row="See [](/guide.html)."),
    change("P108", TOOLS, "[^1]: So does a knife.", "So does a knife.", row="A wheel turns. A wire cuts[^1]."),
    page("P108", "attributes", "Clay   {#clay}\n", row="Clay   {#clay}"),
    # Listings.
    change("L101", WEAVE, "weave(warp, weft)\n```\n", "weave(warp, weft)\n", row="```python"),
    change("L102", GUIDE, "```text", "```txet"),
    change(
        "L103",
        SHUTTLE,
        "~~shuttle =",
        "  ~~shuttle =",
        Told("L114", SHUTTLE, '  ~~shuttle = Shuttle("red")'),
        row='  ~~shuttle = Shuttle("red")',
    ),
    change(
        "L104",
        GLAZE,
        "project=pots version=1.0",
        "project=pots versoin=1.0",
        row="```python project=pots versoin=1.0 path=pots/firing.py licence=MIT lines=1-2,7-8",
    ),
    change(
        "L105",
        GLAZE,
        "lines=1-2,7-8",
        "lines=1-2",
        row="```python project=pots version=1.0 path=pots/firing.py licence=MIT lines=1-2",
    ),
    change("L106", WEDGE, "```python", "```python url=www.example.org/a.py"),
    page("L107", "long", f"```python\nx = '{'a' * 20_000}'\n```\n", row="```python"),
    page("L108", "html", "<div>\n```python\nx = 1\n```\n</div>\n", row="```python"),
    change(
        "L109",
        WEDGE,
        "~~soft =",
        "    ~~soft =",
        Told("L114", WEDGE, "    ~~soft = wedge(lump, turns=40)"),
        row="    ~~soft = wedge(lump, turns=40)",
    ),
    change("L109", DIP, "~~blue = dip(yarn, minutes=20)", "~~blue = dip(yarn, minutes=20)\n~~", row="~~"),
    change(
        "L110",
        OVEN,
        "## ... source file abbreviated to get to Kiln examples ...",
        "## source file abbreviated to get to Kiln examples",
    ),
    change(
        "L111",
        SHUTTLE,
        '~~from loom import Shuttle\n\n~~shuttle = Shuttle("red")',
        'shuttle = loom.Shuttle("red")',
        row="```python",
    ),
    change(
        "L112",
        WEAVE,
        "~~cloth = weave(warp, weft)",
        "~~cloth = weave(warp, weft)\n\n\n~~class Table: ...",
        row="~~class Table: ...",
    ),
    change(
        "L112",
        DIP,
        "~~from loom.dyes import dip\n\n~~blue = dip(yarn, minutes=20)",
        "~~blue = soak(yarn, minutes=20)",
        has="no line of this listing mentions",
    ),
    change("L113", SHUTTLE, "~~from loom import Shuttle", "from loom import Shuttle"),
    change(
        "L114",
        WEDGE,
        "~~soft = wedge(lump, turns=40)",
        "class Table:\n~~soft = wedge(lump, turns=40)",
        row="~~soft = wedge(lump, turns=40)",
    ),
    change("L115", WEAVE, "```python", "```", row="~~from loom import weave", down=-1),
    # Where code is from.
    change(
        "O101",
        OVEN,
        f"/-/blob/{_COMMIT}/",
        "/-/blob/main/",
        row="[**potbank / shed.py**](https://git.example.org/potbank/potbank/-/blob/main/potbank/shed.py)",
    ),
    change(
        "O102",
        OVEN,
        f"/-/blob/{_COMMIT}/potbank/",
        f"/-/blob/{_COMMIT}/./potbank/",
        row=f"[**potbank / shed.py**](https://git.example.org/potbank/potbank/-/blob/{_COMMIT}/./potbank/shed.py)",
    ),
    change(
        "O103", GLAZE, " licence=MIT", "", row="```python project=pots version=1.0 path=pots/firing.py lines=1-2,7-8"
    ),
    change(
        "O104",
        GLAZE,
        "licence=MIT",
        "licence=GPL-3.0-only",
        row="```python project=pots version=1.0 path=pots/firing.py licence=GPL-3.0-only lines=1-2,7-8",
    ),
    change(
        "O105",
        GLAZE,
        "~~    return Kiln(cones)",
        "~~    return Kiln(9)",
        row="~~    return Kiln(9).fire(glaze(pot))",
        has="not what line 8",
    ),
    change("O105", GLAZE, "lines=1-2,7-8", "lines=1-2,8-9", row="def fire(pot, cones):", has="not what line 8"),
    change(
        "O106",
        WEDGE,
        "Clay is kneaded",
        f"Clay is {SECRET} kneaded",
        row=f"Clay is {SECRET} kneaded before it is thrown.",
    ),
    change(
        "O107",
        OVEN,
        f"sells bowls, also provided under\nthe [MIT license](https://git.example.org/clayworks/clayworks/blob/{_COMMIT}/LICENSE).",
        "sells bowls.",
        row="~~OVEN = kiln.Kiln(12)",
        down=-3,
    ),
    # The site as a whole.
    change("S101", TOOLS, "slug: tools", "slug: about"),
    change(
        "S102",
        GUIDE,
        "(loom-dyes-dip-examples.html)",
        "(loom-dyes-dpi-examples.html)",
        row="[the dye bath](loom-dyes-dpi-examples.html).",
    ),
    change(
        "S102",
        ABOUT,
        "(/opening.html)",
        "(/openign.html)",
        row="Written by people who like clay. News are in [the article](/openign.html).",
    ),
    change("S103", TOOLS, "slug: tools", "slug: About"),
    Plant(
        "S104-folder",
        (Edit(PAGES + "more.md", "", "title: More\nslug: about.html/more\ntoc: True\n\nMore.\n"),),
        (Told("S104", ABOUT, "slug: about"),),
    ),
    change(
        "S107",
        WEDGE,
        "sidebartitle: kiln.clay wedge",
        "symbol: kiln.glaze",
        Told("L112", WEDGE, "~~from kiln.clay import wedge"),
    ),
    change("S108", SHUTTLE, "title: loom Shuttle Example Code", "title: Shuttles", row="sortorder: 100021002"),
    change("S110", TOOLS, "slug: tools", "slug: symbols"),
    change(
        "S112",
        GUIDE,
        "(#drying)",
        "(#dryign)",
        row="Weaving comes [after drying](#dryign).",
        has="did you mean `#drying`",
    ),
    change(
        "S112",
        GUIDE,
        "#example-1-from-potbank",
        "#example-9-from-potbank",
        row="[the first firing](/kiln-kiln-examples.html#example-9-from-potbank).",
    ),
    change("S113", GUIDE, "[About this site](/about.html)", "About this site", row="title: About this site", at=ABOUT),
    change(
        "S114",
        GUIDE,
        "(/kiln.html)",
        "(/Kiln.html)",
        row="Two libraries are looked at here. [kiln](/Kiln.html) makes pots, and",
    ),
    change(
        "S115",
        OTHER_HOME,
        "meta: A library that weaves, and what projects do with it.\n",
        "",
        Told("M111", OTHER_HOME, "title: loom Example Code"),
        row="title: loom Example Code",
    ),
    Plant(
        "S115-bare",
        (Edit(WEAVE, "loom weave Example Code", "thread weave Example Code"),),
        (Told("S115", WEAVE, "title: thread weave Example Code"),),
    ),
    Plant(
        "S116-unused", (Edit("content/images/bowl.png", "", "an image"),), (Told("S116", "content/images/bowl.png"),)
    ),
    change(
        "S117",
        OTHER_HOME,
        "- [dip](/loom-dyes-dip-examples.html)\n",
        "- [dip](/loom-dyes-dip-examples.html)\n- [dye](/loom-dyes-dip-examples.html)\n",
        row="- [dye](/loom-dyes-dip-examples.html)",
    ),
    Plant(
        "S118-spin",
        (
            Edit(
                LOOM + "spin.md",
                "",
                "title: loom spin Example Code\nslug: loom-spin-examples\nsortorder: 100021009\nmeta: Code that spins.\n\nIt spins.\n",
            ),
        ),
        (Told("S118", OTHER_HOME, "- [Shuttle](/loom-shuttle-examples.html)"),),
    ),
    change("S119", WEAVE, "sortorder: 100021001", "sortorder: 100021003"),
    change("S120", WEDGE, "sortorder: 100011003", "sortorder: 100021007"),
    page(
        "S121",
        "projects-by-hand",
        "## Potbank\n- [Kiln](/kiln-kiln-examples.html)\n\n## Clayworks\n- [Kiln, too](/kiln-kiln-examples.html)\n\n## pots\n- [glaze](/kiln-glaze-examples.html)\n",
        row="- [Kiln, too](/kiln-kiln-examples.html)",
    ),
    # Redirects.
    change(
        "R101",
        REDIRECTS,
        '"/old-guide.html" =',
        "/old-guide.html =",
        row='/old-guide.html = "/guide.html"',
        has="no TOML",
    ),
    change("R101", REDIRECTS, '"/old-guide.html"', '"old-guide.html"', row='"old-guide.html" = "/guide.html"'),
    change("R102", REDIRECTS, '"/guide.html"', '"/old-guide.html"', row='"/old-guide.html" = "/old-guide.html"'),
    change("R103", REDIRECTS, '"/clay.html"', '"/about.html"', row='"/about.html" = "{filename}/pages/kiln.md"'),
    change("R104", REDIRECTS, '"/clay.html"', '"/old-guide"', row='"/old-guide" = "{filename}/pages/kiln.md"'),
    change(
        "R104", REDIRECTS, '"/clay.html"', '"/old-guide.html"', row='"/old-guide.html" = "{filename}/pages/kiln.md"'
    ),
    change(
        "R105",
        REDIRECTS,
        '"/guide.html"',
        '"/giude.html"',
        row='"/old-guide.html" = "/giude.html"',
        has="did you mean `/guide.html`",
    ),
    change(
        "R106",
        WEDGE,
        "sidebartitle: kiln.clay wedge\n",
        "sidebartitle: kiln.clay wedge\naliases: kiln.shiny\n",
        Told("S107", WEDGE, "aliases: kiln.shiny"),
        row="aliases: kiln.shiny",
    ),
    change(
        "R107",
        REDIRECTS,
        '"/clay.html"',
        f'"/{"clay/" * 197}clay.html"',
        row=f'"/{"clay/" * 197}clay.html" = "{{filename}}/pages/kiln.md"',
    ),
    # The check itself.
    Plant(
        "C102-idle",
        (Edit(ABOUT, "slug: about\n", "slug: about\ncheck: ignore=P105 it is a quote\n"),),
        (Told("C102", ABOUT, "check: ignore=P105 it is a quote"),),
    ),
    Plant(
        "C103-broken",
        (
            Edit(PROJECT, 'pots = "sources/pots"\n', 'pots = "sources/pots"\nclay = "sources/clay-1.0.tar.gz"\n'),
            Edit("sources/clay-1.0.tar.gz", "", "This is no archive.\n"),
            Edit(WEDGE, "```python", "```python project=clay path=clay.py licence=MIT"),
        ),
        (Told("C103", WEDGE, "title: kiln.clay wedge Example Code"),),
    ),
)


def plant(root: Path, plants: Iterable[Plant] = ()) -> Mapping[str, list[str]]:
    """Write the site into a folder with these faults in it; returns the rows of all files that are text, by path."""
    edits: dict[str, list[Edit]] = defaultdict(list)
    for each in plants:
        for edit in each.edits:
            edits[edit.path].append(edit)
    rows: dict[str, list[str]] = {}
    for path in sorted({*CLEAN, *edits}):
        data = CLEAN.get(path, "")
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("lost.md"):
            file.symlink_to("nowhere.md")
        elif isinstance(data, bytes):
            file.write_bytes(data)
        else:
            text = _apply(data, edits[path])
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
            rows[path] = text.split("\n")
    return rows


def _apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits, none of which may touch what another one does."""
    spots = []
    for edit in edits:
        assert text.count(edit.old) == 1 or not text, f"{edit.path}: {edit.old!r} is there {text.count(edit.old)} times"
        spots.append((text.index(edit.old), edit))
    spots.sort(key=lambda spot: -spot[0])
    end = len(text)
    for start, edit in spots:
        assert start + len(edit.old) <= end, f"{edit.path}: {edit.old!r} is changed twice"
        text = text[:start] + edit.new + text[start + len(edit.old) :]
        end = start
    return text


def place(told: Told, rows: Mapping[str, list[str]]) -> str:
    """Where a finding is expected, as messages spell it."""
    if not told.row:
        return told.path.replace("/", os.sep)
    found = [number for number, row in enumerate(rows[told.path], start=1) if row == told.row]
    assert len(found) == 1, f"{told.path}: {told.row!r} is there {len(found)} times"
    return f"{told.path}:{found[0] + told.down}"
