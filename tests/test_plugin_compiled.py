"""Templates as Python compiles them: what they show is what it would be without."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from callsite.cache import Cache
from callsite.pelican_plugin.compiled import CompiledTemplates, escape_text


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
