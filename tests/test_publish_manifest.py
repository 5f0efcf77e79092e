"""The manifest of what was published: written and read back, and never trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.publish.manifest import _NAMES, MANIFEST, Entry, Manifest, Retired, format_manifest, parse_manifest
from callsite.publish.paths import is_safe
from tests.publishing import NOON, SITE

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
HTML = (("content-type", "text/html; charset=utf-8"), ("cache-control", "public, max-age=0, must-revalidate"))
FULL = Manifest(
    files={"index.html": Entry(A, 10, HTML), "b c/é%?#.html": Entry(B, 0, HTML), "a.css": Entry(C, 2**40)},
    retired={"old.css": Retired(Entry(C, 3), NOON - timedelta(days=2))},
    coming={"a.css": Entry(B, 4), "gone.html": None},
    release="20260131T120000Z-0123abcd",
    site=SITE,
    commit="c0ffee",
    published=NOON,
    fresh=frozenset({"new.html", "a/b.html"}),
)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert parse_manifest(format_manifest(FULL), MANIFEST) == (FULL, {})
    assert parse_manifest(format_manifest(Manifest()), MANIFEST) == (Manifest(), {})


def test_what_is_written() -> None:
    assert json.loads(format_manifest(FULL)) == {
        "callsite-published": 1,
        "release": "20260131T120000Z-0123abcd",
        "site": SITE,
        "commit": "c0ffee",
        "published": "2026-01-31T12:00:00Z",
        "headers": [[], [list(pair) for pair in HTML]],
        "files": {"a.css": [C, 2**40, 0], "b c/é%?#.html": [B, 0, 1], "index.html": [A, 10, 1]},
        "retired": {"old.css": [C, 3, 0, "2026-01-29T12:00:00Z"]},
        "coming": {"a.css": [B, 4, 0], "gone.html": None},
        "fresh": ["a/b.html", "new.html"],
    }
    assert format_manifest(FULL).isascii()
    assert json.loads(format_manifest(Manifest())).keys() == _NAMES - {"retired", "coming", "fresh"}


def test_what_a_destination_keeps_with_it() -> None:
    extra = {"lock": {"by": "me", "until": 5}, "kept": []}
    data = format_manifest(FULL, extra)
    assert parse_manifest(data, MANIFEST) == (FULL, extra)
    assert data == format_manifest(FULL, {"kept": [], "lock": {"until": 5, "by": "me"}})
    with pytest.raises(AssertionError):
        format_manifest(FULL, {"coming": {}})


def test_where_bytes_come_from_is_not_kept() -> None:
    manifest = Manifest({"a.css": Entry(A, 1, (), origin="a.css.gz")})
    found, _ = parse_manifest(format_manifest(manifest), MANIFEST)
    assert found == manifest
    assert found.files["a.css"].origin == ""


def test_headers_keep_their_order_and_may_come_twice() -> None:
    headers = (("link", "</a>"), ("cache-control", "no-store"), ("link", "</b>"))
    found, _ = parse_manifest(format_manifest(Manifest({"a": Entry(A, 1, headers)})), MANIFEST)
    assert found.files["a"].headers == headers


def test_times_are_those_of_greenwich_in_whole_seconds() -> None:
    there = datetime(2026, 1, 31, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=-11)))
    found, _ = parse_manifest(format_manifest(Manifest(published=there)), MANIFEST)
    assert found.published == datetime(2026, 1, 31, 12, 2, 3, tzinfo=UTC)
    early = datetime(7, 1, 1, tzinfo=UTC)
    assert parse_manifest(format_manifest(Manifest(published=early)), MANIFEST)[0].published == early


def test_the_size_is_that_of_the_site() -> None:
    assert (FULL.size, Manifest().size) == (2**40 + 10, 0)


def damage(**values: Any) -> bytes:
    """The full manifest with other values."""
    return json.dumps({**json.loads(format_manifest(FULL)), **values}).encode()


ENTRY = [A, 1, 0]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b"<html>", b"[" * 100_000, b"\xef\xbb\xbf{}",
        b'{"callsite-published": 1}',
        b'{"callsite-published": ' + b"9" * 5000 + b"}",
        format_manifest(FULL)[:-1],
        damage(files=[]), damage(files=None), damage(files={"a": None}), damage(files={"a": {}}),
        damage(files={"a": [A, 1]}), damage(files={"a": [A, 1, 0, 0]}), damage(files={"a": [A, 1, 9]}),
        damage(files={"a": [A, 1, -1]}), damage(files={"a": [A, 1, True]}), damage(files={"a": [A, 1, "0"]}),
        damage(files={"a": [A, -1, 0]}), damage(files={"a": [A, 1.0, 0]}), damage(files={"a": [A, "1", 0]}),
        damage(files={"a": [A.upper(), 1, 0]}), damage(files={"a": [A[1:], 1, 0]}), damage(files={"a": [1, 1, 0]}),
        damage(retired={"a": ENTRY}), damage(retired={"a": [*ENTRY, ""]}), damage(retired={"a": [*ENTRY, 5]}),
        damage(retired={"a": [*ENTRY, "2026-01-31T12:00:00"]}), damage(retired={"a": [*ENTRY, "2026-13-31T12:00:00Z"]}),
        damage(retired={"a": [*ENTRY, "2026-01-31T12:00:00+02:00"]}), damage(retired={"a": 5}), damage(retired=[]),
        damage(coming={"a": 5}), damage(coming={"a": ""}), damage(coming="a"),
        damage(fresh=None), damage(fresh={}), damage(fresh=[5]), damage(fresh=["../x"]), damage(fresh="a"),
        damage(headers={}), damage(headers=None), damage(headers=[["a"]]), damage(headers=[[["a", 1]]]),
        damage(headers=[[["a", "b", "c"]]]), damage(headers=[[["a", "b\r\nset-cookie: x"]]]), damage(headers=[5]),
        damage(site=None), damage(site="https://x\x1b[2J"), damage(commit=5), damage(published=5),
        damage(published="yesterday"), damage(release=None), damage(release="../../x"), damage(release="a/b"),
        damage(release=".hidden"), damage(release="-rf"), damage(release="a" * 101),
        *(damage(**{part: {path: [*ENTRY, "2026-01-31T12:00:00Z"] if part == "retired" else ENTRY}})
          for part in ("files", "retired", "coming")
          for path in ("../x", "/etc/passwd", "", "a/../../b", "a\\b", "C:/x", ".git/config", MANIFEST, "a\0", "x" * 256)),
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_told_in_one_line(data: bytes) -> None:
    with pytest.raises(CallsiteError) as raised:
        parse_manifest(data, "s3://bucket/.callsite-published.json")
    assert str(raised.value) == (
        "s3://bucket/.callsite-published.json: this is no list of what was published; "
        "move it away, and publish with --adopt if the files there are the site's own"
    )


@pytest.mark.parametrize("form", [2, 0, "1", None, ["x"], "\x1b[2J" * 50])
def test_a_manifest_of_another_format_is_left_alone(form: object) -> None:
    with pytest.raises(CallsiteError) as raised:
        parse_manifest(damage(**{"callsite-published": form}), "there")
    said = str(raised.value)
    assert said.startswith("there: format ")
    assert said.endswith(" is not known here; publish with the newer Callsite that wrote it")
    assert said.isprintable()
    assert len(said) < 130


def test_an_empty_release_is_fine() -> None:
    assert parse_manifest(damage(release="", published=""), "there")[0].release == ""


names = st.text(min_size=1, max_size=12).filter(is_safe) | st.sampled_from(
    ["index.html", "a b/é%.html", "..."[:2] + "a"]
)
lines = st.text(max_size=12).filter(str.isprintable)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
times = st.datetimes(timezones=st.just(UTC)).map(lambda time: time.replace(microsecond=0))
entries = st.builds(Entry, digests, st.integers(0, 2**60), st.lists(st.tuples(lines, lines), max_size=3).map(tuple))
manifests = st.builds(
    Manifest,
    st.dictionaries(names, entries, max_size=4),
    st.dictionaries(names, st.builds(Retired, entries, times), max_size=4),
    st.dictionaries(names, entries | st.none(), max_size=4),
    st.from_regex(r"\A(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})?\Z"),
    lines,
    lines,
    st.none() | times,
    st.frozensets(names, max_size=3),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
extras = st.dictionaries(st.text().filter(lambda name: name not in _NAMES), json_values, max_size=3)


def turn_over(values: Any) -> Any:
    """The same with everything that has no order in another one."""
    return {name: turn_over(value) for name, value in reversed(values.items())} if isinstance(values, dict) else values


@given(manifests, extras)
def test_parse_is_the_inverse_of_format(manifest: Manifest, extra: dict[str, Any]) -> None:
    assert parse_manifest(format_manifest(manifest, extra), MANIFEST) == (manifest, extra)


@given(manifests, extras)
def test_one_manifest_has_one_text(manifest: Manifest, extra: dict[str, Any]) -> None:
    same = Manifest(
        turn_over(manifest.files),
        turn_over(manifest.retired),
        turn_over(manifest.coming),
        manifest.release,
        manifest.site,
        manifest.commit,
        manifest.published,
        manifest.fresh,
    )
    data = format_manifest(manifest, extra)
    assert format_manifest(same, turn_over(extra)) == data
    assert format_manifest(*parse_manifest(data, MANIFEST)) == data


def check_total(data: bytes) -> None:
    """Whatever it is, it is read with paths that can be trusted, or refused in words."""
    try:
        manifest, _ = parse_manifest(data, "there")
    except CallsiteError as error:
        assert str(error).startswith("there: ")  # noqa: PT017  # either way is fine
        return
    assert all(map(is_safe, [*manifest.files, *manifest.retired, *manifest.coming, *manifest.fresh]))
    assert all(kept.since.tzinfo for kept in manifest.retired.values())
    format_manifest(manifest)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_anything_can_be_read(data: bytes) -> None:
    check_total(data)


@given(manifests, st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), min_size=1, max_size=4))
def test_a_manifest_with_other_bytes_in_it_can_be_read(manifest: Manifest, changes: list[tuple[int, bytes]]) -> None:
    data = format_manifest(manifest)
    for place, piece in changes:
        at = place % len(data)
        data = data[:at] + piece + data[at + 1 :] or b" "
    check_total(data)


@given(manifests, st.randoms(use_true_random=False), json_values)
@example(FULL, None, {})
def test_a_manifest_with_other_values_in_it_can_be_read(manifest: Manifest, chance: Any, value: Any) -> None:
    values = json.loads(format_manifest(manifest))
    spots: list[tuple[Any, Any]] = []

    def walk(inner: Any) -> None:
        for key in list(inner) if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ():
            spots.append((inner, key))
            walk(inner[key])

    walk(values)
    holder, key = chance.choice(spots) if chance else spots[0]
    holder[key] = value
    check_total(json.dumps(values).encode())
