"""What `scripts/bench` is made of, where it does not measure: pages for other tools, copies of pages, limits and tables;
and that what it starts ends with it.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import markdown
import pytest
from benchmarking.contenders import CONTENDERS, HUGO, Contender
from benchmarking.converting import edit_page, format_hugo, format_mkdocs, format_pelican, say_edit
from benchmarking.copying import copy_pages, plan_copies
from benchmarking.figures import COLD, EDITED, ENOUGH, FEWER, MORE, PHASES, WARM, Figures, Results, find_verdicts
from benchmarking.measuring import CommandError, Cost, find_family, measure, read_memory
from benchmarking.pages import describe_pages
from benchmarking.reporting import format_report, format_table, format_tables
from benchmarking.rounds import BadSiteError, check_output

from callsite.model import Page
from callsite.page import format_page, parse_page

SCRIPTS = Path(__file__).parents[1] / "scripts"

TEXT = """\
title: flask.globals g Example Code
category: page
slug: flask-globals-g-examples
sortorder: 500030012
toc: False
sidebartitle: flask.globals g
meta: Example code for "g" of flask.globals.
symbol: flask.globals.g
aliases: flask.g


`g` is a part of [Flask](https://example.org/flask).

It holds flasks, and flask_x.

## Example 1 from Tidy-Up

```python project=Tidy-Up version=1.0 path=flask/app.py lines=1-2,9-10
~~from flask import g
import tidy


## ... source file abbreviated to get to g examples ...


def shelf(app):
~~    return g.flask if flask else my_flask
```

Later.

```
plain
```
"""


def read_page(text: str = TEXT) -> Page:
    page, problems = parse_page(text, "flask/g.md")
    assert problems == ()
    return page


def code_of(text: str) -> list[str]:
    """The rows of the first listing, fences included."""
    rows = text.split("\n")
    first = next(at for at, row in enumerate(rows) if row.startswith("```"))
    return rows[first : rows.index(rows[first].split("p")[0], first + 1) + 1]


def make_figures(cold: float, warm: float = 1.0, edited: float = 1.0, memory: int = 0) -> Figures:
    """Figures of three builds each, whose medians are those given."""
    seconds = dict(zip(PHASES, (cold, warm, edited), strict=True))
    runs = {phase: [Cost(time, 2 * time) for time in (99.0, time, 0.0)] for phase, time in seconds.items()}
    return Figures(runs, memory, 2_500_000, 1200, {WARM: 3, EDITED: 4})


# Pages for other tools


def test_a_page_for_hugo() -> None:
    text = format_hugo(read_page())
    assert text.startswith(
        '+++\ntitle = "flask.globals g Example Code"\nlinkTitle = "flask.globals g"\n'
        'description = "Example code for \\"g\\" of flask.globals."\n+++\n\n\n`g` is a part of [Flask]'
    )
    assert code_of(text) == [
        "```python {hl_lines=[1,5]}",
        "from flask import g",
        "import tidy",
        "## ... source file abbreviated to get to g examples ...",
        "def shelf(app):",
        "    return g.flask if flask else my_flask",
        "```",
    ]
    assert text.endswith("\nLater.\n\n```text\nplain\n```\n")


def test_a_page_for_mkdocs_and_zensical() -> None:
    text = format_mkdocs(read_page())
    assert text.startswith(
        '---\ntitle: "flask.globals g Example Code"\ndescription: "Example code for \\"g\\" of flask.globals."\n---\n'
    )
    assert code_of(text)[0] == '```python hl_lines="1 5"'


def test_a_page_for_pelican() -> None:
    text = format_pelican(read_page())
    assert text.startswith(
        "title: flask.globals g Example Code\nslug: flask-globals-g-examples\nlibrary: flask\nshort: flask.globals g\n"
        'description: Example code for "g" of flask.globals.\n\n[TOC]\n\n`g` is a part of'
    )
    html = markdown.markdown(text.partition("\n\n")[2], extensions=["toc", "extra", "codehilite"])
    assert html.count('<span class="hll">') == 2
    assert '<a href="#example-1-from-tidy-up">' in html


def test_what_ends_a_listing_is_longer_than_what_is_in_it() -> None:
    page = read_page("title: x\n\n~~~~rst\n```` inside\n~~~~\n")
    assert format_mkdocs(page).endswith("\n`````rst\n```` inside\n`````\n")


def test_listings_stay_in_their_lists() -> None:
    page = read_page("title: x\n\n- a\n\n    ```python\n    ~~b()\n    ```\n")
    assert format_mkdocs(page).endswith('\n- a\n\n    ```python hl_lines="1"\n    b()\n    ```\n')


def test_hugo_takes_nothing_for_a_shortcode() -> None:
    page = read_page("title: x\n\nAs in `{{< x >}}`.\n\n```html\n{{% y %}} {{ z }}\n```\n")
    assert format_hugo(page).endswith("\nAs in `{{ < x >}}`.\n\n```html\n{{ % y %}} {{ z }}\n```\n")


def test_an_edit_is_one_sentence_on_one_line() -> None:
    old, new = (format_page(page).split("\n") for page in (read_page(), edit_page(read_page(), 3)))
    assert [(was, now) for was, now in zip(old, new, strict=True) if was != now] == [
        (
            "`g` is a part of [Flask](https://example.org/flask).",
            "`g` is a part of [Flask](https://example.org/flask). Changed for round 3.",
        )
    ]
    assert say_edit(3) == "Changed for round 3."


def test_a_page_without_prose_cannot_be_edited() -> None:
    with pytest.raises(ValueError, match="no prose"):
        edit_page(read_page("title: x\n\n```\ny\n```\n"), 1)


# Copies


def test_a_copy_has_names_of_its_own_wherever_they_stand() -> None:
    (original, copy) = copy_pages([read_page()], 2)
    assert original == read_page()
    assert (
        format_page(copy)
        == """\
title: flaskx1.globals g Example Code
category: page
slug: flaskx1-globals-g-examples
sortorder: 500040012
toc: False
sidebartitle: flaskx1.globals g
meta: Example code for "g" of flaskx1.globals.
symbol: flaskx1.globals.g
aliases: flaskx1.g


`g` is a part of [Flask](https://example.org/flaskx1).

It holds flasks, and flask_x.

## Example 1 from Tidy-Upx1

```python project=Tidy-Upx1 version=1.0 path=flaskx1/app.py lines=1-2,9-10
~~from flaskx1 import g
import tidy


## ... source file abbreviated to get to g examples ...


def shelf(app):
~~    return g.flaskx1 if flaskx1 else my_flask
```

Later.

```
plain
```
"""
    )


def test_no_two_copies_have_the_same_address_or_place() -> None:
    pages = [read_page(), read_page("title: a b Example Code\nslug: else\nsortorder: 50004\n\nText.\n")]
    slugs = [page.meta.slug for page in copy_pages(pages, 7)]
    assert slugs[1::2] == ["else", "else-x1", "else-x2"]
    assert len({*slugs}) == 7
    places = [page.meta.sortorder[:5] for page in copy_pages(pages, 7)]
    assert places == ["50003", "50004", "50005", "50006", "50007", "50008", "50009"]


def test_what_is_less_than_a_copy_is_taken_evenly() -> None:
    assert list(plan_copies(3, 5)) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert list(plan_copies(500, 5)) == [(0, 0), (0, 100), (0, 200), (0, 300), (0, 400)]
    assert list(plan_copies(3, 3)) == [(0, 0), (0, 1), (0, 2)]


def test_pages_are_counted() -> None:
    corpus = describe_pages([read_page(), read_page()])
    assert (corpus.pages, corpus.listings, corpus.marks, corpus.size) == (2, 4, 4, 2 * len(TEXT.encode()))
    assert corpus.digest != describe_pages([read_page()]).digest


# Limits and tables


def test_medians_count() -> None:
    figures = make_figures(cold=3.0, warm=0.25)
    assert (figures.clock(COLD), figures.processors(COLD)) == (3.0, 6.0)
    assert (figures.clock(WARM), figures.processors(EDITED)) == (0.25, 2.0)


def test_everything_within_its_limit() -> None:
    compared = {"callsite": make_figures(2.0, 0.4, 0.6), "hugo": make_figures(4.0, 4.0, 4.0)}
    grown = {FEWER: make_figures(4.0), MORE: make_figures(42.0, memory=900_000_000)}
    verdicts = find_verdicts(Results(ENOUGH, compared, grown, 900_000_000, (0.02, 0.01)))
    assert [(verdict.figure, verdict.limit) for verdict in verdicts] == [
        (0.5, 0.5),
        (0.1, 0.1),
        (pytest.approx(0.15), 0.15),
        (10.5, 10.5),
        (900.0, 1000.0),
        (900.0, 900.0),
        (2.0, 2.5),
    ]
    assert all(verdict.is_good for verdict in verdicts)


def test_everything_over_its_limit() -> None:
    compared = {"callsite": make_figures(2.1, 0.41, 0.61), "hugo": make_figures(4.0, 4.0, 4.0)}
    grown = {FEWER: make_figures(4.0), MORE: make_figures(42.1, memory=1_000_000_001)}
    verdicts = find_verdicts(Results(ENOUGH, compared, grown, 900_000_000, (0.03, 0.01)))
    assert len(verdicts) == 7
    assert not any(verdict.is_good for verdict in verdicts)


def test_what_was_not_measured_is_not_judged() -> None:
    one = make_figures(9.0)
    assert find_verdicts(Results(ENOUGH, {"callsite": one}, {FEWER: one})) == []
    assert find_verdicts(Results(ENOUGH - 1, {"callsite": one, "hugo": one}, {})) == []
    assert [verdict.unit for verdict in find_verdicts(Results(1, {}, {MORE: make_figures(9.0, memory=5)}))] == [" MB"]


def test_tables() -> None:
    compared = {"callsite": make_figures(2.0, 0.4, 0.6, 5_000_000), "hugo": make_figures(4.0, memory=10_000_000)}
    grown = {FEWER: make_figures(4.0), MORE: make_figures(42.1, memory=1_100_000_000)}
    tables = format_tables(
        Results(ENOUGH, compared, grown, 1_200_000_000), {contender.name: contender.title for contender in CONTENDERS}
    )
    assert tables == {
        "clock": """\
|          |   cold | of Hugo's |   warm | of Hugo's | edited | of Hugo's |
| -------- | -----: | --------: | -----: | --------: | -----: | --------: |
| Callsite | 2.00 s |      0.50 | 0.40 s |      0.40 | 0.60 s |      0.60 |
| Hugo     | 4.00 s |      1.00 | 1.00 s |      1.00 | 1.00 s |      1.00 |""",
        "processors": """\
|          |   cold | of Hugo's |   warm | of Hugo's | edited | of Hugo's |
| -------- | -----: | --------: | -----: | --------: | -----: | --------: |
| Callsite | 4.00 s |      0.50 | 0.80 s |      0.40 | 1.20 s |      0.60 |
| Hugo     | 8.00 s |      1.00 | 2.00 s |      1.00 | 2.00 s |      1.00 |""",
        "outputs": """\
|          | memory | of Hugo's | output | files | written: warm | written: edited |          spread |
| -------- | -----: | --------: | -----: | ----: | ------------: | --------------: | --------------: |
| Callsite |   5 MB |      0.50 | 2.5 MB | 1,200 |             3 |               4 | 0.00 to 99.00 s |
| Hugo     |  10 MB |      1.00 | 2.5 MB | 1,200 |             3 |               4 | 0.00 to 99.00 s |""",
        "sizes": """\
| pages          |   cold | of processors |   warm | edited |   memory | output | files |
| -------------- | -----: | ------------: | -----: | -----: | -------: | -----: | ----: |
| 1,000          | 4.00 s |        8.00 s | 1.00 s | 1.00 s |        - |   2 MB | 1,200 |
| 10,000         | 42.1 s |        84.2 s | 1.00 s | 1.00 s | 1,100 MB |   2 MB | 1,200 |
| 10,000 / 1,000 |  10.53 |         10.53 |   1.00 |   1.00 |        - |   1.00 |  1.00 |
| Hugo, 10,000   |        |               |        |        | 1,200 MB |        |       |""",
        "verdicts": """\
| what must hold                                  | measured |  at most |                |
| ----------------------------------------------- | -------: | -------: | -------------: |
| cold build of 500 pages, of Hugo's time         |     0.50 |     0.50 |          holds |
| warm build of 500 pages, of Hugo's time         |     0.40 |     0.10 | OVER ITS LIMIT |
| edited build of 500 pages, of Hugo's time       |     0.60 |     0.15 | OVER ITS LIMIT |
| cold build of 10,000 pages, times that of 1,000 |    10.53 |    10.50 | OVER ITS LIMIT |
| memory at 10,000 pages                          | 1,100 MB | 1,000 MB | OVER ITS LIMIT |
| memory at 10,000 pages, below Hugo's            | 1,100 MB | 1,200 MB |          holds |""",
    }


def test_tables_without_hugo_have_no_ratios() -> None:
    tables = format_tables(Results(10, {"pelican": make_figures(2.0)}, {}), {"pelican": "Pelican"})
    assert (
        tables["clock"].split("\n")[2] == "| Pelican | 2.00 s |         - | 1.00 s |         - | 1.00 s |         - |"
    )
    assert tables["sizes"] == tables["verdicts"] == ""


def test_the_report_says_all_that_there_is() -> None:
    template = (SCRIPTS / "benchmarking/report.md").read_text(encoding="utf-8")
    names = ["command", "machine", "versions", "left_out", "pages", "listings", "marks", "size", "digest", "rounds"]
    tables = format_tables(Results(1, {}, {}), {})
    text = format_report(template, {name: f"<{name}>" for name in [*names, *tables]})
    assert all(text.count(f"<{name}>") == 1 for name in [*names, *tables])
    with pytest.raises(KeyError):
        format_report(template, tables)


def test_cells_are_as_wide_as_their_column() -> None:
    assert format_table([["", "a"], ["bcd", "12"]]) == "|     |  a |\n| --- | -: |\n| bcd | 12 |"


# Sites


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda contender: contender.name)
def test_a_site_is_written_and_cleaned(contender: Contender, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    contender.write_site(folder, [read_page()])
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    assert folder / contender.plan_source(read_page()) in written
    for name in (contender.output, *contender.kept):
        (folder / name).mkdir()
        (folder / name / "x").touch()
    contender.clean(folder)
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == written


def test_marked_lines_are_counted(tmp_path: Path) -> None:
    page = read_page()
    path = tmp_path / HUGO.plan_output(page)
    with pytest.raises(BadSiteError, match=r"^Hugo: flask-globals-g-examples.html was not built$"):
        check_output(HUGO, tmp_path, [page])
    path.parent.mkdir()
    path.write_bytes(HUGO.mark * 3)
    with pytest.raises(BadSiteError, match="has 3 marked lines, not 2"):
        check_output(HUGO, tmp_path, [page])
    path.write_bytes(b"x".join([HUGO.mark] * 2))
    check_output(HUGO, tmp_path, [page])


# Commands


def test_what_a_command_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"

    def note(root: int) -> int:
        memory = read_memory(root)
        if memory > 60_000_000:
            seen.touch()
        return memory

    monkeypatch.setattr("benchmarking.measuring.read_memory", note)
    script = "import subprocess, sys; a = bytearray(30_000_000); subprocess.run([sys.executable, '-c', CHILD])"
    # On a busy machine nobody looks for a while.
    wait = "end = time.time() + 30\nwhile LINUX and not os.path.exists('seen') and time.time() < end: time.sleep(0.05)"
    child = f"import os, time; b = bytearray(30_000_000)\n{wait.replace('LINUX', str(sys.platform == 'linux'))}"
    cost = measure([sys.executable, "-c", script.replace("CHILD", repr(child))], tmp_path, watched=True)
    assert cost.clock > 0
    assert cost.processors > 0
    if sys.platform == "linux":
        assert cost.memory > 60_000_000
    assert measure([sys.executable, "-c", "pass"], tmp_path).memory == 0


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    script = "import sys; print('\\n'.join(map(str, range(99))), flush=True); print('no', file=sys.stderr); sys.exit(3)"
    with pytest.raises(CommandError) as raised:
        measure([sys.executable, "-c", script], tmp_path)
    first, *rest = str(raised.value).splitlines()
    assert first == f"{Path(sys.executable).name} ended with 3:"
    assert (len(rest), rest[-1]) == (12, "no")


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^/no/such: cannot be run, No such file or directory$"):
        measure(["/no/such"], tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="descendants are found in /proc")
def test_nothing_goes_on_when_measuring_is_stopped(tmp_path: Path) -> None:
    """A program that starts another in a session of its own, as `callsite build` does, and is ended at once."""
    child = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], start_new_session=True)"
    code = f"from pathlib import Path; from benchmarking.measuring import measure; measure([{sys.executable!r}, '-c', {script!r}], Path('.'))"
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    ) as measuring:
        while not (tmp_path / "begun").exists():
            assert measuring.poll() is None
            time.sleep(0.01)
        family = find_family(measuring.pid)
        assert len(family) == 3
        measuring.send_signal(signal.SIGINT)
        assert measuring.wait() != 0
    while any(is_alive(process, began) for process, began in family.items()):
        time.sleep(0.01)


def is_alive(process: int, began: int) -> bool:
    """Whether a process is the one that began then, and has not ended; nobody may have asked yet how it ended."""
    if find_family(process).get(process) != began:
        return False
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it has gone meanwhile
        return False
    return state not in "ZX"


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_memory_of_a_process_that_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        process.wait()
        assert read_memory(process.pid) == 0
    assert read_memory(os.getpid()) > 1_000_000


# The script


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--write", "--quick"], "--write is for whole figures: leave out --quick and --only"),
        (["--write", "--only", "hugo"], "--write is for whole figures: leave out --quick and --only"),
        (["--rounds", "0"], "argument --rounds: '0' is no number above 0"),
        (["--sizes", "10,x"], "argument --sizes: 'x' is no number above 0"),
    ],
)
def test_wrong_options(words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        load_script().parse_arguments(words)
    assert raised.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(f": error: {complaint}")


def test_options() -> None:
    parse = load_script().parse_arguments
    assert parse([]).sizes == (100, 1_000, 10_000, 50_000)
    assert parse(["--sizes", "20,10,20"]).sizes == (10, 20)
    assert parse(["--sizes", "none", "--quick"]).sizes == ()
    assert parse(["--quick"]).rounds == 1


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "BENCHMARKS.md"
    write = load_script().write_whole
    write(path, "old\n")
    write(path, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n"
    with pytest.raises(UnicodeEncodeError):
        write(path, "half\ud800")
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [(path.name, "new\n")]


def load_script() -> ModuleType:
    loader = SourceFileLoader("bench", str(SCRIPTS / "bench"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
