"""What commands take: what is said there a second time, so that help need not wait, is the same everywhere."""

from __future__ import annotations

import argparse

import pytest

from callsite.cli.arguments import check, sourcing
from callsite.cli.sourcing import make_options
from callsite.harvest.choosing import Limits
from callsite.harvest.cutting import Style
from callsite.harvest.licences import Class
from callsite.harvesting import Options
from callsite.reports import FORMATS


def read(*words: str) -> Options:
    parser = argparse.ArgumentParser()
    sourcing.add_choosing_arguments(parser)
    return make_options(parser.parse_args(words))


def test_without_arguments_all_is_as_usual() -> None:
    assert read() == Options(Limits(), Style())


def test_each_number_goes_where_it_is_meant() -> None:
    words = ("--examples=31", "--per-project=32", "--per-file=33", "--tried=34", "--longest=35")
    more = ("--whole=36", "--around=37", "--marked=38", "--window=39", "--no-own")
    limits = Limits(page=31, project=32, file=33, tried=34, longest=35)
    assert read(*words, *more) == Options(limits, Style(whole=36, around=37, marked=38, window=39), (), False)


def test_licences_are_checked_when_they_are_named() -> None:
    assert read("--allow=gpl-3.0-only", "--allow", "weak-copyleft").allowed == ("GPL-3.0-only", "weak-copyleft")
    for each in (Class.WEAK_COPYLEFT, Class.COPYLEFT):
        assert sourcing.licence(each) == each
    for other in (Class.PERMISSIVE, Class.UNKNOWN, "Beer"):
        with pytest.raises(argparse.ArgumentTypeError, match="neither an SPDX identifier, weak-copyleft nor copyleft"):
            sourcing.licence(other)


def test_a_report_is_asked_for_in_every_form_that_there_is() -> None:
    assert check.FORMATS == FORMATS
