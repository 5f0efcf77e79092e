"""Metadata between the notation and Pelican."""

from __future__ import annotations

import os
from typing import Any

from pelican.readers import BaseReader, default_metadata, parse_path_metadata, path_metadata

from callsite.header import list_entries
from callsite.model import Meta, Place, Problem
from callsite.render import Renderer

# Keys whose value Pelican takes for one word or one path.
_SINGLE = frozenset({"lang", "save_as", "slug", "template", "translation", "url"})


def find_provided(path: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Metadata that the settings give a file by its path, as Pelican's readers work it out."""
    source = os.path.relpath(path, settings["PATH"])
    return {
        **default_metadata(settings),
        **path_metadata(path, source, settings),
        **parse_path_metadata(source, settings),
    }


def process_metadata(
    meta: Meta, path: str, settings: dict[str, Any], renderer: Renderer
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Metadata as Pelican's own Markdown reader hands it out: dates, tags and authors read, summaries rendered; and by
    key what could not be read.
    """
    reader = BaseReader(settings)
    metadata: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for key, lines in list_entries(meta):
        text = "\n".join(lines)
        value: str | list[str] = list(lines) if len(lines) > 1 else text
        if key in settings["FORMATTED_FIELDS"]:
            value = renderer.render_text(text)
        try:
            if key in _SINGLE and len(lines) > 1:
                raise ValueError("more than one line")
            metadata.setdefault(key, reader.process_metadata(key, value))
        except (ValueError, AttributeError, OverflowError):
            hint = (
                "write it as 2026-01-31 or 2026-01-31 18:00" if key in ("date", "modified") else "write it on one line"
            )
            message = f"`{key}` cannot be `{' '.join(lines)}`"
            problems[key] = Problem(Place(path, meta.line(key)), "M104", message, hint)
    return metadata, problems
