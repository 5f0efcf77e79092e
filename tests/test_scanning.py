"""Scanners give what Pygments gives, for every kind of rule that a lexer can have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

import pygments.lexer
import pytest
from pygments.lexer import (
    DelegatingLexer,
    ExtendedRegexLexer,
    Lexer,
    LexerContext,
    ProfilingRegexLexer,
    RegexLexer,
    combined,
    default,
    include,
    inherit,
    this,
    words,
)
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Token, _TokenType

from callsite.scanning import find_scanner, tables
from tests.scanned import LANGUAGES, OTHERS, PIECES, assert_same, lex, make_lexer

bygroups: Any = pygments.lexer.bygroups  # they have no types
using: Any = pygments.lexer.using


@pytest.fixture(params=[0, 0.05, 1000], autouse=True)
def _wait(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables at once, after some tokens, and not at all for texts as short as these."""
    monkeypatch.setattr(tables, "WAIT", request.param)


def _make(states: dict[str, Any], flags: int = re.MULTILINE, base: type[Lexer] = RegexLexer) -> Lexer:
    lexer: Lexer = type("Made", (base,), {"name": "Made", "tokens": states, "flags": flags})()
    return lexer


def test_first_rule_that_matches_has_the_text() -> None:
    lexer = _make(
        {"root": [(r"if\b", Keyword), (r"\w+", Name), (r"\w+!", Token), (r"[-+]|->", Operator), (r"\s+", Text)]}
    )
    assert_same(lexer, "if iffy x1 -> + é if\n", "if", "é")
    scanner = find_scanner(lexer)
    assert scanner is not None
    assert scanner.scan("if x-") == [(Keyword, "if"), (Text, " "), (Name, "x"), (Operator, "-")]


def test_text_that_no_rule_matches_is_an_error_and_its_line_end_goes_back_to_the_root() -> None:
    rules = {
        "root": [(r"<", Punctuation, "tag"), (r"\+", Text, "#push"), (r"[a-z]+", Name)],
        "tag": [(r"[a-z]+", Name.Tag)],
    }
    lexer = _make(rules)
    assert_same(lexer, "a<b", "a<b!\nc", "<a\n+a", "<\n\n<é€\U0001f600\na", "?", "\n")


def test_states_are_pushed_popped_and_never_run_out() -> None:
    lexer = _make(
        {
            "root": [(r"\(", Punctuation, "in"), (r"\[", Operator, ("in", "deep", "#push", "#pop")), (r"\w", Name)],
            "in": [(r"\(", Punctuation, "#push"), (r"\)", Punctuation, "#pop"), (r"\w", Name.Attribute)],
            "deep": [
                (r"\)", Punctuation, "#pop:2"),
                (r"\]", Operator, "#pop:9"),
                (r"!", Operator, ("#pop", "#pop", "#pop", "#pop", "in")),
                (r"\w", Name.Tag),
            ],
        }
    )
    assert_same(lexer, "a(b(c)d)e)f", "[a)b)c)d", "[[a]b", "[a]b", "[a!b)c", "(((()))))))", "[(]", "]")


def test_rules_without_text_change_the_state() -> None:
    lexer = _make(
        {
            "root": [(r"=", Operator, "value"), (r"\w+", Name), (r"\n", Text)],
            "value": [(r"\d+", Number, "#pop"), (r"(?=;)", Token.Nothing, "end"), default("#pop")],
            "end": [(r";", Punctuation, "#pop:2"), default(("#pop", "root"))],
        }
    )
    assert_same(lexer, "a=1", "a=b", "a=;b=\n", "a=", "=;")


def test_rules_match_behind_the_last_character() -> None:
    lexer = _make(
        {
            "root": [
                (r"$\n", Text.Line),
                (r"\w+$", Name.Last),
                (r"\w", Name),
                (r"\s", Text),
                (r"\Z", Token.End, "end"),
            ],
            "end": [],
        }
    )
    assert_same(lexer, "a b", "a\n", "a \n\n")


def test_groups_have_their_own_types() -> None:
    lexer = _make(
        {
            "root": [
                (r"(\w+)(\s*)(=)(\s*)(?:(\d+)|(\w+))?", bygroups(Name, Text, Operator, None, Number, String)),
                (r"(?P<open><)(?P<name>\w+)(>)", bygroups(Punctuation, Name.Tag, Punctuation), "tag"),
                (r"[\s\w]", Text),
            ],
            "tag": [(r"()()", bygroups(Text, Text), "#pop")],
        }
    )
    assert_same(lexer, "a = 1 b=c d= e", "<p> <q>x", "<p")


def test_a_group_that_is_not_there_raises_as_it_does_there() -> None:
    lexer = _make({"root": [(r"(a)", bygroups(Name, Text))]})
    scanner = find_scanner(lexer)
    assert scanner is not None
    with pytest.raises(IndexError):
        scanner.scan("a")
    with pytest.raises(IndexError):
        lex(lexer, "a")


def test_words_includes_combined_and_inherited_states() -> None:
    class Parent(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {
            "root": [include("space"), (words(("do", "done", "if"), suffix=r"\b"), Keyword), (r"\w+", Name), (r'"', String, combined("escape", "string"))],
            "space": [(r"\s+", Text)],
            "escape": [(r"\\.", String.Escape)],
            "string": [(r'"', String, "#pop"), (r'[^"\\]+', String)],
        }  # fmt: skip

    class Child(Parent):
        tokens: ClassVar[dict[str, Any]] = {
            "root": [(r"#.*", Comment), inherit, (r".", Punctuation)],
            "space": [(r" ", Text.One), inherit],
        }

    text = 'do done doing if "a\\"b" # "c\n x;\t"'
    assert_same(Parent(), text)
    assert_same(Child(), text)
    assert lex(Parent(), text) != lex(Child(), text)


def test_flags_hold_where_they_are_set() -> None:
    rules = [
        (r"(?i)select\b", Keyword),
        (r"(?i:from)x", Keyword.Type),
        (r"(?s)/\*.*?\*/", Comment),
        (r"(?x) \d+ [.] \d+ # a number", Number.Float),
        (r"(?i)[k-s]+\d", Name.Range),
        (r"(?i)[^a-f\s]+!", Name.Not),
        (r"(?i)é", Name.Accent),
        (r"(?i)[\u212a]", Name.Kelvin),
        (r"(?i)(?-i:z)y", Name.Cased),
        (r"(?a)\w(?u:\w)=", Name.Unicode),
        (r"(?a)(?u:\s)=", Name.Space),
        (r"(?a:\w)=", Name.Ascii),
        (r"[^\w\s]", Punctuation),
        (r"^\w", Name.First),
        (r".", Text),
    ]
    texts = (
        "select SELECT SeLeCt sELECTs fromx FROMx fromX",
        "/* a\n b */ /* c",
        "1.5 1 . 5",
        "kK1 \u212a1 \u017f2 sS2 aA3 S\u212a\u017f9",
        "gG! aG! é! \u212a!",
        "é É k K \u212a zy ZY zY Zy",
        "a= é= aé= éa= _= \u212a= \x1c= \u2028=",
        "a\nb\n\nc",
        "\x1c\x1d\x85\u2028 \u00a0",
    )
    assert_same(_make({"root": rules}), *texts)
    assert_same(_make({"root": rules}, re.IGNORECASE), *texts)
    assert_same(_make({"root": rules}, re.DOTALL | re.MULTILINE), *texts)
    assert_same(_make({"root": rules}, re.ASCII), *texts)
    assert_same(_make({"root": [(r"\w + [ ] # word", Name), (r"[ ]", Text)]}, re.VERBOSE), "ab cd  ef")


def test_case_goes_beyond_ascii() -> None:
    assert_same(_make({"root": [(r"(?i)[^\u212a]", Name), (r"k", Keyword)]}), "akKb\u212a")
    assert_same(_make({"root": [(r"(?i)\u017f", Name), (r"s", Keyword), (r"\w", Text)]}), "asSb\u017f")


def test_back_references_conditions_and_looks_around() -> None:
    lexer = _make(
        {
            "root": [
                (r"(['\"])(?:(?!\1).)*\1", String),
                (r"(?P<mark>[*_])(\w+)(?P=mark)", bygroups(Operator, Name)),
                (r"(<)?\w+(?(1)>|;)", Name.Tag),
                (r"(?<=\w)\.(?=\w)", Operator),
                (r"(?<!\w)\.", Punctuation),
                (r"(?!\d)\w+", Name),
                (r"(?:(?=ab)a|[0-9])", Number),
                (r"((a)|b)?(?(2)x|y)=", Token.Odd),
                (r"(?>a+)-|(?:b*+)-|c*?-", Token.Whole),
                (r"(?!)", Token.Never),
                (r"(?=|x)~", Token.Look),
                (r"%{2}", Token.Two),
                (r"%", Token.One),
                (r"\b|\B(?<= ) ", Text, "next"),
            ],
            "next": [(r"(.)\1?", Token.Pair, "#pop")],
        }
    )
    assert_same(
        lexer,
        '\'a"b\' "c"',
        "*a* *b_ _c_",
        "<a> <b; c; d>",
        "a.b .c d. .",
        "1ab",
        "ax= bx= by= y=",
        "aa- bb- cc- -",
        "~ %%%",
        "  !!\n",
    )


def test_a_lexer_reads_parts_by_itself_and_by_others() -> None:
    class Inner(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {
            "root": [(r"\d+", Number), (r"x", Name, "x")],
            "x": [(r".", Name.X, "#pop")],
        }

    lexer = _make(
        {
            "root": [
                (r"\{[^{}]*\}", using(this, state="in")),
                (r"\[[^\[\]]*\]", using(Inner)),
                (r"(<)([^<>]*)(>)?", bygroups(Punctuation, using(Inner, state=("root", "x")), using(this))),
                (r"(\$)(\w*)(\$)", bygroups(Punctuation, using(this, state=["root", "in"], stripnl=True), Punctuation)),
                (r"[^{}<>$\[\]]", Text),
            ],
            "in": [(r"\w+", Name), (r"[{}]", Punctuation)],
        }
    )
    assert_same(lexer, "a{b c}d", "{a\nb}", "[12x3x]", "<12x3>", "<>", "<1", "$a$ $$", "{}[1][2][x\n]")


def test_options_go_on_to_the_lexers_of_parts() -> None:
    class Inner(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Name)]}
        made: ClassVar[list[dict[str, Any]]] = []

        def __init__(self, **options: Any) -> None:
            self.made.append(options)
            super().__init__(**options)

    class Outer(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r"\w+", using(Inner, shade="dark")), (r"\s", Text)]}

    one, two = Outer(colour="red"), Outer(colour="blue")
    for lexer in (one, one, two, one):
        scanner = find_scanner(lexer)
        assert scanner is not None
        scanner.scan("a b c")
    seen = [(options["colour"], options["shade"]) for options in Inner.made]
    assert seen == [("red", "dark"), ("blue", "dark")]
    assert_same(one, "a b")


def test_parts_that_others_must_read_are_read_by_them() -> None:
    class Counting(RegexLexer):
        def count(self, match: re.Match[str]) -> Iterator[tuple[int, _TokenType, str]]:
            self.seen = getattr(self, "seen", 0) + 1
            yield match.start(), Number if self.seen > 1 else Name, match.group()

        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", count)]}

    lexer = _make(
        {"root": [(r"\w+", using(Counting)), (r"<.*?>", using(get_lexer_by_name("ruby").__class__)), (r".", Text)]}
    )
    assert_same(lexer, "ab cd <def f; <<A\n1\nA\nend>")


def test_functions_get_the_match_itself() -> None:
    seen = []

    def act(
        lexer: Lexer, match: re.Match[str], ctx: LexerContext | None = None
    ) -> Iterator[tuple[int, _TokenType, str]]:
        seen.append((lexer.name, match.groups(), match.groupdict(), match.span(1), match.re.pattern, ctx))
        yield match.start(), Name, match[1]
        if match[2]:
            yield match.start(2), Number, match[2]

    pattern = r"(?P<word>[a-z]+)(\d+)?"
    lexer = _make(
        {"root": [(r"if", Keyword), (pattern, act), (r"(@)([a-z]\d)", bygroups(Operator, act_on_pseudo)), (r" ", Text)]}
    )
    assert_same(lexer, "if ab1 cd @e2")
    assert seen[:2] == [
        ("Made", ("ab", "1"), {"word": "ab"}, (3, 5), pattern, None),
        ("Made", ("cd", None), {"word": "cd"}, (7, 9), pattern, None),
    ]


def act_on_pseudo(lexer: Lexer, match: re.Match[str], ctx: object) -> Iterator[tuple[int, _TokenType, str]]:
    assert ctx is None
    yield match.start(), String, match.group()


def test_what_a_function_raises_is_raised() -> None:
    def fail(lexer: Lexer, match: re.Match[str]) -> Iterator[tuple[int, _TokenType, str]]:
        raise LookupError(match.group())
        yield

    scanner = find_scanner(_make({"root": [(r"x", fail), (r".", Text)]}))
    assert scanner is not None
    assert scanner.scan("ab") == [(Text, "a"), (Text, "b")]
    with pytest.raises(LookupError, match="x"):
        scanner.scan("abx")


def test_a_state_that_is_not_there_raises_as_it_does_there() -> None:
    for lexer in (_make({"root": [(r"x", using(this, state="gone"))]}), _make({"start": [(r"x", Text)]})):
        scanner = find_scanner(lexer)
        assert scanner is not None
        with pytest.raises(KeyError):
            scanner.scan("x")
        with pytest.raises(KeyError):
            lex(lexer, "x")


@pytest.mark.parametrize("rule", [(r"x*", Name), (r"(x*)", bygroups(Name)), (r"(?=\d)", using(this, state="other"))])
def test_a_rule_that_stays_where_it_is_for_ever_is_an_error(rule: tuple[str, Any]) -> None:
    lexer = _make({"root": [rule, (r"\d", Number)], "other": []})
    scanner = find_scanner(lexer)
    assert scanner is not None
    with pytest.raises(RuntimeError, match="Made stays at character 0 for ever"):
        scanner.scan("1")
    if rule[1] is Name:
        assert list(islice(lexer.get_tokens_unprocessed("1"), 3)) == [(0, Name, "")] * 3


def test_a_function_may_stay_where_it_is() -> None:
    class Twice(RegexLexer):
        def look(self, match: re.Match[str]) -> Iterator[tuple[int, _TokenType, str]]:
            self.looks = getattr(self, "looks", 0) + 1
            if self.looks % 3 == 0:
                raise StopAsyncIteration
            yield match.start(), Text, ""

        tokens: ClassVar[dict[str, Any]] = {"root": [(r"(?=x)", look), (r".", Name)]}

    scanner = find_scanner(Twice())
    assert scanner is not None
    with pytest.raises(StopAsyncIteration):
        scanner.scan("ax")


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_lexers_have_scanners(language: str) -> None:
    text = 'def f(x): # "a"\n\treturn `x${1}` /* b */ <p class="q">0x1F</p>\n```sh\n$ echo "$x" # 😀\n```\n'
    assert_same(make_lexer(language), text, " ".join(PIECES))


@pytest.mark.parametrize("language", OTHERS)
def test_some_known_lexers_have_none(language: str) -> None:
    assert find_scanner(make_lexer(language)) is None


class _Overriding(RegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}

    def get_tokens_unprocessed(self, text: str, stack: Any = ("root",)) -> Iterator[tuple[int, _TokenType, str]]:
        yield 0, Name, text


class _Extended(ExtendedRegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}


class _Profiling(ProfilingRegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}


class _Replacing(RegexLexer):
    tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}

    def __init__(self, match: Any) -> None:
        super().__init__()
        self._tokens = {"root": [(match, Text, None)]}


@pytest.mark.parametrize(
    "lexer",
    [
        _Overriding(),
        _Extended(),
        _Profiling(),
        _Replacing(lambda text, position: re.compile(".").match(text, position)),
        _Replacing(re.compile(".").search),
        _Replacing(re.compile(b".").match),
        DelegatingLexer(_Extended, _Extended),
    ],
    ids=lambda lexer: type(lexer).__name__,
)
def test_what_cannot_be_proved_equal_has_no_scanner(lexer: Lexer) -> None:
    assert find_scanner(lexer) is None


def test_a_lexer_with_rules_of_its_own_is_not_read_by_those_of_its_class() -> None:
    class Choosing(RegexLexer):
        tokens: ClassVar[dict[str, Any]] = {"root": [(r".", Text)]}

        def __init__(self, kind: _TokenType) -> None:
            super().__init__()
            self._tokens = {"root": [(re.compile(".").match, kind, None)]}

    name, number = Choosing(Name), Choosing(Number)
    assert_same(name, "ab")
    assert_same(number, "ab")
    assert_same(name, "ab")


def test_the_scanner_of_a_lexer_is_the_same_each_time() -> None:
    lexer = get_lexer_by_name("python")
    assert find_scanner(lexer) is find_scanner(lexer)
