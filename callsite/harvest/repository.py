"""Where a project lives: its repository and its documentation, told from its metadata."""

from __future__ import annotations

from callsite.harvest.release import Release


def find_repository(metadata: str) -> str:
    """The web address of a project's version control, told from its PKG-INFO or METADATA; "" when it does not say."""
    raise NotImplementedError


def find_documentation(metadata: str) -> str:
    """The web address of a project's documentation, told from its PKG-INFO or METADATA; "" when it does not say."""
    raise NotImplementedError


def find_project_key(release: Release) -> str:
    """What two releases of one project have in common: their repository's address, else the project's name."""
    raise NotImplementedError
