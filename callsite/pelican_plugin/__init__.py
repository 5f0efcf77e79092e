"""Callsite inside Pelican: `PLUGINS = ["callsite.pelican_plugin"]`.

One run of Pelican goes like this (measured on 4.12):

    run                          if nothing has changed since the last build, that is all
    get_generators               open a staging folder; from here on Pelican writes there
    page_generator_init          read and examine every Markdown file, side by side; find the links in all code; an
                                 error stops the run here
    (Pelican reads)              the reader hands out what is known; bodies are drawn when they are asked for
    all_generators_finalized     addresses are known: lists, breadcrumbs, neighbours; two files for one address stop it
    (Pelican writes)             pages and lists wait
    finalized                    draw and write what waits, side by side; write redirects and twins; put the theme's
                                 files in their places; check links against what was written; make the search index;
                                 write what hosts read; compress; then output and staging folder change places

An exception in a reader or in `register` would only be logged, and the page or plugin dropped; an exception in these
signals ends the run with exit code 1. This is the only module that imports Pelican. Handlers are functions of a module
because signals hold them weakly. All but what is here is imported when there is something to build.
"""

from __future__ import annotations

from functools import partial

from pelican import Pelican, signals

from callsite.pelican_plugin.unchanged import describe, run_if_changed


def _on_initialized(pelican: Pelican) -> None:
    settings = pelican.settings
    settings.setdefault("CALLSITE_SEARCH", True)
    settings.setdefault("CALLSITE_PRODUCTION", False)
    pelican.run = partial(run_if_changed, pelican, pelican.run, describe(settings))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(_on_initialized)
