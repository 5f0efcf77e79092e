"""How long a publish to a store waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds.

    After a failure that may pass, the first pause is `first`; each one after that is twice as long, up to `most`, and
    after `total` it is given up. A request has `timeout` to be answered. A publish holds its lock for `lease` from each
    time it writes the manifest, which it does every `beat`; nothing is begun that could end after the lock has. The
    first of these times comes after `soon`, and the pauses double from there, so that little is lost of what was short.
    `settle` is how long a store that knows no conditions has to show who was last.
    """

    first: float = 0.5
    most: float = 15.0
    total: float = 120.0
    timeout: float = 30.0
    lease: float = 60.0
    beat: float = 10.0
    soon: float = 2.0
    settle: float = 2.0

    def __post_init__(self) -> None:
        assert self.fence > 0

    @property
    def fence(self) -> float:
        """How long after the manifest was written something may still be begun. Two seconds are for slow machines."""
        return self.lease - self.timeout - min(2.0, self.timeout)
