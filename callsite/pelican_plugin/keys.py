"""Keys of output files: a page or list with the same key looks as it did in the build before.

A key has everything that the theme's own templates show of a page: its body, what stands around it, the addresses of
what it links to, and what all pages of the site have in common. Of templates that are a site's own nobody knows what
they show, so their keys hold the whole site.

To find a key, what stands around a page has to be made. Most builds come after a change that no other page shows, so
there is a *hint* as well: what a file shows follows from its page's own text and from what all pages show of each
other. With the same hint the key is the one it was; with another one it may be.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from pelican.contents import Content

from callsite.cache import find_key
from callsite.file_links import find_file_links
from callsite.navigation import Digests, ListView
from callsite.navigation.views import Side
from callsite.pelican_plugin.run import Run
from callsite.staging import list_files
from callsite.theme import THEME
from callsite.twins import TwinPage


class Keys:
    """The keys of a run, when all that its templates show is known."""

    def __init__(self, run: Run, described: str) -> None:
        self._run = run
        self._described = described
        self._digests = Digests()

    def find_page(self, content: Content, twin: TwinPage | None) -> bytes:
        """The key of a page whose body is drawn when it is asked for, and of its twins."""
        run, source = self._run, content.source_path
        examined = run.examined[source]
        hrefs = {link.to.href for linked in run.linked[source] for link in linked.links}
        metadata = (f"{key}={value}" for key, value in sorted(content.metadata.items()))
        others = (f"{other.lang} {other.url}" for other in content.translations)
        return find_key(
            self._common,
            examined.key,
            pickle.dumps(run.linked[source]),
            self._digests.digest_page(content.example),
            self._addresses if examined.names_files or any(find_file_links(examined.gist, run.link_pattern)) else b"",
            f"{content.url} {content.save_as} {content.lang} {content.status} {content.template}",
            *(f"{href} {self._urls.get(href, '')}" for href in sorted(hrefs)),
            repr((twin.credits, twin.uses, twin.created, twin.changed)) if twin else "",
            *metadata,
            "",
            *others,
        )

    def find_list(self, view: ListView, sidebar: tuple[Side, ...]) -> bytes:
        """The key of a generated list."""
        return find_key(self._common, self._digests.digest_list(view, sidebar))

    def hint_page(self, content: Content) -> bytes:
        """The hint of a page whose body is drawn when it is asked for."""
        return find_key(self._shown, self._run.examined[content.source_path].key)

    def hint_list(self, view: ListView) -> bytes:
        """The hint of a generated list."""
        return find_key(self._shown, view.url)

    @cached_property
    def _shown(self) -> bytes:
        """All that pages show of each other, and of what is not a page."""
        run = self._run
        crosslinks = run.crosslinks
        assert crosslinks is not None  # made when all pages are known
        return find_key(self._common, self._addresses, repr(crosslinks.upstream), *self._tell_contents())

    def _tell_contents(self) -> Iterator[bytes]:
        run = self._run
        for content in run.contents:
            examined = run.examined.get(content.source_path)
            yield examined.seen if examined else content._content.encode()
            uses = run.find_uses(content.source_path) if examined else ()
            dates = run.dates.get(examined.outline.at.path) if examined else None
            metadata = sorted(content.metadata.items())
            kind = type(content).__name__, content.relative_source_path, content.save_as, content.url
            yield repr((kind, content.lang, content.status, content.template, metadata, uses, dates)).encode()

    @cached_property
    def _common(self) -> bytes:
        run = self._run
        assert run.navigation is not None  # made before anything is written
        context = run.context
        known = [self._described, context["CALLSITE_FEED"], bool(context.get("articles")), context["FEED_ALL_ATOM"]]
        shown = self._digests.digest_parts((*run.navigation.indexes, *run.navigation.sidebar))
        site = () if self.is_own_theme else tuple(self._tell_site())
        return find_key(repr(known), shown, *self._tell_templates(), *site)

    @cached_property
    def is_own_theme(self) -> bool:
        """Whether all templates are the theme's own."""
        settings = self._run.settings
        is_ours = os.path.realpath(settings["THEME"]) == os.path.realpath(THEME)
        return is_ours and not settings["THEME_TEMPLATES_OVERRIDES"] and not settings["JINJA_FILTERS"]

    def _tell_templates(self) -> Iterator[bytes]:
        settings = self._run.settings
        for folder in (os.path.join(settings["THEME"], "templates"), *settings["THEME_TEMPLATES_OVERRIDES"]):
            for path in sorted(list_files(Path(folder))):
                yield path.encode()
                yield Path(folder, path).read_bytes()
        for folder in settings["THEME_STATIC_PATHS"]:  # what they ask for with `asset`
            yield from map(str.encode, sorted(list_files(Path(settings["THEME"], folder))))

    def _tell_site(self) -> Iterator[bytes]:
        """All that there is to show."""
        run = self._run
        yield self._addresses
        for content in run.contents:
            yield content.source_path.encode()
            yield "\n".join(f"{key}={value}" for key, value in sorted(content.metadata.items())).encode()
            if content.source_path in run.examined:
                yield run.examined[content.source_path].key
                yield self._digests.digest_page(content.example)
            else:
                yield content._content.encode()

    @cached_property
    def _urls(self) -> dict[str, str]:
        """The address of each page, by what links in code call it."""
        contents = self._run.contents
        return {f"{{filename}}/{quote(content.relative_source_path)}": content.url for content in contents}

    @cached_property
    def _addresses(self) -> bytes:
        """All that links can lead to."""
        context = self._run.context
        known = {**context["static_content"], **context["generated_content"]}
        # Where a static file goes is settled by links to it, and asking for it here would settle it.
        return find_key(
            *(f"{path} {Content.url.fget(content) if content else ''}" for path, content in sorted(known.items()))
        )
