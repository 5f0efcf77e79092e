"""What reading the inventories of other documentation tells."""

from __future__ import annotations

from callsite.check.rule import Rule
from callsite.model import Severity

RULES: tuple[Rule[object], ...] = (
    Rule(
        "X101",
        "a setting that makes no sense",
        Severity.ERROR,
        None,
        (
            'CALLSITE_INVENTORIES: X101 the entry \'flask\' of CALLSITE_INVENTORIES is neither an address nor a pair of an address and a file; write {"name": "https://docs.example.org/"} or {"name": ("https://docs.example.org/", "file.inv")}',
        ),
        """\
**Error.** Write the setting as the message shows.
""",
    ),
    Rule(
        "X102",
        "an inventory that cannot be read",
        Severity.WARNING,
        None,
        (
            "CALLSITE_INVENTORIES: X102 the inventory 'flask' cannot be read: flask.inv: No such file or directory; its names are not linked; see that CALLSITE_INVENTORIES names it as seen from the site's folder, and that you may read it",
            "CALLSITE_INVENTORIES: X102 the inventory 'flask' cannot be read: https://docs.example.org/objects.inv: there is nothing at this address; its names are not linked; see that the network and its entry in CALLSITE_INVENTORIES are right",
        ),
        """\
**Warning.** There is no such file, or the server does not answer. A server that failed is
left alone for ten minutes, so that it does not slow down every build. Builds in that time
say when it will be asked again. To ask it at once, delete the
files in `.cache/inventories/` that end in `.failure`.

Does a production build stop because of it? Then keep the inventory as a file; see
[Links to other documentation]({filename}finding.md#links-to-other-documentation).
""",
    ),
    Rule(
        "X103",
        "not an inventory",
        Severity.WARNING,
        None,
        (
            "CALLSITE_INVENTORIES: X103 the inventory 'flask' cannot be used: flask.inv is no inventory: it is a web page; its names are not linked; see that its entry in CALLSITE_INVENTORIES leads to pages made with Sphinx",
        ),
        """\
**Warning.** Something was read, but it is no inventory of Python names. Many servers answer
with a web page when there is no such file. Open the address in a browser: the documentation
may have moved, or not be made with Sphinx.
""",
    ),
    Rule(
        "X104",
        "an old inventory",
        Severity.WARNING,
        None,
        (
            "CALLSITE_INVENTORIES: X104 the inventory 'flask' is an old one from .cache/inventories: 8 days old: https://docs.example.org/objects.inv: there is nothing at this address; links may be out of date; see that the network and its entry in CALLSITE_INVENTORIES are right",
        ),
        """\
**Warning.** A newer one could not be had, so the one in `.cache/inventories/` is used. As
with X102, the server is asked again after ten minutes.
""",
    ),
    Rule(
        "X105",
        "an inventory that cannot be kept",
        Severity.WARNING,
        None,
        (
            "CALLSITE_INVENTORIES: X105 the inventory 'flask' is not kept for the next build: .cache/inventories: cannot be written, Not a directory; let .cache/inventories be written, or every build fetches it",
        ),
        """\
**Warning.** It was fetched and is used. See that `.cache/` beside your content folder can be
written.
""",
    ),
)
