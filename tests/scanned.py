"""What scanners are tried on: the lexers most used, and what stands in texts of their languages."""

from __future__ import annotations

from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import _TokenType

from callsite.scanning import find_scanner

# The twenty most used, and of the template languages one that hands parts to two others.
LANGUAGES = (
    "bash", "c", "cpp", "csharp", "css", "go", "html", "html+php", "java", "javascript", "kotlin", "lua", "markdown",
    "php", "python", "rust", "sql", "swift", "toml", "typescript", "xml",
)  # fmt: skip

# No scanner knows these: they are read by Pygments.
OTHERS = ("json", "ruby", "yaml", "text")

PIECES = """
def class if else for while return import from as in is not None True self print len function var let const => -> :: public
static void int char struct enum namespace using template typename fn impl pub mut match trait where select FROM JOIN insert
func package type interface chan go val fun object when echo fi done esac $x ${x} $(ls) `pwd` <?php ?> <p class="a"> </p> <!--
--> <script> </script> <style> &amp; { } ( ) [ ] ; , . .. ... : ? ! @ # ## #! // /* */ -- --- *** __ ** * + - / % ^ & | ~ < > = == !=
<<= >>> 0 1 42 0x1F 1e10 1.5 .5 0b1 1_000 " ' \"\"\" ''' f" rb' r" b" \\ \\n \\" \\u00e9 {x} {x!r:>3} %s %(a)d é ß \u212a 名 😀 _ __init__
#include <a.h> #define #pragma std::string NSString 'a' 'ab' R"(x)" @interface @decorator https://x.y/z?a=b -x --yes | && || 2>&1 <<EOF
EOF Error ValueError undefined null nil nullptr this super async await yield lambda try except catch finally raise throw with
""".split()  # noqa: SIM905  # a list of strings in quotes would be harder to read

SPACES = ("\n", "\n", "\n\n", " ", " ", "  ", "    ", "\t", "\r\n", "\f", "\x1c", "\u2028", "\u00a0")


def lex(lexer: Lexer, text: str) -> list[tuple[_TokenType, str]]:
    """What Pygments gives."""
    return [(kind, value) for _, kind, value in lexer.get_tokens_unprocessed(text)]


@cache
def make_lexer(language: str) -> Lexer:
    lexer: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return lexer


def assert_same(lexer: Lexer, *texts: str) -> None:
    """A lexer's scanner gives the tokens that the lexer gives, and again the second time."""
    scanner = find_scanner(lexer)
    assert scanner is not None, "there is a scanner"
    for text in (*texts, ""):
        expected = lex(lexer, text)
        assert scanner.scan(text) == expected
        assert scanner.scan(text) == expected, "the second time"
