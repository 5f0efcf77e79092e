"""Regular expressions that are compiled late are those that are compiled at once."""

from __future__ import annotations

import re
import sys

import pytest

from callsite.names import _WORD
from callsite.patterns import compile_later
from callsite.twins.escaping import _NO_XML


def test_an_expression_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    made = re.compile

    def compile_now(pattern: str, flags: int) -> re.Pattern[str]:
        compiled.append(pattern)
        return made(pattern, flags)

    monkeypatch.setattr(re, "compile", compile_now)
    word = compile_later("(w)ord", re.IGNORECASE)
    assert word.pattern == "(w)ord"
    assert compiled == []
    match = word.search("a Word")
    assert match is not None
    assert (match[1], match.start()) == ("W", 2)
    assert word.search("none") is None
    assert compiled == ["(w)ord"]


def test_it_is_as_the_one_that_is_compiled_at_once() -> None:
    late, early = compile_later("a(?P<b>.)", re.DOTALL), re.compile("a(?P<b>.)", re.DOTALL)
    assert (late.flags, late.groups, late.groupindex) == (early.flags, early.groups, early.groupindex)
    assert late.sub(r"\g<b>", "a\na") == early.sub(r"\g<b>", "a\na")
    assert compile_later(rb"\d").findall(b"1a2") == [b"1", b"2"]


def test_what_is_no_expression_says_so_when_it_is_used() -> None:
    broken = compile_later("(")
    with pytest.raises(re.error, match="missing"):
        broken.search("")
    with pytest.raises(AttributeError, match="nothing"):
        compile_later("a").nothing  # type: ignore[attr-defined]  # noqa: B018  # that is what is tried


def test_classes_that_are_quick_to_compile_hold_the_same() -> None:
    characters = "".join(map(chr, range(sys.maxunicode + 1)))
    assert re.findall(_WORD, characters) == re.findall(r"[\w\x80-\U0010ffff]++", characters)
    written = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # as the specification has it
    assert _NO_XML.findall(characters) == re.findall(written, characters)
