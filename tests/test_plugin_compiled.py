"""Templates as Python compiles them: what they show is what it would be without."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from callsite.cache import Cache
from callsite.pelican_plugin import compiled, rendering
from callsite.pelican_plugin.compiled import CompiledTemplates, compile_templates, escape_text
from callsite.pelican_plugin.run import end_run
from tests.building import CONTENT, SiteFolder


class _Page:
    """Something that says itself how it is shown."""

    def __html__(self) -> str:
        return "<b>page</b>"

    def __str__(self) -> str:
        return "<page>"


class _Title(str):
    """Text that is more than that."""


@pytest.mark.parametrize(
    "value",
    [
        *("", "a", "a & b", "<b>", "'\"", "é" * 300, "<" * 300),
        *(Markup("<b>&amp;</b>"), Markup(""), _Page(), _Title("<i>"), None, 3, True, jinja2.Undefined(), ["<"]),
    ],
)
def test_a_value_is_escaped_as_it_should_be(value: object) -> None:
    for _ in range(2):
        assert "".join(["", escape_text(value)]) == str(escape(value))


@given(st.text() | st.text(alphabet="<>&'\"a;", max_size=250) | st.text().map(Markup) | st.integers())
def test_any_value_is_escaped_as_it_should_be(value: object) -> None:
    assert "".join(["", escape_text(value)]) == str(escape(value))


_TEMPLATE = """
{% macro show(word) %}<i>{{ word }}</i>{% endmacro %}
{% set kept %}{{ word }}{% endset %}
{{ word }} {{ word|safe }} {{ show(word) }} {{ kept }} {{ word ~ "<" }} {{ show(word) ~ word }} {{ number }} {{ gone }}
{{ word|replace("&", mark) }} {{ kept|upper }} {% filter lower %}{{ word }}{% endfilter %}
{% autoescape false %}{{ word }} {{ show(word) }}{% endautoescape %}
"""


@pytest.mark.parametrize("is_escaped", [True, False])
def test_templates_show_what_they_show_without_it(is_escaped: bool) -> None:
    loader = jinja2.DictLoader({"a.html": _TEMPLATE})
    kept = CompiledTemplates(Cache(None), is_kept=True)
    environments = [
        jinja2.Environment(loader=loader, autoescape=is_escaped, bytecode_cache=cache) for cache in (None, kept, kept)
    ]
    shown = [
        environment.get_template("a.html").render(word="A & <b>", number=3, mark=Markup("<wbr>"))
        for environment in environments
    ]
    assert shown[0] == shown[1] == shown[2]
    assert ("&lt;b&gt;" in shown[0]) is is_escaped
    assert [type(each.get_template("a.html")) is jinja2.Template for each in environments] == [True, False, False]


def test_a_class_of_templates_that_a_site_has_chosen_stays() -> None:
    class _Own(jinja2.Template):
        pass

    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"a.html": "{{ word }}"}),
        autoescape=True,
        bytecode_cache=CompiledTemplates(Cache(None), is_kept=True),
    )
    environment.template_class = _Own
    template = environment.get_template("a.html")
    assert type(template) is _Own
    assert template.render(word="<") == "&lt;"


def test_all_templates_that_can_be_are_compiled(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    for name, text in {"a.html": b"a", "b.html": b"{% if %}", "c.html": b"\xff", "d.txt": b"d", "e.html": b"e"}.items():
        (folder / name).write_bytes(text)
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    loaded: list[str] = []
    env.compile = lambda source, name, *more: (loaded.append(name), jinja2.Environment.compile(env, source, name))[1]  # type: ignore[method-assign,assignment,func-returns-value]  # notes names
    compile_templates(SimpleNamespace(theme=str(tmp_path), settings={"TEMPLATE_EXTENSIONS": [".html"]}, env=env))
    assert loaded == ["a.html", "b.html", "e.html"]


def test_a_build_side_by_side_compiles_them_once(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsite.making.PORTION", 1)
    monkeypatch.setattr(rendering, "PORTION", 1)
    times: list[object] = []
    compile_all = compiled.compile_templates
    monkeypatch.setattr(
        "callsite.pelican_plugin.loading.compile_templates", lambda generator: times.append(compile_all(generator))
    )
    site.set(CALLSITE_SEARCH=False, CALLSITE_PROCESSES=2)
    site.write({**CONTENT, "content/pages/more.md": "title: More\nslug: more\n\nMore words.\n"})
    assert "More words" in site.build().read("more.html")
    assert times == [None]
    site.write({"content/pages/more.md": "title: More\nslug: more\n\nOther words.\n"})
    assert "Other words" in site.build().read("more.html")
    assert times == [None]
    end_run()
