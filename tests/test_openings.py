"""What stood in front of a run: a string cut by a gap does not colour what follows."""

from __future__ import annotations

import pytest
from pygments.lexer import Lexer
from pygments.token import Comment, Keyword, Name, String, Token, _TokenType, is_token_subtype

from callsite.lexing import find_lexer
from callsite.openings import Piece, find_reading


def _lexer(language: str) -> Lexer:
    lexer = find_lexer(language)
    assert lexer is not None
    return lexer


def _lex(opening: str, code: str, language: str) -> list[Piece]:
    """The tokens of some code behind an opening that reads as tokens of its own."""
    pieces = []
    at = -len(opening)
    for _, kind, text in _lexer(language).get_tokens_unprocessed(opening + code):
        kept = text[max(0, -at) :]
        if kept:
            pieces.append((kind, kept))
        at += len(text)
    assert "".join(text for _, text in pieces) == code
    return pieces


def _read(code: str, language: str) -> list[Piece]:
    plain = _lex("", code, language)
    return find_reading(code, _lexer(language).aliases, plain, lambda opening: _lex(opening, code, language))


def _read_lines(code: str, language: str) -> list[list[Piece]]:
    """The tokens of each line."""
    lines: list[list[Piece]] = [[]]
    for kind, text in _read(code, language):
        head, *tail = text.split("\n")
        lines[-1].append((kind, head))
        lines += [[(kind, rest)] for rest in tail]
    return lines


def _kinds(code: str, language: str) -> list[str]:
    """What each line begins with: a comment, a string, or code; "" for blank lines."""
    found = []
    for line in _read_lines(code, language):
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


def test_the_opening_with_the_least_against_it_is_chosen() -> None:
    code = "    more words here'''\n\ndef f():\n    '''A doc string.'''\n    x = \"\"\"y\"\"\"\n"
    assert _read(code, "python") == _lex("'''\n", code, "python")
    code = "    more words here\"\"\"\n\ndef f():\n    x = '''y'''\n"
    assert _read(code, "python") == _lex('"""\n', code, "python")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("two words 'of' it", []),  # no quotes that a string over several lines could end with
        ('"""Doc."""\nimport x\n', []),  # nothing against it
        ("glob('**/*')", []),
        ("# /* */", []),
        ("re = '**/*.py'", []),
        ('two words\n"""\n', ['"""\n']),
        ("two words\n'''\n", ["'''\n"]),
        ('two words\n\'\'\'\nx = """y""" and z\n', ['"""\n', "'''\n"]),
    ],
)
def test_nothing_is_read_again_without_need(code: str, expected: list[str]) -> None:
    asked: list[str] = []

    def lex(opening: str) -> list[Piece]:
        asked.append(opening)
        return _lex(opening, code, "python")

    find_reading(code, ("python",), _lex("", code, "python"), lex)
    assert sorted(asked) == expected


@pytest.mark.parametrize(
    ("first", "second", "is_odd"),
    [
        (Name.Own.First, Name.Own.Second, True),
        (Name.Own.First, Name.Decorator, False),
        (Name.Own.First, Token.Own, False),
        (String.Own, Name.Own.Second, False),
    ],
)
def test_types_of_one_lexer_are_what_they_are_below_of(first: _TokenType, second: _TokenType, is_odd: bool) -> None:
    code = "a b\n'''"
    plain = [(first, "a"), (Token.Text, " "), (second, "b"), (Token.Text, "\n'''")]
    behind = [(String, code)]
    assert find_reading(code, ("python",), plain, lambda _: behind) is (behind if is_odd else plain)


def test_words_are_no_keywords_behind_an_opening() -> None:
    lines = _read_lines("    use with this for that\n    '''\n    for x in y:\n        pass", "python")
    keywords = [[text for kind, text in line if is_token_subtype(kind, Keyword)] for line in lines]
    assert keywords == [[], [], ["for"], ["pass"]]
