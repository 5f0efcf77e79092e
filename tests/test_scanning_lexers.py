"""Lexers over lexers: such as change the tokens of their rules, and such as hand parts of a text to two others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pygments.lexer
import pytest
from pygments.lexer import DelegatingLexer, ExtendedRegexLexer, Lexer, RegexLexer, this
from pygments.token import Keyword, Name, Number, Other, Punctuation, Text, _TokenType

from callsite.scanning import find_scanner, tables
from callsite.scanning.placing import Reader
from callsite.scanning.tables import find_tables
from tests.scanned import assert_same, lex, make_lexer

bygroups: Any = pygments.lexer.bygroups  # they have no types
using: Any = pygments.lexer.using

Placed = Iterator[tuple[int, _TokenType, str]]

C = """#include <stdio.h>
/* size */ static size_t f(const uint32_t *x, FILE *out) {
#if 0
    return;
#endif
    case 'a': return x->y ? sizeof(int) : 0x1FL; }
"""


@pytest.fixture(params=[0, 1000], autouse=True)
def _wait(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", request.param)


def _as_pygments(function: Callable[..., Placed]) -> Callable[..., Placed]:
    """A method as if it stood in one of Pygments' own modules."""
    function.__module__ = "pygments.lexers.made"
    return function


class Words(RegexLexer):
    """Words and numbers in braces, read by itself; every `x` is a keyword in the end."""

    name = "Words"
    tokens: ClassVar[dict[str, Any]] = {
        "root": [
            (r"\{\w*\}", using(this, state="in")),
            (r"(\w+)( )", bygroups(Name, Text)),
            (r"\w+", Name),
            (r" ", Text),
        ],
        "in": [(r"\d", Number), (r"[{}]", Punctuation), (r"\w", Name)],
    }

    @_as_pygments
    def get_tokens_unprocessed(self, text: str, stack: Any = ("root",)) -> Placed:
        for index, kind, value in RegexLexer.get_tokens_unprocessed(self, text, stack):
            yield index, Keyword if value == "x" else kind, value


class MoreWords(Words):
    @_as_pygments
    def get_tokens_unprocessed(self, text: str, stack: Any = ("root",), *, shift: int = 0) -> Placed:
        for index, kind, value in Words.get_tokens_unprocessed(self, text, stack):
            yield index + shift, Number if value == "y" else kind, value


@pytest.mark.parametrize("language", ["c", "cpp", "arduino", "php", "lua", "swift", "numpy", "xslt"])
def test_lexers_that_change_tokens_have_scanners(language: str) -> None:
    assert_same(
        make_lexer(language), C, "<?php echo strlen('a') ?>", "local x = string.format('a')", "import numpy; np.array"
    )


def test_changes_hold_where_a_lexer_reads_a_part_by_itself() -> None:
    for lexer in (Words(), MoreWords()):
        assert_same(lexer, "x {x1y} y", "{x}!", "ab x 12 {é}")
    scanner = find_scanner(MoreWords())
    assert scanner is not None
    assert scanner.scan("{xy}") == [(Punctuation, "{"), (Keyword, "x"), (Number, "y"), (Punctuation, "}")]


def test_the_rules_are_read_by_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    lexer = make_lexer("c")
    expected = lex(lexer, C)
    monkeypatch.setattr("callsite.scanning.placing._read_by_rules", None)
    scanner = find_scanner(lexer)
    assert scanner is not None
    assert scanner.scan(C) == expected


@pytest.mark.parametrize(
    "rule",
    [
        (r"(\w)-(\w)", bygroups(Name, Number)),
        (r"(\w)-", bygroups(Name)),
        (r"((\w)-)(\w)", bygroups(Name, Number, Name)),
        (r"(\w)-(\w)", bygroups(None, Number)),
        (r"\w-\w", using(type("Inner", (RegexLexer,), {"tokens": {"root": [(r"(\w)-(\w)", bygroups(Name, Number))]}}))),
        (
            r"\w-\w",
            using(type("Some", (Lexer,), {"get_tokens_unprocessed": lambda _, text: iter([(1, Name, text[1:])])})),
        ),
        (
            r"\w-\w",
            using(type("Less", (Lexer,), {"get_tokens_unprocessed": lambda _, text: iter([(0, Name, text[:1])])})),
        ),
        (r"\w-\w", using(type("All", (Lexer,), {"get_tokens_unprocessed": lambda _, text: iter([(0, Name, text)])}))),
        (r"\w-\w", using(type("Late", (Lexer,), {"get_tokens_unprocessed": lambda _, text: iter([(1, Name, text)])}))),
    ],
)
def test_tokens_keep_their_places_where_they_are_not_all_of_the_text(rule: tuple[str, Any]) -> None:
    class Placing(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [rule, (r"\s", Text)]}

        @_as_pygments
        def get_tokens_unprocessed(self, text: str) -> Placed:
            for index, kind, value in RegexLexer.get_tokens_unprocessed(self, text):
                yield index, kind, f"{index}:{value}"

    assert_same(Placing(), "a-b c-d\ne", " ")


def test_a_reader_of_one_lexer_leaves_another_to_its_rules() -> None:
    class One(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}

    class Two(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r"..", Name)]}

    one = One()
    tables_of_one = find_tables(one)
    assert tables_of_one is not None
    reader = Reader(one, tables_of_one)
    assert list(reader.read(one, "ab")) == [(0, Text, "a"), (1, Text, "b")]
    assert list(reader.read(Two(), "ab")) == [(0, Name, "ab")]


def _keeps(self: Any, text: str) -> Placed:
    for item in RegexLexer.get_tokens_unprocessed(self, text):
        self.last = item
        yield item


def _keeps_inside(self: Any, text: str) -> Placed:
    def keep(item: tuple[int, _TokenType, str]) -> tuple[int, _TokenType, str]:
        self.last = item
        return item

    return map(keep, RegexLexer.get_tokens_unprocessed(self, text))


def _asks_what_it_is(self: Any, text: str) -> Placed:
    assert isinstance(self, RegexLexer)
    return RegexLexer.get_tokens_unprocessed(self, text)


def _asks_one_that_keeps(self: Any, text: str) -> Placed:
    return Keeping.get_tokens_unprocessed(self, text)


def _asks_nobody(self: Any, text: str) -> Placed:
    yield 0, Text, text


def _maps(self: Any, text: str) -> Placed:
    return ((index, Name, value) for index, _, value in RegexLexer.get_tokens_unprocessed(self, text))


class Keeping(RegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}
    get_tokens_unprocessed = _as_pygments(_keeps)


@pytest.mark.parametrize("function", [_keeps, _keeps_inside, _asks_what_it_is, _asks_one_that_keeps, _asks_nobody, len])
def test_a_method_that_may_do_more_than_change_tokens_is_left_alone(function: Any) -> None:
    if function is not len:
        _as_pygments(function)
    lexer = type("Made", (RegexLexer,), {"tokens": Keeping.tokens, "get_tokens_unprocessed": function})()
    assert find_scanner(lexer) is None


def test_a_method_with_functions_of_its_own_may_change_tokens() -> None:
    assert_same(
        type("Made", (RegexLexer,), {"tokens": Keeping.tokens, "get_tokens_unprocessed": _as_pygments(_maps)})(), "ab"
    )


def test_a_method_from_elsewhere_is_left_alone() -> None:
    class Elsewhere(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}

        def get_tokens_unprocessed(self, text: str, stack: Any = ("root",)) -> Placed:
            return RegexLexer.get_tokens_unprocessed(self, text, stack)

    assert find_scanner(Elsewhere()) is None


def test_rules_with_functions_are_not_read_ahead() -> None:
    def act(lexer: Any, match: Any, ctx: Any = None) -> Placed:
        yield match.start(), Name, match.group()

    class Acting(Words):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", act)]}

    assert find_scanner(Acting()) is None


class Template(RegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r"\[[^\]]*\]", Keyword), (r"[^\[]+", Other), (r"\[", Other)]}


class Extended(ExtendedRegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r"\[", Keyword), (r"[^\[]+", Other)]}


@pytest.mark.parametrize("language", ["html+php", "rhtml", "html+django", "js+django", "css+mako", "html+twig"])
def test_template_languages_have_scanners(language: str) -> None:
    text = "<p>{% if x %}<?php echo $a ?></p><% if %><b {{ y|z }} class='${q}'>\n{# c #}</b> a { color: <?= 1 ?> } "
    assert_same(make_lexer(language), text, "<?php", "a", "{{ }}")


@pytest.mark.parametrize(("root", "language"), [(Words, Template), (Words, Extended), (Extended, Template)])
def test_parts_go_to_two_lexers(root: type[Lexer], language: type[Lexer]) -> None:
    assert_same(DelegatingLexer(root, language), "ab [x]x {x1}", "[a]", "x[b]", "{x[c]1}", "a[b")


def test_two_that_no_scanner_knows_are_left_alone() -> None:
    assert find_scanner(DelegatingLexer(Extended, Extended)) is None


def test_a_delegating_lexer_with_a_method_of_its_own_is_left_alone() -> None:
    class Own(DelegatingLexer):
        def get_tokens_unprocessed(self, text: str) -> Placed:
            yield 0, Text, text

    assert find_scanner(Own(Words, Template)) is None
