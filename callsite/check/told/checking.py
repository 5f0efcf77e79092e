"""What checking itself tells: pages that could not be checked, and what pages say of their checks."""

from __future__ import annotations

from callsite.check.rule import Rule
from callsite.model import Severity

RULES: tuple[Rule[object], ...] = (
    Rule(
        "M115",
        "a check line that cannot be read",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:3: M115 `check` cannot be `L111`; write `ignore=`, codes and a reason, as in `ignore=L111 it shows …`",
            "content/pages/a.md:3: M115 `check` cannot be `ignore=L111`; say why, behind the codes",
            "content/pages/a.md:3: M115 `check` cannot be `l111`; did you mean `L111`?",
            "content/pages/a.md:3: M115 `check` cannot be `L999`; name codes such as L111,S102",
            "content/pages/a.md:3: M115 `check` cannot be `M107`; no page can be built with that; mend it",
        ),
        """\
**Error.** The key [`check`]({filename}checking.md#leaving-something-out) says what not to tell of this page. It holds
codes of this list and a reason, which is for those who read the page's source later. Errors
that no page can be built with cannot be ignored.
""",
    ),
    Rule(
        "C101",
        "a page that could not be checked",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md: C101 not checked: not done within 10 seconds; make it shorter, or report this as a fault of Callsite",
        ),
        """\
**Error.** Checking this page took too long, or ended the process that did it. Nothing else is told
of the page; all other pages were checked. A page of a usual size that does this is a fault of
Callsite. The time that a page may take is
[time-limit]({filename}settings.md#the-settings-of-the-check).
""",
    ),
    Rule(
        "C102",
        "nothing to ignore",
        Severity.NOTE,
        None,
        ("content/pages/a.md:3: C102 nothing on this page breaks L111, which it ignores; take the code out",),
        """\
**Note.** The page ignores a rule that it keeps. Perhaps it was mended since. A code that is left
there would hide the next fault of that kind.
""",
    ),
    Rule(
        "C103",
        "a known problem that has gone",
        Severity.NOTE,
        None,
        (
            "content/pages/a.md: C103 the baseline has 2 findings of L103 that are no longer there; write it anew with --write-baseline",
        ),
        """\
**Note.** Something that the [baseline]({filename}checking.md#an-old-site) lists has been mended. As long
as it is listed, it could come back without a word.
""",
    ),
)
