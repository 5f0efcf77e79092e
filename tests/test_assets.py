"""The theme's files in a production build: smaller, named after what is in them, and rewritten to match."""

from __future__ import annotations

import hashlib
import posixpath
import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.assets import Assets, Dead, name_assets, plan_outcome
from callsite.assets.minifying import LARGEST, find_references, minify
from callsite.assets.reference import rename, resolve
from callsite.publish.kinds import Kind, find_kind

STATIC = Path(__file__).parents[1] / "theme/static"
THEME = {str(path.relative_to(STATIC)): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}


def _minify(path: str, text: str) -> str | None:
    small = minify(path, text.encode())
    return None if small is None else small.decode()


SMALLER_STYLES = [
    ("a { color : red ; }\n\n/* why */\nb { c: d }", "a{color:red}b{c:d}"),
    ("a { & > b { x: y } &:hover { x: y } .c & { x: y } }", "a{& >b{x:y}&:hover{x:y}.c & {x:y}}"),
    ("@layer base, theme; @layer base { a { b: c } }", "@layer base,theme;@layer base{a{b:c}}"),
    ("@media (width >= 48rem) and (height > 2px) { a { b: c } }", "@media (width>=48rem) and (height>2px){a{b:c}}"),
    ("@container card (width > 40rem) { a { b: c } }", "@container card (width>40rem){a{b:c}}"),
    ("@supports selector(:has(> a)) { a { b: c } }", "@supports selector(:has(>a)){a{b:c}}"),
    (":is(a, b) .c, :not(.d) > e { f: g }", ":is(a,b) .c,:not(.d)>e{f:g}"),
    ("a:has(~ .b) { c: light-dark(#fff, rgb(0 0 0 / .5)) }", "a:has(~ .b){c:light-dark(#fff,rgb(0 0 0 / .5))}"),
    ("a { w: calc( 1px + 2px - (3px * 4) ) }", "a{w:calc(1px + 2px - (3px * 4))}"),
    ('a::before { content: "a  /* b */  c" / ""; }', 'a::before{content:"a  /* b */  c" / ""}'),
    ("@property --p { syntax: '<length>'; inherits: false }", "@property --p{syntax:'<length>';inherits:false}"),
    (":root { --a : b ; --c:  d  e }", ":root{--a:b;--c:d e}"),
    ("a { b: c ! important }", "a{b:c!important}"),
    (
        '@import url("x.css") layer(a) screen;\na { b: url( y.png ) }',
        '@import url("x.css") layer(a) screen;a{b:url(y.png)}',
    ),
    ("a[b = 'c'  i] { d: e }", "a[b='c' i]{d:e}"),
    ("/*! whose it is */ a { b: c }", "/*! whose it is */a{b:c}"),
    (".\\31 0 { a: b }", ".\\31 0{a:b}"),
    ("li:nth-child(2n + 1 of .x) { a: b }", "li:nth-child(2n + 1 of .x){a:b}"),
    ("", ""),
    ("  \n", ""),
]


@pytest.mark.parametrize(("text", "expected"), SMALLER_STYLES)
def test_style_sheets_lose_what_says_nothing(text: str, expected: str) -> None:
    assert _minify("a.css", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@layer x { a :hover { b: c } }",
        "a { b :is(c) d { e: f } }",
        '@font-face { src: url( "two  words.woff2" ) }',
        "a/**/b { c: d }",
        "a { b: url(x'y.png) }",
        "a { b: 'never closed\n }",
        "a { b: c) }",
        "(" * 5000,
        "a { b: c\0 }",
        "\ufeffa { b: c }",
    ],
)
def test_a_style_sheet_that_would_say_something_else_stays_as_it_is(text: str) -> None:
    assert _minify("a.css", text) is None


SMALLER_SCRIPTS = [
    ("// why\nconst a = 1; /* and */ let b = a + 2;\n", "const a=1;let b=a+2;"),
    ('import("./search.js").then((it) => it.open());', 'import("./search.js").then((it)=>it.open());'),
    ("x = new URL('y.css', import.meta.url);", "x=new URL('y.css',import.meta.url);"),
    ("a?.b?.[c] ?? (d ||= 1_000n);", "a?.b?.[c]??(d||=1_000n);"),
    ("x = `a  // ${b} /* c */`;", "x=`a  // ${b} /* c */`;"),
    ("x = /[/*] \\/\\/ /.test(y) ;", "x=/[/*] \\/\\/ /.test(y);"),
    ("a = b + +c - -d;", "a=b+ +c- -d;"),
    ("/*! whose it is */\nf();", "/*! whose it is */f();"),
    ("for (let i = 0; i < 3; i++) { f(i) }", "for(let i=0;i<3;i++){f(i)}"),
    ("export default class { #a = 1; static { f() } }", "export default class{#a=1;static{f()}}"),
]


@pytest.mark.parametrize(("text", "expected"), SMALLER_SCRIPTS)
def test_scripts_lose_what_says_nothing(text: str, expected: str) -> None:
    assert _minify("a.js", text) == expected
    assert _minify("a.MJS", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "class A {\n  #a\n  #b\n}\n",
        "x = `a ${b ? `c  ${d}` : 'e'}  f  ${g}`;",
        "this is no script",
        "f(",
        "x = 'a\0b';",
        "\ufefff();",
    ],
)
def test_a_script_that_would_say_something_else_stays_as_it_is(text: str) -> None:
    assert _minify("a.js", text) is None


def test_other_files_stay_as_they_are() -> None:
    for path in ("a.svg", "a.min.css", "b.MIN.js", "font.woff2", "LICENSE", "a.css.map"):
        assert minify(path, b"a  {  /* b */  } \xff") == b"a  {  /* b */  } \xff"
    assert minify("a.css", b"a { b: '\xff' }") is None
    large = b"/*" + b" " * (LARGEST - 4) + b"*/"
    assert minify("a.css", large) == b""
    assert minify("a.css", large + b" ") is None


def test_our_own_files_become_smaller() -> None:
    for path, data in THEME.items():
        small = minify(path, data)
        assert small is not None
        assert len(small) < len(data) * 0.9 or path.endswith(".svg"), path


# Addresses.


def _targets(path: str, text: str) -> list[str]:
    data = text.encode()
    found = list(find_references(path, data))
    assert all(data[each.start : each.end].decode() == each.target for each in found)
    return [each.target for each in found]


def test_addresses_in_style_sheets() -> None:
    text = """@import "a.css"; @import 'b.css' layer(x); @import url(c.css);
    /* url(no.png) */ a { b: url("d e.png"), URL( 'f.png' ) , url( g.png#h ); c: "url(no.png)" 'url(no.png)' }
    é { b: url(data:image/png;base64,AA==) } i { j: url("k\\.png") local("no") }"""
    expected = ["a.css", "b.css", "c.css", "d e.png", "f.png", "g.png#h", "data:image/png;base64,AA=="]
    assert _targets("x.css", text) == expected


def test_addresses_in_scripts() -> None:
    text = """import a from "./a.js"; import './b.js'; export * from "../c.js"; import d, { e } from './d/e.js';
    import("./f.js"); await import( /* why */ `./g.js` ); new URL("h.css", import.meta.url);
    new Worker(new URL('./i.js', import . meta . url), { type: "module" }); export { j };"""
    expected = ["./a.js", "./b.js", "../c.js", "./d/e.js", "./f.js", "./g.js", "h.css", "./i.js"]
    assert _targets("x.mjs", text) == expected


@pytest.mark.untraced
def test_a_long_row_of_calls_takes_no_time() -> None:
    begun = time.process_time()
    assert _targets("a.js", f"a{'()' * 60_000};new URL('x.png', a{'.b' * 20_000});import('./b.js')") == ["./b.js"]
    assert time.process_time() - begun < 5


def test_what_only_looks_like_an_address_is_none() -> None:
    text = """import a from "lib"; import("lib/a.js"); import("./" + a); import(`./${a}.js`); import("./\\x61.js");
    new URL("a.css"); new URL("a.css", b); new URL(); new Url("a.css", import.meta.url); URL("a.css", import.meta.url);
    // import("./a.js")
    b = 'import("./a.js")'; new URL; new URL(c, import.meta.url); import(d); f("./a.js"); new URL`x`"""
    assert _targets("x.js", text) == []
    assert _targets("x.txt", 'import("./a.js"); url(a.css)') == []
    assert list(find_references("x.css", b"url(\xff.png)")) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a.png", "css/a.png"),
        ("./a.png", "css/a.png"),
        ("../a%20b.png?c#d", "a b.png"),
        ("x/../a.png", "css/a.png"),
        ("../../a.png", ""),
        ("../..", ""),
        ("/a.png", ""),
        ("//host/a.png", ""),
        ("https://host/a.png", ""),
        ("data:,x", ""),
        ("#a", ""),
        ("?a", ""),
        ("", ""),
    ],
)
def test_addresses_name_files(target: str, expected: str) -> None:
    assert resolve(target, "css/x.css") == expected


def test_an_address_of_a_renamed_file() -> None:
    assert rename("../a/b.png?c#d", "b.0f.png") == "../a/b.0f.png?c#d"
    assert rename("b.png", "b c.0f.png") == "b%20c.0f.png"


# Names.


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _plan(files: Mapping[str, str], *asked: str) -> tuple[Assets, dict[str, str]]:
    assets = name_assets({path: text.encode() for path, text in files.items()})
    outcome = plan_outcome(assets, asked)
    assert not set(outcome.removed) & outcome.written.keys()
    assert set(outcome.removed) <= files.keys()
    return assets, {name: data.decode() for name, data in outcome.written.items()}


def test_a_name_says_what_is_in_the_file() -> None:
    assets, written = _plan({"css/a.css": "b { c: d }"}, "css/a.css")
    name = f"css/a.{_digest(b'b{c:d}')}.css"
    assert assets.names["css/a.css"] == name
    assert written == {name: "b{c:d}"}
    assert find_kind(name, hashlib.sha256(b"b{c:d}").hexdigest()) is Kind.FINGERPRINTED


def test_a_change_far_away_changes_all_names_on_the_way() -> None:
    files = {
        "js/a.js": 'import("./b.js");',
        "js/b.js": 'new URL("../c.css", import.meta.url);',
        "c.css": "a { b: url(d.svg) }",
        "d.svg": "<svg/>",
        "e.css": "a { b: c }",
    }
    before, written = _plan(files, "js/a.js", "e.css")
    after, _ = _plan({**files, "d.svg": "<svg />"}, "js/a.js", "e.css")
    assert {path for path in files if before.names[path] != after.names[path]} == files.keys() - {"e.css"}
    assert written[before.names["js/a.js"]] == f'import("./{posixpath.basename(before.names["js/b.js"])}");'
    assert written[before.names["js/b.js"]] == f'new URL("../{before.names["c.css"]}",import.meta.url);'
    assert written[before.names["c.css"]] == f"a{{b:url({before.names['d.svg']})}}"
    assert written.keys() == set(before.names.values())


def test_what_nobody_asks_for_keeps_its_name_and_leads_to_the_new_ones() -> None:
    files = {"a.css": "a { b: url(x.png), url(y.png) }", "b.css": "a { b: url(x.png) }", "x.png": "x", "y.png": "y"}
    assets, written = _plan(files, "b.css")
    assert written == {
        "a.css": f"a{{b:url({assets.names['x.png']}),url(y.png)}}",
        assets.names["b.css"]: f"a{{b:url({assets.names['x.png']})}}",
        assets.names["x.png"]: "x",
        "y.png": "y",
    }


def test_nothing_is_asked_for() -> None:
    assert _plan({"a.css": "b { c: url(d.css) }", "d.css": "e { f: g }"})[1] == {
        "a.css": "b{c:url(d.css)}",
        "d.css": "e{f:g}",
    }
    assert _plan({})[1] == {}


@pytest.mark.parametrize(
    "speaker",
    [
        {"icons.webmanifest": '{"icons": [{"src": "x y.png"}]}'},
        {"icons.svg": '<svg><image href="x%20y.png"/></svg>'},
        {"b.js": "f('img/' + 'x y.png')"},
        {"b.css": 'a { b: image-set("x y.png" 1x) }'},
        {"b.css": 'a { b: url("/theme/x y.png") }'},
    ],
)
def test_a_file_that_others_speak_of_stays_under_its_old_name_as_well(speaker: dict[str, str]) -> None:
    assets, written = _plan({"a.css": 'a { b: url("x y.png") }', "x y.png": "x", **speaker}, "a.css", *speaker)
    assert written["x y.png"] == written[assets.names["x y.png"]] == "x"
    assert "a.css" not in written


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", '{"see": "a.json"}'),
        ("a.js", "a.js"),
        ("a.js", "ba.js"),
        ("ü b.js", "x/%C3%BC%20b.js"),
        ("a.b.js", "c.b.js a.b.js"),
    ],
)
def test_a_name_is_found_wherever_it_stands(name: str, text: str) -> None:
    _, written = _plan({name: "f();", "b.txt": text}, name)
    assert name in written


@pytest.mark.parametrize("text", ["", ".js", "b.js A.js", "a.jz", "a.\njs", "\0 a.js"])
def test_a_name_that_nobody_speaks_of_goes(text: str) -> None:
    _, written = _plan({"a.js": "f();", "b.bin": text}, "a.js")
    assert "a.js" not in written


@pytest.mark.untraced
def test_many_files_take_no_time() -> None:
    names = [f"icon-{number}.svg" for number in range(2000)]
    files = {name: f"<svg>{' ' * 4000}{name}</svg>".encode() for name in names[:3]} | dict.fromkeys(
        names[3:], b"x" * 4000
    )
    text = "".join(f"a{{b:url({name})}}" for name in names)
    assets = name_assets({"a.css": text.encode(), **files})
    begun = time.process_time()
    assert len(plan_outcome(assets, ["a.css"]).removed) == 2001 - 3
    assert time.process_time() - begun < 2


def test_a_map_of_lines_is_not_taken_for_a_reference() -> None:
    _, written = _plan({"a.js": "f();\n//# sourceMappingURL=a.js.map", "a.js.map": '{"file": "a.js"}'}, "a.js")
    assert "a.js" not in written
    assert "a.js.map" in written


def test_files_in_a_circle_keep_their_names() -> None:
    files = {
        "a.js": 'import "./b.js";',
        "b.js": 'import "./a.js"; import "./c.js";',
        "c.js": "f();",
        "self.css": '@import "self.css";',
        "top.js": 'import "./a.js";',
    }
    assets, written = _plan(files, *files)
    c = assets.names["c.js"]
    assert {path for path, name in assets.names.items() if path == name} == {"a.js", "b.js", "self.css"}
    assert written["b.js"] == f'import"./a.js";import"./{c}";'
    assert written["a.js"] == 'import"./b.js";'
    assert written[assets.names["top.js"]] == 'import"./a.js";'
    assert written.keys() == set(assets.names.values())


def test_names_without_an_ending_and_long_ones_stay() -> None:
    long = "x" * 240 + ".css"
    assets, _ = _plan({"LICENSE": "a", ".hidden": "b", long: "c{d:e}", "x" * 238 + ".css": ""})
    assert [path == name for path, name in sorted(assets.names.items())] == [True, True, False, True]


def test_an_address_that_leads_to_nothing_is_told_when_its_file_is_asked_for() -> None:
    text = "/* a comment */\n\na { b: url(x.png) }\n\nc { d: url( 'gone.png?x' ), url(../../far.png), url(https://h/e.png) }\n"
    assets = name_assets({"css/a.css": text.encode(), "css/x.png": b"x", "b.js": b"import('./gone.js')"})
    assert plan_outcome(assets, ["css/a.css"]).dead == (Dead("css/a.css", 5, "gone.png?x"),)
    assert plan_outcome(assets, ["css/a.css", "b.js"]).dead[0] == Dead("b.js", 1, "./gone.js")
    assert plan_outcome(assets, ["css/x.png"]).dead == ()


def test_what_could_not_be_made_smaller_is_named_all_the_same() -> None:
    text = "@layer x { a :hover { b: url(c.png) } }\n"
    assets, written = _plan({"a.css": text, "c.png": "c"}, "a.css")
    assert assets.whole == ("a.css",)
    assert written[assets.names["a.css"]] == text.replace("c.png", assets.names["c.png"])


def test_our_own_theme() -> None:
    assets = name_assets(THEME)
    outcome = plan_outcome(assets, ["js/callsite.js", "css/callsite.css", "favicon.svg"])
    assert not assets.whole
    assert not outcome.dead
    assert set(outcome.removed) == THEME.keys()
    assert {re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in outcome.written} == THEME.keys()
    for name, data in outcome.written.items():
        assert f".{_digest(data)}." in name


_NAMES = ("a.css", "b/c.css", "b/d.js", "e.js", "f.png")


@given(st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES))), st.sets(st.sampled_from(_NAMES)))
def test_whatever_refers_to_what_every_address_leads_to_a_file(links: list[tuple[str, str]], asked: set[str]) -> None:
    files = dict.fromkeys(_NAMES, b"")
    for path, to in links:
        target = posixpath.relpath(to, posixpath.dirname(path) or ".")
        target = target if target.startswith("../") else f"./{target}"
        files[path] += f'import("{target}");\n'.encode() if path.endswith(".js") else f'@import "{target}";\n'.encode()
    assets = name_assets(files)
    outcome = plan_outcome(assets, asked)
    assert name_assets(dict(reversed(files.items()))) == assets
    for path in asked:
        assert assets.names[path] in outcome.written
    for name, data in outcome.written.items():
        assert name in files or f".{_digest(data)}." in name
        found = list(find_references(name, data))
        assert all(resolve(each.target, name) in outcome.written for each in found)
