"""Where harvested pages go in a site: a file of their own, or the page that is there already."""

from __future__ import annotations

from pathlib import Path

from callsite.build import place_of
from callsite.content import PageFile, change_page, load_page, load_pages, write_new
from callsite.harvest.choosing import Choice, Example
from callsite.harvest.drafting import Subject, draft_page
from callsite.harvest.merging import add_examples, find_new
from callsite.harvest.slugs import plan_path, plan_slug, plan_sortorder
from callsite.model import Place
from callsite.page import format_page
from callsite.records import dataclass
from callsite.symbol import find_symbol


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the page of a symbol.

    `path` is where it is or will be, `before` the file as it is now (None when there is none), `after` the text it
    should have, and `added` the examples that this brings.
    """

    path: Path
    before: PageFile | None
    after: str
    added: tuple[Example, ...]

    @property
    def is_new(self) -> bool:
        """Whether there is no page yet."""
        return self.before is None

    @property
    def place(self) -> Place:
        """The file as the user would name it."""
        return place_of(str(self.path))


class Shelf:
    """The pages of a site that new ones have to fit in with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = list(load_pages(folder))

    def find_page(self, subject: Subject) -> PageFile | None:
        """The page about a symbol, under any of its names."""
        target = subject.target
        names = {str(subject.symbol), *((target.canonical, *target.paths) if target else ())}
        for file in self._files:
            symbol = find_symbol(file.page.meta)
            if symbol is not None and symbol.module and not {str(symbol), *file.page.meta.aliases}.isdisjoint(names):
                return file
        return None

    def plan_page(self, subject: Subject, choice: Choice) -> Plan:
        """Plan the page of a symbol: a draft, or the page that is there with what it does not have yet."""
        symbol = subject.symbol
        held = self.find_page(subject)
        if held is not None:
            added = find_new(held.page, choice.examples)
            return Plan(
                held.path,
                held,
                add_examples(held.text, added, symbol.name, str(place_of(str(held.path)))) if added else held.text,
                added,
            )
        metas = [file.page.meta for file in self._files]
        slug = plan_slug(symbol, {meta.slug for meta in metas})
        taken, path = _find_free(self.folder / plan_path(symbol, slug))
        known = {file.path for file in self._files}
        news = [one for one in taken if one.is_file() and one not in known]
        if news:  # another run has written them by now
            self._files += map(load_page, news)
            return self.plan_page(subject, choice)
        page = draft_page(subject, choice, slug, plan_sortorder(symbol, metas))
        return Plan(path, None, format_page(page), choice.examples)

    def write_page(self, plan: Plan) -> None:
        """Do what was planned. Raises CallsiteError when somebody else has written the file since."""
        if plan.before is not None:
            change_page(plan.before, plan.after)
            return
        write_new(plan.path, plan.after)
        self._files.append(load_page(plan.path))


def _find_free(wanted: Path) -> tuple[list[Path], Path]:
    """The paths that something is at already, and the first free one after them; the first of all is `wanted`."""
    taken: list[Path] = []
    path = wanted
    while path.exists():
        taken.append(path)
        path = wanted.with_stem(f"{wanted.stem}-{len(taken) + 1}")
    return taken, path
