"""How the site is brought to where visitors find it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

from callsite.address import NOBODYS, explain_site_address
from callsite.build import place_of
from callsite.cli.build import make_command, run_build
from callsite.cli.progress import Progress, show_progress
from callsite.configuration import FILE, read_publish_settings
from callsite.destinations import Destination
from callsite.errors import CallsiteError
from callsite.publish.guards import Doubt
from callsite.publish.plan import Stage
from callsite.publish.settings import StoreSettings, Target
from callsite.publish.telling import TITLES, describe_plan, format_plan, format_size, format_totals
from callsite.publishing.masking import hide_credentials
from callsite.publishing.opening import open_destination
from callsite.publishing.output import Output, read_output
from callsite.publishing.run import Prepared, Wish, look, prepare, publish, roll_back
from callsite.settings import SiteFolders, read_folders, read_settings
from callsite.wording import count, make_printable


def run(arguments: argparse.Namespace) -> int:
    """Publish; return 1 when problems or doubts stop it."""
    try:
        return _run(arguments)
    except CallsiteError as error:
        masked = CallsiteError(hide_credentials(str(error), os.environ))
        masked.exitcode = error.exitcode
        if arguments.json:
            answer({"state": "failed", "reason": str(masked)})
        raise masked from None  # what it comes from may hold what was masked
    except KeyboardInterrupt:
        print("callsite: stopped; nothing is lost, and the next publish goes on from here", file=sys.stderr)
        raise


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
        if arguments.json:
            return answer({"state": "rolled-back", "destination": destination.title, "release": release.name})
        print(f"went back to {release.name} on {destination.title}")
        return 0
    if not arguments.no_build:
        check_address(arguments.settings)
    standing = look(destination, arguments.wait, watcher)  # what is wrong there is told before a long build
    reason = make(arguments, folders)
    if reason:
        return stop(reason, as_json=arguments.json)
    output = read(folders, target)
    if output.problems:
        told = [make_printable(str(problem)) for problem in output.problems]
        print(*told, sep="\n", file=sys.stderr)
        return stop(f"{count(len(told), 'file')} cannot be published", as_json=arguments.json, problems=told)
    wish = Wish(target.grace, arguments.wait, arguments.verify, arguments.adopt)
    if arguments.dry_run:
        return show(prepare(destination, output, wish, standing), destination, target, arguments)
    began = time.monotonic()
    with watcher:
        prepared, is_done = publish(
            destination,
            output,
            folders.output,
            wish,
            lambda prepared: agree(prepared, destination, arguments),
            watcher,
            standing,
        )
    if is_done:
        return sum_up(prepared, destination, time.monotonic() - began, as_json=arguments.json)
    if arguments.json:
        answer(describe(prepared, destination, "refused"))
    else:
        print("nothing was sent")
    return 1


def make(arguments: argparse.Namespace, folders: SiteFolders) -> str:
    """Build for production, and check; returns why nothing can be sent, "" if it can."""
    # What builds and checks have to say is part of no answer for programs.
    stdout = sys.stderr if arguments.json else None
    if not arguments.no_build:
        command = make_command(arguments.settings, folders, production=True)
        if run_build(command, stdout):
            return "the site was not built"
    return check(arguments.settings, folders, stdout)


def stop(reason: str, *, as_json: bool, **values: Any) -> int:
    """Tell why nothing was sent."""
    print(f"callsite: nothing was sent; {reason}", file=sys.stderr)
    if as_json:
        answer({"state": "failed", "reason": reason, **values})
    return 1


def check_address(settings: str) -> None:
    """Raise CallsiteError when a site has no address that it can be published at."""
    address = str(read_settings(settings).get("SITEURL") or "")
    why = explain_site_address(address) if address else "is not set"
    if not why and urlsplit(address).hostname in NOBODYS:
        why = f"is {address}, which stands for any site"
    if why:
        hint = 'set it to the address that visitors use, such as SITEURL = "https://examples.example.org"'
        raise CallsiteError(f"{settings}: SITEURL {why}; {hint}")


def check(settings: str, folders: SiteFolders, stdout: IO[str] | None) -> str:
    """Check pages and output as `callsite check` does; returns what is in the way."""
    words = ["check", "-s", settings, "--output", str(folders.output)]
    command = [sys.executable, "-m", "callsite", *words]
    code = subprocess.run(command, stdout=stdout, check=False).returncode  # noqa: S603  # our own program
    return {0: "", 1: "mend what was found first"}.get(code, "the site could not be checked")


def read(folders: SiteFolders, target: Target) -> Output:
    """Read the output in the way its destination takes it."""
    if isinstance(target, StoreSettings):
        return read_output(folders.output, headers=True, encoding=target.encoding, redirects=target.redirects)
    return read_output(folders.output)


def find_open(prepared: Prepared, arguments: argparse.Namespace) -> list[Doubt]:
    """The doubts that the options of the call do not answer."""
    return [doubt for doubt in prepared.doubts if not is_answered(doubt, prepared, arguments)]


def is_answered(doubt: Doubt, prepared: Prepared, arguments: argparse.Namespace) -> bool:
    """Whether an option of the call has settled a doubt."""
    if doubt.option.startswith("--allow-delete"):
        return arguments.allow_delete is not None and prepared.plan.losses <= arguments.allow_delete
    return bool({"--allow-other-site": arguments.allow_other_site, "--adopt": arguments.adopt}[doubt.option])


def agree(prepared: Prepared, destination: Destination, arguments: argparse.Namespace) -> bool:
    """Whether a plan may be applied: there is no doubt, or the user has none."""
    doubts = find_open(prepared, arguments)
    if not doubts:
        return True
    print(f"before anything is sent to {destination.title}:", file=sys.stderr)
    for doubt in doubts:
        print(make_printable(f"  {doubt.text}"), file=sys.stderr)
    if sys.stdin.isatty() and sys.stderr.isatty() and not arguments.json:
        print("Publish all the same? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    options = " ".join(dict.fromkeys(doubt.option for doubt in doubts))
    print(f"If that is right, publish with {options}.", file=sys.stderr)
    return False


def show(prepared: Prepared, destination: Destination, target: Target, arguments: argparse.Namespace) -> int:
    """Show a plan that is not going to be applied; return 1 when it would not be without a question."""
    doubts = find_open(prepared, arguments)
    if arguments.json:
        answer(describe(prepared, destination, "planned"))
        return 1 if doubts else 0
    for line in format_plan(prepared.plan, target.grace):
        print(line)
    print(f"{destination.title}: {format_totals(prepared.plan)}")
    tell_findings(prepared, destination)
    for doubt in doubts:
        print(make_printable(f"asked before that is done: {doubt.text} ({doubt.option})"))
    return 1 if doubts else 0


def sum_up(done: Prepared, destination: Destination, seconds: float, *, as_json: bool) -> int:
    """Tell what a publish has done."""
    plan = done.plan
    if as_json:
        told = describe(done, destination, "unchanged" if plan.is_empty else "published")
        return answer({**told, "seconds": round(seconds, 3)})
    tell_findings(done, destination)
    if plan.is_empty:
        print(f"{destination.title}: {format_totals(plan)}")
        return 0
    kept = f", {len(plan.new.retired):,} kept for pages in caches" if plan.new.retired else ""
    print(
        f"{destination.title}: {count(len(plan.uploads), 'file')} sent ({format_size(plan.size)}), "
        f"{len(plan.deletions):,} deleted, {plan.unchanged:,} unchanged{kept}; {seconds:.1f} s"
    )
    print(f"release {plan.new.release}; back with `callsite publish --rollback`")
    return 0


def describe(prepared: Prepared, destination: Destination, state: str) -> dict[str, Any]:
    """A plan and what became of it, as values for programs."""
    plan = prepared.plan
    told = {
        "state": state,
        "destination": destination.title,
        "doubts": [{"text": doubt.text, "option": doubt.option} for doubt in prepared.doubts],
        "warnings": destination.find_warnings(plan.new),
        "differing": prepared.differing,
        "foreign": prepared.foreign,
        **describe_plan(plan),
    }
    # A plan with nothing to do is never applied, and its release never made.
    return {**told, "release": plan.old.release} if plan.is_empty else told


def answer(values: Mapping[str, Any]) -> int:
    """Tell programs how it ended."""
    print(json.dumps(values, indent=1))
    return 0


def tell_findings(prepared: Prepared, destination: Destination) -> None:
    """Tell what a look at the files there, and at the host's limits, has shown."""
    for path in prepared.differing:
        print(make_printable(f"  {path}: was not there, or had another size than what was sent"))
    if prepared.foreign:
        print(f"not this site's, and left alone unless told otherwise: {count(prepared.foreign, 'file')}")
    for warning in destination.find_warnings(prepared.plan.new):
        print(make_printable(f"note: {warning}"))


def list_releases(destination: Destination, *, as_json: bool) -> int:
    """Tell what can be brought back."""
    releases = destination.list_releases()
    if as_json:
        rows = [
            {"name": each.name, "published": each.published.isoformat(), "commit": each.commit, "files": each.files}
            for each in releases
        ]
        return answer({"destination": destination.title, "releases": rows})
    for each in releases:
        commit = f", commit {each.commit[:12]}" if each.commit else ""
        print(f"{each.name}: {count(each.files, 'file')}, published {each.published:%Y-%m-%d %H:%M} UTC{commit}")
    if not releases:
        print(f"{destination.title}: no earlier release is kept there")
    return 0


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
