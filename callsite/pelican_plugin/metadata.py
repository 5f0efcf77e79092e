"""Metadata between the notation and Pelican."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from pelican.readers import BaseReader, default_metadata, parse_path_metadata, path_metadata

from callsite.header import SINGLE, list_entries
from callsite.model import Meta
from callsite.render import Renderer


def find_provided(path: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Metadata that the settings give a file by its path, as Pelican's readers work it out."""
    source = os.path.relpath(path, settings["PATH"])
    return {
        **default_metadata(settings),
        **path_metadata(path, source, settings),
        **parse_path_metadata(source, settings),
    }


def process_metadata(meta: Meta, settings: dict[str, Any], renderer: Renderer) -> dict[str, Any]:
    """Metadata as Pelican's own Markdown reader hands it out: dates, tags and authors read, summaries rendered. What
    cannot be read is left out: `check_meta` has told of it.
    """
    reader = BaseReader(settings)
    metadata: dict[str, Any] = {}
    for key, lines in list_entries(meta):
        text = "\n".join(lines)
        value: str | list[str] = list(lines) if len(lines) > 1 else text
        if key in settings["FORMATTED_FIELDS"]:
            value = renderer.render_text(text)
        if key in SINGLE and len(lines) > 1:
            continue
        with contextlib.suppress(ValueError, AttributeError, OverflowError):
            metadata.setdefault(key, reader.process_metadata(key, value))
    return metadata
