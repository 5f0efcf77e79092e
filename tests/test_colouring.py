"""Tokens to HTML: their text stays, neighbours of one class share an element, space and line ends have none."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Comment, Generic, Keyword, Name, String, Token, _TokenType

from callsite import colouring
from callsite.colouring import TAG, render_pieces, render_text
from callsite.openings import Piece
from callsite.text import CONTROL
from tests.strategies import rows

_CLASSES = {
    Token: "",
    Token.Text: "",
    Token.Text.Whitespace: "w",
    Name: "n",
    Name.Function.Magic: "fm",
    String.Doc: "sd",
    String.Doc.Own: "sd",
    Token.Own.Kind: "",
    Comment: "c",
    Generic.Output: "go",
}


def _parts(pieces: list[Piece]) -> list[tuple[str, str]]:
    """What is to be shown, class by class."""
    parts: list[tuple[str, str]] = []
    for kind, text in pieces:
        css = "" if text.isspace() else _CLASSES[kind]
        if parts and parts[-1][0] == css:
            parts[-1] = css, parts[-1][1] + text
        else:
            parts.append((css, text))
    return parts


def _write(parts: list[tuple[str, str]]) -> str:
    written = ""
    for css, text in parts:
        shown = "".join(
            f'<span class="control" data-name="U+{ord(c):04X}"><bdi>{c}</bdi></span>'
            if CONTROL.match(c)
            else escape(c, quote=False)
            for c in text
        )
        written += f'<span class="{css}">{shown}</span>' if css else shown
    return written


_kinds: st.SearchStrategy[_TokenType] = st.sampled_from(list(_CLASSES))
_texts = rows().filter(bool) | st.sampled_from(
    ["\n", " ", "x", "<", "&", ">", '"', "\u202e", "\0", "\v", "\u2028", "\t"]
)


@given(st.lists(st.tuples(_kinds, _texts)))
def test_each_character_is_shown_by_itself_in_the_element_of_its_class(pieces: list[Piece]) -> None:
    html = render_pieces(pieces)
    assert html == _write(_parts(pieces))
    assert unescape(re.sub("<[^>]*>", "", html)) == unescape(escape("".join(text for _, text in pieces)))


@pytest.mark.parametrize(
    ("pieces", "html"),
    [
        ([], ""),
        ([(Name, "a")], '<span class="n">a</span>'),
        ([(Name, "a"), (Name, "b")], '<span class="n">ab</span>'),
        ([(Name, "a"), (Name, "b"), (Name, "c"), (Keyword, "d")], '<span class="n">abc</span><span class="k">d</span>'),
        ([(Name, "a"), (Keyword, "b")], '<span class="n">a</span><span class="k">b</span>'),
        ([(Name, "a"), (Token.Text, " "), (Name, "b")], '<span class="n">a</span> <span class="n">b</span>'),
        ([(Token.Text, "a"), (Token.Text.Whitespace, " "), (Name, "b")], 'a <span class="n">b</span>'),
        ([(String, "a"), (String, "\n"), (String, "b")], '<span class="s">a</span>\n<span class="s">b</span>'),
        ([(String, "a"), (Token.Text, "b")], '<span class="s">a</span>b'),
        ([(String, "  "), (String, " b")], '  <span class="s"> b</span>'),
        ([(Token.Operator, "<"), (Token.Operator, "&")], '<span class="o">&lt;&amp;</span>'),
        ([(String, "'\""), (Name, ">")], '<span class="s">\'"</span><span class="n">&gt;</span>'),
        ([(Name, "<\0"), (Name, "\0")], '<span class="n">&lt;\0\0</span>'),
        ([(String.Of.Some.Lexer, "x")], '<span class="s">x</span>'),
    ],
)
def test_neighbours_of_one_class_share_an_element(pieces: list[Piece], html: str) -> None:
    assert render_pieces(pieces) == html


def test_tags_among_tokens_are_written_as_they_are() -> None:
    pieces = [(Name, "<a"), (TAG, '<i title="<">'), (Name, "b"), (TAG, "</i>"), (Name, "c&")]
    html = '<span class="n">&lt;a</span><i title="<">' + '<span class="n">b</span></i><span class="n">c&amp;</span>'
    assert render_pieces(pieces) == html
    assert render_pieces([(TAG, "<i>"), (Token.Text, "<"), (TAG, "</i>")]) == "<i>&lt;</i>"


def test_no_more_tokens_are_remembered_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colouring, "MOST", 0)
    assert render_pieces([(Name, "never-seen-before")]) == '<span class="n">never-seen-before</span>'
    assert (Name, "never-seen-before") not in colouring._shown
    monkeypatch.undo()
    long = "long" * colouring.LONGEST
    assert (
        render_pieces([(Name, "seen"), (Keyword, long)]) == f'<span class="n">seen</span><span class="k">{long}</span>'
    )
    assert (Name, "seen") in colouring._shown
    assert (Keyword, long) not in colouring._shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a b\t\f\r\n\u200d", "a b\t\f\r\n\u200d"),
        ("<a> & \"b\" 'c'", "&lt;a&gt; &amp; \"b\" 'c'"),
        ("a\u202e", 'a<span class="control" data-name="U+202E"><bdi>\u202e</bdi></span>'),
        ("\x1b<", '<span class="control" data-name="U+001B"><bdi>\x1b</bdi></span>&lt;'),
    ],
)
def test_characters_that_deceive_are_named(text: str, html: str) -> None:
    assert render_text(text) == html
