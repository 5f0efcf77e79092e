"""Examples as data, and the schema that describes them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from callsite.model import Page
from callsite.twins import TwinSite, sort_pages
from callsite.twins.examples import SCHEMA, format_entry, format_examples
from tests.twinning import day, files_of, leave, site_of, twin

_SCHEMA: dict[str, Any] = json.loads(SCHEMA)
_VALIDATOR = Draft202012Validator(_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

_LISTING = """\
```python project=Shop version=1.2 path=shop/app.py rev=abc licence=MIT url=https://code.example/a artefact=a.whl lines=3-4,9
import flask
~~flask.g
## ... more ...
~~flask.h
## ... the end ...
```
"""


def assert_valid(data: object) -> None:
    _VALIDATOR.validate(data)


def _write(site: TwinSite, schema: str) -> str:
    entries = (format_entry(twin, twin.page) for twin in sort_pages(site) if isinstance(twin.page, Page))
    return b"".join(format_examples(site, schema, entries)).decode()


def _data(*pages: Any, **facts: Any) -> Any:
    data = json.loads(_write(site_of(*pages, **facts), "examples.schema.json"))
    assert_valid(data)
    return data


def _example() -> Any:
    return _data(
        twin(
            "title: g Example Code\nslug: g\nsymbol: flask.g\naliases: flask.globals.g\nmeta: About g.\ndocs: https://d.example/g",
            _LISTING,
            created=day(1),
            changed=day(2),
            uses=(("flask.h", "flask.g", "flask.h"),),
        )
    )


def test_the_head() -> None:
    data = _example()
    assert list(data) == ["schema", "version", "generator", "site", "symbols", "pages", "excerpts"]
    assert (data["schema"], data["version"]) == ("https://callsite.example/examples.schema.json", 1)
    assert data["generator"].startswith("Callsite ")
    assert data["site"] == {
        "name": "Callsite",
        "summary": "Real call sites",
        "address": "https://callsite.example",
        "language": "en",
    }


def test_without_an_address() -> None:
    data = _data(address="")
    assert (data["schema"], data["site"]["address"], data["pages"]) == ("examples.schema.json", "", [])


def test_symbols_and_pages() -> None:
    data = _example()
    assert data["symbols"] == [{"name": "flask.g", "aliases": ["flask.globals.g"], "page": "g.html"}]
    assert data["pages"] == [
        {
            "url": "g.html",
            "markdown": "g.md",
            "title": "g Example Code",
            "description": "About g.",
            "symbol": "flask.g",
            "docs": "https://d.example/g",
            "created": "2026-01-01T12:30:00Z",
            "changed": "2026-01-02T12:30:00Z",
        }
    ]


def test_an_excerpt() -> None:
    (excerpt,) = _example()["excerpts"]
    assert excerpt == {
        "page": "g.html",
        "number": 1,
        "anchor": "listing-1",
        "title": "app.py",
        "language": "python",
        "code": "import flask\nflask.g\nflask.h",
        "marks": [2, 3],
        "runs": [
            {"lines": {"first": 1, "last": 2}, "upstream": {"first": 3, "last": 4}},
            {"lines": {"first": 3, "last": 3}, "upstream": {"first": 9, "last": 9}},
        ],
        "gaps": [{"after": 2, "note": "more"}, {"after": 3, "note": "the end"}],
        "provenance": {
            "project": "Shop",
            "home": None,
            "version": "1.2",
            "path": "shop/app.py",
            "revision": "abc",
            "url": "https://code.example/a",
            "licence": "MIT",
            "artefact": "a.whl",
        },
        "uses": ["flask.g", "flask.h"],
    }


def test_a_page_may_say_whose_code_it_is_in_its_words() -> None:
    words = "## Example 1 from Shop\n\n[Shop](https://shop.example/) is under the [MIT license](/x).\n\n```py\nx\n```\n"
    (excerpt,) = _data(twin("title: T", words))["excerpts"]
    known = {key: value for key, value in excerpt["provenance"].items() if value}
    assert known == {"project": "Shop", "home": "https://shop.example/", "licence": "MIT"}


def test_what_is_not_known_is_null_and_nothing_is_made_up() -> None:
    data = _data(twin("title: T\ndocs: nowhere", "```py url=javascript:x lines=1-9\n# a.py\n```\n"))
    (page,), (excerpt,) = data["pages"], data["excerpts"]
    assert [page[key] for key in ("symbol", "docs", "created", "changed")] == [None] * 4
    assert set(excerpt["provenance"].values()) == {None}
    assert excerpt["title"] == "a.py"
    assert excerpt["runs"] == [{"lines": {"first": 1, "last": 1}, "upstream": None}]


def test_an_empty_listing() -> None:
    (excerpt,) = _data(twin("title: T", "```\n```\n"))["excerpts"]
    assert (excerpt["code"], excerpt["runs"], excerpt["gaps"], excerpt["marks"]) == ("", [], [], [])


def test_everything_is_sorted_and_a_symbol_has_one_page() -> None:
    pages = [
        twin("title: A\nslug: z\nsymbol: b.c", "```\n1\n```\n\n```\n2\n```\n"),
        twin("title: B\nslug: y\nsymbol: a.b", "```\n3\n```\n"),
        twin("title: C\nslug: x\nsymbol: b.c"),
    ]
    data = _data(*pages)
    assert [(symbol["name"], symbol["page"]) for symbol in data["symbols"]] == [("a.b", "y.html"), ("b.c", "z.html")]
    assert [page["url"] for page in data["pages"]] == ["x.html", "y.html", "z.html"]
    assert [(e["page"], e["number"], e["code"]) for e in data["excerpts"]] == [
        ("y.html", 1, "3"),
        ("z.html", 1, "1"),
        ("z.html", 2, "2"),
    ]


def test_gaps_at_either_end_and_next_to_each_other() -> None:
    gaps = "# ... a ...\n1\n2\n# ... b ...\n# ... c ...\n3\n# ... d ...\n"
    (excerpt,) = _data(twin("title: T\nslug: t", f"```py lines=4-5,9\n{gaps}```\n"))["excerpts"]
    assert excerpt["code"] == "1\n2\n3"
    assert [(gap["after"], gap["note"]) for gap in excerpt["gaps"]] == [(0, "a"), (2, "b"), (2, "c"), (3, "d")]
    assert [(run["lines"]["first"], run["upstream"]["last"]) for run in excerpt["runs"]] == [(1, 5), (3, 9)]


def test_a_record_is_a_line_in_utf8() -> None:
    site = site_of(twin("title: Über\nslug: u", "```\nñ\u2028\n```\n"), twin("title: B\nslug: v"))
    text = _write(site, "s.json")
    assert '"title": "Über"' in text
    records = [line.rstrip(",") for line in text.split("\n") if line.startswith('{"')]
    assert len([json.loads(record) for record in records]) == 3


def test_the_schema_is_published_and_good() -> None:
    Draft202012Validator.check_schema(_SCHEMA)
    assert files_of(site_of(), leave)["examples.schema.json"] == SCHEMA


def test_every_object_is_closed_and_every_field_described() -> None:
    pending: list[Any] = [_SCHEMA]
    objects = 0
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if part.get("type") == "object":
                objects += 1
                assert part["additionalProperties"] is False
                assert sorted(part["required"]) == sorted(part["properties"])
                assert all(
                    field["description"].endswith(".") or "…" in field["description"]
                    for field in part["properties"].values()
                )
            pending += part.values()
        elif isinstance(part, list):
            pending += part
    assert objects == 9


def _change(*path: Any, value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _change("version", value=2),
        _change("more", value=1),
        _change("site", "address", value="https://x.example/"),
        _change("symbols", 0, "name", value="flask g"),
        _change("pages", 0, "created", value="yesterday"),
        _change("pages", 0, "docs", value="javascript:x"),
        _change("pages", 0, "extra", value=""),
        _change("excerpts", 0, "marks", value=[0]),
        _change("excerpts", 0, "marks", value=[2, 2]),
        _change("excerpts", 0, "runs", 0, "lines", value=[1, 2]),
        _change("excerpts", 0, "provenance", "project", value=""),
        _change("excerpts", 0, "code", value=None),
        lambda data: data.pop("pages"),
        lambda data: data["excerpts"][0].pop("uses"),
    ],
)
def test_the_schema_refuses_what_we_do_not_write(change: Callable[[Any], None]) -> None:
    data = copy.deepcopy(_example())
    change(data)
    assert not _VALIDATOR.is_valid(data)
