"""The places a site is published to, each behind the same few questions (`destination.Destination`).

A folder, here or behind ssh, and a branch change from one state to the next in one step. An object store changes file
by file, in the stages of the plan; what it has come to is kept in its manifest, so that the next publish goes on there.
"""

from __future__ import annotations

from callsite.destinations.destination import BusyError, Destination, MovedError, Release, Standing, Watcher

__all__ = ["BusyError", "Destination", "MovedError", "Release", "Standing", "Watcher"]
