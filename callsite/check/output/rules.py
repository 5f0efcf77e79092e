"""All rules about output, and those for one file applied."""

from __future__ import annotations

import gzip
from typing import Any

from callsite.check.output import addresses, data, feeds, ids, leaks, marks, references, shape, upkeep, weight
from callsite.check.output.facts import FileFacts, FileSummary, FolderFacts
from callsite.check.rule import Rule, apply_rules
from callsite.model import Problem

FILE_RULES: tuple[Rule[FileFacts], ...] = (
    *references.RULES,
    *ids.FILE_RULES,
    *marks.RULES,
    *feeds.RULES,
    *data.RULES,
    *shape.FILE_RULES,
)

FOLDER_RULES: tuple[Rule[FolderFacts], ...] = (
    *ids.FOLDER_RULES,
    *leaks.RULES,
    *addresses.RULES,
    *weight.RULES,
    *upkeep.RULES,
)

RULES: tuple[Rule[Any], ...] = (*FILE_RULES, *FOLDER_RULES, *shape.READING)


def check_file(facts: FileFacts, problems: tuple[Problem, ...] = ()) -> FileSummary:
    """Apply the rules for one file, and keep what the others need to know of it. `problems` are those that reading it
    has told.
    """
    markup = facts.markup
    # A page that is light enough as it is need not be packed.
    is_large = facts.is_page and facts.size > facts.policy.page_weight
    return FileSummary(
        path=facts.path,
        at=facts.at,
        size=facts.size,
        packed=len(gzip.compress(facts.text.encode("utf-8", "replace"), 6, mtime=0)) if is_large else None,
        ids=frozenset(markup.ids) | markup.names if facts.is_page else None,
        fragments=tuple(ids.list_fragments(facts)),
        loads=references.list_loaded(facts),
        canonical=markup.canonical,
        refresh=bool(markup.refresh),
        is_hidden=markup.is_hidden,
        leaks=tuple(leaks.list_leaks(facts)) if facts.is_page else (),
        entries=feeds.list_entries(facts),
        problems=(*problems, *apply_rules(FILE_RULES, facts)),
    )
