"""A page without its text."""

from __future__ import annotations

import pickle

from callsite.model import Place, Symbol
from callsite.outline import Outline, find_outline
from callsite.page import parse_page

TEXT = """title: flask.ctx f Example Code
slug: f
sidebartitle: flask.ctx f

Words.

## Example 1 from Demo

```python project=Demo version=1.0 path=src/app.py licence=MIT
~~from flask.ctx import f
~~f()
```

```python
# views.py
import os
```

```
text
```
"""


def outline(text: str = TEXT) -> Outline:
    page, _ = parse_page(text, "content/f.md")
    return find_outline(page)


def test_what_others_say_of_a_page() -> None:
    found = outline()
    assert found.meta.title == "flask.ctx f Example Code"
    assert found.symbol == Symbol("flask.ctx", "f")
    assert [(shown.name, shown.version, shown.marks) for shown in found.shown] == [
        ("src/app.py", "1.0", 2),
        ("views.py", "", 0),
        ("", "", 0),
    ]
    assert found.shown[0].credit.project == "Demo"


def test_places_are_those_of_the_page() -> None:
    found = outline()
    assert str(found.place()) == "content/f.md:1"
    assert str(found.place("slug")) == "content/f.md:2"
    assert str(found.place("sortorder")) == "content/f.md:1"  # there is none


def test_it_has_none_of_the_text() -> None:
    found = outline(TEXT.replace("Words.", "Words, " + "many of them. " * 1_000))
    assert found == outline()
    assert found.meta.written is None
    assert b"many of them" not in pickle.dumps(found)


def test_a_page_in_another_folder_is_the_same_page() -> None:
    page, _ = parse_page(TEXT, "elsewhere.md")
    assert find_outline(page) == outline()
    assert pickle.loads(pickle.dumps(outline())).at == Place("content/f.md", 1)


def test_a_page_of_nothing_has_an_outline() -> None:
    found = outline("")
    assert (found.shown, found.symbol, found.meta.title) == ((), None, "")
