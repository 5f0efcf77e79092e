"""How a check goes: what is looked at, put right, compared with what is known, and told."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from callsite.build import ENDINGS, place_of
from callsite.check.catalogue import CODES
from callsite.check.facts import PageSummary
from callsite.check.ignoring import apply_ignores, find_idle_ignores, is_chosen, parse_ignores
from callsite.check.repeats import leave_out_repeats
from callsite.check.rule import explain_rule
from callsite.check.secrets import hide_secrets
from callsite.checking.files import find_files
from callsite.checking.site import Checked, Content, check_content, prepare
from callsite.checking.tasks import PageTask
from callsite.cli.known import Known, is_looked_for, read_rows
from callsite.cli.patches import show_patch
from callsite.cli.progress import show_progress
from callsite.configuration import FILE, Configuration, read_configuration
from callsite.content import change_page, load_page
from callsite.errors import CallsiteError
from callsite.model import Problem, Severity
from callsite.records import replace
from callsite.reports import Report, format_report
from callsite.settings import read_folders, read_settings
from callsite.wording import make_printable, nearest
from callsite.workers import Workers

# More columns than any message has.
_NO_WIDTH = 100_000


def check(arguments: argparse.Namespace, workers: Workers[PageTask, PageSummary]) -> int:
    """Check, and tell what was found; return 1 when there are errors or warnings."""
    settings = arguments.settings
    folders = read_folders(settings, arguments.content)
    base = folders.content.resolve().parent
    configuration = read_configuration(base)
    known = Known(arguments, configuration, base)
    chosen = parse_codes(arguments, configuration)
    content = Content(folders.content, settings, read_settings(settings), configuration)
    prepare(content)  # before anything is done
    named = find_named(arguments.pages, content)
    fixed = 0
    if arguments.diff or arguments.fix:
        paths = list_pages(content) if named is None else named
        fixed = fix_pages(paths, chosen, write=not arguments.diff, tells=arguments.format == "text")
        if arguments.diff:
            return 1 if fixed else 0
    with show_progress() as progress:
        with contextlib.ExitStack() as stack:
            kept = None
            if named is None and not arguments.no_cache:
                from callsite.checking.keeping import open_kept  # noqa: PLC0415  # a check of some pages keeps nothing

                kept = stack.enter_context(open_kept(folders.content, content.values, configuration))
            checked = check_content(
                content, named, workers, lambda done, whole: progress("checking pages", done, whole), kept
            )
        found = list(checked.problems)
        built = {}  # the sources of output files
        if arguments.output is not None:
            folder = Path(arguments.output) if arguments.output else folders.output
            if folder.resolve().is_relative_to(folders.content.resolve()):
                hint = "name pages before --output, or the folder of the built site behind it"
                raise CallsiteError(f"--output {arguments.output}: this is where the pages are; {hint}")
            progress("reading the output", 0, 0)
            built = {str(place_of(str(folder / path))): source for source, path in checked.plan.paths.items()}
            pages = {path: checked.summaries[source].page.at.path for path, source in built.items()}
            told_of = check_output(folder, checked, content, os.cpu_count() or 1)
            if named is not None:
                asked = {path for path, source in built.items() if source in checked.checked}
                told_of = [problem for problem in told_of if problem.at.path in asked]
            found += leave_out_repeats(told_of, checked.problems, pages)
        if arguments.external:
            from callsite.external import check_external  # noqa: PLC0415  # the HTTP library takes a while to import

            links = [link for source in checked.checked for link in checked.summaries[source].links]
            cache = base / ".cache" / "links"
            found += check_external(
                links,
                configuration.external,
                cache,
                progress=lambda done, whole: progress("asking other sites", done, whole),
            )
    found = hide_all_secrets(found)
    told, ignored = leave_out(found, checked, chosen, built)
    letters = "TMPLOSRXC" + "H" * (arguments.output is not None) + "E" * arguments.external
    codes = frozenset(code for code in CODES if code[0] in letters and is_chosen(code, *chosen))
    looked_at = (
        None
        if named is None
        else frozenset(os.path.relpath(checked.summaries[source].page.at.path, base) for source in checked.checked)
    )
    if arguments.write_baseline:
        known.write(told, codes, looked_at)
        return 0
    compared = known.compare(told)
    report = Report(
        compared.new,
        CODES,
        read_rows,
        files=len(checked.checked),
        known=compared.known,
        gone=sum(is_looked_for(entry, codes, looked_at) for entry in compared.gone),
        ignored=ignored,
        fixed=fixed,
    )
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
    # Programs that read it, such as grep, want each finding on its line; COLUMNS is for those who know better.
    is_wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    width = _NO_WIDTH if is_wide else shutil.get_terminal_size().columns
    print(format_report(report, arguments.format, colour=colour, width=width), end="")
    return 1 if any(problem.severity is not Severity.NOTE for problem in compared.new) else 0


def hide_all_secrets(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems with the first characters alone of each secret in their words, many of which they share."""
    hidden = lru_cache(maxsize=None)(hide_secrets)
    return [replace(each, message=hidden(each.message), hint=hidden(each.hint)) for each in problems]


def parse_codes(arguments: argparse.Namespace, configuration: Configuration) -> tuple[Sequence[str], Sequence[str]]:
    """What is selected and what is ignored: what the call says, else what the site says."""
    chosen = []
    for option, usual in (("select", configuration.select), ("ignore", configuration.ignore)):
        words = [word.strip() for given in getattr(arguments, option) for word in given.split(",")]
        source = f"--{option}" if words else f"{FILE}: [tool.callsite.check] `{option}`"
        for word in words or usual:
            if not word or not any(code.startswith(word.upper()) for code in CODES):
                near = nearest(word, CODES)
                hint = f"did you mean {near}?" if near else "`callsite check --explain all` shows the codes there are"
                raise CallsiteError(f"{source}: no code begins with `{word}`; {hint}")
        chosen.append([word.upper() for word in words or usual])
    return chosen[0], chosen[1]


def find_named(names: Sequence[str], content: Content) -> tuple[Path, ...] | None:
    """The pages at paths, and those below folders; None when all are meant."""
    if not names:
        return None
    found: list[Path] = []
    inside = content.folder.resolve()
    pages = tuple(list_pages(content))
    for name in names:
        path = Path(name)
        if not os.path.lexists(path):
            raise CallsiteError(f"{name}: no such page; see how it is spelt")
        if not Path(os.path.realpath(path)).is_relative_to(inside):
            raise CallsiteError(
                f"{name}: is not below {place_of(str(content.folder))}, where the pages of this site are"
            )
        if os.path.isdir(path):
            folder = os.path.realpath(path)
            found += [page for page in pages if Path(os.path.realpath(page)).is_relative_to(folder)]
        elif name.endswith(ENDINGS):
            found.append(path)
        else:
            raise CallsiteError(f"{name}: is no page; their names end in {', '.join(ENDINGS)}")
    return tuple(dict.fromkeys(found))


def list_pages(content: Content) -> Iterator[Path]:
    """All pages of a site."""
    files = find_files(content.folder, content.values)
    return (content.folder / source for source in (*files.pages, *files.articles))


def fix_pages(paths: Iterable[Path], chosen: tuple[Sequence[str], Sequence[str]], *, write: bool, tells: bool) -> int:
    """Put right what is certain, or show it; returns how many places that is. What nobody wants to hear of stays. What
    was done is told if somebody reads it.
    """
    from callsite.check.fixing import plan_fixes  # noqa: PLC0415  # few runs fix anything

    fixed = 0
    unwanted = frozenset(code for code in CODES if not is_chosen(code, *chosen))
    for path in paths:
        try:
            file = load_page(path)
        except CallsiteError:  # the check says what is wrong with it
            continue
        ignores, _ = parse_ignores(file.page, CODES)
        left = unwanted | {ignore.code for ignore in ignores}
        plan = plan_fixes(file.text, str(place_of(str(path))), left)
        if plan.text == file.text:
            continue
        fixed += len(plan.changes)
        if write:
            change_page(file, plan.text)
            for change in plan.changes if tells else ():
                print(make_printable(hide_secrets(f"fixed: {change}")))
        else:
            show_patch(file.text, plan.text, path)
    return fixed


def check_output(folder: Path, checked: Checked, content: Content, processes: int) -> list[Problem]:
    """Check what was built, against the pages that it was built of."""
    if not folder.is_dir():
        raise CallsiteError(f"{place_of(str(folder))}: no such output; build it with `callsite build`")
    from callsite.outputs import find_output_problems  # noqa: PLC0415  # few runs look at what was built

    summaries = {path: checked.summaries[source] for source, path in checked.plan.paths.items()}
    expected = {path: summary for path, summary in summaries.items() if summary.is_whole}
    address = str(content.values.get("SITEURL") or "")
    return find_output_problems(folder, expected, address, content.configuration.policy, processes)


def leave_out(
    problems: Iterable[Problem],
    checked: Checked,
    chosen: tuple[Sequence[str], Sequence[str]],
    built: Mapping[str, str],
) -> tuple[tuple[Problem, ...], int]:
    """What is left of problems when those are out that nobody wants to hear of, and how many pages have silenced.

    What a page does not want to hear of itself, it does not want to hear of what was built of it: `built` has the
    sources of output files.
    """
    wanted = sorted({problem for problem in problems if is_chosen(problem.code, *chosen)})
    pages = {source: checked.summaries[source] for source in checked.checked}
    codes = {summary.page.at.path: {ignore.code for ignore in summary.ignores} for summary in pages.values()}
    silent = {path: codes.get(checked.summaries[source].page.at.path, set()) for path, source in built.items()}
    told, ignored = apply_ignores(wanted, codes | silent)
    # Of what is found in the output or by asking others, nobody knows whether it is gone for good.
    applied = {code for code in CODES if code[0] in "TMPLO" and is_chosen(code, *chosen)}
    idle = find_idle_ignores(((each.page, each.ignores) for each in pages.values()), ignored, applied)
    told = (*told, *(problem for problem in idle if is_chosen(problem.code, *chosen)))
    return tuple(sorted(told)), len(ignored)


def explain(code: str) -> int:
    """Say what a code means, in the words of the manual."""
    known = code.upper()
    rules = list(CODES.values()) if code == "all" else [CODES[known]] if known in CODES else []
    if not rules:
        near = nearest(code, CODES)
        hint = f"did you mean {near}?" if near else "`callsite check --explain all` shows the codes there are"
        raise CallsiteError(f"--explain: there is no code `{code}`; {hint}")
    print("\n".join(explain_rule(rule) for rule in rules), end="")
    return 0
