"""`objects.inv`: a label for each page, so that projects documented with Sphinx can refer to it.

Only labels: a `py:` entry would have other documentations link to examples where they mean the library's own pages.
Sphinx writes labels in lower case, and its `:ref:` turns what it looks for into lower case; so these are, too. Their
titles, which `:ref:` shows, are in the case that names have.
"""

from __future__ import annotations

from callsite.inventory import Inventory, Item
from callsite.symbol import find_symbol
from callsite.twins.escaping import make_line
from callsite.twins.pages import TwinPage, TwinSite, encode_url, strip_ending


def plan_labels(site: TwinSite) -> Inventory:
    """The labels of a site: each page's symbol, its aliases, and for a page that has none of its own, its slug.

    A name that several pages claim goes to the one whose symbol it is, then to the first.
    """
    labels: dict[str, Item] = {}
    named: set[int] = set()
    for twin in site.pages:
        symbol = find_symbol(twin.page.meta)
        if symbol and str(symbol).lower() not in labels:
            labels[str(symbol).lower()] = _make_item(str(symbol), str(symbol), twin)
            named.add(id(twin))
    for twin in site.pages:
        for alias in twin.page.meta.aliases:
            labels.setdefault(alias.lower(), _make_item(alias, alias, twin))
    for twin in site.pages:
        slug = "-".join(make_line(twin.page.meta.slug or strip_ending(twin.url)).split())
        if id(twin) not in named and slug:
            labels.setdefault(slug.lower(), _make_item(slug, _find_title(twin) or slug, twin))
    items = (item for _, item in sorted(labels.items()))
    return Inventory(make_line(site.name), "", tuple(items))


def _find_title(twin: TwinPage) -> str:
    symbol = find_symbol(twin.page.meta)
    title = make_line(str(symbol) if symbol else twin.page.meta.title)
    return "" if title == "-" else title  # which would stand for the label


def _make_item(name: str, title: str, twin: TwinPage) -> Item:
    return Item(name.lower(), "std", "label", -1, encode_url(twin.url), title)
