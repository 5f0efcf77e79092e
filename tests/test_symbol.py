"""Dotted names, and the one a page is about."""

from __future__ import annotations

import pytest
from hypothesis import given

from callsite.model import Meta, Symbol
from callsite.symbol import find_symbol, parse_symbol, slug_name
from tests.strategies import rows, symbols, texts


@given(symbols)
def test_what_is_written_is_read(symbol: Symbol) -> None:
    assert parse_symbol(str(symbol)) == symbol
    assert str(symbol).split(".")[0] == symbol.library
    assert find_symbol(Meta(symbol=symbol, title="a.b c Examples")) == symbol


@given(rows() | texts())
def test_any_text_is_a_symbol_or_none(text: str) -> None:
    symbol = parse_symbol(text)
    assert symbol is None or str(symbol) == text
    assert all(part.isidentifier() for part in text.split(".")) == (symbol is not None)
    found = find_symbol(Meta(title=text, sidebartitle=text))
    assert found is None or parse_symbol(str(found)) == found


@given(symbols)
def test_titles_spell_it_out(symbol: Symbol) -> None:
    if symbol.module == symbol.module.lower() != "":
        for ending in ("Example Code", "Examples", "Code Examples", "Python Code Examples", "Python Example Code"):
            assert find_symbol(Meta(title=f"{symbol.module} {symbol.name} {ending}")) == symbol
            assert find_symbol(Meta(title=f"{symbol} {ending}")) == symbol
    if "." in symbol.module:
        assert find_symbol(Meta(sidebartitle=f"{symbol.module} {symbol.name}")) == symbol


@pytest.mark.parametrize(
    ("title", "sidebartitle", "symbol"),
    [
        ("flask.ctx after_this_request Example Code", "", "flask.ctx.after_this_request"),
        ("flask Flask Example Code", "", "flask.Flask"),
        ("django.db.migrations Example Code", "", "django.db.migrations"),
        ("", "flask.ctx g", "flask.ctx.g"),
        ("flask.ctx g Examples", "Flask Flask", "flask.ctx.g"),
        ("django.db.models signals.pre_delete Python Code Examples", "", "django.db.models.signals.pre_delete"),
        # Headings that only look like one.
        ("Flask Example Code", "", None),
        ("Flask Project Examples", "", None),
        ("Python Example Code", "", None),
        ("flask", "flask", None),
        ("", "flask Flask", None),
        ("", "Node.js", None),
        ("flask.ctx g", "", None),
        ("flask.ctx g Example Code here", "", None),
        ("flask.ctx  g Example Code", "", None),
        ("Some 3.11 Examples", "", None),
        ("1.2 x Examples", "", None),
        ("Examples", "", None),
    ],
)
def test_titles(title: str, sidebartitle: str, symbol: str | None) -> None:
    found = find_symbol(Meta(title=title, sidebartitle=sidebartitle))
    assert (None if found is None else str(found)) == symbol


def test_addresses_spell_names_in_plain_letters() -> None:
    assert slug_name("flask.Flask._run__x") == "flask-flask-run-x"
    assert slug_name("变量._") == ""
    assert len(slug_name("a" * 300)) == 200
