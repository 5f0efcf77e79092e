"""What every test can use: the shared pages people wrote, and a site to build."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import shutil
import signal
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import pytest
from hypothesis import settings

import callsite
from tests.building import Built, SiteFolder, build_real_site
from tests.visiting import Figures

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).resolve().parent.parent

settings.register_profile("callsite", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("callsite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "untraced: goes over much that plain tests go over, too, or breaks processes off; coverage is not watching",
    )
    # A shell has what it runs in the background ignore Ctrl-C, and so would all that tests start and interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what tests of publishing have counted, by the kind of place that was published to."""
    places: dict[str, Figures] = {}
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, values in report.user_properties:
            if name == "figures":
                figures = Figures(**values)
                places.setdefault(figures.place, Figures(figures.place)).add(figures)
    for _, total in sorted(places.items()):
        terminalreporter.write_line(str(total))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, for tests wait a good deal: for browsers, servers, terminals and time-outs."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Read the tests without coverage watching, but not the modules they import, whose lines run only this once."""
    if coverage.Coverage.current() is not None:
        for module in pkgutil.walk_packages(callsite.__path__, "callsite."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    with _unwatched():
        return (yield)


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not among ten thousand tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run laws, browsers and what is marked so without coverage watching.

    Watching makes Python take two to three times as long, and there it would see the same lines over and over. So what
    coverage tells is what the cases reach that somebody has stated, and not what chance comes upon.

    So must be whatever breaks off a process by a signal at a moment that the process has not chosen. At each call
    coverage takes a lock, in Python (`lock_data` of coverage/collector.py): an exception that a signal raises just
    there leaves it locked, and the next call waits for ever.
    """
    if any(map(item.get_closest_marker, ("hypothesis", "untraced", "browser"))):
        with _unwatched():
            return (yield)
    return (yield)


@contextlib.contextmanager
def _unwatched() -> Iterator[None]:
    running = coverage.Coverage.current()
    if running is None:
        yield
        return
    running.stop()
    config = os.environ.pop("COVERAGE_PROCESS_CONFIG", None)  # how processes that a test starts learn of it
    try:
        yield
    finally:
        if config is not None:
            os.environ["COVERAGE_PROCESS_CONFIG"] = config
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", coverage.exceptions.CoverageWarning)  # of course all is imported by now
            running.start()


@pytest.fixture
def as_in_a_terminal() -> Iterator[None]:
    """Signals do what they do in a terminal. Whoever has started the tests may have had some ignored, as `nohup` does."""
    usual = (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    )
    before = [(number, signal.signal(number, handler)) for number, handler in usual]
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages beside the repository; without it a test that needs them is skipped."""
    folder = Path(os.environ.get("CALLSITE_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "seed").is_dir():
        pytest.skip(f"no real pages to build: {folder.name}/ is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A site of all the pages people wrote."""
    base = tmp_path_factory.getbasetemp()
    of_all_processes = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return build_real_site(shared, of_all_processes / "real")


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
