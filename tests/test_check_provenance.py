"""Rules about where code is from: links that move, needless steps, licences, lines that its source no longer has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.facts import PageFacts, gather_facts
from callsite.check.policy import Policy
from callsite.check.provenance import RULES, mend_address
from callsite.check.rule import Rule, apply_rules
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from tests.strategies import texts

PROSE = ProseConverter({"extensions": ["markdown.extensions.extra"]})
ANY = Policy()
HASH = "8d9501598ff9a8d3ef2bb2d3ea9a8a3d4a9e6d3b"
HEAD = "title: flask.ctx f Example Code\nslug: f\nmeta: What f is for.\nsidebartitle: flask.ctx f\n\n"


def know(text: str, policy: Policy = ANY, originals: Mapping[int, str] | None = None) -> PageFacts:
    return gather_facts(parse_page(text, "content/pages/a.md")[0], text, PROSE, policy, originals)


def find(text: str, policy: Policy = ANY, originals: Mapping[int, str] | None = None) -> list[str]:
    """The messages of all rules about a page, without its path."""
    problems = apply_rules(RULES, know(text, policy, originals))
    return [str(problem).removeprefix("content/pages/a.md:") for problem in problems]


def find_codes(text: str, policy: Policy = ANY) -> list[str]:
    return [line.split()[1] for line in find(text, policy)]


@pytest.mark.parametrize(
    ("url", "branch"),
    [
        ("https://github.com/o/r/blob/master/a/./b.py", "master"),
        ("https://github.com/o/r/blob/main/LICENSE", "main"),
        ("http://github.com/o/r/tree/develop/src", "develop"),
        ("https://github.com/o/r/raw/HEAD/a.py#L3", "HEAD"),
        ("https://github.com/o/r/blame/dev/a.py", "dev"),
        ("https://github.com/o/r/blob/refs/heads/4.x/a.py", "4.x"),
        ("https://raw.githubusercontent.com/o/r/master/a.py", "master"),
        ("https://raw.githubusercontent.com/o/r/refs/heads/main/a.py", "main"),
        ("https://gitlab.com/o/r/-/blob/master/a.py?ref_type=heads", "master"),
        ("https://gitlab.com/group/sub/r/-/raw/main/a.py", "main"),
        ("https://gitlab.com/o/r/blob/master/a.py", "master"),
        ("https://code.example.org/o/r/-/tree/trunk/a", "trunk"),
        ("https://bitbucket.org/o/r/src/master/a.py", "master"),
        ("https://codeberg.org/o/r/src/branch/main/a.py", "main"),
        ("https://git.example.org/o/r/src/branch/v1/a.py", "v1"),
        ("https://git.sr.ht/~o/r/tree/master/item/a.py", "master"),
        ("https://foss.heptapod.net/o/r/-/blob/branch/default/a.py", "default"),
    ],
)
def test_a_link_follows_a_branch(url: str, branch: str) -> None:
    found = [line for line in find(f"{HEAD}[code]({url})\n") if "O101" in line]
    assert found == [
        f"6: O101 the link to `{url}` follows the branch `{branch}`; name the commit that the code is from in its place"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/pallets/flask",
        "https://github.com/pallets/flask/",
        "https://github.com/pallets/master",
        "https://github.com/o/r/tree/master",
        "https://github.com/o/r/tree/master/",
        f"https://github.com/o/r/blob/{HASH}/a.py",
        f"https://github.com/o/r/blob/{HASH[:7]}/master/a.py",
        "https://github.com/o/r/blob/v1.2.3/a.py",
        "https://github.com/o/r/blob/2.0.x/a.py",
        "https://github.com/o/r/blob/feature/a.py",
        "https://github.com/o/r/blob/masterful/a.py",
        "https://github.com/o/r/issues/1",
        "https://github.com/o/r/wiki/src/master/a",
        "https://raw.githubusercontent.com/o/r/1.0/a.py",
        f"https://gitlab.com/o/r/-/blob/{HASH}/a.py",
        "https://gitlab.com/o/r/-/tags/master/a",
        f"https://codeberg.org/o/r/src/commit/{HASH}/main/a.py",
        "https://codeberg.org/o/r/src/tag/main/a.py",
        "https://bitbucket.org/o/r/src/1.0/a.py",
        "https://example.org/docs/r/blob/master/a.py",
        "https://example.org/blog/src/master/a.py",
        "https://web.archive.org/web/2020/https://github.com/o/r/blob/master/a.py",
        "https://web.archive.org/web/2020/https://gitlab.com/o/r/-/blob/master/a.py",
        "https://readthedocs.io/en/master/a.html",
        "https://[bad/o/r/blob/master/a.py",
        "//github.com/o/r/blob/master/a.py",
        "/blob/master/a.py",
        "{filename}/o/r/blob/master/a.py",
        "mailto:a@b.c",
    ],
)
def test_other_links_are_left_alone(url: str) -> None:
    assert find(f"{HEAD}[code](<{url}>)\n") == []


def test_a_fence_line_leads_to_a_branch_too() -> None:
    text = f"{HEAD}```python project=r licence=MIT url=https://github.com/o/r/blob/main/a.py path=a.py\na\n```\n"
    assert [line[:9] for line in find(text)] == ["6: O101 t"]
    assert find(text.replace("/main/", f"/{HASH}/")) == []


@pytest.mark.parametrize("branch", ["stable-3", "release/3.1"])
def test_a_site_has_branches_of_its_own(branch: str) -> None:
    text = f"{HEAD}<https://github.com/o/r/blob/{branch}/a.py>\n"
    assert find(text) == []
    assert f"follows the branch `{branch}`" in find(text, Policy(moving=("x", branch)))[0]
    assert find(text.replace("/a.py", ""), Policy(moving=(branch,))) == []
    assert find(text.replace("/a.py", "/"), Policy(moving=(branch,))) == []


@pytest.mark.parametrize(
    ("url", "step", "hint"),
    [
        (f"https://github.com/o/r/blob/{HASH}/a/./b.py", "/./", "take it out"),
        (f"https://github.com/o/r/blob/{HASH}/././b.py", "/./", "take it out"),
        (f"https://github.com/o/r/blob/{HASH}/a//b.py", "//", "write the path as the project has it"),
        (f"https://gitlab.com/o/r/-/blob/{HASH}/a/../b.py", "/../", "write the path as the project has it"),
    ],
)
def test_a_path_has_needless_steps(url: str, step: str, hint: str) -> None:
    for text in (f"{HEAD}[code]({url})\n", f"{HEAD}```python url={url}\na\n```\n"):
        [found] = find(text)
        assert found.startswith(f"6: O102 `{step}` in `{url}`")
        assert found.endswith(f"; {hint}")


@pytest.mark.parametrize("path", ["./a.py", "a/./b.py", "a//b.py", "../a.py"])
def test_a_recorded_path_has_needless_steps(path: str) -> None:
    [found] = find(f"{HEAD}```python path={path}\na\n```\n")
    assert found.startswith("6: O102 `/")
    assert f"in `{path}`" in found


@pytest.mark.parametrize(
    "text",
    [
        "[docs](https://example.org/a/./b//c)\n",
        f"[code](https://github.com/o/r/blob/{HASH}/a/b/#L1)\n",
        f"[code](https://github.com/o/r/blob/{HASH}/a...b/.c/..d?x=/./)\n",
        "```python path=src/.hidden/a..b.py url=https://example.org/src/a.py\na\n```\n",
        "```python url=https://web.archive.org/web/2020/https://github.com/o/r/blob/1.0/a.py\na\n```\n",
        "```python url=https://[bad/./a.py\na\n```\n",
        "```\nhttps://github.com/o/r/blob/master/./a.py\n```\n",
    ],
)
def test_other_paths_are_left_alone(text: str) -> None:
    assert find(HEAD + text) == []


@pytest.mark.parametrize(
    ("url", "mended"),
    [
        ("https://github.com/o/r/blob/master/a/./b.py#L1", "https://github.com/o/r/blob/master/a/b.py#L1"),
        ("https://github.com/o/r/blob/master/././b.py", "https://github.com/o/r/blob/master/b.py"),
        ("https://h.org/./", "https://h.org/"),
        ("a/./b.py", "a/b.py"),
        ("./a.py", "a.py"),
        ("./a/././b.py", "a/b.py"),
        ("https://h.org/a/b.py", None),
        ("https://h.org/a//b/../c.py", None),
        ("https://h.org?x=/./", None),
        ("https://h.org/a#/./", None),
        ("https://h.org/.a/b./c", None),
        ("https://./a", None),
        ("./", None),
        ("..", None),
        ("", None),
    ],
)
def test_an_address_is_mended(url: str, mended: str | None) -> None:
    assert mend_address(url) == mended


@given(
    st.lists(st.sampled_from(["/", ".", "..", "a", "//", "?", "#", "https://h.org", "\n"]), max_size=12).map("".join)
)
def test_a_mended_address_has_no_more_to_mend(url: str) -> None:
    mended = mend_address(url)
    if mended is not None:
        assert len(mended) < len(url)
        assert mend_address(mended) is None


BY_PROSE = """\
## Example 1 from Flask AppBuilder
[Flask-AppBuilder](https://github.com/dpgaspar/Flask-AppBuilder) is provided as open source{licence}.

```python
a
```

More of it:

```python
b
```
"""


def test_a_recorded_source_without_a_licence() -> None:
    text = f"{HEAD}```python project=r path=a.py\na\n```\n\n```python project=r licence=MIT\nb\n```\n"
    assert find(text) == ["6: O103 the licence of `r` is not named; add licence= to the fence line"]


def test_an_example_without_a_licence_is_a_note() -> None:
    text = HEAD + BY_PROSE.format(licence="")
    hint = "name it in the text of the section, with a link to it"
    assert find(text) == [f"9: O107 the licence of `Flask AppBuilder` is not named; {hint}"]
    assert [problem.severity for problem in apply_rules(RULES, know(text))] == ["note"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + BY_PROSE.format(licence=" under the [MIT license](https://github.com/a/b/blob/1.0/LICENSE)"),
        f"{HEAD}```python\na\n```\n",
        f"{HEAD}## Example 1 from r\n\nIt is under the [MIT license](/mit.html).\n\n```python project=r\na\n```\n",
        f"{HEAD}## An example\n\n```python path=a.py\na\n```\n",
        # Not about anything: a listing in an article or in a manual shows how something is done.
        "title: About us\nslug: a\nmeta: m\n\n" + BY_PROSE.format(licence=""),
        "title: About us\nslug: a\nmeta: m\n\n```python project=r\na\n```\n",
    ],
)
def test_a_licence_is_named_or_not_needed(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("GPL-3.0-only", "MIT"),
        ("MIT AND GPL-3.0-only", "MIT"),
        ("GPL-3.0-only OR AGPL-3.0-only", "MIT"),
        ("(MIT OR ISC) AND Zlib", "MIT ISC"),
        ("Apache-2.0", "MIT BSD-3-Clause"),
        ("GPL-2.0-only", "GPL-2.0-or-later"),
        ("LicenseRef-Own", "MIT"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "MIT"),
        ("Do What You Like", "MIT"),
        ("MIT MIT", "MIT"),
        ("MIT OR", "MIT"),
    ],
)
def test_a_licence_is_not_allowed(licence: str, allowed: str) -> None:
    text = f'{HEAD}```python project=r licence="{licence}"\na\n```\n'
    hint = "choose other code, or add the licence to the site's `licences`"
    assert find(text, Policy(licences=tuple(allowed.split()))) == [
        f"6: O104 the licence `{licence}` of `r` is not one this site allows; {hint}"
    ]


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("MIT", "mit"),
        ("MIT OR GPL-3.0-only", "MIT"),
        ("GPL-3.0-only or MIT", "MIT"),
        ("MIT AND BSD-3-Clause", "MIT BSD-3-Clause"),
        ("(MIT OR ISC) AND Zlib", "ISC Zlib"),
        ("GPL-2.0-or-later", "GPL-2.0-only"),
        ("GPL-2.0-only", "GPL-2.0"),
        ("GPL-2.0+", "GPL-2.0-only"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0"),
        ("LicenseRef-Own", "LicenseRef-Own"),
        ("Do-What-You-Like", "do-what-you-like"),
    ],
)
def test_a_licence_is_allowed(licence: str, allowed: str) -> None:
    text = f'{HEAD}```python project=r licence="{licence}"\na\n```\n'
    assert find(text, Policy(licences=tuple(allowed.split()))) == []


def test_words_for_a_licence_can_be_allowed() -> None:
    text = f'{HEAD}```python project=r licence="BSD license"\na\n```\n'
    assert find_codes(text, Policy(licences=("MIT",))) == ["O104"]
    assert find_codes(text, Policy(licences=("MIT", "bsd license"))) == []
    assert find_codes(text) == []


def test_an_exception_can_be_what_allows_a_licence() -> None:
    text = f'{HEAD}```python licence="GPL-2.0-only WITH Classpath-exception-2.0"\na\n```\n'
    assert find(text, Policy(licences=("GPL-2.0-only WITH Classpath-exception-2.0",))) == []
    assert "of `this code`" in find(text, Policy(licences=("GPL-2.0-only WITH GCC-exception-2.0",)))[0]


def test_the_licence_that_prose_names_counts() -> None:
    text = HEAD + BY_PROSE.format(licence=" under the [GNU GPL v3 license](https://github.com/a/b/blob/1.0/COPYING)")
    assert find_codes(text, Policy(licences=("MIT",))) == ["O104", "O104"]


ORIGINAL = "import f\n\n\ndef g():\n    f()\n\n\nf(1)\n"
RECORDED = """\
```python project=r path=r/a.py licence=MIT lines=1,4-5,8
import f

## ... source file abbreviated ...

def g():
~~    f()


## ... source file abbreviated ...

f(1)
```
"""


def test_lines_are_those_of_the_source() -> None:
    assert find(HEAD + RECORDED, originals={0: ORIGINAL}) == []


def test_the_first_line_that_differs_is_named() -> None:
    hint = "bring the listing up to date: `callsite refresh`"
    changed = ORIGINAL.replace("f()", "f(2)").replace("f(1)", "f(3)")
    assert find(HEAD + RECORDED, originals={0: changed}) == [
        f"12: O105 this is not what line 5 of `r/a.py` says; {hint}"
    ]
    shorter = ORIGINAL[: ORIGINAL.index("\n\nf(1)")]
    assert find(HEAD + RECORDED, originals={0: shorter}) == [f"17: O105 `r/a.py` has no line 8, but 5 lines; {hint}"]
    assert find(HEAD + RECORDED, originals={0: ""})[0].startswith("7: O105 `r/a.py` has no line 1, but 0 lines")


def test_each_listing_is_held_against_its_own_source() -> None:
    quoted = "".join(f"> {row}\n" for row in RECORDED.splitlines())
    text = f"{HEAD}```python\nx\n```\n\n{RECORDED}\n{quoted}"
    assert [line[:8] for line in find(text, originals={1: "a\n" * 8, 2: ORIGINAL + "\n"})] == ["11: O105"]
    assert [line[:8] for line in find(text, originals={1: ORIGINAL, 2: ORIGINAL.replace("f()", "h()")})] == ["30: O105"]


def test_spaces_at_the_end_of_a_line_count() -> None:
    assert find(HEAD + RECORDED, originals={0: ORIGINAL.replace("import f", "import f ")}) != []


@pytest.mark.parametrize("lines", ["", " lines=1,4-5", " lines=1-9"])
def test_without_fitting_numbers_nothing_is_compared(lines: str) -> None:
    text = HEAD + RECORDED.replace(" lines=1,4-5,8", lines)
    assert find(text, originals={0: "something else\n"}) == []


_LINK = "[ctx](https://github.com/pallets/flask/blob/{}/flask/ctx.py)"
_FENCE = "```python project=flask-security {}\na\n```\n"
SHOWN = {
    "O101": f"title: t\nslug: s\n\n{_LINK.format('main/src')}\n",
    "O102": f"title: t\nslug: s\n\n{_LINK.format('3.1.0/src/.')}\n\n\n\n\n```python path=src//flask/ctx.py\na\n```\n",
    "O103": f"{HEAD}\n\n\n{_FENCE.format('')}",
    "O104": f"{HEAD}\n\n\n{_FENCE.format('licence=GPL-3.0-only')}",
    "O105": f"{HEAD}\n\n\n{_FENCE.format('licence=MIT path=src/flask/ctx.py lines=29-31')}".replace("a\n", "a\nb\nc\n"),
    "O107": f"{HEAD}## Example 1 from Flask-Security\n\n\n```python\na\n```\n",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_are_what_is_printed(rule: Rule[PageFacts]) -> None:
    """Every example in the manual is the message of a page that breaks the rule."""
    sources: tuple[dict[int, str], ...] = ({},)
    if rule.code == "O105":
        sources = ({0: "a\n" * 29 + "b\nd\n"}, {0: "a\n" * 29 + "b\n"})
    printed = []
    for originals in sources:
        facts = know(SHOWN[rule.code], Policy(licences=("MIT",)), originals)
        printed += [str(problem) for problem in rule.apply(facts)]
    assert printed == list(rule.examples)


@given(texts(), st.sampled_from([Policy(), Policy(licences=("MIT",), moving=("", "a"))]))
def test_any_page_can_be_looked_at(text: str, policy: Policy) -> None:
    page, _ = parse_page(text, "a.md")
    originals = dict.fromkeys(range(len(page.listings)), text)
    rows = text.split("\n")
    for problem in apply_rules(RULES, gather_facts(page, text, PROSE, policy, originals)):
        assert 1 <= problem.at.line <= len(rows)
        assert "\n" not in problem.hint


def test_the_seed_has_one_link_with_a_needless_step(shared: Path) -> None:
    text = (shared / "seed" / "flask-ctx-after-this-request.md").read_text(encoding="utf-8")
    codes = find_codes(text)
    assert codes.count("O102") == 1
    assert set(codes) <= {"O101", "O102"}
