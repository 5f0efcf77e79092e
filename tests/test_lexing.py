"""Tokens: whatever a lexer does, the text stays, and each line end is a token of its own."""

from __future__ import annotations

import random
import string
import warnings
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers
from pygments.token import Keyword, Name, String, Token, is_token_subtype

from callsite.lexing import LONGEST_KNOWN, LONGEST_LINE, LONGEST_RUN, find_lexer, find_names, is_too_long, lex_run
from callsite.openings import Piece
from tests.strategies import rows, texts

# Without the one lexer whose expressions take time that doubles with each character (seen in Pygments 2.19).
_NAMES = sorted({names[0] for _, names, _, _ in get_all_lexers(plugins=False) if names} - {"mcschema"})


def _lexer(language: str) -> Lexer:
    lexer = find_lexer(language)
    assert lexer is not None
    return lexer


def _join(pieces: list[Piece]) -> str:
    assert all(text and ("\n" not in text or text == "\n") for _, text in pieces)
    return "".join(text for _, text in pieces)


@settings(max_examples=60)
@given(
    st.lists(rows("\0"), max_size=8).map("\n".join) | texts(),
    st.sampled_from(["", "python", "pycon", "html+jinja", "javascript", "css", "php", "rst", "yaml", "bash", "diff"]),
    st.booleans(),
)
def test_tokens_joined_are_the_code(code: str, language: str, first: bool) -> None:
    assert _join(lex_run(code, _lexer(language), first)) == code


@pytest.mark.untraced
def test_every_language_keeps_the_code() -> None:
    chance = random.Random(2)
    alphabet = string.ascii_letters + string.digits + string.punctuation + "\n\n\n    \t\f\v\x00\x1b\x85\u2028\ufeffé漢"
    for name in _NAMES:
        code = "".join(chance.choices(alphabet, k=40)) + "\n\n\tif x:\f\n  '''\n"
        lexer = find_lexer(name)
        assert lexer is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of Pygments' own expressions
            assert _join(lex_run(code, lexer, first=False)) == code, name


def test_lexers_are_found_by_their_names() -> None:
    find_lexer.cache_clear()
    assert _lexer("python").name == "Python"
    assert _lexer("PYTHON") is _lexer("PYTHON")
    assert _lexer("Html+Jinja").name == "HTML+Django/Jinja"
    assert _lexer("").name == "Text only"
    assert find_lexer("no-such-language") is None
    assert find_lexer("pyhton") is None


def test_the_names_of_a_lexer_are_known_without_making_it() -> None:
    for language in ("python", "PYTHON", "Html+Jinja", "", "text", "php"):
        assert set(find_names(language)) == set(_lexer(language).aliases), language
    assert find_names("no-such-language") == ()


def test_tokens_over_several_lines_are_cut_at_line_ends() -> None:
    pieces = lex_run('"""a\n\n  b"""\n\n\n  c', _lexer("python"))
    kinds = [String.Doc] * 4 + [Token.Text.Whitespace] * 3 + [Token.Text, Name]
    assert pieces == list(zip(kinds, ['"""a', "\n", "\n", '  b"""', *"\n\n\n", "  ", "c"], strict=True))
    assert lex_run("a\n\nb\n", _lexer("")) == [(Token.Text, text) for text in "a\n\nb\n"]
    assert lex_run("", _lexer("")) == []


@pytest.mark.parametrize("size", [LONGEST_KNOWN, LONGEST_KNOWN + 1])
def test_tokens_are_each_time_for_whoever_asks(size: int) -> None:
    code = "x" * size
    first = lex_run(code, _lexer("python"))
    first.clear()
    assert lex_run(code, _lexer("python")) == [(Name, code)]


def test_what_stood_in_front_is_looked_for_in_all_runs_but_the_first() -> None:
    code = "    the end of it.\n    '''\n    for x in y"
    assert not [text for kind, text in lex_run(code, _lexer("python")) if is_token_subtype(kind, Keyword)]
    later = lex_run(code, _lexer("python"), first=False)
    assert [text for kind, text in later if is_token_subtype(kind, Keyword)] == ["for"]


class _Broken(Lexer):
    """A lexer that loses text, or fails."""

    name = "Broken"

    def get_tokens_unprocessed(self, text: str) -> object:  # type: ignore[override]
        yield 0, Token.Text, text[:1]
        if "!" in text:
            raise ValueError(text)


@pytest.mark.parametrize("code", ["abc\nd", "ab!\n", "a", ""])
@pytest.mark.parametrize("first", [True, False])
def test_a_broken_lexer_costs_colours_and_no_text(code: str, first: bool) -> None:
    assert _join(lex_run(code, _Broken(), first)) == code


class _Forgetful(Lexer):
    """A lexer that makes an empty token, and loses text behind the start of a comment."""

    aliases = ("forgetful",)

    def get_tokens_unprocessed(self, text: str) -> object:  # type: ignore[override]
        yield 0, Token.Text, ""
        yield 0, Name, text[:3] if text.startswith("/*") else text


def test_text_that_is_lost_behind_an_opening_costs_colours_as_well() -> None:
    assert lex_run("a b", _Forgetful(), first=False) == [(Name, "a b")]
    assert lex_run("a */ b", _Forgetful(), first=True) == [(Name, "a */ b")]
    assert lex_run("a */ b", _Forgetful(), first=False) == [(Token.Text, "a */ b")]


def test_what_is_too_long_has_no_colours() -> None:
    longest = "a" * LONGEST_LINE
    assert not is_too_long(longest)
    assert not is_too_long(f"{longest}\n{longest}")
    assert is_too_long(f"x\n{longest}a\n")
    run = "x = 1\n" * (LONGEST_RUN // 6)
    assert not is_too_long(run)
    assert is_too_long(run + "y = 2\n")
    pieces = lex_run(f"x = 1\n{longest}a", _lexer("python"))
    assert pieces == [(Token.Text, "x = 1"), (Token.Text, "\n"), (Token.Text, f"{longest}a")]
    assert lex_run(longest, _lexer("python")) == [(Name, longest)]


@pytest.mark.untraced
def test_shared_listings_keep_their_code(shared: Path) -> None:
    from callsite.page import parse_page

    for path in [*shared.glob("seed/*"), *shared.glob("corpus/p*/d*")]:
        for listing in parse_page(path.read_text(encoding="utf-8"))[0].listings:
            lexer = _lexer(listing.snippet.language)
            for number, run in enumerate(listing.snippet.runs):
                pieces = lex_run("\n".join(line.text for line in run), lexer, first=number == 0)
                assert [line.text for line in run] == _join(pieces).split("\n")
                # No string of more than 40 lines: the files have none, a string read inside out would be one.
                if number:
                    assert _longest_string(pieces) < 40, (path.name, listing.at.line)


def _longest_string(pieces: list[Piece]) -> int:
    """The number of lines in a row that hold nothing but a string."""
    longest = current = 0
    for is_end, line in groupby(pieces, key=lambda piece: piece[1] == "\n"):
        if not is_end:
            inside = all(is_token_subtype(kind, String) for kind, text in line if text.strip())
            current = current + 1 if inside else 0
            longest = max(longest, current)
    return longest
