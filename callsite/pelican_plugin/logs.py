"""Pelican's log: errors in it count, and some of it is said better elsewhere."""

from __future__ import annotations

import errno
import logging
import sys

from jinja2 import TemplateSyntaxError
from pelican.generators import PelicanTemplateNotFound

from callsite.errors import CallsiteError
from callsite.pelican_plugin.run import note_error

# Faults of the disk, of which a traceback says nothing.
_SURROUNDINGS = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)


class _Counter(logging.Handler):
    """Pelican logs an error and goes on without the page; a count of them lets the build stop in the end."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.has_logged = False

    def emit(self, record: logging.LogRecord) -> None:
        self.has_logged = True
        if record.levelno >= logging.ERROR:
            note_error()


class _LogFilter(logging.Filter):
    """No traceback for a mistake that a message says all about. Links are checked by us, with their lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, CallsiteError | PelicanTemplateNotFound | TemplateSyntaxError):
            at = f"{error.filename}:{error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
            print(f"callsite: {at}{error}", file=sys.stderr)
            return False
        if isinstance(error, OSError) and error.errno in _SURROUNDINGS:
            print(f"callsite: {error}", file=sys.stderr)
            return False
        if str(record.msg).startswith("Could not process"):  # Pelican keeps the reason to itself
            record.msg, record.args = f"{record.msg}: %s", (*(record.args or ()), sys.exc_info()[1])
        return not str(record.msg).startswith("Unable to find '%s', skipping url replacement")


_counter = _Counter()
_filter = _LogFilter()


def watch_log() -> None:
    """Count errors and filter messages from now on; calling it twice changes nothing."""
    logger = logging.getLogger("pelican")
    logger.addHandler(_counter)
    logger.addFilter(_filter)
    for name in ("contents", "generators"):  # filters of a logger see only what is logged with its own name
        logging.getLogger(f"pelican.{name}").addFilter(_filter)


def has_logged() -> bool:
    """Whether Pelican has told of anything in this process; it does not tell it again in a later run there."""
    return _counter.has_logged
