"""`callsite publish` as it is typed. The destination is in memory, and the output was built before."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callsite.cli import main
from callsite.cli import publish as command
from callsite.cli.publish import Shown
from callsite.errors import CallsiteError
from callsite.publish.plan import Stage
from callsite.settings import SiteFolders
from tests.publishing import MemoryDestination, write_output

PAGES = {f"page-{number}.html": str(number) for number in range(20)}


class Site:
    """A site with an output and a destination."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.destination = MemoryDestination()
        (folder / "content").mkdir()
        self.write(
            "pelicanconf.py", 'PLUGINS = ["callsite.pelican_plugin"]\nPATH = "content"\nOUTPUT_PATH = "output"\n'
        )
        self.write("publishconf.py", 'from pelicanconf import *\nSITEURL = "https://examples.example.org"\n')
        self.write("pyproject.toml", '[tool.callsite.publish.to.live]\nkind = "directory"\npath = "www"\n')
        self.output = write_output(folder / "output", {"index.html": "one", **PAGES})

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def publish(self, *words: str) -> tuple[int, str, str]:
        code = main(["publish", *words])
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    monkeypatch.chdir(tmp_path)
    made = Site(tmp_path, capsys)
    monkeypatch.setattr(command, "open_destination", lambda target, base: made.destination)
    monkeypatch.setattr(command, "run_build", lambda *given: 0)
    monkeypatch.setattr(command, "check", lambda *given: "")
    return made


def test_everything_is_sent_once(site: Site) -> None:
    code, out, err = site.publish()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("memory: 22 files sent (")
    assert ", 0 deleted, 0 unchanged; " in lines[0]
    assert lines[1].startswith("release 20")
    assert len(site.destination.content) == 22

    code, out, err = site.publish()
    assert (code, out, err) == (0, "memory: nothing to send: all 22 files are there\n", "")


def test_a_dry_run_changes_nothing(site: Site) -> None:
    code, out, _ = site.publish("--dry-run")
    assert code == 0
    assert "  + page-1.html\n" in out
    assert out.splitlines()[-1].startswith("memory: 22 files to send (")
    assert site.destination.content == {}


def test_programs_are_told_in_json(site: Site) -> None:
    _, out, err = site.publish("--dry-run", "--json")
    planned = json.loads(out)
    assert (planned["state"], planned["destination"], planned["doubts"], len(planned["uploads"])) == (
        "planned",
        "memory",
        [],
        22,
    )
    assert err == ""
    _, out, _ = site.publish("--json")
    assert json.loads(out)["state"] == "published"
    _, out, _ = site.publish("--json")
    assert json.loads(out)["state"] == "unchanged"
    assert site.destination.manifest is not None
    assert json.loads(out)["release"] == site.destination.manifest.release
    _, out, _ = site.publish("--releases", "--json")
    assert json.loads(out) == {"destination": "memory", "releases": []}


def remove(site: Site, count: int) -> None:
    for number in range(count):
        (site.output / f"page-{number}.html").unlink()
    write_output(site.output, {path.name: path.read_bytes() for path in site.output.glob("*.html")})


def test_few_deletions_need_no_question(site: Site) -> None:
    site.publish()
    remove(site, 2)
    code, out, err = site.publish()
    assert (code, err) == (0, "")
    assert "2 deleted" in out


def test_many_deletions_stop_it_where_nobody_can_be_asked(site: Site) -> None:
    site.publish()
    before = dict(site.destination.content)
    remove(site, 3)
    code, out, err = site.publish()
    assert (code, out) == (1, "nothing was sent\n")
    assert err == (
        "before anything is sent to memory:\n"
        "  3 files of 22 there would be deleted (14 %)\n"
        "If that is right, publish with --allow-delete 3.\n"
    )
    assert site.destination.content == before
    code, out, _ = site.publish("--dry-run")
    assert code == 1
    assert out.endswith("asked before that is done: 3 files of 22 there would be deleted (14 %) (--allow-delete 3)\n")
    code, out, err = site.publish("--allow-delete", "2")
    assert code == 1
    assert site.destination.content == before
    code, out, err = site.publish("--allow-delete", "3", "--json")
    assert (code, err) == (0, "")
    assert len(json.loads(out)["deletions"]) == 3


def test_a_refusal_is_told_to_programs(site: Site) -> None:
    site.publish()
    remove(site, 3)
    code, out, _ = site.publish("--json")
    told = json.loads(out)
    assert (code, told["state"], len(told["deletions"])) == (1, "refused", 3)
    assert told["doubts"] == [{"text": "3 files of 22 there would be deleted (14 %)", "option": "--allow-delete 3"}]


class Terminal(io.StringIO):
    """What is typed, or shown, at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("Yes\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_at_a_terminal_it_asks(site: Site, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    site.publish()
    remove(site, 3)
    shown = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", shown)
    assert site.publish()[0] == code
    assert "Publish all the same? [y/N] " in shown.getvalue()
    assert ("page-0.html" in site.destination.content) == bool(code)


def test_an_empty_output_is_asked_about(site: Site) -> None:
    site.publish()
    for path in site.output.iterdir():
        path.unlink()
    code, _, err = site.publish("--no-build")
    assert code == 1
    assert "  the output is empty\n" in err
    assert len(site.destination.content) == 22


def test_it_goes_back(site: Site) -> None:
    site.publish()
    write_output(site.output, {"index.html": "two"})
    site.publish()
    _, out, _ = site.publish("--releases")
    name = out.partition(":")[0]
    assert out.startswith("20")
    assert ": 22 files, published 20" in out
    assert out.endswith(" UTC, commit c0ffee\n")
    _, out, _ = site.publish("--releases", "--json")
    [row] = json.loads(out)["releases"]
    assert (row["name"], row["commit"], row["files"]) == (name, "c0ffee", 22)
    code, out, err = site.publish("--rollback", name)
    assert (code, out, err) == (0, f"went back to {name} on memory\n", "")
    assert site.destination.content["index.html"] == b"one"


def test_it_goes_back_for_programs(site: Site) -> None:
    site.publish()
    write_output(site.output, {"index.html": "two"})
    site.publish()
    _, out, _ = site.publish("--rollback", "--json")
    told = json.loads(out)
    assert told == {"state": "rolled-back", "destination": "memory", "release": told["release"]}


def test_there_is_nothing_to_go_back_to(site: Site) -> None:
    assert site.publish("--releases") == (0, "memory: no earlier release is kept there\n", "")
    code, out, err = site.publish("--rollback")
    assert (code, out) == (2, "")
    assert err == "callsite: memory: no release before this one; none is kept there\n"


def test_what_others_put_there_is_told_when_it_is_verified(site: Site) -> None:
    site.publish()
    site.destination.content["theirs.txt"] = b"x"
    del site.destination.content["page-1.html"]
    _, out, _ = site.publish("--verify")
    assert out.splitlines()[:2] == [
        "  page-1.html: was not there, or had another size than what was sent",
        "not this site's, and left alone unless told otherwise: 1 file",
    ]
    _, out, _ = site.publish("--verify", "--dry-run")
    assert "not this site's, and left alone unless told otherwise: 1 file\n" in out


def test_kept_files_are_told(site: Site) -> None:
    name = "a.ba7816bf8f01.css"  # the SHA-256 of `abc`
    write_output(site.output, {name: "abc"})
    site.publish()
    (site.output / name).unlink()
    write_output(site.output, {"index.html": "one", **PAGES})
    _, out, _ = site.publish("--dry-run")
    assert f"kept for 7 days, for pages in caches: 1 file\n  = {name}\n" in out
    _, out, _ = site.publish()
    assert "0 deleted, 22 unchanged, 1 kept for pages in caches" in out


def test_what_cannot_be_published_is_told_all_at_once(site: Site) -> None:
    (site.output / "a\\b").write_text("x")
    (site.output / "out").symlink_to("/etc/hostname")
    code, out, err = site.publish()
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert {line.split(": ")[1][:4] for line in lines[:-1]} == {"U101", "U102"}
    assert lines[-1] == "callsite: nothing was sent; 2 files cannot be published"
    assert site.destination.content == {}
    code, out, _ = site.publish("--json")
    assert (code, json.loads(out)["problems"]) == (1, lines[:-1])


def test_a_build_that_fails_ends_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run_build", lambda *given: 1)
    assert site.publish() == (1, "", "callsite: nothing was sent; the site was not built\n")
    assert site.destination.content == {}
    code, out, _ = site.publish("--json")
    assert (code, json.loads(out)) == (1, {"state": "failed", "reason": "the site was not built"})


def test_findings_end_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "check", lambda *given: "mend what was found first")
    assert site.publish() == (1, "", "callsite: nothing was sent; mend what was found first\n")
    assert site.destination.content == {}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "is not set"),
        ("examples.example.org", "is no address that begins with https:// or http://"),
        ("https://me:word@host.example", "has a user or password in it, which everybody would read"),
        ("https://example.org/docs", "is https://example.org/docs, which stands for any site"),
    ],
)
def test_a_site_without_an_address_is_not_built(site: Site, address: str, why: str) -> None:
    site.write("publishconf.py", f"from pelicanconf import *\nSITEURL = {address!r}\n")
    code, _, err = site.publish()
    assert code == 2
    assert err.startswith(f"callsite: publishconf.py: SITEURL {why}; set it to the address that visitors use")


def test_where_to_is_not_said(site: Site) -> None:
    site.write("pyproject.toml", "")
    code, _, err = site.publish()
    assert code == 2
    assert err.startswith("callsite: pyproject.toml: nothing says where to publish to; add a table")


@pytest.mark.parametrize("word", ["-1", "many", "1.5", "", "9999999999"])
def test_numbers_are_numbers(site: Site, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        site.publish(f"--allow-delete={word}")
    assert ended.value.code == 2
    assert f"`{word}` is no whole number from 0 on" in capsys.readouterr().err


def test_credentials_are_never_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "correct-horse-battery")

    def fail(*given: Any) -> None:
        try:
            raise ValueError("correct-horse-battery")
        except ValueError as error:
            raise CallsiteError("memory: refused correct-horse-battery and https://user:word@host/; log in") from error

    monkeypatch.setattr(site.destination, "look", fail)
    code, out, err = site.publish()
    said = "memory: refused … and https://…@host/; log in"
    assert (code, out, err) == (2, "", f"callsite: {said}\n")
    code, out, err = site.publish("--json")
    assert (code, json.loads(out)) == (2, {"state": "failed", "reason": said})


def test_the_settings_of_stores_reach_the_output(site: Site) -> None:
    site.write(
        "pyproject.toml", '[tool.callsite.publish.to.live]\nkind = "store"\nurl = "s3://bucket"\nencoding = "gzip"\n'
    )
    write_output(site.output, {"index.html.gz": gzip.compress(b"one")})
    _, out, _ = site.publish("--dry-run", "--json")
    [told] = [row for row in json.loads(out)["uploads"] if row["path"] == "index.html"]
    assert told["headers"]["content-encoding"] == "gzip"


def test_waits_are_told_once_for_each_reason(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = Shown()
    for reason in ("busy", "busy", "throttled by https://user:word@host"):
        watcher.wait(reason, 2)
    assert capsys.readouterr().err == (
        "callsite: busy; trying again in 2 s\ncallsite: throttled by https://…@host; trying again in 2 s\n"
    )


def test_progress_is_for_terminals_alone(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = Shown()
    with watcher:
        watcher.finish("early.html", 1)  # counted, not shown
        watcher.begin(Stage.ASSETS, 2, 1_500)
        watcher.finish("a.png", 1_500)
        watcher.begin(Stage.REMOVED_FILES, 1, 0)
        watcher.finish("b.png", 0)
    assert capsys.readouterr() == ("", "")


def test_what_is_somebody_elses_is_asked_about(site: Site) -> None:
    site.destination.content = {"index.html": b"theirs", "other.html": b"theirs"}
    code, _, err = site.publish()
    assert code == 1
    assert err.endswith(
        "  1 file there that is not this site's would be replaced, `index.html` for one\n"
        "If that is right, publish with --adopt.\n"
    )
    assert site.destination.content["index.html"] == b"theirs"
    assert site.publish("--adopt", "--allow-delete", "1")[0] == 0
    assert site.destination.content["index.html"] == b"one"
    assert "other.html" not in site.destination.content


def test_a_site_of_another_address_is_asked_about(site: Site) -> None:
    site.publish()
    assert site.destination.manifest is not None
    site.destination.manifest = replace(site.destination.manifest, site="https://other.example.org")
    code, _, err = site.publish("--allow-delete", "99")
    assert code == 1
    assert "what stands there is the site https://other.example.org, and this one is" in err
    assert "with --allow-other-site." in err
    assert site.publish("--allow-other-site", "--dry-run")[0] == 0
    assert site.publish("--allow-other-site")[0] == 0


def test_what_the_host_may_not_like_is_told(site: Site) -> None:
    write_output(site.output, {f"more-{number}.html": "" for number in range(20)})
    _, out, _ = site.publish("--dry-run")
    assert out.endswith("note: the host likes small sites\n")
    _, out, _ = site.publish("--json")
    assert json.loads(out)["warnings"] == ["the host likes small sites"]


def test_a_dry_run_asks_what_a_publish_would_ask(site: Site) -> None:
    site.publish()
    remove(site, 3)
    code, out, _ = site.publish("--dry-run", "--allow-delete", "3")
    assert (code, "asked before" in out) == (0, False)
    code, out, _ = site.publish("--dry-run", "--json")
    assert (code, len(json.loads(out)["doubts"])) == (1, 1)


def test_a_publish_that_is_stopped_says_that_nothing_is_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site.destination, "apply", stop)
    code, _, err = site.publish()
    assert (code, err) == (130, "callsite: stopped; nothing is lost, and the next publish goes on from here\n")


@pytest.mark.parametrize(
    ("code", "reason"), [(0, ""), (1, "mend what was found first"), (2, "the site could not be checked")]
)
def test_how_a_check_ends_is_told(monkeypatch: pytest.MonkeyPatch, code: int, reason: str) -> None:
    seen: list[list[str]] = []

    def run(words: list[str], **given: object) -> subprocess.CompletedProcess[str]:
        seen.append(words)
        return subprocess.CompletedProcess(words, code)

    monkeypatch.setattr(subprocess, "run", run)
    folders = SiteFolders(Path("content"), Path("output"), ())
    assert command.check("publishconf.py", folders, None) == reason
    assert seen[0][-5:] == ["check", "-s", "publishconf.py", "--output", "output"]
