"""Colours: whatever a lexer does, the text stays; a string cut by a gap does not colour what follows."""

from __future__ import annotations

import random
import string
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers
from pygments.token import Comment, Keyword, Name, String, Token, is_token_subtype

from callsite import lexing
from callsite.lexing import LONGEST_LINE, LONGEST_RUN, Piece, find_lexer, find_opening, is_too_long, lex_lines
from tests.strategies import rows, texts

# Without the one lexer whose expressions take time that doubles with each character (seen in Pygments 2.19).
_NAMES = sorted({names[0] for _, names, _, _ in get_all_lexers(plugins=False) if names} - {"mcschema"})


def _lexer(language: str) -> Lexer:
    lexer = find_lexer(language)
    assert lexer is not None
    return lexer


def _join(lines: list[list[Piece]]) -> str:
    assert all(text and "\n" not in text for line in lines for _, text in line)
    return "\n".join("".join(text for _, text in line) for line in lines)


@settings(max_examples=60)
@given(
    st.lists(rows("\0"), max_size=8).map("\n".join) | texts(),
    st.sampled_from(["", "python", "pycon", "html+jinja", "javascript", "css", "php", "rst", "yaml", "bash", "diff"]),
    st.booleans(),
)
def test_lines_joined_are_the_code(code: str, language: str, first: bool) -> None:
    assert _join(lex_lines(code, _lexer(language), first)) == code


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
            assert _join(lex_lines(code, lexer, first=False)) == code, name


def test_lexers_are_found_by_their_names() -> None:
    assert _lexer("python").name == "Python"
    assert _lexer("PYTHON") is _lexer("PYTHON")
    assert _lexer("Html+Jinja").name == "HTML+Django/Jinja"
    assert _lexer("").name == "Text only"
    assert find_lexer("no-such-language") is None
    assert find_lexer("pyhton") is None


class _Broken(Lexer):
    """A lexer that loses text, or fails."""

    name = "Broken"

    def get_tokens_unprocessed(self, text: str) -> object:  # type: ignore[override]
        yield 0, Token.Text, text[:1]
        if "!" in text:
            raise ValueError(text)


@pytest.mark.parametrize("code", ["abc\nd", "ab!\n", "a"])
def test_a_broken_lexer_costs_colours_and_no_text(code: str) -> None:
    assert _join(lex_lines(code, _Broken())) == code


def test_what_is_too_long_has_no_colours() -> None:
    longest = "a" * LONGEST_LINE
    assert not is_too_long(longest)
    assert not is_too_long(f"{longest}\n{longest}")
    assert is_too_long(f"x\n{longest}a\n")
    run = "x = 1\n" * (LONGEST_RUN // 6)
    assert not is_too_long(run)
    assert is_too_long(run + "y = 2\n")
    lines = lex_lines(f"x = 1\n{longest}a", _lexer("python"))
    assert {kind for line in lines for kind, _ in line} == {Token.Text}
    assert lex_lines(longest, _lexer("python")) == [[(Name, longest)]]


def _kinds(code: str, language: str, first: bool = False) -> list[str]:
    """What each line begins with: a comment, a string, or code; "" for blank lines."""
    found = []
    for line in lex_lines(code, _lexer(language), first):
        kinds = [kind for kind, text in line if text.strip()]
        sort = "code"
        if kinds and is_token_subtype(kinds[0], Comment):
            sort = "comment"
        elif kinds and is_token_subtype(kinds[0], String):
            sort = "string"
        found.append(sort if kinds else "")
    return found


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        # The run begins inside a docstring, a comment or a template.
        (
            "python",
            '    the end of it.\n    """\n\ndef f():\n    """Doc."""\n    return 1',
            "string string  code string code",
        ),
        ("python", '    :param x: the x\n    """\n    x = 1', "string string code"),
        ("python", '    """\n    return x', "string code"),
        ("python", "all is done'''\ndef f():\n    '''Doc.'''\n    return 1", "string code string code"),
        ("python", 'words of it\n"""\nx = """a\nb"""\nreturn x', "string string code string code"),
        ("javascript", "  * @param x\n  */\nfunction f() {}", "comment comment code"),
        ("css", "words */\na { color: red }", "comment code"),
        ("sql", "words\n*/\nselect 1", "comment comment code"),
        ("html", "words\n-->\n<p>x</p>", "comment comment code"),
        ("javascript", 'a text of template`;\nfoo("x");\nbar(`y`);\n', "string code code "),
        ("go", "some text`\n\nfunc f() {\n\tx := `y`\n}", "string  code code code"),
        ("java", '  and more text\n  """;\n  String s = """\n   x\n  """;', "string string code string string"),
        ("php", "function f() { return 1; }", "code"),
        # It only looks like that.
        ("python", '"""Doc."""\nimport x\n', "string code "),
        ("python", 'x = """\nselect a from b\n"""\nf(x)', "code string string code"),
        ("python", 'x = f(\n    """\n    return self\n    """\n)\ny = 1', "code string string string code code"),
        ("python", "# it's\nx = 1", "comment code"),
        ("python", 'x = """\n', "code "),
        ("python", "a */ b\nc", "code code"),
        ("javascript", "const re = /.*/;\nfoo()", "code code"),
        ("javascript", 'const s = "*/";\nfoo()', "code code"),
        ("javascript", 'glob("**/*.js");\n/* x */\nfoo()', "code comment code"),
        ("javascript", "/* x */\nfoo() /* y */", "comment code"),
        ("javascript", "`template\n${x}` + 1", "string string"),
        ("python", '    return x\n    """ % (a, b)\n    foo()', "code string string"),  # as likely the one as the other
        ("javascript", "x = `template\n${x}` + 1;\nfoo(`z`)", "code string code"),
        ("javascript", "const q = `\n  select ${x}\n`;\nfoo(q);", "code string string code"),
        ("html", "<p>a</p>\n<!-- b -->\n<i>", "code comment code"),
        ("php", "<?php\necho 1;", "comment code"),
        ("php", "<p>html</p>\n<?= $x ?>", "code comment"),
        ("rust", "fn f() {}\n// */ x\nfn g() {}", "code comment code"),
        ("", 'x\n"""\n*/', "code code code"),
    ],
)
def test_a_cut_string_does_not_colour_what_follows(language: str, code: str, expected: str) -> None:
    assert _kinds(code, language) == expected.split(" ")


def test_nothing_stood_before_the_first_run() -> None:
    code = '    the end of it.\n    """\n    x = 1'
    assert _kinds(code, "python", first=True) == ["code", "string", "string"]
    assert _kinds(code, "python") == ["string", "string", "code"]


def test_the_opening_with_the_least_against_it_is_chosen() -> None:
    lexer = _lexer("python")
    code = "    more words here'''\n\ndef f():\n    '''A doc string.'''\n    x = \"\"\"y\"\"\"\n"
    assert find_opening(code, lexer, list(lexing._lex(code, lexer))) == "'''\n"
    code = "    more words here\"\"\"\n\ndef f():\n    x = '''y'''\n"
    assert find_opening(code, lexer, list(lexing._lex(code, lexer))) == '"""\n'


def test_words_are_no_keywords_behind_an_opening() -> None:
    lines = lex_lines(
        "    use with this for that\n    '''\n    for x in y:\n        pass", _lexer("python"), first=False
    )
    keywords = [[text for kind, text in line if is_token_subtype(kind, Keyword)] for line in lines]
    assert keywords == [[], [], ["for"], ["pass"]]


@pytest.mark.untraced
def test_shared_listings_keep_their_code(shared: Path) -> None:
    from callsite.page import parse_page

    for path in [*shared.glob("seed/*"), *shared.glob("corpus/p*/d*")]:
        for listing in parse_page(path.read_text(encoding="utf-8"))[0].listings:
            lexer = _lexer(listing.snippet.language)
            for number, run in enumerate(listing.snippet.runs):
                lines = lex_lines("\n".join(line.text for line in run), lexer, first=number == 0)
                assert [line.text for line in run] == ["".join(text for _, text in line) for line in lines]
                # No string of more than 40 lines: the files have none, a string read inside out would be one.
                if number:
                    assert _longest_string(lines) < 40, (path.name, listing.at.line)


def _longest_string(lines: list[list[Piece]]) -> int:
    longest = current = 0
    for line in lines:
        inside = bool(line) and all(is_token_subtype(kind, String) for kind, text in line if text.strip())
        current = current + 1 if inside else 0
        longest = max(longest, current)
    return longest
