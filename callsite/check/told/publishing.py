"""What publishing tells: files of the output that cannot go to any destination."""

from __future__ import annotations

from callsite.check.rule import Rule
from callsite.model import Severity

RULES: tuple[Rule[object], ...] = (
    Rule(
        "U101",
        "a name that cannot be published",
        Severity.ERROR,
        None,
        (
            "output/a\\b.html: U101 the name has a backslash in it, which separates folders elsewhere; give it another name",
            "output/a<U+0007>.html: U101 the name has a character in it that cannot be seen; give it another name",
            "output/.git/config: U101 the name would be taken for git's own files; give it another name",
            "output/.callsite-notes: U101 the name is kept for what a publish notes beside the site; give it another name",
            "output/café.html: U101 the name differs from `cafe\u0301.html` only in how its letters are put together; give it another name",
        ),
        """\
**Error.** A site may be brought to any computer, and on some of them this name would mean another file, or none. Spaces,
letters of any language, `%`, `?`, `#` and a dot in front are all fine. Not fine are names longer than 255 bytes, paths
longer than 1,024 bytes, what looks like a drive (`c:x`), and names of nothing but dots. If the message speaks of letters,
one of the two names was typed on a machine that writes an accent as a character of its own: rename it.
""",
    ),
    Rule(
        "U102",
        "a symbolic link that leads out of the output",
        Severity.ERROR,
        None,
        (
            "output/theme/x.png: U102 this symbolic link leads out of the output; put the file itself there",
            "output/theme/all: U102 this symbolic link leads to a folder that it is in; take it away",
        ),
        """\
**Error.** What such a link leads to is not part of what was built, and nobody would expect it to become public. Links to
files of the output are fine: each is sent as the file that it leads to.
""",
    ),
    Rule(
        "U103",
        "a file of the output that cannot be read",
        Severity.ERROR,
        None,
        (
            "output/a.html: U103 cannot be read: Permission denied; make it readable, or take it away",
            "output/images: U103 cannot be read: Permission denied; make it readable",
        ),
        """\
**Error.** The file or folder is there, but the system does not let you open it, or it is a link to a file of the output
that has gone. Nothing is sent: a site with a hole in it is worse than the one that stands.
""",
    ),
)
