"""What every test can use: the shared pages people wrote, and a site to build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.building import SiteFolder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; without one a test that needs it is skipped, where none is required."""
    from playwright.sync_api import sync_playwright

    names = (os.environ.get("CHROME", ""), "chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        reason = "no Chromium on the PATH (apt install chromium, or set CHROME)"
        if os.environ.get("CALLSITE_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
