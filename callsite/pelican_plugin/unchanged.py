"""A run is over before it begins when nothing has changed since the last one.

Where something goes in that cannot be told from run to run, such as another plugin or an inventory of another site,
every run is a full one. `callsite build` looks by itself, before it starts Pelican, and says what it was called with
(see `callsite.cli.build`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican

from callsite.cache import find_key
from callsite.environment import describe_value, has_own_extensions
from callsite.last_build import (
    DONE,
    Ingredients,
    LastBuild,
    describe_surroundings,
    find_inputs,
    find_outputs,
    forget_last_build,
    list_roots,
    plan_cache,
    read_last_build,
    write_last_build,
)
from callsite.pelican_plugin.company import is_alone
from callsite.staging import OutputLock, sweep


def run_if_changed(pelican: Pelican, run: Callable[[], None], described: str | None) -> None:
    """Run Pelican unless that would change nothing; `described` is what `describe` has said of its settings."""
    settings = pelican.settings
    cache = plan_cache(settings)
    ingredients = _list_ingredients(settings, described) if described and cache and _is_timeless(settings) else None
    inputs = find_inputs(ingredients) if ingredients else None
    call = os.environ.get("CALLSITE_CALL", "")
    if cache and inputs:
        known = read_last_build(cache)
        is_same = known is not None and known.inputs == inputs.digest and not known.is_behind
        if known and is_same and known.outputs == find_outputs(settings["OUTPUT_PATH"]):
            sweep(settings["OUTPUT_PATH"])
            for line in known.told:
                print(line, file=sys.stderr)
            print(DONE)
            if call not in ("", known.call):
                write_last_build(cache, known._replace(call=call), inputs.files)
            return
        forget_last_build(cache)
    from callsite.pelican_plugin import phases  # noqa: PLC0415  # it imports all that makes pages

    phases.connect()
    phases.prepare(pelican)
    with OutputLock(settings["OUTPUT_PATH"]) as lock:
        told = phases.run(pelican, run, described, lock)
        # What was changed while the run went on is for the next one to see.
        if cache and ingredients and inputs and told is not None and inputs == find_inputs(ingredients):
            outputs = find_outputs(settings["OUTPUT_PATH"])
            if outputs:
                write_last_build(cache, LastBuild(ingredients, inputs.digest, outputs, tuple(told), call), inputs.files)


def describe(settings: Mapping[str, Any]) -> str | None:
    """What goes into a run besides files; None when it cannot be told from run to run."""
    if not is_alone(settings) or has_own_extensions(settings["MARKDOWN"]):
        return None
    try:
        described = describe_value(dict(sorted(settings.items())))
    except TypeError:
        return None
    return "\0".join((described, *describe_surroundings()))


def _is_timeless(settings: Mapping[str, Any]) -> bool:
    """Whether nothing but files goes into a run, and all of the output comes out of it: a production build looks at the
    whole repository, dates to come at the clock, inventories may be elsewhere and grow old, and what somebody else has
    put into the output may have to go.
    """
    has_more = settings["CALLSITE_PRODUCTION"] or settings.get("CALLSITE_INVENTORIES")
    has_more = has_more or settings["DELETE_OUTPUT_DIRECTORY"]
    return bool(settings["WITH_FUTURE_DATES"] and not has_more)


def _list_ingredients(settings: Mapping[str, Any], described: str) -> Ingredients:
    folder, content, theme = str(Path(settings["PATH"]).parent), settings["PATH"], settings["THEME"]
    named = [*settings["PAGE_PATHS"], *settings["ARTICLE_PATHS"], *settings["STATIC_PATHS"]]
    named += settings["TEMPLATE_PAGES"]
    roots = [content, *(os.path.join(content, path) for path in named)]
    roots += [theme, *(os.path.join(theme, path) for path in settings["THEME_STATIC_PATHS"])]
    # Modules of the site's own that its settings import.
    modules = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    own = sorted(path for path in modules if path.startswith(f"{folder}{os.sep}") and "site-packages" not in path)
    return Ingredients(
        find_key(described).hex(),
        folder,
        content,
        list_roots((*roots, *settings["THEME_TEMPLATES_OVERRIDES"])),
        tuple(own),
    )
