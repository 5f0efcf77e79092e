"""JSON: whether programs can read it, and whether the site's own data are what their schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote

from callsite.check.output.facts import DATA, FileFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

EXAMPLES = "examples.json"

_WORDS = (str, type(None))

# What the records of the data have (see `examples.schema.json`, which comes with them).
FIELDS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "site": {"name": (str,), "summary": (str,), "address": (str,), "language": (str,)},
    "symbols": {"name": (str,), "aliases": (list,), "page": (str,)},
    "pages": {
        "url": (str,),
        "markdown": _WORDS,
        "title": (str,),
        "description": (str,),
        "symbol": _WORDS,
        "docs": _WORDS,
        "created": _WORDS,
        "changed": _WORDS,
    },
    "excerpts": {
        "page": (str,),
        "number": (int,),
        "anchor": (str,),
        "title": (str,),
        "language": (str,),
        "code": (str,),
        "marks": (list,),
        "runs": (list,),
        "gaps": (list,),
        "provenance": (dict,),
        "uses": (list,),
    },
}

_MEND = "mend what writes the file"
_AGAIN = "build again; if it stays, a plugin has changed the file"


def find_bad_data(facts: FileFacts) -> Iterator[Finding]:
    """JSON that cannot be read, in files and in pages; data of the site that are not what their schema says."""
    for nth, text in enumerate(facts.markup.data):
        bad = _read(text)[1]
        if bad:
            tags = [tag for tag in facts.tags.named("script") if "ld+json" in tag.attributes.get("type", "").lower()]
            first = tags[nth].line if nth < len(tags) else 1
            yield Finding(facts.place(first + bad[0] - 1), f"the linked data cannot be read: {bad[1]}", _MEND)
    if not facts.path.lower().endswith(DATA):
        return
    value, bad = _read(facts.text.removeprefix("\ufeff"))
    if bad:
        yield Finding(facts.place(bad[0]), f"the JSON cannot be read: {bad[1]}", _MEND)
    elif facts.path == EXAMPLES and isinstance(value, dict) and str(value.get("generator")).startswith("Callsite"):
        for key, number, message in _check_examples(value, facts):
            where = f"`{key}`" if number is None else f"record {number + 1} of `{key}`"
            place = facts.place(_find_record(facts.text, key, number or 0))
            yield Finding(place, f"{where} {message}", _AGAIN)


def _read(text: str) -> tuple[Any, tuple[int, str] | None]:
    """What a text of JSON says, or on which line it cannot be read and why."""
    try:
        return json.loads(text, parse_constant=_refuse), None
    except json.JSONDecodeError as error:
        return None, (error.lineno, error.msg)
    except RecursionError:
        return None, (1, "it is too deep")
    except ValueError as error:
        return None, (1, str(error).partition(";")[0])


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _check_examples(value: dict[str, Any], facts: FileFacts) -> Iterator[tuple[str, int | None, str]]:
    """What is wrong with the site's data: in which list, in which of its records, and what it is."""
    wrong = [found for key in FIELDS for found in _check_fields(key, value.get(key))]
    yield from wrong
    if wrong:
        return
    if facts.address and value["site"]["address"] != facts.address.rstrip("/"):
        yield "site", None, f"says that the site stands at `{_show(value['site']['address'])}`"
    root = facts.address.rstrip("/")
    for number, page in enumerate(value["pages"]):
        for name in ("url", "markdown"):
            if (
                page[name] is not None
                and facts.leads.find(f"{root}/{quote(page[name], errors='replace')}", facts.path).path is None
            ):
                yield "pages", number, f"names `{_show(page[name])}`, which is not in the output"
    urls = {page["url"] for page in value["pages"]}
    for key in ("symbols", "excerpts"):
        for number, record in enumerate(value[key]):
            if record["page"] not in urls:
                yield key, number, f"names the page `{_show(record['page'])}`, which is not among `pages`"
            elif key == "excerpts" and not _has_marks(record):
                yield key, number, "marks lines that it does not have"


def _check_fields(key: str, value: object) -> Iterator[tuple[str, int | None, str]]:
    fields = FIELDS[key]
    if key == "site":
        found = _check_record(fields, value)
        if found:
            yield key, None, found
    elif not isinstance(value, list):
        yield key, None, "is no list"
    else:
        for number, record in enumerate(value):
            found = _check_record(fields, record)
            if found:
                yield key, number, found


def _check_record(fields: Mapping[str, tuple[type, ...]], record: object) -> str:
    if not isinstance(record, dict):
        return "is no object"
    missing = next((name for name in fields if name not in record), "")
    if missing:
        return f"has no `{missing}`"
    wrong = next((name for name, types in fields.items() if type(record[name]) not in types), "")
    return f"has a `{wrong}` of the wrong type" if wrong else ""


def _has_marks(record: Mapping[str, Any]) -> bool:
    lines = record["code"].count("\n") + 1
    marks: Sequence[object] = record["marks"]
    return all(type(mark) is int and 1 <= mark <= lines for mark in marks)


def _show(text: str) -> str:
    """A text of JSON as it can be printed: halves of characters can be escaped in it."""
    return text.encode("utf-8", "replace").decode()


def _find_record(text: str, key: str, number: int) -> int:
    """The line of a record: each stands on a line of its own below the name of its list, unless somebody has changed the
    file. Then it is the line of that name.
    """
    rows = text.split("\n")
    start = next((at for at, row in enumerate(rows) if row.startswith(f'"{key}"')), None)
    if start is None:
        return 0
    at = start + 1 + number
    is_row = rows[start].endswith("[") and at < len(rows) and rows[at].startswith("{")
    return at + 1 if is_row else start + 1


RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H110",
        "data that programs cannot read",
        Severity.ERROR,
        find_bad_data,
        (
            "output/a.json:3: H110 the JSON cannot be read: Expecting value; mend what writes the file",
            "output/a.html:20: H110 the linked data cannot be read: Expecting ',' delimiter; mend what writes the file",
            "output/examples.json:9: H110 record 3 of `pages` has no `title`; build again; if it stays, a plugin has changed the file",
            "output/examples.json:9: H110 record 3 of `pages` names `a.html`, which is not in the output; build again; if it stays, a plugin has changed the file",
            "output/examples.json:5: H110 `site` says that the site stands at `https://example.com`; build again; if it stays, a plugin has changed the file",
        ),
        """**Error.** A file of JSON, or the linked data in a page's head, does not parse: programs that read it get nothing.
`examples.json`, the site's own data, is also compared with its schema and with the pages that are there. If a template writes
the data, let it write values with Jinja's `tojson`, which escapes what has to be.""",
    ),
)
