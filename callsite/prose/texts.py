"""What is done to a text before it is taken apart: white space and fenced code."""

from __future__ import annotations

from markdown.extensions.fenced_code import FencedBlockPreprocessor
from markdown.preprocessors import NormalizeWhitespace
from markdown.util import ETX, STX

from callsite.patterns import compile_later

# A line of spaces alone behind another line.
_BLANK = compile_later(r"\n +\n")


class QuickNormalizeWhitespace(NormalizeWhitespace):
    """Line ends, tabs, and lines of spaces alone."""

    def run(self, lines: list[str]) -> list[str]:
        """Normalise a text that needs it."""
        text = "\n".join(lines)
        if STX in text or ETX in text or "\r" in text or "\t" in text or _BLANK.search(f"{text}\n"):
            return super().run(lines)
        return f"{text}\n\n".split("\n")


class QuickFencedBlockPreprocessor(FencedBlockPreprocessor):
    """Code between fences."""

    def run(self, lines: list[str]) -> list[str]:
        """Take fenced code out of a text that has a fence."""
        text = "\n".join(lines)
        return super().run(lines) if "```" in text or "~~~" in text else text.split("\n")
