"""Pygments' tokens in a fraction of its time.

    lexer ──rules──▶ Rule* of each state ──tables──▶ entries by next character ──scanner──▶ (type, text)*
                                                                               └─placing─▶ the same with places
                                                                                 changing, finding: lexers over lexers

`find_scanner` gives, for a lexer that it can prove equal, a scanner whose tokens are those of the lexer's own
`get_tokens_unprocessed`: cut at the same places, of the same types, errors and empty ones included. For any other lexer
it gives None, and Pygments is to be used.

A scanner differs in one thing. Where a rule takes no text and leads nowhere, so that Pygments would stay at it for
ever, it raises a `RuntimeError`.
"""

from __future__ import annotations

from callsite.scanning.finding import Scanner, find_scanner

__all__ = ["Scanner", "find_scanner"]
