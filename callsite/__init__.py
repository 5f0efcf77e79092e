"""Callsite: example-code pages, one per library callable, from annotated source snippets."""

__version__ = "0.1.0"
