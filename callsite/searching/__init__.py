"""The index that a site's search reads, made by Pagefind from the pages that a build has written.

Pagefind is a program that comes in a package of its own. What goes wrong with it is no reason to stop a build: a site
without search is still a site, and whoever builds it is told what it lacks.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from callsite.searching.packing import format_packed, parse_packed

FOLDER = "pagefind"

# Templates mark with this what is a page's own. As soon as one page has it, Pagefind looks at nothing else.
_MARK = b"data-pagefind-body"

# Inside of that: words for screen readers, gaps, and what a listing's frame says that only a filter is good for.
_EXCLUDED = ".visually-hidden, .gap, .listing-language, .origin-version, .origin-licence"

# Interfaces of Pagefind's own, which the theme has no use for.
_UNUSED = ("pagefind-*ui.css", "pagefind-*ui.js", "pagefind-highlight.js")

_PACKED = (".pf_fragment", ".pf_index", ".pf_filter", ".pf_meta", ".pagefind")

# Seconds; 5,000 pages take half a minute.
_TIMEOUT = 900


def write_search(folder: Path, language: str = "en", held: Collection[int] = ()) -> str:
    """Write the index of the site in `folder` to a folder `pagefind` in it.

    There is one index for all pages, and its words are cut down to their stems as in `language`. Pagefind keeps the
    descriptors `held` open, by which others see that the folder is in use should it outlive this process. Gives "" when
    all is well, else why the site has no search and what to do. Then there is no such folder, and neither is there one
    for a site in which there is nothing to find.
    """
    target = folder / FOLDER
    if not any(path.is_file() and _MARK in path.read_bytes() for path in folder.rglob("*.html")):
        return ""
    if os.path.lexists(target):
        return f"the site has a `{FOLDER}` of its own, where the index would go; give it another name"
    done = False
    try:
        _run_pagefind(find_program(), folder, language, held)
        _remove_unused(target, _check_index(target))
        _settle_order(target)
        done = True
    except _NoSearch as reason:
        return str(reason)
    except OSError:
        return _TORN
    finally:  # an interrupt leads here as well; the program has been ended by then
        if not done:
            shutil.rmtree(target, ignore_errors=True)
    return ""


class _NoSearch(Exception):  # noqa: N818  # no error of the build's
    """There will be no index; the message says why, and what to do."""


def find_program() -> Path:
    """Where Pagefind is, without importing the package it comes in."""
    spec = importlib.util.find_spec("pagefind_bin")
    for place in (spec and spec.submodule_search_locations) or ():
        program = Path(place, "pagefind")
        if program.is_file():
            return program
    raise _NoSearch("Pagefind is not there; install `pagefind-bin` again")


def _run_pagefind(program: Path, folder: Path, language: str, held: Collection[int]) -> None:
    code = language.lower().replace("_", "-")
    command = [
        str(program),
        "--silent",
        f"--site={os.path.abspath(folder)}",
        f"--output-subdir={FOLDER}",
        f"--exclude-selectors={_EXCLUDED}",
        f"--force-language={code if re.fullmatch('[a-z0-9-]+', code) else 'unknown'}",
    ]
    # It would also listen to variables, and to a file of settings in the folder it is started in.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
    try:
        ran = subprocess.run(  # noqa: S603  # the program of an installed package
            command,
            cwd=program.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT,
            check=False,
            pass_fds=held,
        )
    except OSError as error:
        raise _NoSearch(f"Pagefind cannot be started, {error.strerror}; install `pagefind-bin` again") from error
    except subprocess.TimeoutExpired as error:
        raise _NoSearch(f"Pagefind was not done in {_TIMEOUT} seconds; build when there is less to do") from error
    if ran.returncode < 0:
        raise _NoSearch(f"Pagefind was ended by signal {-ran.returncode}; see that there is memory to spare")
    if ran.returncode:
        said = " ".join(ran.stdout.decode("utf-8", "replace").split())[:200] or "without a word"
        raise _NoSearch(f"Pagefind ended with {ran.returncode}, {said}; see whether `pagefind-bin` fits this system")


def _check_index(target: Path) -> frozenset[str]:
    """See that an index is whole: on a full disk Pagefind ends as if all were well.

    Gives the names of the parts that search in its languages.
    """
    try:
        languages = list(json.loads((target / "pagefind-entry.json").read_bytes())["languages"].values())
        engines = frozenset(f"wasm.{language['wasm'] or 'unknown'}.pagefind" for language in languages)
        empty = False
        missing = sum(language["page_count"] for language in languages)
        for path in target.rglob("*"):
            if path.suffix in _PACKED:
                empty |= not gzip.decompress(path.read_bytes())
                missing -= path.suffix == ".pf_fragment"
        empty |= not all((target / name).stat().st_size for name in ("pagefind.js", "pagefind-worker.js", *engines))
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _NoSearch(_TORN) from error
    if missing or empty:
        raise _NoSearch(_TORN)
    return engines


_TORN = "what Pagefind has written is not whole; see that there is room on the disk"


def _remove_unused(target: Path, engines: frozenset[str]) -> None:
    for pattern in (*_UNUSED, "wasm.*.pagefind"):
        for path in target.glob(pattern):
            if path.name not in engines:
                path.unlink()


def _settle_order(target: Path) -> None:
    """Sort filters and their values, which Pagefind leaves in an order that is another one in each run.

    Should it come to pack them in another way, they stay as they are: they can be searched all the same.
    """
    path = target / "pagefind-entry.json"
    entry = json.loads(path.read_bytes())
    old: list[Path] = []
    new: dict[Path, bytes] = {}
    try:
        for name, language in entry["languages"].items():
            old.append(target / f"pagefind.{language['hash']}.pf_meta")
            meta = parse_packed(gzip.decompress(old[-1].read_bytes()))
            for each in meta[3]:
                old.append(target / f"filter/{each[1]}.pf_filter")
                values = parse_packed(gzip.decompress(old[-1].read_bytes()))
                values[1].sort()
                each[1] = f"{name}_{_digest(values)}"
                new[target / f"filter/{each[1]}.pf_filter"] = format_packed(values)
            meta[3].sort()
            language["hash"] = f"{name}_{_digest(meta)}"
            new[target / f"pagefind.{language['hash']}.pf_meta"] = format_packed(meta)
    except (ValueError, LookupError, TypeError, AttributeError):
        return
    for file in old:
        file.unlink()
    for file, data in new.items():
        file.write_bytes(gzip.compress(data, mtime=0))
    path.write_text(json.dumps(entry, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _digest(value: Any) -> str:
    return hashlib.sha256(format_packed(value)).hexdigest()[:10]
