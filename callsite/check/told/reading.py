"""What reading a page tells: its text, its metadata, its prose and its listings."""

from __future__ import annotations

from callsite.check.rule import Rule
from callsite.model import Severity

RULES: tuple[Rule[object], ...] = (
    Rule(
        "T100",
        "a file cannot be read",
        Severity.ERROR,
        None,
        ("content/pages/a.md: T100 cannot be read: Permission denied; make it readable",),
        """\
**Error.** The file is there, but the system does not let you open it. Look at its owner
and permissions (`ls -l`), or whether it is a link to a file that has gone.
""",
    ),
    Rule(
        "T101",
        "not UTF-8",
        Severity.ERROR,
        None,
        ("content/pages/a.md:4: T101 byte 0xe9 is not UTF-8; save the file as UTF-8",),
        """\
**Error.** The file was saved in another encoding, such as Latin-1. In your editor, look
for “Save with encoding”, and choose UTF-8. The line is that of the first such byte.
""",
    ),
    Rule(
        "T102",
        "a NUL byte",
        Severity.ERROR,
        None,
        ("content/pages/a.md:4: T102 a NUL byte in the text; remove it",),
        """\
**Error.** There is a byte 0 in the file. Nobody types one: the file is damaged, or it
is no text file, or it was saved as UTF-16. Save it as UTF-8, or get it from your backup.
""",
    ),
    Rule(
        "T103",
        "an invisible character",
        Severity.WARNING,
        None,
        ("content/pages/a.md:4: T103 invisible character U+202E in column 2; remove it if it is not meant",),
        """\
**Warning.** Some characters cannot be seen but change how text looks. Those that
change the direction of writing can make code look like other code; others can hide text, or be
names that nobody sees. In listings, such a character is shown by its number. Often it came along when you copied text from a web
page or a document. Delete it and type the place anew. If it has to be there, leave it:
without `--strict` the build goes on.
""",
    ),
    Rule(
        "M101",
        "something is missing",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:1: M101 no `title`; add a line `title: …` to the metadata",
            "content/pages/a.md:1: M101 `title` is empty; write its value behind the colon",
            "content/posts/a.md:1: M101 no `date`; add a line `date: …`; an article needs one",
        ),
        """\
**Error.** Every page needs a `title`, and every article also a `date`. If the title is
there, look at what stands before it. The metadata begins on the first line of the
file, and ends at the first blank line.
""",
    ),
    Rule(
        "M102",
        "a key is set twice",
        Severity.ERROR,
        None,
        ("content/pages/a.md:2: M102 `title` is set twice, first on line 1; keep one of the two",),
        """\
**Error.** The two might say different things. Delete one of them.
""",
    ),
    Rule(
        "M103",
        "a slip in a key",
        Severity.ERROR,
        None,
        ("content/pages/a.md:3: M103 `sortodrer` is no key of the notation; did you mean `sortorder`?",),
        """\
**Error.** The key does not exist, and it is very like one that does. If you really mean
a key of your own, list it in [CALLSITE_KEYS]({filename}settings.md#callsite_keys).
""",
    ),
    Rule(
        "M104",
        "a value cannot be read",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:3: M104 `sortorder` cannot be `12a`; write digits only, such as 500021011",
            "content/pages/a.md:4: M104 `toc` cannot be `yes`; write True or False",
            "content/pages/a.md:5: M104 `symbol` cannot be `a b`; write dotted names, such as flask.ctx.after_this_request",
            "content/pages/a.md:7: M104 `status` cannot be `drft`; write published, draft, hidden or skip",
            "content/pages/a.md:8: M104 `date` cannot be `tomorrow`; write it as 2026-01-31 or 2026-01-31 18:00",
        ),
        """\
**Error.** The key is right, its value is not. The message says what it can be.
""",
    ),
    Rule(
        "M105",
        "a key that nothing here knows",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:3: M105 `headerimage` means nothing here; check the spelling, or list it in CALLSITE_KEYS if your theme uses it",
        ),
        """\
**Warning.** Neither Callsite nor Pelican knows this key. It is handed to the theme all
the same. If your theme uses it, list it in
[CALLSITE_KEYS]({filename}settings.md#callsite_keys). If not, delete the line.
""",
    ),
    Rule(
        "M106",
        "a line that is no metadata",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:3: M106 `Some prose at once.` is not `key: value`; mend the line, or leave a blank line after the metadata",
        ),
        """\
**Error.** Between the first line and the first blank line there is a line that is no
`key: value`. Most often the blank line before the prose is missing. If the line belongs to
the value above it, begin it with four spaces.
""",
    ),
    Rule(
        "M107",
        "not a good address",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:2: M107 `../../x` cannot name a page; use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front",
        ),
        """\
**Error.** `slug` and `save_as` become a file below the output folder. They cannot lead
out of it, and should not need quoting in an address. So spaces, `?`, `#` and the like
are not allowed.
""",
    ),
    Rule(
        "M109",
        "a name that is taken",
        Severity.ERROR,
        None,
        ("content/pages/a.md:3: M109 `content` is a name Pelican needs for itself; call it something else",),
        """\
**Error.** Pelican would put this value in the place of something it needs, and the page
would be lost. Choose another name for your key. Names that begin with `_` are all taken.
""",
    ),
    Rule(
        "M110",
        "a template that is not there",
        Severity.ERROR,
        None,
        ("content/pages/a.md:3: M110 the theme has no template `wide`; name another one, or leave the line out",),
        """\
**Error.** `template` names a file in the theme's `templates` folder, without its ending.
""",
    ),
    Rule(
        "P101",
        "lists or quotes too deep",
        Severity.ERROR,
        None,
        ("content/pages/a.md:1: P101 lists or quotes stand too deep inside each other for Markdown; take them apart",),
        """\
**Error.** Hundreds of lists or quotes stand inside each other, and Markdown cannot follow
that. Most often this was not meant. Look for a line with very many `-` at its start, or for
items that are indented more and more.
""",
    ),
    Rule(
        "L101",
        "a fence is not closed",
        Severity.ERROR,
        None,
        ("content/pages/a.md:4: L101 this fence is never closed; end the listing with the line ```",),
        """\
**Error.** The listing begins on this line, and the file ends before the listing does.
Look for its last line: it needs at least as many backticks (or tildes) as the
first, of the same kind, with nothing behind them. If a list or a quote goes around the listing, its last
line must be indented like its first.
""",
    ),
    Rule(
        "L102",
        "a language that nobody knows",
        Severity.WARNING,
        None,
        ("content/pages/a.md:4: L102 Pygments knows no language `pyhton`; did you mean `python`?",),
        """\
**Warning.** The first word on the fence line is the language. The listing is shown as
plain text. Use one of the [short names of Pygments](https://pygments.org/languages/), or none.
""",
    ),
    Rule(
        "L103",
        "spaces before a mark",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:5: L103 spaces before a mark; they are read as code; write `~~` first and the spaces behind it; `callsite check --fix` does it",
        ),
        """\
**Warning.** The line is marked, and the spaces count as indentation. Put them behind the tildes,
as `callsite check --fix` does. If you do not want them at all, delete them.
""",
    ),
    Rule(
        "L104",
        "a word that cannot be read",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:4: L104 `projcet=x` on the fence line cannot be read; known are project= version= path= rev= url= licence= artefact= lines=, each once",
        ),
        """\
**Warning.** Behind the language, only these words have a meaning. Look for a slip, a
key that is there twice, a value that is empty, a missing quote, or ranges in `lines=` that do not go
upwards. The word stays in the file and is not used.
""",
    ),
    Rule(
        "L105",
        "line numbers do not fit",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:4: L105 `lines=` does not fit the listing, whose runs have 1 line; give each run between gaps its own range",
        ),
        """\
**Warning.** Each stretch of code between gaps needs one range, of just its length. The
message tells how long they are: `3, 5` stands for two runs, of three and of five lines.
Until this is mended, no line numbers are shown.
""",
    ),
    Rule(
        "L106",
        "not a web address",
        Severity.ERROR,
        None,
        ("content/pages/a.md:4: L106 `www.example.org` is no address a reader can open; write http(s)://…",),
        """\
**Error.** `url=` must begin with `http://` or `https://`. Other addresses, such as
`javascript:`, are never made a link.
""",
    ),
    Rule(
        "L107",
        "too much code for colours",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:4: L107 more than 20,000 characters in a line, or 500,000 in a run, are shown without colours; cut it if its colours matter",
        ),
        """\
**Warning.** To colour lines as long as this can take minutes. The code is shown whole, in
one colour. A run is the code between two gaps.
""",
    ),
    Rule(
        "L108",
        "a fence that is no listing",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:5: L108 a fence in raw HTML or indented code is not read as a listing; leave a blank line before it and indent it no further than its list, or show it in a longer fence",
        ),
        """\
**Warning.** Raw HTML goes on to the next blank line, and what is in it is not read as
Markdown. Leave a blank line between the HTML and the fence. A fence that is indented by
four spaces or more is plain text too, unless it belongs to a list. Take the spaces away. To
show a fence on purpose, put it into a [longer one]({filename}notation.md#longer-fences).
""",
    ),
)
