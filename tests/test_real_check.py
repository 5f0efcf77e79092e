"""A check of all the pages people wrote: how often each code is told, and that it is told of the right places.

What ought to be found is worked out here from the text, apart from the code under test. `real_check.json` has the
counts; run with CALLSITE_REWRITE=1 to write them down anew, then look at every place that is new.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsite.checking.site import Checked
from callsite.model import Severity
from callsite.scaffold import plan_site
from tests.test_checking import check

GOLDEN = Path(__file__).with_name("real_check.json")

# Errors on these pages that are true; there are none.
TRUE_ERRORS: set[tuple[str, str]] = set()

_LISTING = re.compile(r"^(`{3,})\w*\n.*?^\1$", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?[^()]*\)|(?:href|src)=[\"']([^\"']*)")
_BRANCH = re.compile(
    r"https://github\.com/[^/]+/[^/]+/(?:blob|tree|raw)/(?:master|main|devel|develop|dev|trunk|stable)/."
)


@pytest.fixture(scope="module")
def sources(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages people wrote, laid out as a site that has no others; their texts by path."""
    root = tmp_path_factory.mktemp("real-check")
    (root / "pelicanconf.py").write_text(plan_site("Real")["pelicanconf.py"], encoding="utf-8")
    texts = {"": str(root)}
    for source in sorted([*(shared / "corpus").glob("*/*.markdown"), *(shared / "seed").glob("*.md")]):
        path = f"{'posts' if source.parent.name == 'posts' else 'pages'}/{source.name}"
        (root / "content" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "content" / path).write_bytes(source.read_bytes())
        texts[path] = source.read_text(encoding="utf-8")
    return texts


@pytest.fixture(scope="module")
def checked(sources: dict[str, str]) -> Checked:
    """What a check of them finds."""
    return check(Path(sources[""]), processes=2)


@pytest.fixture(scope="module")
def pages(sources: dict[str, str]) -> dict[str, str]:
    """The texts of the pages without their listings, by path, with all lines in their places."""
    return {
        path: _LISTING.sub(lambda listing: "\n" * listing[0].count("\n"), text)
        for path, text in sources.items()
        if path
    }


def find_places(checked: Checked, code: str) -> Counter[tuple[str, int]]:
    """Where a code is told, and how often there."""
    return Counter(
        (problem.at.path.replace(os.sep, "/").rpartition("/content/")[2], problem.at.line)
        for problem in checked.problems
        if problem.code == code
    )


def find_targets(text: str) -> Iterator[tuple[int, str]]:
    """The addresses in a page without listings, each with its line."""
    for match in _TARGET.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1] or match[2] or ""


def test_as_many_as_were_counted(checked: Checked) -> None:
    counts = dict(sorted(Counter(problem.code for problem in checked.problems).items()))
    if os.environ.get("CALLSITE_REWRITE"):
        GOLDEN.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    assert counts == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(checked.checked) == 51


def test_there_is_no_false_error(checked: Checked) -> None:
    errors = {(problem.code, str(problem.at)) for problem in checked.problems if problem.severity is Severity.ERROR}
    assert errors == TRUE_ERRORS


def test_the_five_stray_marks(checked: Checked) -> None:
    page = "pages/django-forms-emailfield.markdown"
    assert find_places(checked, "L103") == Counter({(page, line): 1 for line in range(650, 655)})


def test_links_that_follow_a_branch(checked: Checked, pages: dict[str, str]) -> None:
    expected = Counter(
        (path, line)
        for path, text in pages.items()
        for line, target in set(find_targets(text))
        if _BRANCH.match(target)
    )
    assert find_places(checked, "O101") == expected


def test_steps_that_lead_nowhere(checked: Checked, pages: dict[str, str]) -> None:
    expected = Counter(
        (path, line)
        for path, text in pages.items()
        for line, target in set(find_targets(text))
        if target.startswith("https:") and "/./" in target
    )
    assert find_places(checked, "O102") == expected


def _find_slugs(pages: dict[str, str]) -> dict[str, str]:
    return {path: match[1] for path, text in pages.items() if (match := re.search(r"^slug: (.*)$", text, re.MULTILINE))}


def test_links_to_pages_that_are_not_here(checked: Checked, pages: dict[str, str]) -> None:
    files = {f"/{slug}.html" for slug in _find_slugs(pages).values()} | {"/"}
    expected = Counter(
        (path, line)
        for path, text in pages.items()
        for line, target in find_targets(text)
        if re.match(r"/(?!/)", target) and re.split(r"[#?]", target)[0] not in files
    )
    assert sum(expected.values()) > 500
    assert find_places(checked, "S102") == expected


def test_the_index_by_hand(checked: Checked, pages: dict[str, str]) -> None:
    """It lists, below the name of each project, the pages with examples from it."""
    path = "pages/django-extensions-plug-ins.markdown"
    slugs = _find_slugs(pages)
    listed: dict[str, dict[str, int]] = {}  # by heading: pages, with the line
    heading = ""
    for number, row in enumerate(pages[path].split("\n"), start=1):
        if row.startswith("#"):
            heading = row.strip("# ")
        for target in re.findall(r"\]\(/(django-[\w-]+-examples)\.html\)", row):
            assert target not in listed.setdefault(heading, {})
            listed[heading][target] = number
    # Twice: at the second of the entries, for pages that stand below several headings.
    first: Counter[str] = Counter()
    twice = []
    for entries in listed.values():
        for target, line in entries.items():
            first[target] += 1
            if first[target] == 2:
                twice.append(line)
    assert find_places(checked, "S121") == Counter((path, line) for line in twice)
    # Missing: at the last entry below the heading, for pages with an example from the project.
    missing: list[int] = []
    for name, entries in listed.items():
        for other, slug in slugs.items():
            shown = re.search(rf"^##? Example \d+ from {re.escape(name)}$", pages[other], re.MULTILINE)
            if shown and slug.startswith("django-") and slug not in entries:
                missing.append(max(entries.values()))
    assert find_places(checked, "S118") == Counter((path, line) for line in missing)


def test_metadata_of_a_theme_that_is_not_here(checked: Checked, pages: dict[str, str]) -> None:
    keys = ("newsletter", "headerimage", "headeralt")
    expected = Counter(
        (path, number)
        for path, text in pages.items()
        for number, row in enumerate(text.partition("\n\n")[0].split("\n"), start=1)
        if row.startswith(tuple(f"{key}:" for key in keys))
    )
    assert find_places(checked, "M105") == expected


def test_headings_that_begin_too_deep(checked: Checked, pages: dict[str, str]) -> None:
    expected: Counter[tuple[str, int]] = Counter()
    for path, text in pages.items():
        above = 1
        for number, row in enumerate(text.split("\n"), start=1):
            found = re.match(r"(#{1,6})[^#]", row)
            if found:
                level = len(found[1])
                if level == 1 or level > above + 1:
                    expected[path, number] += 1
                above = max(level, 2)
    assert find_places(checked, "P102") == expected


def test_projects_whose_licence_is_not_named(checked: Checked, sources: dict[str, str]) -> None:
    """Each section of an example is about one project, and most of them link to the words of a licence by its name."""
    told: defaultdict[str, set[int]] = defaultdict(set)
    for path, line in find_places(checked, "O107"):
        told[path].add(line)
    for path, lines in told.items():
        for line in lines:
            rows = sources[path].split("\n")[:line]
            start = max(number for number, row in enumerate(rows) if row.startswith("## Example"))
            section = "\n".join(rows[start:])
            assert not re.search(
                r"\b(?:MIT|BSD|Apache|GPL|GNU|Mozilla|ISC|PostgreSQL)\b.{0,40}licen[sc]e", section, re.I | re.S
            )
