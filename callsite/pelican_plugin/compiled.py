"""Templates as Python compiles them: once for all of Pelican's generators, and kept for the next build."""

from __future__ import annotations

import contextlib
import sys
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from callsite.cache import Cache, find_key


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


def keep_compiled(settings: dict[str, Any], cache: Cache, *, is_kept: bool) -> None:
    """Let all environments of a run share what their templates are compiled to, and keep it if the site brings nothing
    of its own that the compiler would ask.
    """
    environment = settings["JINJA_ENVIRONMENT"]
    has_own = settings["JINJA_FILTERS"] or settings["JINJA_TESTS"] or environment.get("extensions")
    if isinstance(environment.get("bytecode_cache"), CompiledTemplates | None):  # else the site has chosen another
        environment["bytecode_cache"] = CompiledTemplates(cache, is_kept and not has_own)
    environment.setdefault("auto_reload", False)
