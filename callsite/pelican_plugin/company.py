"""Who else has a hand in a run: other plugins, and settings files that connect to signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import ReferenceType

from blinker import Signal
from pelican import signals


def is_alone(settings: Mapping[str, Any]) -> bool:
    """Whether nobody but this plugin changes what Pelican reads and writes, so that it can be known from its input."""
    package = str(__package__)
    known = (
        receiver() if isinstance(receiver, ReferenceType) else receiver
        for signal in vars(signals).values()
        if isinstance(signal, Signal)
        for receiver in signal.receivers.values()
    )
    others = (each for each in known if each is not None and not each.__module__.startswith(package))
    return set(settings["PLUGINS"]) == {package} and not settings["TYPOGRIFY"] and not any(others)
