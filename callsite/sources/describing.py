"""Which release a tree is, told from the papers in it: PKG-INFO, METADATA, or a static `pyproject.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from email.parser import HeaderParser
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from callsite.harvest.licences import find_licence
from callsite.harvest.release import Release
from callsite.harvest.repository import find_documentation, find_repository
from callsite.records import dataclass
from callsite.sources.gathering import Tree
from callsite.sources.spec import SUFFIXES


@dataclass(frozen=True, slots=True)
class Described:
    """A tree together with the release that it is."""

    tree: Tree
    release: Release


def make_release(tree: Tree, known: Release, metadata: str = "") -> Release:
    """Complete what is known of a tree's release from its metadata; what is known already stays as it is.

    `metadata` is the text of a METADATA file that is not in the tree itself; it comes before those that are.
    """
    metadata = metadata or find_metadata(tree)
    fields = HeaderParser().parsestr(metadata)
    licences = {
        paper.path: paper.data.decode("utf-8", "replace")
        for paper in tree.papers
        if paper.path.rpartition("/")[2] not in ("PKG-INFO", "METADATA", "pyproject.toml")
    }
    return Release(
        project=known.project or _clean(fields.get("Name")),
        version=known.version or _clean(fields.get("Version")),
        artefact=known.artefact,
        sha256=known.sha256,
        repository=known.repository or find_repository(metadata),
        revision=known.revision,
        licence=find_licence(metadata, licences),
        documentation=known.documentation or find_documentation(metadata),
    )


def find_metadata(tree: Tree) -> str:
    """The metadata of the project itself, "" when there is none. What was made for a release comes before a
    `pyproject.toml`; what lies deeper describes other projects that came along.
    """
    papers = {paper.path: paper.data.decode("utf-8", "replace") for paper in tree.papers}
    for pattern in (r"PKG-INFO", r"[^/]+\.dist-info/METADATA", r"(?:[^/]+/)?[^/]+\.egg-info/PKG-INFO"):
        found = sorted(path for path in papers if re.fullmatch(pattern, path))
        if found:
            return papers[found[0]]
    return parse_pyproject(papers.get("pyproject.toml", ""))


def parse_pyproject(text: str) -> str:
    """What a `pyproject.toml` says of its project, in the form of a METADATA file; "" when it names no project.

    Fields that a build backend fills in (`dynamic`) are missing. Poetry's own table is read where there is no other.
    """
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ""
    tool = document.get("tool")
    tables = (document.get("project"), tool.get("poetry") if isinstance(tool, dict) else None)
    table = next((table for table in tables if isinstance(table, dict) and isinstance(table.get("name"), str)), None)
    if table is None:
        return ""
    return "".join(f"{key}: {' '.join(value.split())}\n" for key, value in _find_fields(table) if value.strip())


def _find_fields(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    licence = table.get("license")
    if isinstance(licence, dict):
        yield "License", str(licence.get("text", ""))
    elif isinstance(licence, str):
        yield "License-Expression", licence
        yield "License", licence  # from before expressions were valid there
    for key in ("name", "version"):
        if isinstance(table.get(key), str):
            yield key.title(), table[key]
    classifiers = table.get("classifiers")
    for classifier in classifiers if isinstance(classifiers, list) else ():
        yield "Classifier", str(classifier)
    urls = table.get("urls")
    named = urls if isinstance(urls, dict) else {}
    poetry = {key: table[key] for key in ("repository", "homepage", "documentation") if key in table}
    for label, address in (named | poetry).items():
        yield "Project-URL", f"{label}, {address}"


def parse_file_name(name: str) -> tuple[str, str]:
    """The project and version that the name of a wheel or sdist says, or of what is called like one."""
    stem = next((name[: -len(suffix)] for suffix in SUFFIXES if name.lower().endswith(suffix)), name)
    if name.lower().endswith(".whl"):
        project, _, rest = stem.partition("-")
        return project.replace("_", "-"), rest.partition("-")[0]
    # A dash can also begin the number of a post release: the longest version counts.
    for match in re.finditer("-", stem):
        version = stem[match.end() :]
        if is_version(version):
            return stem[: match.start()], version
    return stem, ""


def is_version(text: str) -> bool:
    """Whether a text is a version as packages have them (PEP 440)."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def parse_tag(tag: str, project: str) -> str:
    """The version that a tag stands for (`1.2`, `v1.2`, `project-1.2`, `rel_1_2`); "" when it is no version."""
    name = "[-_.]+".join(map(re.escape, canonicalize_name(project).split("-")))
    prefix = rf"(?:.*/)?(?:(?:{name}|release|rel|r)[-_.]?)?v?"
    match = re.fullmatch(rf"{prefix}(\d.*)", tag, re.IGNORECASE)
    version = match[1] if match else ""
    if re.fullmatch(r"\d+(?:_\d+)+", version):
        version = version.replace("_", ".")
    return version if is_version(version) else ""


def _clean(value: object) -> str:
    return " ".join(str(value or "").split())[:200]
