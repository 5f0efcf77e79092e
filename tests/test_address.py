"""Addresses on the web."""

from __future__ import annotations

import pytest

from callsite.address import is_web_address


@pytest.mark.parametrize("url", ["https://a", "http://a.b/c?d#e"])
def test_web_addresses(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url", ["", "//a.b", "ftp://a", "javascript:alert(1)", "https:", "https:///x", " https://a", "x"]
)
def test_other_addresses(url: str) -> None:
    assert not is_web_address(url)
