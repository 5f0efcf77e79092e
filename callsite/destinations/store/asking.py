"""One request to a store, again and again while that can help."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from callsite.destinations.store.faults import FAILURES, ConditionError, Fault, MissingError, Outcome, explain
from callsite.destinations.store.patience import Patience
from callsite.errors import CallsiteError
from callsite.records import dataclass, field

_Answer = TypeVar("_Answer")


class StoppedError(CallsiteError):
    """Something else has failed, so this was not gone on with."""


def ignore(_reason: str, _seconds: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: `tell` is told of each pause, with the reason; once `stop` is set, nothing more is begun. `allow` is
    called before each try and raises CallsiteError when it must not be.
    """

    title: str
    patience: Patience
    tell: Callable[[str, float], None] = ignore
    stop: threading.Event = field(default_factory=threading.Event)
    allow: Callable[[], None] = lambda: None

    def ask(self, action: Callable[[], _Answer], what: str = "") -> _Answer:
        """Do what `action` does. `what` names the file that it is about.

        Raises MissingError, ConditionError, or another CallsiteError for what does not pass by itself.
        """
        end = time.monotonic() + self.patience.total
        pause = self.patience.first
        while True:
            if self.stop.is_set():
                raise StoppedError(f"{self.title}: stopped")
            self.allow()
            try:
                return action()
            except FAILURES as error:
                fault = explain(error)
            # From here on nothing leads back to that error: its text repeats what servers say.
            if fault.outcome is not Outcome.PASSING or time.monotonic() + pause > end:
                raise self._make_error(fault, what)
            seconds = pause * random.uniform(0.5, 1)  # noqa: S311  # so that threads do not all come back at once
            self.tell(f"{self.title}: {fault.words}", seconds)
            self.stop.wait(seconds)
            pause = min(pause * 2, self.patience.most)

    def _make_error(self, fault: Fault, what: str) -> CallsiteError:
        kind = {Outcome.MISSING: MissingError, Outcome.CONDITION: ConditionError}.get(fault.outcome, CallsiteError)
        about = f"{self.title}: {what}: " if what else f"{self.title}: "
        return kind(f"{about}{fault.words}; {fault.hint}")
