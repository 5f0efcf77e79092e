"""The pages of this repository pass their own check, as they are and as they are built."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callsite", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_our_own_pages_have_no_problem(tmp_path: Path) -> None:
    built = _run("build", "--output", str(tmp_path / "output"))
    assert built.returncode == 0, built.stderr
    pages = sum(1 for _ in (ROOT / "content").rglob("*.md"))
    checked = _run("check", "--output", str(tmp_path / "output"))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, f"no problems in {pages} files\n", "")
