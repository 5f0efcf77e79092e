"""Laws of scanning: whatever a lexer's rules are and whatever the text, its scanner gives its tokens."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pygments.lexer
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pygments.lexer import RegexLexer, default, include, this, words
from pygments.token import Comment, Name, Number, Operator, Text

from callsite.scanning import tables
from callsite.scanning.beginnings import END, find_beginnings, find_bit
from callsite.scanning.runs import find_behind
from callsite.scanning.words import find_words, match_word, takes_words
from tests.scanned import LANGUAGES, PIECES, SPACES, assert_same, make_lexer

bygroups: Any = pygments.lexer.bygroups  # they have no types
using: Any = pygments.lexer.using

_ALPHABET = "abkKsS_19 -.\n\t(é\u212a\u017f\x1c名"

# What takes a character or more, what takes none, and what can be made of them. `@` becomes a number, each time another.
_ATOMS = r"""
. \w \W \d \D \s \S [ab] [^a] [^k] [a-s] [^\W\d] [\s\S] [K-_] [^\S\n] [^K] [Ā-⿿] [k1é] (?P<g@>a|1)(?P=g@) $\n $\s
(?P<g@>a)?(?(g@)b|k) (?P<g@>a)?(?(g@)b)[-.]
""".replace("K]", "\u212a]").split()
_MARKS = r"^ $ \A \Z \b \B (?=a) (?!a) (?<=a) (?<!a) (?=\Z|a) (?!)".split()  # noqa: SIM905  # as above
_SHAPES = """
({}) (?:{}|{}) (?:{}|b?) (?:{}|) (?i:{}) (?s:{}) (?a:{}) (?u:{}) (?m:^{}) (?={}) (?!{}) (?:{})+ (?:{})* (?:{})*? (?:{})??
(?:{}){{2}} (?:{}){{0,2}} (?>{}) (?:{})*+ (?:{})++ {}{}
""".split()  # noqa: SIM905  # a list of strings in quotes would be harder to read

_atoms = st.sampled_from([*map(re.escape, _ALPHABET), *_ATOMS])
_marks = st.sampled_from(_MARKS)
_shapes = st.sampled_from(_SHAPES)
_moves = st.sampled_from(["#pop", "#push", "#pop:2", "one", "two", ("one", "two"), ("#pop", "two"), ("one", "#push")])

texts = st.text(_ALPHABET, max_size=12)
pieces = st.lists(st.sampled_from([*PIECES, *SPACES]) | st.characters(codec="utf-8"), max_size=60).map("".join)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A regular expression of any shape."""
    numbers = count()

    def make(depth: int) -> str:
        if depth and draw(st.booleans()):
            shape = draw(_shapes)
            return "(?:" + shape.format(*(make(depth - 1) for _ in range(shape.count("{}")))) + ")"
        atom = draw(_atoms).replace("@", str(next(numbers)))
        return draw(_marks) + atom if draw(st.integers(0, 3)) == 0 else atom

    flags = draw(st.sampled_from(["", "", "", "(?i)", "(?s)", "(?x)", "(?a)"]))
    pattern = flags + "".join(make(2) for _ in range(draw(st.integers(1, 3))))
    try:
        re.compile(pattern)
    except re.error:
        assume(False)
    return pattern


@st.composite
def rules(draw: st.DrawFn, state: str) -> Any:
    """A rule that takes some text: where one does not, Pygments could stay for ever."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        choices = draw(st.lists(texts.filter(bool), min_size=1, max_size=5))
        return words(tuple(choices), suffix=draw(st.sampled_from(["", r"\b"]))), Name
    pattern = draw(patterns())
    if find_beginnings(re.compile(pattern)).empty:
        pattern += "[ab\\n]"
    groups = re.compile(pattern).groups
    action: Any = draw(st.sampled_from([Text, Comment, Operator]))
    if groups and kind < 6:
        parts = [Name, Number, None]
        if state == "root":
            parts.append(using(this, state="two"))  # where no rule reads on by itself
        action = bygroups(*(draw(st.sampled_from(parts)) for _ in range(groups)))
    return (pattern, action, draw(_moves)) if kind % 2 else (pattern, action)


@st.composite
def lexers(draw: st.DrawFn) -> RegexLexer:
    """A lexer with any rules, in several states."""
    states = {name: draw(st.lists(rules(name), max_size=5)) for name in ("root", "one", "two")}
    if draw(st.booleans()):
        states["two"].insert(0, include("one"))
        states["root"].append(default("one"))
    flags = draw(st.sampled_from([re.MULTILINE, 0, re.IGNORECASE, re.DOTALL, re.ASCII, re.IGNORECASE | re.ASCII]))
    lexer: RegexLexer = type("Made", (RegexLexer,), {"name": "Made", "tokens": states, "flags": flags})()
    return lexer


@settings(max_examples=300)
@given(patterns(), st.lists(texts, min_size=1, max_size=5))
def test_what_a_pattern_can_begin_with(pattern: str, examples: list[str]) -> None:
    compiled = re.compile(pattern)
    beginnings = find_beginnings(compiled)
    for text in examples:
        for position in range(len(text) + 1):
            bit = find_bit(text[position : position + 1])
            found = compiled.match(text, position)
            if found is None:
                assert not beginnings.certain & bit
            else:
                assert beginnings.possible & bit
                assert beginnings.empty or found[0]
                assert not beginnings.single & bit or len(found[0]) == 1
    assert not beginnings.certain & ~beginnings.possible
    assert not beginnings.single & ~beginnings.certain
    assert not beginnings.single & END


@settings(max_examples=300)
@given(patterns(), st.lists(texts, min_size=1, max_size=5))
def test_which_words_a_pattern_can_match_at(pattern: str, examples: list[str]) -> None:
    compiled = re.compile(pattern)
    known = find_words(compiled)
    takes = takes_words(compiled) and find_beginnings(compiled)
    for text in examples:
        for start in re.finditer(r"(?a:(?<!\w)(?=[^\W\d]))", text):
            word = match_word(text, start.start())
            found = compiled.match(text, start.start())
            assert not (word and found) or known is None or word[0] in known
            if word and takes and takes.certain & find_bit(word[0][0]):
                assert found
                assert found[0] == word[0]


@settings(max_examples=300)
@given(patterns(), st.sampled_from(_ALPHABET[:-4]), st.integers(1, 3), st.lists(texts, min_size=1, max_size=5))
def test_what_can_come_behind_a_run_of_a_character(pattern: str, char: str, length: int, examples: list[str]) -> None:
    compiled = re.compile(pattern)
    behind = find_behind(compiled, find_bit(char))
    for text in examples:
        for before in ("", "\n", "a"):
            rest = text.lstrip(char)
            if compiled.match(before + length * char + rest, len(before)):
                assert behind & find_bit(rest[:1])


@given(st.data(), st.sampled_from([0, 0.02, 1000]))
def test_any_lexer_and_any_text(data: st.DataObject, wait: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "WAIT", wait)
        lexer = data.draw(lexers())
        assert_same(lexer, *data.draw(st.lists(texts, min_size=1, max_size=4)))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30)
@given(text=pieces)
def test_known_lexers_and_any_text(language: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "WAIT", 0)
        assert_same(make_lexer(language), text)
