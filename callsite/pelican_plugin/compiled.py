"""Templates as Python compiles them: once for all of Pelican's generators, and kept for the next build."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache
from markupsafe import Markup, escape
from pelican.generators import Generator

from callsite.cache import Cache, find_key
from callsite.staging import list_files

# How many escaped texts are remembered, and how long they may be: addresses and titles come again and again.
_MOST_TEXTS = 8192
_LONGEST_TEXT = 200


class CompiledTemplates(BytecodeCache):
    """What templates are compiled to.

    The code depends on a template's text, on the options of its environment, and on Jinja and Python. Filters with
    constant words are worked out by the compiler; `is_kept` says that there are none but well-known ones, so that the
    next build can have the code, too.
    """

    def __init__(self, cache: Cache, is_kept: bool) -> None:  # it is what the class says of itself
        self._cache = cache
        self._is_kept = is_kept
        self._codes: dict[bytes, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja's: find the code of a template."""
        if bucket.environment.template_class is jinja2.Template:
            bucket.environment.template_class = _Template
        key = self._find_key(bucket)
        bucket.code = self._codes.get(key)
        data = self._cache.find(key) if bucket.code is None and self._is_kept else None
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Jinja's: keep the code of a template."""
        assert bucket.code is not None  # it was compiled just now
        key = self._find_key(bucket)
        self._codes[key] = bucket.code
        if self._is_kept:
            with contextlib.suppress(OSError):
                self._cache.keep(key, bucket.bytecode_to_string())

    def _find_key(self, bucket: Bucket) -> bytes:
        env = bucket.environment
        syntax = (
            env.block_start_string, env.block_end_string, env.variable_start_string, env.variable_end_string,
            env.comment_start_string, env.comment_end_string, env.line_statement_prefix, env.line_comment_prefix,
            env.trim_blocks, env.lstrip_blocks, env.newline_sequence, env.keep_trailing_newline, env.autoescape,
            env.optimized, env.is_async, sorted(env.extensions), sorted(env.filters), sorted(env.tests),
        )  # fmt: skip
        return find_key("template", bucket.key, bucket.checksum, repr(syntax), jinja2.__version__, sys.version)


class _Template(jinja2.Template):
    """A template whose code joins escaped texts without making an object of each of them that says so."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002  # Jinja's
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        """Jinja's: make a template. All that its code does with what `escape` returns is to join it to the rest."""
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = escape_text
        return template


def escape_text(value: object) -> str:
    """A value as HTML: what `markupsafe.escape` makes of it, though perhaps as plain text."""
    if type(value) is str:
        return _escape(value) if len(value) < _LONGEST_TEXT else escape(value)
    return value if type(value) is Markup else escape(value)


@lru_cache(_MOST_TEXTS)
def _escape(text: str) -> str:
    return str(escape(text))


def keep_compiled(settings: dict[str, Any], cache: Cache, *, is_kept: bool) -> None:
    """Let all environments of a run share what their templates are compiled to, and keep it if the site brings nothing
    of its own that the compiler would ask.
    """
    environment = settings["JINJA_ENVIRONMENT"]
    has_own = settings["JINJA_FILTERS"] or settings["JINJA_TESTS"] or environment.get("extensions")
    if isinstance(environment.get("bytecode_cache"), CompiledTemplates | None):  # else the site has chosen another
        environment["bytecode_cache"] = CompiledTemplates(cache, is_kept and not has_own)
    environment.setdefault("auto_reload", False)


def compile_templates(generator: Generator) -> None:
    """Have all templates of the theme compiled before copies of this process would do that, each for itself. What is
    wrong with one is told when it is asked for.
    """
    for name in sorted(list_files(Path(generator.theme, "templates"))):
        with contextlib.suppress(jinja2.TemplateError, OSError, ValueError):
            if name.endswith(tuple(generator.settings["TEMPLATE_EXTENSIONS"])):
                generator.env.get_template(name)
