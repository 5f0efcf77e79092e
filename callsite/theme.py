"""Where the theme lies: beside the package in an installed copy, beside the package's folder in a clone."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

THEME = str(next(path for path in (_PACKAGE / "theme", _PACKAGE.parent / "theme") if path.is_dir()))
