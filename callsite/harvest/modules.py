"""Which modules the files of a source are: what relative imports start from, and what a project calls its own names.

A wheel says it exactly, since its paths are those that Python will see. A tree of sources does not: where its import
path begins has to be read off the folders. What is taken as a sign, the innermost one counting:

- folders with an `__init__.py` belong to the name, whatever they are called, and so does what lies in them;
- `src`, `lib`, `python` and a wheel's own `purelib` and `platlib` are where it begins, and so is a folder that has a
  `setup.py`, or a package of its own name in it (`foo/foo/__init__.py`, `foo/src/foo/__init__.py`);
- so is a folder whose name is no identifier (`google-cloud-storage/google/cloud/storage/__init__.py`);
- a package below a folder that holds many projects (`packages`, `libs`, `examples` …) begins the name itself;
- all other folders are namespace packages (PEP 420).
"""

from __future__ import annotations

from collections.abc import Collection

from callsite.harvest.release import Source, SourceFile
from callsite.records import dataclass

_ROOTS = frozenset(["Lib", "lib", "platlib", "purelib", "python", "src"])

# Folders that hold projects side by side. Names that real namespace packages have (`apps`, `contrib`, `plugins`) are
# left out on purpose.
_HOLDERS = frozenset(
    [
        "backend",
        "demos",
        "doc",
        "docs",
        "examples",
        "extern",
        "libraries",
        "libs",
        "packages",
        "projects",
        "samples",
        "sdk",
        "sdks",
        "third_party",
        "tutorials",
        "vendor",
    ]
)


@dataclass(frozen=True, slots=True)
class Module:
    """A file of a source, and the dotted name that it is imported by; "" when that is not known."""

    source: str
    file: SourceFile
    name: str
    is_package: bool

    def __str__(self) -> str:
        return f"{self.source}/{self.file.path}" if self.source else self.file.path


def find_modules(source: Source) -> tuple[Module, ...]:
    """Every file of a source as a module, in the order of the files."""
    paths = frozenset(file.path for file in source.files)
    return tuple(Module(source.name, file, *find_module(file.path, paths)) for file in source.files)


def find_module(path: str, paths: Collection[str]) -> tuple[str, bool]:
    """The dotted name of the module in the file `path`, and whether it is a package.

    `paths` are the files of the project, `/` between folders; a set, since each folder of the path is looked up in it.
    The name is "" when it could not stand in an import statement (`0001_initial.py`, `run-me.py`), and for an
    `__init__.py` outside of any folder.
    """
    *folders, file = path.split("/")
    stem, _, suffix = file.rpartition(".")
    is_package = stem == "__init__"
    above = ["/".join(folders[:depth]) for depth in range(1, len(folders) + 1)]
    packages = [f"{folder}/__init__.py" in paths for folder in above]
    if is_package and folders:
        packages[-1] = True
    names = folders[_find_root(folders, above, packages, paths) :] + [stem] * (not is_package)
    fits = suffix in ("py", "pyi") and all(name.isidentifier() for name in names)
    return ".".join(names) if fits else "", is_package


def _find_root(folders: list[str], above: list[str], packages: list[bool], paths: Collection[str]) -> int:
    """How many of the folders are not part of the name. `above` are their paths, `packages` which of them are one."""
    top = packages.index(True) if True in packages else len(folders)
    for depth in range(len(folders), 0, -1):
        name, folder = folders[depth - 1], above[depth - 1]
        if packages[depth - 1]:
            continue
        if not name.isidentifier():
            return depth
        if depth > top:
            continue
        if name in _HOLDERS and top < len(folders):
            return top
        signs = ("setup.py", f"{name}/__init__.py", f"src/{name}/__init__.py")
        if name in _ROOTS or any(f"{folder}/{sign}" in paths for sign in signs):
            return depth
    return 0
