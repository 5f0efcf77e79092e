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
            "content/pages/a.md: C101 not checked: not done within 10 seconds; raise `time-limit` in [tool.callsite.check] if the machine is slow, else make the page shorter",
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
        "a source that cannot be read",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:1: C103 its sources cannot be read: ../flask-3.1.0.tar.gz: this is no gzip file; mend `sources` in the site's pyproject.toml",
        ),
        """\
**Warning.** [`sources`]({filename}settings.md#the-settings-of-the-check) names an archive for a project of this page, and
it cannot be read. So nobody can tell whether the listing still says what the project says.
""",
    ),
)
