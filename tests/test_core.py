"""What holds for the code as a whole: the core needs no Pelican, imports point downwards, only commands print."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PURE = [
    "address",
    "build",
    "colouring",
    "credits",
    "errors",
    "fence",
    "file_links",
    "foreign",
    "header",
    "highlight",
    "inventory",
    "lexing",
    "licence_names",
    "linking",
    "model",
    "openings",
    "outline",
    "page",
    "patch",
    "paths",
    "relations",
    "render",
    "site",
    "snippet",
    "symbol",
    "text",
    "wording",
    # Packages as a whole.
    *(
        path.relative_to(_ROOT / "callsite").with_suffix("").as_posix()
        for folder in (
            "addressing",
            "assets",
            "check",
            "check/output",
            "names",
            "harvest",
            "hostfiles",
            "publish",
            "navigation",
            "prose",
            "redirects",
            "reports",
            "scanning",
            "twins",
        )
        for path in sorted((_ROOT / "callsite" / folder).glob("*.py"))
        if path.stem != "known"  # it reads Markdown's own source, to see whether it is one that we know
    ),
]

_BLOCKED = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pelican", "livereload", "tornado", "watchfiles"}:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
from callsite.build import Loader
from callsite.check.claims import find_collisions
from callsite.navigation import Entry, Navigation
from callsite.outline import find_outline
from callsite.relations import Relations
from callsite.render import Renderer
from callsite.site import Site

loaded = Loader().load_page(sys.argv[1])
outline = find_outline(loaded.page)
site = Site((outline,))
urls = {loaded.page.at.path: "x.html"}
navigation = Navigation(site, Relations(site.pages, {}), urls, Entry("Home", ""), {})
view = navigation.view(outline, Renderer({}).render_prose(loaded.page).headings, "x")
print(view.marks, len(loaded.problems), site.libraries[0].name)
try:
    import pelican
except ImportError:
    print("no pelican")
"""


@pytest.mark.untraced
def test_the_core_works_without_pelican(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("title: flask.ctx g Examples\n\n```python\n~~x = 1\n```\n")
    done = subprocess.run(
        [sys.executable, "-c", _BLOCKED, str(page)], capture_output=True, text=True, cwd=_ROOT, check=False
    )
    assert (done.stdout, done.stderr) == ("1 0 flask\nno pelican\n", "")


def test_the_order_of_hashes_makes_no_difference(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("title: x\n\n[a](/x\\_y) [b](/x_y) [c](/z)\n[d](/x\\_y)\n\n```pyhton a=b\n~~x\n```\n\n[e](/x_y)\n")
    script = "import sys; from tests.building import Reader; print(Reader({}).load_page(sys.argv[1]))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(page)],
            capture_output=True,
            check=True,
            cwd=_ROOT,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in "1234"
    }
    assert len(outputs) == 1


def test_imports_point_downwards() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=_ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("name", _PURE)
def test_pure_modules_touch_nothing(name: str) -> None:
    """No printing, no clock, no environment, no network; only `build` opens files, and griffe wants paths as names.
    Dates may be handed in, but nobody asks what day it is.
    """
    tree = ast.parse((_ROOT / "callsite" / name).with_suffix(".py").read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    imported = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = {
        "build": {"open", "os", "pathlib"},
        "harvest/surveys": {"pathlib"},
        "inventory": {"sys"},  # for its limits
        "prose/converting": {"sys"},  # for its limits
        "names/mentions": {"sys"},  # for the version of Python, which tells columns in another way
    }.get(name, set())
    assert not called & {"print", "input", "open", "exec", "eval"} - allowed
    assert not imported & {"os", "sys", "time", "random", "socket", "logging", "pathlib", "subprocess"} - allowed
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"now", "today", "utcnow"}
