"""Redirects from the other names of a page's symbol, so that who guesses an address by one of them arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from callsite.outline import Outline
from callsite.redirects.address import BadAddressError, Redirect, cut_path, parse_old, parse_url
from callsite.symbol import slug_name

# What words in an address are made of.
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def find_alias_redirects(pages: Iterable[tuple[Outline, str]]) -> tuple[Redirect, ...]:
    """The redirects that the `aliases` of pages imply, each page given with its address below the site's root.

    The page of `flask.ctx.g` at `flask-ctx-g-examples.html` with the alias `flask.g` has `/flask-g-examples.html` lead
    to it; a page whose address does not spell its symbol has `/flask-g.html`. Several pages can imply the same address.
    """
    return tuple(dict.fromkeys(redirect for page, url in pages for redirect in _find_redirects(page, url)))


def _find_redirects(page: Outline, url: str) -> Iterator[Redirect]:
    new = parse_url(url)
    symbol = page.symbol
    own = slug_name(str(symbol)) if symbol else ""
    folder, _, name = cut_path(new)[0].rpartition("/")
    for alias in page.meta.aliases:
        # Less the letters that a slug has no room for, `日本.x` would come to `x`, which is another name.
        slug = slug_name(alias) if alias.isascii() else ""
        renamed = _rename(name, own, slug) if own and new.startswith("/") else ""
        old = f"{folder}/{renamed}" if renamed else f"/{slug}.html"
        # A name without a plain letter, and an address that leads out of the site, imply nothing.
        with suppress(BadAddressError):
            yield Redirect(parse_old(old if slug else ""), new, page.place("aliases"))


def _rename(name: str, old: str, new: str) -> str:
    """A file's name with one of the words in it in another's place; "" when it is not there as a word."""
    at = name.find(old)
    while at >= 0:
        before, behind = name[:at], name[at + len(old) :]
        if before[-1:] not in _LETTERS and behind[:1] not in _LETTERS:
            return f"{before}{new}{behind}"
        at = name.find(old, at + 1)
    return ""
