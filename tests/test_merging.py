"""Adding to a page that people wrote: their bytes all stay, what is new comes where it belongs, and only once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.harvest.choosing import Example, choose_examples
from callsite.harvest.drafting import OTHERS, TERMS, Subject, draft_page
from callsite.harvest.merging import add_examples, find_new
from callsite.harvest.ranking import Candidate
from callsite.model import Symbol
from callsite.names import Use
from callsite.page import format_page, parse_page
from callsite.text import normalise_ends
from tests.harvested import MIT, make_candidate, make_release
from tests.strategies import texts


def _candidate(number: int, project: str = "", path: str = "") -> Candidate:
    text = f"from lib import f\n\nv{number} = {number}\nw{number} = v{number} + {number}\nf(v{number}, {number})\n"
    return make_candidate(text, make_release(project or f"p{number}"), path or f"a{number}.py")


def _examples(*candidates: Candidate) -> tuple[Example, ...]:
    chosen = choose_examples(candidates, "f").examples
    assert len(chosen) == len(candidates)
    return chosen


def _draft(*candidates: Candidate, others: tuple[Candidate, ...] = ()) -> str:
    choice = replace(choose_examples(candidates, "f"), others=others)
    return format_page(draft_page(Subject(Symbol("lib", "f")), choice, "lib-f-examples", "500010010"))


def _headings(text: str) -> list[str]:
    return [row for row in text.split("\n") if row.startswith("#")]


_NEW = _examples(_candidate(8), _candidate(9))


@settings(max_examples=150)
@given(texts(("\n", "\r\n", "\r")), st.sampled_from(["", f"\n\n{TERMS}\n\na\n", f"\n{OTHERS}\r\n", "\n\n## My end\n"]))
@example("", "")
@example("\ufeff", "")
@example("\ufefftitle: x", "")
@example("title: x\r\n\r\nText", "")
@example("title: x\r\n\nText\n\n## Example 3\n\n```\na\n```\n\n\n", f"{TERMS}\n\nb\n## End")
@example("title: x\n\n- a\n\n  ```\n  b\n  ```", "")
@example(f"title: x\n\n{TERMS}\n\nmine\n\n## Example 1\n\n```\na\n```\n", "")
def test_an_authors_bytes_all_stay(text: str, end: str) -> None:
    text += end
    page, problems = parse_page(text)
    try:
        whole = add_examples(text, _NEW, "f")
    except CallsiteError:
        # Something in the page has no end, so that it would take in whatever comes.
        assert re.search("[`~<]", text)
        return
    assert _is_within(text, whole)
    again, _ = parse_page(whole)
    assert again.meta == page.meta
    if not any(problem.code == "L101" for problem in problems):
        # A listing that is never closed may take a blank line in.
        news = [one for one in again.listings if one.origin.path in ("a8.py", "a9.py")]
        assert [one for one in again.listings if one not in page.listings] == news
        assert len(news) == len(_NEW)
    assert find_new(again, _NEW) == ()
    assert normalise_ends(whole).count("**p8 1.0**") == 1
    ends = _find_ends(text)
    assert len(ends) != 1 or _find_ends(whole) == ends


def _find_ends(text: str) -> set[str]:
    return set(re.findall("\r\n|\r|\n", text))


def _is_within(text: str, whole: str) -> bool:
    """Whether one text is the other with something put in, in one or two places."""
    before = _count_same(text, whole)
    after = _count_same(text[::-1], whole[::-1])
    return text[before : max(len(text) - after, before)] in whole[before:]


def _count_same(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    pairs = zip(one, other, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def test_sections_go_behind_the_last_example() -> None:
    text = _draft(_candidate(1), others=(_candidate(2),))
    whole = add_examples(text, _NEW, "f")
    assert _headings(whole) == [
        "## Example 1 from p1",
        "## Example 2 from p8",
        "## Example 3 from p9",
        OTHERS,
        TERMS,
    ]
    before, _, after = text.partition(f"\n{OTHERS}\n")
    assert whole.startswith(before)
    assert f"```\n\n{OTHERS}\n{after.rstrip()}" in whole
    terms = whole.partition(TERMS)[2]
    assert [name in terms for name in ("**p1 1.0**", "**p8 1.0**", "**p9 1.0**")] == [True] * 3
    assert parse_page(whole)[1] == ()


def test_a_page_with_examples_added_is_as_if_they_had_been_there() -> None:
    one, two, three = _candidate(1), _candidate(2), _candidate(3)
    whole = add_examples(_draft(one), _examples(two, three), "f")
    assert re.sub(r"\n{2,}", "\n\n", whole) == re.sub(r"\n{2,}", "\n\n", _draft(one, two, three))


def test_numbers_go_on() -> None:
    text = "title: x\n\n# Words\n\n## Example 7 from a\n\n### Example 12\n\n## Example 3\n"
    assert _headings(add_examples(text, _NEW, "f"))[-3:-1] == ["## Example 13 from p8", "## Example 14 from p9"]
    text = "title: x\n\n## Exemplary 5\n\nExample 9\n\n    ## Example 6\n\n```\n## Example 8 from a\n```\n"
    assert "## Example 1 from p8" in _headings(add_examples(text, _NEW, "f"))


def test_an_authors_own_end_stays_the_end_or_not() -> None:
    text = f"title: x\n\n```\na\n```\n\n{TERMS}\n\nmine\n\n### More\n\nb\n\n## What next?\n\nc\n"
    whole = add_examples(text, _NEW, "f")
    assert _headings(whole) == ["## Example 1 from p8", "## Example 2 from p9", TERMS, "### More", "## What next?"]
    assert whole.endswith("</details>\n\n\n## What next?\n\nc\n")
    text = "title: x\n\n```\na\n```\n\n## What next?\n\nc"
    whole = add_examples(text, _NEW, "f")
    assert whole.startswith(f"{text}\n\n## Example 1 from p8\n")
    assert _headings(whole)[-1] == TERMS


def test_terms_above_the_examples_are_left_there() -> None:
    text = f"title: x\n\n{TERMS}\n\nmine\n\n## Example 1\n\n```\na\n```\n\nend\n"
    whole = add_examples(text, _NEW[:1], "f")
    assert _headings(whole) == [TERMS, "## Example 1", "## Example 2 from p8"]
    assert whole.index("**p8 1.0**") < whole.index("## Example 1\n")
    assert whole.index("\nend\n") < whole.index("## Example 2")


def test_terms_that_are_there_are_not_given_again() -> None:
    text = _draft(_candidate(1))
    whole = add_examples(text, _examples(_candidate(2, "P1", "b.py")), "f")
    assert whole.count("**p1 1.0**") + whole.count("**P1 1.0**") == 1
    # A project that is shown without its terms gets them with its next example.
    bare = text.partition(f"\n{TERMS}")[0]
    whole = add_examples(bare, _examples(_candidate(2, "p1", "b.py")), "f")
    assert whole.count("**p1 1.0**") == 1
    assert whole.count(TERMS) == 1


def test_lines_end_as_the_files_do() -> None:
    text = _draft(_candidate(1))
    whole = add_examples(text, _NEW, "f")
    assert add_examples(text.replace("\n", "\r\n"), _NEW, "f") == whole.replace("\n", "\r\n")
    assert add_examples("\ufeff" + text, _NEW, "f") == "\ufeff" + whole
    mixed = "title: x\r\n\na\n\n" + f"{OTHERS}\n\nb\n"
    assert add_examples(mixed, _NEW, "f").count(f"\n\n{OTHERS}\n\nb\n") == 1
    crlf = replace(MIT, text="one\r\n\r\ntwo\r\n")
    release = replace(_candidate(5).release, licence=crlf)
    added = add_examples("title: x\n", _examples(replace(_candidate(5), release=release)), "f")
    assert "\r" not in added


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: x\n\n```\na\n", 4),
        ("title: x\n\n<!-- to do\n\nb\n\n", 5),
        ("title: x\n\n<pre>\na", 4),
        ("title: x\n\n~~~\n```\n", 4),
        (f"title: x\n\n<!--\n{OTHERS}\n-->\n", 3),
        (f"title: x\n\n<!--\n{TERMS}\n\na\n", 3),
    ],
)
def test_a_page_that_breaks_off_is_refused(text: str, line: int) -> None:
    with pytest.raises(CallsiteError, match=rf"^a\.md:{line}: what is above has no end"):
        add_examples(text, _NEW, "f", "a.md")


def test_nothing_to_add_changes_nothing() -> None:
    for text in ("", "\ufeff", "title: x", "title: x\r\n\r\n\r\n", _draft(_candidate(1))):
        assert add_examples(text, (), "f") == text


def test_what_a_page_has_is_not_new() -> None:
    page, _ = parse_page(_draft(_candidate(1), _candidate(2)))
    assert find_new(page, _examples(_candidate(1), _candidate(2))) == ()
    # The same file of another version, and the same code in another place.
    later = replace(_candidate(3, "P1"), path="a1.py")
    assert find_new(page, _examples(later)) == ()
    assert find_new(page, _examples(_candidate(2, "other", "b.py"))) == ()


def test_what_a_page_does_not_have_is_new() -> None:
    page, _ = parse_page(_draft(_candidate(1)))
    assert find_new(page, _NEW) == _NEW
    (same_name,) = _examples(_candidate(4, "other", "a1.py"))
    assert find_new(page, [same_name]) == (same_name,)
    assert find_new(parse_page("")[0], _NEW) == _NEW


def test_an_excerpt_of_what_is_shown_by_hand_is_not_new() -> None:
    code = _candidate(8).text
    text = (
        f"title: x\n\n```python\n# a8.py\nimport os\n\n\n{code}\n\ndef more():\n    return os\n"
        + "x = 1\n" * 9
        + "```\n"
    )
    page, _ = parse_page(text)
    assert find_new(page, _NEW) == _NEW[1:]


def test_a_file_of_other_terms_brings_them_along() -> None:
    page = _draft(_candidate(1, "demo", "a.py"))
    own = _candidate(2, "demo", "b.py")
    spdx = b"# Copyright 2020 Bob\n# SPDX-License-Identifier: Apache-2.0\n"
    other = replace(own, data=spdx + own.data, uses=tuple(_lower(use) for use in own.uses))
    whole = add_examples(page, _examples(other), "f")
    assert whole.count("**demo 1.0**") == 2
    assert "Copyright 2020 Bob" in whole.partition(TERMS)[2]


def _lower(use: Use) -> Use:
    return replace(use, first=use.first + 2, last=use.last + 2, line=use.line + 2)
