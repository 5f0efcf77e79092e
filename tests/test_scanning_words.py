"""Which words a pattern can match at, and that scanners which ask it at no others give the same tokens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Keyword, Name, Operator, String, Text

from callsite.scanning import tables
from callsite.scanning.beginnings import ANYTHING, find_bit
from callsite.scanning.runs import find_behind
from callsite.scanning.words import find_words, match_word, takes_words
from tests.scanned import assert_same

make_groups: Any = bygroups  # it has no types


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(if|else|elif)\b", "if else elif"),
        (r"(?:in|is)(?:\b)", "in is"),
        (r"(def)((?:\s|\\\s)+)", "def"),
        (r"(?i)(r|br)(\")", "r R br bR Br BR"),
        (r"^(\s*)([rb]{,2})(\"\"\")", "r b rr rb br bb"),
        (r"(?<!\.)(print|self)\b(?=\()", "print self"),
        (r"[ab]c?!", "a ac b bc"),
        (r"x{2,3}$\b", "xx xxx"),
        (r"(?>a|b)-", None),
        (r"yield(?: from)?\b", "yield"),
        (r"[-+]x", ""),
        (r"\.|\bno\b|#", "no"),
        (r"(^ *)(match|case)\b(?! *=)", "match case"),
        (r"\w+", None),
        (r"[a-z]*\b", None),
        (r"\b_+\b", None),
        (r"(?:_)*x\b", None),
        (r"x{2,101}!", None),
        (r"(?:x*y*)*!", None),
        (r"(?:[a-z][a-z]){1,9}!", None),
        (r"[a-z][a-z][a-z]!", None),
        (r"if", None),
        (r"", None),
        (r"(?:)*x!", "x"),
        (r"(a)\1!", None),
        (r"(?:(a)\1|b)!", None),
        (r"(?:(a)\1){2}!", None),
    ],
)
def test_words_that_a_pattern_can_match_at(pattern: str, expected: str | None) -> None:
    found = find_words(re.compile(pattern, re.MULTILINE))
    assert (found and found - {""}) == (expected if expected is None else frozenset(expected.split()))


@pytest.mark.parametrize(
    ("pattern", "flags", "expected"),
    [
        (r"[^\W\d]\w*", 0, True),
        (r"[a-z_][a-z0-9_]*", 0, False),
        (r"[a-z_][a-z0-9_]*", re.IGNORECASE, True),
        (r"[a-zA-Z_][\w.]*", 0, False),
        (r"[a-zA-Z_]\w+", 0, False),
        (r"[a-zA-Z_]\w{,9}", 0, False),
        (r"[a-zA-Z_]\w*?", 0, False),
        (r"[a-zA-Z_](?:\w\w)*", 0, False),
        (r"[a-zA-Z_](?:\Z)*", 0, False),
        (r"\b\w*", 0, False),
        (r"\w*", 0, False),
    ],
)
def test_patterns_that_match_just_whole_words(pattern: str, flags: int, expected: bool) -> None:
    assert takes_words(re.compile(pattern, flags)) is expected


def test_words_end_before_characters_of_ascii_alone() -> None:
    assert [found and found[0] for found in (match_word(text, 0) for text in ("ab1_.", "ab", "abé", "1", ""))] == [
        "ab1_",
        "ab",
        None,
        None,
        None,
    ]


def _make(*rules: Any) -> RegexLexer:
    lexer: RegexLexer = type("Made", (RegexLexer,), {"tokens": {"root": [*rules, (r"[^\W\d]\w*", Name)]}})()
    return lexer


def test_words_that_no_other_rule_can_match_at_are_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)
    monkeypatch.setattr(tables, "MOST_WORDS", 2)
    lexer = _make(
        (words(("if", "in"), suffix=r"\b"), Keyword),
        (r"(i)(\")", make_groups(String.Affix, String)),
        (r"(?<!\.)(id)\b", Name.Builtin),
        (r"[.\"=]", Operator),
        (r"\s+", Text),
    )
    assert_same(lexer, 'if iff in i i" i. id .id ié inn int into inner x if\n', "i", "iff", "ié", "inné int")
    table = tables.find_tables(lexer)
    assert table is not None
    known = table["root"]["i"][1]
    assert isinstance(known, tables.Words)
    assert {word for word in known if known[word] is None} == {"if", "in", "i", "id"}
    assert len(known) == 6


def test_rules_for_beginnings_of_lines_are_not_asked_inside_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)
    lexer = _make((r"^( +)(#.*)", make_groups(Text, Keyword)), (r"\A +!", Operator), (r"[^\S\n]+", Text), (r"\n", Text))
    assert_same(lexer, "a  b\n  # c\n  d # e\n", "  # a", "  !", " a !", "a  # b", " ")


@pytest.mark.parametrize(
    ("pattern", "char", "expected"),
    [
        (r"(?m)^(\s*)([rb]{,2})(\"\"\")", " ", 'rb"\t\n\r\f\v\x1c\x1d\x1e\x1f'),
        (r"(^[ \t]*)(match|case)\b(?! *=)", " ", "\tmc"),
        (r"\d+\.\d*|(?:\d+)?\.\d+", ".", "0123456789"),
        (r"!=|==|:=", ":", "!="),
        (r"(?>:)+x", ":", "x"),
        (r":$\n?x", ":", "\n"),
        (r"\n$\n?x", "\n", "x"),
        (r":*", ":", None),
        (r"(:)\1x", ":", None),
    ],
)
def test_what_can_come_behind_a_run(pattern: str, char: str, expected: str | None) -> None:
    found = find_behind(re.compile(pattern), find_bit(char))
    assert (found == ANYTHING) is (expected is None)
    assert expected is None or {chr(code) for code in range(128) if found & 1 << code} == set(expected)


def test_rules_are_not_asked_where_what_comes_behind_a_run_tells_that_none_can_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)
    lexer = _make(
        (r"(^ *)(match)\b", make_groups(Text, Keyword)),
        (r":=|=", Operator),
        (r"[:;]", String),
        (r"-->?|x*-[a-z0-9._!?#/\\ \n\t\r\f\v%&+<>()\[\]{}'A-Z]", Operator),
        (r"[^\S\n]+", Text),
        (r"-", Name.Minus),
        (r"\n", Text),
    )
    assert_same(lexer, "a:b := c::=d :", "  match x\n  map\n  x\n \u2028match\n ", " é", "-", "--", "-->a -b->-;-:-")
    table = tables.find_tables(lexer)
    assert table is not None
    asked = {char: table["root"][char][1] is None for char in " :-"}
    assert asked == {" ": False, ":": False, "-": True}


def test_long_texts_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)
    long = "x" * (tables.LONGEST_WORD + 1)
    lexer = _make((words(("xy",), suffix=r"\b"), Keyword), (r"\s", Text))
    assert_same(lexer, f"xy {long} {long[1:]}")
    table = tables.find_tables(lexer)
    assert table is not None
    known = table["root"]["x"][1]
    assert isinstance(known, tables.Words)
    assert set(known) == {"xy", long[1:]}


def test_a_pattern_that_ends_in_a_comment_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)

    rules = [(r"^([ ]+)(\#.*)", make_groups(Text, Keyword)), (r"[^\S\n]+ # no end", Text), (r"\n", Text)]
    lexer: RegexLexer = type("Wordy", (RegexLexer,), {"flags": re.M | re.X, "tokens": {"root": rules}})()
    assert_same(lexer, "a  b\n  # c\n  d # e\n", "  # a", " a !", " ")
