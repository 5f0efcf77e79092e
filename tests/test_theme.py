"""The theme's promises that need no browser: contrast in both themes, no third party, what it weighs."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from pygments.token import STANDARD_TYPES

THEME = Path(__file__).parents[1] / "theme"
CSS = (THEME / "static/css/callsite.css").read_text(encoding="utf-8")
SCRIPT = (THEME / "static/js/callsite.js").read_text(encoding="utf-8")
TEMPLATES = sorted(path.name for path in (THEME / "templates").iterdir())

# The stylesheet's innermost rules, in order: its colours and tokens stand in no nested ones.
RULES = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL))

PALETTE: dict[str, tuple[str, str]] = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
}

SCHEMES = [pytest.param(0, id="light"), pytest.param(1, id="dark")]
CODE_BACKGROUNDS = ["code-bg", "mark-bg", "target-bg"]

# Token types that are told apart by their words alone, in the colour of plain text.
PLAIN_TOKENS = {
    "", "err", "esc", "g", "ge", "ges", "gs", "n", "nn", "nx", "py", "nv", "vc", "vg", "vi", "o", "p", "pm", "w", "x",
}  # fmt: skip


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two #rrggbb colours, after WCAG 2.2's definition."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def token_colours() -> dict[str, str]:
    """The palette's name for the colour of each Pygments class that has one of its own."""
    colours = {}
    for selectors, declarations in RULES:
        colour = re.search(r"(?:^|[;\s])color:\s*([^;]+);", declarations)
        for css_class in re.findall(r"\.highlight \.(\w+)\s*(?:,|$)", selectors.strip()):
            if colour:
                variable = re.fullmatch(r"var\(--([\w-]+)\)", colour[1].strip())
                assert variable, f".{css_class} has a colour from outside the palette: {colour[1]}"
                colours[css_class] = variable[1]
    return colours


def assert_contrast(foreground: str, background: str, scheme: int, least: float) -> None:
    colours = PALETTE[foreground][scheme], PALETTE[background][scheme]
    ratio = contrast(*colours)
    assert ratio >= least, f"--{foreground} on --{background}: {colours[0]} on {colours[1]} has {ratio:.2f}:1"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_every_colour_of_the_stylesheet_is_in_the_palette() -> None:
    declared = re.findall(r"--[\w-]+:\s*light-dark\(", CSS)
    assert len(declared) == len(PALETTE) > 15
    outside = [d for s, d in RULES if ":root" not in s and re.search(r"(?<!-)\b(?:color|background):[^;]*#", d)]
    assert outside == []


def test_every_token_type_has_a_colour_or_is_plain() -> None:
    colours = token_colours()
    assert set(STANDARD_TYPES.values()) - PLAIN_TOKENS - set(colours) == set()
    assert "err" not in colours, "what a lexer does not understand is not an error of the page"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("background", CODE_BACKGROUNDS)
def test_code_is_readable_plain_and_marked(scheme: int, background: str) -> None:
    for colour in {"text", "tok-warning", *token_colours().values()}:
        assert_contrast(colour, background, scheme, 4.5)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("background", ["bg", "surface"])
def test_text_is_readable(scheme: int, background: str) -> None:
    for colour in ("text", "muted", "link"):
        assert_contrast(colour, background, scheme, 4.5)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_no_text_can_be_seen(scheme: int) -> None:
    for background in CODE_BACKGROUNDS:
        assert_contrast("mark-bar", background, scheme, 3)
    for background in ("bg", "surface", *CODE_BACKGROUNDS):
        assert_contrast("focus", background, scheme, 3)
    assert_contrast("edge", "bg", scheme, 3)


def test_rules_use_the_colours_that_are_tested() -> None:
    rules = {selector.strip(): declarations for selector, declarations in reversed(RULES)}  # the first of each
    assert "background: var(--mark-bg)" in rules[".hll"]
    assert "border-left: 4px solid var(--mark-bar)" in rules[".hll"]
    assert "outline: 2px solid var(--focus)" in rules[":focus-visible"]
    assert "background: var(--code-bg)" in rules[".prose .listing"]
    assert "opacity" not in CSS.replace("opacity: 0; } }", ""), "opacity would change what was computed"


def test_the_browsers_own_frame_has_the_pages_colour() -> None:
    base = (THEME / "templates/base.html").read_text(encoding="utf-8")
    assert tuple(re.findall(r'name="theme-color" content="(#\w+)"', base)) == PALETTE["bg"]


def test_dark_needs_no_script_and_the_switch_overrules_the_system() -> None:
    rules = {selector.strip(): declarations for selector, declarations in reversed(RULES)}
    assert "color-scheme: light dark" in rules[":root"]
    assert "color-scheme: light;" in rules[':root[data-theme="light"]']
    assert "color-scheme: dark;" in rules[':root[data-theme="dark"]']


@pytest.mark.parametrize("feature", ["prefers-reduced-motion: reduce", "forced-colors: active"])
def test_wishes_of_the_system_are_heard(feature: str) -> None:
    assert f"@media ({feature})" in CSS


@pytest.mark.parametrize("name", sorted(str(path.relative_to(THEME)) for path in THEME.rglob("*") if path.is_file()))
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = (THEME / name).read_text(encoding="utf-8")
    # Two names that look like addresses and are never fetched.
    for name in ('xmlns="http://www.w3.org/2000/svg"', '"@context": "https://schema.org"'):
        text = text.replace(name, "")
    assert not re.search(r"https?:|@import|url\(|[\"'(]//", text)


@pytest.mark.parametrize(
    ("name", "most"),
    # The first two are on every page; the others come with the first search, before some 150 kB of Pagefind's own.
    [("css/callsite.css", 6400), ("js/callsite.js", 1650), ("css/search.css", 1300), ("js/search.js", 4700)],
)
def test_weight(name: str, most: int) -> None:
    assert len(gzip.compress((THEME / "static" / name).read_bytes(), mtime=0)) <= most


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_say_what_they_show_and_trust_nothing_but_bodies(name: str) -> None:
    environment = Environment(loader=FileSystemLoader(THEME / "templates"), autoescape=True)
    environment.get_template(name)  # it compiles
    source = (THEME / "templates" / name).read_text(encoding="utf-8")
    assert source.startswith("{#")
    assert "autoescape" not in source
    assert set(re.findall(r"[\w.]+\s*\|\s*safe\b", source)) <= {"document.content|safe"}
