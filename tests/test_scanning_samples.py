"""Scanners give what Pygments gives for the samples that Pygments tests its own lexers with.

Those are in its sdist, which is fetched once and kept below `.cache/`; no build backend runs.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from pygments.lexer import Lexer

from callsite.errors import CallsiteError
from callsite.scanning import find_scanner, tables
from callsite.sources.fetching import Access
from callsite.sources.index_settings import read_index_settings
from callsite.sources.package_index import fetch_release, find_kept
from callsite.sources.spec import FromIndex
from tests.scanned import LANGUAGES, lex, make_lexer

_CACHE = Path(__file__).resolve().parent.parent / ".cache" / "tests"

# Of a sample so many characters are read: some are of a megabyte.
_LENGTH = 20_000

# Of these there are samples only under the names of their kin.
_ALSO = {"sql": ("mysql", "tsql", "sqlite3")}

Samples = dict[str, list[str]]


@pytest.fixture(scope="module")
def samples() -> Samples:
    """The samples by the name of their folder, which is one of the names of their language."""
    spec = FromIndex("pygments", f"=={version('pygments')}")
    try:
        sdist = find_kept(spec, _CACHE) or fetch_release(spec, _CACHE, read_index_settings(), Access(pauses=()))
    except CallsiteError as error:
        pytest.skip(f"no samples of Pygments: {error}")
    if not sdist.path.name.endswith(".tar.gz"):
        pytest.skip(f"the package index has no sdist of Pygments {sdist.version}")
    found: Samples = {}
    for language, text in _read(sdist.path):
        found.setdefault(language, []).append(text)
    return found


def _read(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            match member.name.split("/")[1:]:
                case ["tests", "examplefiles" | "snippets" as kind, language, name] if not name.endswith(".output"):
                    file = archive.extractfile(member)
                    if file is not None:
                        text = file.read().decode("utf-8", "replace").replace("\r\n", "\n")
                        if kind == "snippets":
                            text = text.partition("---input---\n")[2].partition("\n---tokens---\n")[0]
                        yield language, text[:_LENGTH]


@pytest.mark.untraced
def test_samples_have_the_same_tokens(samples: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "WAIT", 0)
    for language in LANGUAGES:
        lexer = make_lexer(language)
        texts = [text for name in (*lexer.aliases, *_ALSO.get(language, ())) for text in samples.get(name, ())]
        assert texts, language
        _assert_same(lexer, texts)


@pytest.mark.untraced
def test_samples_of_other_languages_have_the_same_tokens(samples: Samples) -> None:
    others = [texts[0][:1000] for _, texts in sorted(samples.items())][::20]
    for language in LANGUAGES:
        _assert_same(make_lexer(language), others)


def _assert_same(lexer: Lexer, texts: list[str]) -> None:
    scanner = find_scanner(lexer)
    assert scanner is not None
    for text in texts:
        assert scanner.scan(text) == lex(lexer, text), lexer
