"""What the harvesting commands share: how they are told where code is, what to choose and how to cut."""

from __future__ import annotations

import argparse


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """How every command is told where code is."""
    group = parser.add_argument_group("sources")
    group.add_argument(
        "--from",
        dest="sources",
        action="append",
        default=[],
        metavar="SOURCE",
        help="where to look for uses: installed, installed:NAME, NAME==VERSION, git+ADDRESS@REVISION, an archive, a "
        "folder, or a name in the sources file; may be given again (default: all in the sources file, else installed)",
    )
    group.add_argument(
        "--sources-file", default="sources.toml", metavar="FILE", help="the file of sources (default: %(default)s)"
    )
    group.add_argument(
        "--library",
        metavar="SOURCE",
        help="where the library's own code is (default: one of the sources, else what is installed)",
    )
    group.add_argument(
        "--cache",
        default=".cache/harvest",
        metavar="DIR",
        help="where downloads and the index are kept (default: %(default)s)",
    )


def add_content_arguments(parser: argparse.ArgumentParser) -> None:
    """How a command is told where the pages are."""
    parser.add_argument("--content", metavar="DIR", help="the folder of pages (default: PATH in the settings)")
    parser.add_argument(
        "-s", "--settings", default="pelicanconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )


def add_choosing_arguments(parser: argparse.ArgumentParser) -> None:
    """How a command is told what to choose, and how to cut it."""
    group = parser.add_argument_group("choosing and cutting")
    for name, value, words in _NUMBERS:
        group.add_argument(
            f"--{name}", type=natural, default=value, metavar="N", help=f"{words} (default: %(default)s)"
        )
    group.add_argument(
        "--window", type=natural, metavar="N", help="keep N lines before and after each mark, not whole statements"
    )
    add_licence_argument(group)
    group.add_argument(
        "--no-own", action="store_true", help="leave out how the library itself uses the names that it offers"
    )


def add_licence_argument(parser: argparse._ActionsContainer) -> None:
    """How a command is told which licences are welcome."""
    parser.add_argument(
        "--allow",
        action="append",
        type=licence,
        default=[],
        metavar="LICENCE",
        help="take excerpts under this licence as well: an SPDX identifier, weak-copyleft or copyleft; may be given "
        "again (default: permissive ones only)",
    )


def natural(text: str) -> int:
    """Read an argument that is a number from 1 up."""
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")
    return int(text)


def licence(text: str) -> str:
    """Read an argument that is an SPDX identifier or expression, or the name of a class of licences."""
    if text in _CLASSES:
        return text
    # Only who asks for licences waits for the list of them.
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # noqa: PLC0415  # see above

    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression as error:
        message = f"{text!r} is neither an SPDX identifier, {_CLASSES[0]} nor {_CLASSES[1]}"
        raise argparse.ArgumentTypeError(message) from error


# What `Limits`, `Style` and `Class` say as well; importing them takes longer than all of this.
_NUMBERS = (
    ("examples", 5, "examples on a page at the most"),
    ("per-project", 2, "examples from one project at the most"),
    ("per-file", 3, "uses that an excerpt is cut around at the most"),
    ("tried", 16, "files that are cut and compared for a page at the most"),
    ("longest", 120, "lines of an excerpt at the most"),
    ("whole", 40, "a function or class of at most so many lines is kept whole"),
    ("around", 24, "lines of neighbouring statements around a use"),
    ("marked", 6, "a call of at most so many lines is marked whole, a longer one on its first line"),
)
_CLASSES = ("weak-copyleft", "copyleft")
