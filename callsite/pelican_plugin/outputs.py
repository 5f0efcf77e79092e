"""What a run writes, and what would be written twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pelican.contents import Author, Category, Content, Static, Tag
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator, PelicanTemplateNotFound

from callsite.build import place_of
from callsite.model import Meta, Page, Place, Problem, Prose
from callsite.navigation import ListView
from callsite.outline import Outline
from callsite.pelican_plugin.run import Run, current_run
from callsite.render import Link, find_links, parse_prose
from callsite.staging import MANIFEST, list_files
from callsite.text import decode_text

# Where Pelican's generators keep what they have read.
_LISTS = (
    "pages", "articles", "translations", "hidden_pages", "hidden_articles", "hidden_translations",
    "draft_pages", "draft_translations", "drafts", "drafts_translations",
)  # fmt: skip


def find_contents(generators: Iterable[Generator]) -> Iterator[Content]:
    """Every page and article of a run, drafts, hidden ones and translations included, by source."""
    found: dict[str, Content] = {}
    for generator in generators:
        if isinstance(generator, PagesGenerator | ArticlesGenerator):
            for name in _LISTS:
                found.update((content.source_path, content) for content in getattr(generator, name, ()))
    return iter(found[path] for path in sorted(found))


def find_written(generators: Iterable[Generator], lists: Iterable[ListView]) -> Iterator[tuple[str, str]]:
    """The output files that a build writes besides pages, each with what it is."""
    settings = current_run().settings
    for name in settings["DIRECT_TEMPLATES"]:
        yield settings.get(f"{name.upper()}_SAVE_AS", f"{name}.html"), f"the site's {name} page"
    for view in lists:
        yield view.url, f"the list `{view.about.title}`"
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            for group, _ in (*generator.categories, *generator.tags.items(), *generator.authors):
                yield group.save_as, f"the list of articles under {group}"


def find_copied(settings: dict[str, Any]) -> dict[str, str]:
    """The output files that no page can replace, each with what it is."""
    copied = {MANIFEST: "the list of what a build has written"}
    copied |= {path: source for source, path in settings["TEMPLATE_PAGES"].items()}
    for folder in settings["THEME_STATIC_PATHS"]:
        files = list_files(Path(settings["THEME"], folder))
        copied |= {f"{settings['THEME_STATIC_DIR']}/{path}": "the theme" for path in files}
    return copied


def find_content_links(content: Content) -> Iterable[Link]:
    """The links of a page in any format, with their places."""
    run = current_run()
    if content.source_path in run.examined:
        return run.examined[content.source_path].links
    at = place_content(content)
    text, _ = decode_text(Path(content.source_path).read_bytes(), at.path)
    return find_links(parse_prose(content._content), Page(Meta(), (Prose(text, Place(at.path, 1)),), at))


def find_outline(content: Content) -> Outline | None:
    """What is known of a Markdown page; None for a page in another format."""
    examined = current_run().examined.get(content.source_path)
    return examined.outline if examined else None


def place_content(content: Content, key: str = "") -> Place:
    """Where a page's or a static file's source is, and where in it `key` is set."""
    outline = find_outline(content)
    return (
        outline.place(key) if outline and key else place_of(os.path.join(content.settings["PATH"], content.source_path))
    )


def find_own_link(content: Content) -> Iterator[Link]:
    """The address that a page has given itself; lists link to it."""
    if hasattr(content, "override_url") and content.url:
        yield Link(
            content.url if "//" in content.url else f"{urlsplit(content.settings['SITEURL']).path}/{content.url}",
            place_content(content, "url"),
        )


def find_sources(run: Run) -> dict[str, str]:
    """The files of content that links can name, each with its path below the output. Pelican lists a static file as
    soon as a link asks for it.
    """
    found = {**run.context["static_content"], **run.context["generated_content"]}
    return {
        path: content.save_as if content else ""
        for path, content in found.items()
        if os.path.isfile(os.path.join(run.settings["PATH"], path))
    }


def find_groups(targets: Iterable[str], run: Run, files: frozenset[str]) -> frozenset[str]:
    """Those of the addresses `targets` that name a tag, category or author with a page, as `{tag}x` and the like."""
    kinds = {"tag": Tag, "category": Category, "author": Author}
    found = set()
    for target in targets:
        kind, _, name = target.lstrip("{|").replace("|", "}", 1).partition("}")
        if kind in kinds and kinds[kind](unquote(name), run.settings).save_as in files:
            found.add(f"{{{kind}}}{unquote(name)}")
    return frozenset(found)


def find_escapes(statics: Iterable[Static]) -> Iterator[Problem]:
    """Static files that would be copied to a place outside the output. Asking one for its `save_as` settles where it
    goes before an {attach} link can, so this asks behind its back.
    """
    for static in statics:
        path = os.path.normpath(Content.save_as.fget(static))
        if os.path.isabs(path) or path.split(os.sep)[0] == os.pardir:
            message = f"this file would be copied to `{path}`, outside the output"
            yield Problem(place_content(static), "S106", message, "put it into the content, or give it another path")


def find_missing_templates(contents: Iterable[Content], generator: Generator) -> Iterator[Problem]:
    """Pages that ask for a template which the theme does not have."""
    for content in contents:
        try:
            generator.get_template(content.template)
        except PelicanTemplateNotFound:
            message = f"the theme has no template `{content.template}`"
            yield Problem(
                place_content(content, "template"), "M110", message, "name another one, or leave the line out"
            )
