"""What every test can use: the shared pages people wrote, and a site to build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.building import SiteFolder

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile("callsite", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("callsite")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages beside the repository; without it a test that needs them is skipped."""
    folder = Path(os.environ.get("CALLSITE_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "seed").is_dir():
        pytest.skip(f"no real pages to build: {folder.name}/ is not beside the repository")
    return folder


@pytest.fixture
def site(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> SiteFolder:
    """An empty site in a temporary folder, which becomes the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return SiteFolder(tmp_path, capsys, caplog)
