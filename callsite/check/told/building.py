"""What building a site tells: addresses, links, lists and redirects."""

from __future__ import annotations

from callsite.check.rule import Rule
from callsite.model import Severity

RULES: tuple[Rule[object], ...] = (
    Rule(
        "S101",
        "two for one address",
        Severity.ERROR,
        None,
        (
            "content/pages/b.md:2: S101 the slug `t` is taken by content/pages/a.md:2; give one of the two another slug",
            "content/pages/a.md:2: S101 the output file `index.html` is taken by the site's index page; choose another slug",
        ),
        """\
**Error.** Two pages cannot have the same address, and no page can take that of a file
that the theme or Pelican makes. Change the slug of one. For a translation, set `lang`.
""",
    ),
    Rule(
        "S103",
        "two addresses that are nearly the same",
        Severity.ERROR,
        None,
        (
            "content/pages/b.md:2: S103 the slug `T` differs only in case from `t` of content/pages/a.md:2; give one of the two another slug",
        ),
        """\
**Error.** Many computers take `T.html` and `t.html` for one file. On those, one page
would replace the other. Use small letters in slugs.
""",
    ),
    Rule(
        "S104",
        "a file where a folder has to be",
        Severity.ERROR,
        None,
        (
            "content/pages/a.md:2: S104 the output file `a.html` stands where content/pages/b.md:2 needs a folder; choose another slug",
        ),
        """\
**Error.** One page is to be the file `a.html`, and another one wants to stand in a folder
of that name, as with the slug `a.html/b`. Give one of the two another slug.
""",
    ),
    Rule(
        "S105",
        "a file that was not copied",
        Severity.ERROR,
        None,
        ("content/images/a.png: S105 this file could not be copied; make it readable",),
        """\
**Error.** A file from one of the `STATIC_PATHS` is not in the output. Most likely it is a
link to a file that does not exist, or you may not read it.
""",
    ),
    Rule(
        "S106",
        "a file that would leave the output",
        Severity.ERROR,
        None,
        (
            "content/images/a.png: S106 this file would be copied to `../a.png`, outside the output; put it into the content, or give it another path",
        ),
        """\
**Error.** The build writes nothing outside the output folder. A `{static}` link to a file
outside the content does this, or a path in `EXTRA_PATH_METADATA`.
""",
    ),
    Rule(
        "S107",
        "two pages for one symbol",
        Severity.WARNING,
        None,
        (
            "content/pages/b.md:2: S107 `flask.globals.g` has a page already, content/pages/a.md:2, and links go there; make one page of the two, or give this one another symbol",
        ),
        """\
**Warning.** Two pages say that they are about the same name, by their `symbol`, their title
or their `aliases`. A link can lead to one page only: to that whose symbol it is, else to the
first. If the message is about an alias, take it out of one of the pages. For a translation,
set `lang`.
""",
    ),
    Rule(
        "S108",
        "a page that no library lists",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:3: S108 its `sortorder` is that of a callable, but no symbol can be read off it, so no library lists it; add a line `symbol: …`",
        ),
        """\
**Warning.** The first five digits of its `sortorder` are those of a library's pages, but
Callsite does not know what the page is about. It stands under “Topics”. Say it with
[`symbol`]({filename}notation.md#the-symbol), or give the page another `sortorder`.
""",
    ),
    Rule(
        "S109",
        "no search",
        Severity.WARNING,
        None,
        ("CALLSITE_SEARCH: S109 the site has no search; Pagefind is not there; install `pagefind-bin` again",),
        """\
**Warning.** The site is complete, but its search could not be made. After the code, the
message says why. If you need no search, set
[CALLSITE_SEARCH]({filename}settings.md#callsite_search) to `False`.
""",
    ),
    Rule(
        "S110",
        "a page where a list would be",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:2: S110 this page takes the place of the list `All symbols`, which is left out; choose another slug to have both",
        ),
        """\
**Warning.** Callsite makes [lists]({filename}finding.md#pages-that-callsite-makes) such as
`symbols.html`, and your page has this address. Your page is shown. Links to the list, such as
those at the foot of each page, lead to your page now.
""",
    ),
    Rule(
        "S111",
        "a file for other programs that cannot be made",
        Severity.ERROR,
        None,
        (
            "llms.txt: S111 the output file `llms.txt` cannot be made, what has its name or a part of it is in the way; give the page or file there another name",
        ),
        """\
**Error.** Callsite makes some [files for other programs]({filename}twins.md). A page or file of yours
needs a folder where one of them has to be, or has an address that makes one. A file of yours
with the very name of such a file is no problem: it stays, and Callsite's is left out.
""",
    ),
    Rule(
        "R101",
        "not a redirect",
        Severity.ERROR,
        None,
        (
            'redirects.toml:1: R101 this is no TOML: invalid statement; write each redirect as "/old.html" = "/new.html" on a line of its own',
            "redirects.toml:1: R101 `/old/*` is a pattern, which no file can answer; write a line for each old address",
            "redirects.toml:1: R101 `/old.html?x=1` has more than a path, which is all that hosts go by; leave out what follows the `?` or `#`; where they are in a name, write %3F or %23",
            'redirects.toml:1: R101 `old.html` is no old address: it does not begin with a slash; write each redirect as "/old.html" = "/new.html" on a line of its own',
            "redirects.toml:1: R101 `new.html` is no address to lead to; write a path below the site's root (`/new.html`), a page's source (`{filename}/new.md`) or `https://…`",
        ),
        """\
**Error.** The file, or one address in it, cannot be read. Often the quotes are missing. The
message says what is wrong.
""",
    ),
    Rule(
        "R102",
        "redirects in a circle",
        Severity.ERROR,
        None,
        (
            "redirects.toml:1: R102 redirects go round in a circle: `/a.html` → `/b.html` → `/a.html`; let one of them lead to a page",
        ),
        """\
**Error.** Readers would be sent round for ever. Look for the redirect that should lead to a
page.
""",
    ),
    Rule(
        "R103",
        "an old address that is in use",
        Severity.ERROR,
        None,
        (
            "redirects.toml:1: R103 `/a.html` is taken by content/pages/a.md; take the redirect out, or give the page another slug",
        ),
        """\
**Error.** There is a page, or another file of the site, at the old address. A redirect would
hide it.
""",
    ),
    Rule(
        "R104",
        "two redirects from one address",
        Severity.ERROR,
        None,
        (
            "redirects.toml:2: R104 `/a.html` is redirected on line 1 already; keep one of the two",
            "redirects.toml:2: R104 `/a.html` is redirected by redirects.toml:1 already, as `/a`; keep one of the two",
        ),
        """\
**Error.** Only one of them could be followed. Web servers answer `/a` with the file `a.html`,
so both spellings are one address.
""",
    ),
    Rule(
        "R105",
        "a redirect to nowhere",
        Severity.WARNING,
        None,
        ("redirects.toml:1: R105 `/old.html` leads to `/neew.html`, which is not there; did you mean `/new.html`?",),
        """\
**Warning.** The new address is on this site, and there is nothing. The redirect is made all
the same. With `{filename}`, it is left out: then not even its address is known.
""",
    ),
    Rule(
        "R106",
        "two pages that claim an old address",
        Severity.WARNING,
        None,
        (
            "content/pages/b.md:3: R106 `/flask-g.html` could lead here or to the page of content/pages/a.md:3, so it leads nowhere; take the alias out of one of the two, or say in redirects.toml where it leads",
        ),
        """\
**Warning.** The `aliases` of both pages make the same address. Delete one of them, or decide
with a line in `redirects.toml`.
""",
    ),
    Rule(
        "R107",
        "a redirect without a rule",
        Severity.NOTE,
        None,
        (
            "redirects.toml:2001: R107 3 redirects from here on have no rule, so their pages alone have to do; Cloudflare Pages takes 2,000 rules; take out what nobody follows any more",
        ),
        """\
**Note.** The redirect works, by its page. Only the file `_redirects` has no rule for it:
Cloudflare Pages reads so many rules at the most, and each of at most 1,000 characters. If you
publish to another host, there is nothing to do.
""",
    ),
    Rule(
        "R108",
        "a theme without redirects",
        Severity.WARNING,
        None,
        (
            "content/pages/a.md:3: R108 the theme has no template `redirect`, so old addresses lead nowhere; give it one",
        ),
        """\
**Warning.** You use a theme of your own. It needs a template
[`redirect.html`]({filename}settings.md#what-a-theme-can-rely-on).
""",
    ),
)
