"""Branches that a host serves: a publish is one commit.

    remote (ask, fetch, push) ─▶ copies (a repository of our own for each) ─▶ workshop ─▶ trees, history ─▶ destination

Nothing of the user's repository is written to.
"""

from callsite.destinations.branch.destination import BranchDestination, format_message

__all__ = ["BranchDestination", "format_message"]
