"""Addresses on the web."""

from __future__ import annotations

import pytest

from callsite.address import explain_site_address, is_web_address


@pytest.mark.parametrize("url", ["https://a", "http://a.b/c?d#e"])
def test_web_addresses(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url", ["", "//a.b", "ftp://a", "javascript:alert(1)", "https:", "https:///x", " https://a", "x"]
)
def test_other_addresses(url: str) -> None:
    assert not is_web_address(url)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org", "http://127.0.0.1:8000", "https://name.example.io/project", "https://xn--exmple-cua.org/a%20b",
        "http://[::1]:8000/a", "https://a/~me/x.y", "http://localhost", "https://EXAMPLE.org/",
    ],
)  # fmt: skip
def test_addresses_of_sites(address: str) -> None:
    assert explain_site_address(address) == ""


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("examples.example.org", "is no address that begins with"),
        ("ftp://example.org", "is no address that begins with"),
        ("https:///x", "is no address that begins with"),
        ("https://[::1", "is no address"),
        ("https://example.org:99999", "is no address"),
        ("https://example.org:x", "is no address"),
        ("https://me:word@example.org", "has a user or password in it"),
        ("https://me@example.org", "has a user or password in it"),
        ("https://example.org\u00a0", "has a blank, or a character that cannot be seen"),
        ("https://example.org\u200b", "has a blank, or a character that cannot be seen"),
        ("https://example.org\nDisallow: /", "has a blank, or a character that cannot be seen"),
        ("https://example.org/p q", "has a blank, or a character that cannot be seen"),
        ("https://exämple.org", "has letters in it that addresses are not written in"),
        ("https://ex_ample!.org", "has no host in it"),
        ("https://-example.org", "has no host in it"),
        ("https://example.org?x", "has more in it than a host and a path"),
        ("https://example.org/#x", "has more in it than a host and a path"),
        ("https://example.org/%zz", "has more in it than a host and a path"),
        ('https://example.org/"', "has more in it than a host and a path"),
    ],
)
def test_addresses_that_no_site_has(address: str, why: str) -> None:
    said = explain_site_address(address)
    assert said.startswith(why)
    assert "word" not in said.replace("password", "")
