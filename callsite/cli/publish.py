"""Bring the site to where visitors find it.

Builds for production, checks pages and output, plans, and sends only what changed, in an order that is never seen half
done. Where to is said by [tool.callsite.publish] in the pyproject.toml beside the folder of content. A publish that was
broken off goes on where it stopped; one with nothing to do sends nothing. --dry-run shows the plan and changes nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from types import TracebackType
from typing import Any

from callsite.build import place_of
from callsite.cli.build import make_command, run_build
from callsite.cli.progress import Progress, show_progress
from callsite.configuration import FILE, read_publish_settings
from callsite.destinations import Destination
from callsite.errors import CallsiteError
from callsite.publish import Stage
from callsite.publish.settings import StoreSettings, Target
from callsite.publish.telling import TITLES, describe_plan, format_plan, format_size, format_totals
from callsite.publishing.masking import hide_credentials
from callsite.publishing.opening import open_destination
from callsite.publishing.output import Output, read_output
from callsite.publishing.run import Prepared, Wish, prepare, publish, roll_back
from callsite.settings import SiteFolders, read_folders, read_settings
from callsite.wording import count, make_printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        help="the destination, a table [tool.callsite.publish.to.NAME] (default: the usual)",
    )
    parser.add_argument(
        "-s", "--settings", default="publishconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )
    parser.add_argument(
        "-o", "--output", help="the folder to build (default: OUTPUT_PATH in the settings)", metavar="DIR"
    )
    parser.add_argument("--no-build", action="store_true", help="publish what was built before, as it is")
    parser.add_argument("-n", "--dry-run", action="store_true", help="show the plan, and change nothing there")
    parser.add_argument(
        "--allow-delete", type=parse_count, metavar="N", help="do not ask: up to N files there may be deleted"
    )
    parser.add_argument(
        "--verify", action="store_true", help="see whether the files there are those that were sent, and mend them"
    )
    parser.add_argument(
        "--adopt", action="store_true", help="take files there that another program put there for the site's own"
    )
    parser.add_argument(
        "--wait",
        type=parse_count,
        default=90,
        metavar="SECONDS",
        help="wait so long for another publish to end (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="tell programs what was done")
    back = parser.add_argument_group("going back")
    back.add_argument(
        "--rollback", nargs="?", const="", metavar="RELEASE", help="bring back a release (default: the one before)"
    )
    back.add_argument("--releases", action="store_true", help="list the releases that can be brought back")


def parse_count(word: str) -> int:
    """A number from 0 on. Raises ArgumentTypeError for anything else."""
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise argparse.ArgumentTypeError(f"`{word}` is no whole number from 0 on")
    return int(word)


def run(arguments: argparse.Namespace) -> int:
    """Publish; return 1 when problems or doubts stop it."""
    try:
        return _run(arguments)
    except CallsiteError as error:
        masked = CallsiteError(hide_credentials(str(error), os.environ))
        masked.exitcode = error.exitcode
        raise masked from None  # what it comes from may hold what was masked


def _run(arguments: argparse.Namespace) -> int:
    folders = read_folders(arguments.settings, output=arguments.output)
    base = folders.content.resolve().parent
    target = read_publish_settings(base).choose(arguments.name, place_of(str(base / FILE)).path)
    destination = open_destination(target, base)
    watcher = Shown()
    if arguments.releases:
        return list_releases(destination, as_json=arguments.json)
    if arguments.rollback is not None:
        with watcher:
            release = roll_back(destination, arguments.rollback, arguments.wait, watcher)
        tell(
            f"went back to {release.name} on {destination.title}",
            as_json=arguments.json,
            state="rolled-back",
            destination=destination.title,
            release=release.name,
        )
        return 0
    if not arguments.no_build:
        code = build(arguments, folders)
        if code:
            return code
    if not check(arguments, folders):
        print("callsite: nothing was sent; mend what was found first", file=sys.stderr)
        return 1
    output = read(folders, target)
    if output.problems:
        for problem in output.problems:
            print(make_printable(str(problem)), file=sys.stderr)
        print(f"callsite: nothing was sent; {count(len(output.problems), 'file')} cannot be published", file=sys.stderr)
        return 1
    wish = Wish(target.grace, arguments.wait, arguments.verify, arguments.adopt)
    began = time.monotonic()
    if arguments.dry_run:
        return show(prepare(destination, output, wish, watcher), destination, target, arguments)
    with watcher:
        done = publish(
            destination, output, folders.output, wish, lambda prepared: agree(prepared, destination, arguments), watcher
        )
    if done is None:
        tell("nothing was sent", as_json=arguments.json, state="refused", destination=destination.title)
        return 1
    sum_up(done, destination, time.monotonic() - began, as_json=arguments.json)
    return 0


def build(arguments: argparse.Namespace, folders: SiteFolders) -> int:
    """Build for production; returns the exit code. Raises CallsiteError when the site has no address."""
    address = str(read_settings(arguments.settings).get("SITEURL") or "")
    if not address.startswith(("https://", "http://")):
        hint = 'set it to the address that visitors use, such as SITEURL = "https://examples.example.org"'
        raise CallsiteError(f"{arguments.settings}: SITEURL is {address!r}, no address to publish at; {hint}")
    command = make_command(arguments.settings, folders, production=True)
    return run_build(command, folders, sys.stderr if arguments.json else None)


def check(arguments: argparse.Namespace, folders: SiteFolders) -> bool:
    """Check pages and output as `callsite check` does; whether nothing is in the way."""
    words = ["check", "-s", arguments.settings, "--output", str(folders.output)]
    command = [sys.executable, "-m", "callsite", *words]
    # What is found is part of no answer for programs.
    done = subprocess.run(command, stdout=sys.stderr if arguments.json else None, check=False)  # noqa: S603  # our own
    return done.returncode == 0


def read(folders: SiteFolders, target: Target) -> Output:
    """Read the output in the way its destination takes it."""
    if isinstance(target, StoreSettings):
        return read_output(folders.output, headers=True, encoding=target.encoding, redirects=target.redirects)
    return read_output(folders.output)


def agree(prepared: Prepared, destination: Destination, arguments: argparse.Namespace) -> bool:
    """Whether a plan may be applied: there is no doubt, or the user has none."""
    if not prepared.doubts:
        return True
    losses, allowed = prepared.plan.losses, arguments.allow_delete
    if allowed is not None and losses <= allowed:
        return True
    print(f"before anything is sent to {destination.title}:", file=sys.stderr)
    for doubt in prepared.doubts:
        print(make_printable(f"  {doubt}"), file=sys.stderr)
    if allowed is None and sys.stdin.isatty() and sys.stderr.isatty() and not arguments.json:
        print("Publish all the same? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    print(f"If that is right, publish with --allow-delete {losses}.", file=sys.stderr)
    return False


def show(prepared: Prepared, destination: Destination, target: Target, arguments: argparse.Namespace) -> int:
    """Show a plan that is not going to be applied; return 1 when it would not be without a question."""
    if arguments.json:
        told: dict[str, Any] = {"state": "planned", "destination": destination.title, "doubts": prepared.doubts}
        print(json.dumps({**told, **describe_plan(prepared.plan)}, indent=1))
    else:
        for line in format_plan(prepared.plan, target.grace):
            print(line)
        print(f"{destination.title}: {format_totals(prepared.plan)}")
        tell_findings(prepared)
        for doubt in prepared.doubts:
            print(make_printable(f"before that is done, it is asked: {doubt}"))
    return 1 if prepared.doubts else 0


def sum_up(done: Prepared, destination: Destination, seconds: float, *, as_json: bool) -> None:
    """Tell what a publish has done."""
    plan = done.plan
    state = "unchanged" if plan.is_empty else "published"
    if as_json:
        told = {"state": state, "destination": destination.title, "seconds": round(seconds, 3)}
        print(json.dumps({**told, **describe_plan(plan)}, indent=1))
        return
    tell_findings(done)
    if plan.is_empty:
        print(f"{destination.title}: {format_totals(plan)}")
        return
    kept = f", {len(plan.new.retired):,} kept for pages in caches" if plan.new.retired else ""
    print(
        f"{destination.title}: {count(len(plan.uploads), 'file')} sent ({format_size(plan.size)}), "
        f"{len(plan.deletions):,} deleted, {plan.unchanged:,} unchanged{kept}; {seconds:.1f} s"
    )
    print(f"release {plan.new.release}; back with `callsite publish --rollback`")


def tell_findings(prepared: Prepared) -> None:
    """Tell what a look at the files there has shown."""
    for path in prepared.differing:
        print(make_printable(f"  {path}: was not there, or had another size than what was sent"))
    if prepared.foreign:
        print(f"not this site's, and left alone: {count(prepared.foreign, 'file')}")


def list_releases(destination: Destination, *, as_json: bool) -> int:
    """Tell what can be brought back."""
    releases = destination.list_releases()
    if as_json:
        rows = [
            {"name": each.name, "published": each.published.isoformat(), "commit": each.commit, "files": each.files}
            for each in releases
        ]
        print(json.dumps({"destination": destination.title, "releases": rows}, indent=1))
        return 0
    for each in releases:
        commit = f", commit {each.commit[:12]}" if each.commit else ""
        print(f"{each.name}: {count(each.files, 'file')}, published {each.published:%Y-%m-%d %H:%M} UTC{commit}")
    if not releases:
        print(f"{destination.title}: no earlier release is kept there")
    return 0


def tell(line: str, *, as_json: bool, **values: str) -> None:
    """Tell how it ended: people by a line, programs by values."""
    print(json.dumps(values, indent=1) if as_json else line)


class Shown:
    """Shows how a publish goes; a `Watcher`. On a terminal there is a bar from the first file on."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._progress: Progress | None = None
        self._title = ""
        self._done = self._whole = 0
        self._said = ""

    def __enter__(self) -> Shown:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._progress = None

    def begin(self, stage: Stage, files: int, size: int) -> None:
        """A stage begins."""
        if self._progress is None:
            self._progress = self._stack.enter_context(show_progress())
        self._title = f"{TITLES[stage]} ({format_size(size)})" if size else TITLES[stage]
        self._done, self._whole = 0, files
        self._progress(self._title, 0, files)

    def finish(self, path: str, size: int) -> None:
        """A file is done."""
        del path, size  # files are counted
        self._done += 1
        if self._progress:
            self._progress(self._title, self._done, self._whole)

    def wait(self, reason: str, seconds: float) -> None:
        """Say why nothing happens just now, once for each reason."""
        if reason != self._said:
            self._said = reason
            line = hide_credentials(f"callsite: {reason}; trying again in {seconds:.0f} s", os.environ)
            print(make_printable(line), file=sys.stderr)
