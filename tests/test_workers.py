"""Processes that work side by side: what they do with texts that kill, stall or fill them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TypeAlias

import pytest

from callsite import workers
from callsite.uses.answers import Answer, Task, find_answer
from callsite.workers import BOOT, Failure, Workers, process

Pool: TypeAlias = Workers[Task, Answer]


def boot(body: str) -> str:
    """Workers that do something else first with each task."""
    start, _, end = BOOT.rpartition("; ")
    lines = [
        "import os, time",
        "import " + start.partition("import ")[2].replace("; ", "\n"),
        "real = process.find_job",
        "def find_job(name):",
        "    job = real(name)",
        "    def work(task):",
        *(f"        {line}" for line in body.splitlines()),
        "        return job(task)",
        "    return work",
        "process.find_job = find_job",
        end,
    ]
    return "\n".join(lines)


DIE = boot("if task[0].startswith(b'die'): os.kill(os.getpid(), 9)")

TASKS = [(f"import os\nos.x{number}()\n".encode(), "m", False) for number in range(120)]


def make_workers(boot: str = BOOT, limit: float = workers.LIMIT) -> Pool:
    return Workers(2, "callsite.uses.answers:find_answer", lambda task: len(task[0]), limit, boot)


def _run(pool: Pool, tasks: list[Task]) -> dict[int, Answer | Failure]:
    with pool:
        found = list(pool.work(tasks))
    answers = dict(found)
    assert len(answers) == len(found) == len(tasks)
    return answers


@pytest.mark.untraced
def test_workers_answer_as_this_process_does() -> None:
    tasks: list[Task] = [
        (path.read_bytes(), path.stem, False) for path in Path(workers.__file__).parents[1].glob("*.py")
    ]
    tasks += [(b"\xff", "", False), (b"print 'x'", "", False), (b"", "", False), (b"(" * 50_000, "", False)]
    answers = _run(make_workers(), tasks)
    assert [answers[number] for number in range(len(tasks))] == [find_answer(task) for task in tasks]


def test_a_worker_collects_what_trees_leave_behind_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = multiprocessing.Pipe()
    monkeypatch.setattr(process, "_COLLECT_AFTER", 3 * len(TASKS[0][0]))
    monkeypatch.setattr(gc, "collect", lambda: theirs.send_bytes(b"collected"))

    def serve() -> None:
        with pytest.raises(EOFError):
            process.serve(theirs, find_answer)

    with theirs:
        thread = threading.Thread(target=serve)
        thread.start()
        with ours:
            for portion in (TASKS[:2], TASKS[2:10]):
                ours.send_bytes(pickle.dumps([(len(task[0]), task) for task in portion]))
            messages = [ours.recv_bytes() for _ in range(13)]
        thread.join()
    kinds = ["." if message not in (process.READY, b"collected") else message.decode() for message in messages]
    assert kinds == ["ready", *"....", "collected", *"....", "collected", *".."]


def test_a_worker_that_does_not_end_is_ended() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert workers._end(sleeper, 0.1) == "was ended by signal 9"


def test_nothing_to_do_needs_no_worker() -> None:
    assert _run(make_workers("raise SystemExit"), []) == {}


def test_workers_are_used_again() -> None:
    with make_workers() as pool:
        assert dict(pool.work(TASKS[:2])).keys() == {0, 1}
        pids = [worker.process.pid for worker in pool._workers]
        assert dict(pool.work(TASKS)).keys() == set(range(120))
        assert pids[0] in [worker.process.pid for worker in pool._workers]
    assert pool._workers == []


def test_a_worker_can_be_started_before_there_is_work() -> None:
    with make_workers() as pool:
        pool.start(1)
        [first] = pool._workers
        pool.start(1)
        assert pool._workers == [first]
        assert dict(pool.work(TASKS[:2])).keys() == {0, 1}
        assert pool._workers == [first]
    assert first.process.returncode == 0


def test_workers_that_may_go_are_not_used_again() -> None:
    with make_workers() as pool:
        assert dict(pool.work(TASKS[:2])).keys() == {0, 1}
        [first] = pool._workers
        pool.dismiss()
        assert pool._workers == []
        assert dict(pool.work(TASKS[:2])).keys() == {0, 1}
        [second] = pool._workers
        assert second.process.pid != first.process.pid
    assert (first.process.returncode, second.process.returncode) == (0, 0)


@pytest.mark.untraced
def test_a_text_that_kills_costs_nothing_but_itself() -> None:
    tasks = [*TASKS[:60], (b"die\n", "m", False), *TASKS[60:], (b"die now\n", "m", False)]
    answers = _run(make_workers(DIE), tasks)
    assert {number: answer for number, answer in answers.items() if isinstance(answer, Failure)} == {
        60: "the process that did it was ended by signal 9",
        121: "the process that did it was ended by signal 9",
    }
    assert all(answers[number] == find_answer(task) for number, task in enumerate(tasks) if task in TASKS)


def test_a_worker_that_dies_of_something_else_costs_nothing(tmp_path: Path) -> None:
    once = boot(
        f"if task[0].endswith(b'x7()\\n') and not os.path.exists({str(tmp_path / 'x')!r}): open({str(tmp_path / 'x')!r}, 'w').close(); os._exit(3)"
    )
    answers = _run(make_workers(once), TASKS)
    assert (tmp_path / "x").exists()
    assert all(isinstance(answer, Answer) for answer in answers.values())


def test_a_text_that_takes_too_long_is_given_up() -> None:
    slow = boot("if task[0].startswith(b'sleep'): time.sleep(60)")
    start = time.monotonic()
    answers = _run(make_workers(slow, 4.0), [(b"sleep", "m", False), *TASKS])
    assert answers.pop(0) == "not done within 4 seconds"
    assert all(isinstance(answer, Answer) for answer in answers.values())
    assert time.monotonic() - start < 40


@pytest.mark.parametrize("executable", [sys.executable, "/nowhere/python"])
def test_without_workers_the_work_is_done_here(executable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    answers = _run(make_workers("raise SystemExit(1)"), TASKS)
    assert [answers[number] for number in range(len(TASKS))] == [find_answer(task) for task in TASKS]


def test_workers_that_die_idle_are_done_without() -> None:
    with make_workers() as pool:
        assert len(list(pool.work(TASKS[:60]))) == 60
        for worker in pool._workers:
            worker.process.kill()
            worker.process.wait()
        assert dict(pool.work(TASKS)) == dict(enumerate(map(find_answer, TASKS)))


@pytest.mark.untraced
def test_workers_may_be_used_beside_threads() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert len(_run(make_workers(), TASKS)) == 120
    finally:
        done.set()
        thread.join()


LONG = """
import os, sys, time
from callsite.workers import Workers
boot = sys.argv[1]
with Workers(2, "callsite.uses.answers:find_answer", lambda task: len(task[0]), boot=boot) as pool:
    for number, answer in pool.work([(b"x" * 150_000 + b" = %d" % n, "m", False) for n in range(20)]):
        print(number, *[worker.process.pid for worker in pool._workers], flush=True)
"""


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it has gone before it was opened, or before it was read
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.untraced
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_this_process(number: signal.Signals) -> None:
    slow = boot("time.sleep(0.5)")
    with subprocess.Popen(
        [sys.executable, "-c", LONG, slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        assert parent.stderr
        pids = [int(word) for word in parent.stdout.readline().split()[1:]]
        assert all(_is_running(pid) for pid in pids)
        os.kill(parent.pid, number)
        parent.wait(10)
        errors = parent.stderr.read()
    deadline = time.monotonic() + 10
    while any(_is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(pids) == 2
    assert not any(_is_running(pid) for pid in pids)
    assert errors.count("KeyboardInterrupt") == (number == signal.SIGINT)  # one traceback, this process's own
    assert errors.count("Traceback") == (number == signal.SIGINT)


def test_portions_are_even_and_the_long_come_first() -> None:
    batches = list(workers._find_batches([1] * 120 + [150_000, 100_000, 300_000]))
    assert [len(batch) for batch in batches] == [1, 2, 50, 50, 20]
    assert batches[0] == [122]
    assert sorted(number for batch in batches for number in batch) == list(range(123))
