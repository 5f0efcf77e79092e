"""What a process is told of a page that it is to check."""

from __future__ import annotations

from callsite.configuration import Configuration
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class PageTask:
    """A file to check.

    `path` is where it is, `source` its path below the content, `data` what is in it, None when it cannot be read, and
    `required` the metadata that it needs to have of its own. `settings` is the site's settings file, which each process
    reads for itself, since Markdown's extensions pass through no pipe; `changed` is when it last changed. `base` is the
    folder that relative paths in the configuration start from. Without `applies`, no rule is applied: another page
    links to this one.
    """

    path: str
    source: str
    data: bytes | None
    required: tuple[str, ...]
    settings: str
    changed: int
    base: str
    configuration: Configuration
    applies: bool = True
