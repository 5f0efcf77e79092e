"""Licences: told from metadata, from classifiers, from their own words, and refused when they cannot be told."""

from __future__ import annotations

import textwrap
from importlib.metadata import distribution
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.licence_texts import KNOWN, Known, find_notices, parse_text
from callsite.harvest.licences import Class, classify, find_file_licence, find_licence, find_refusal
from callsite.harvest.release import Licence
from callsite.licence_names import CLASSIFIERS, COPYLEFT, FAMILIES, PERMISSIVE, SPELLINGS, WEAK_COPYLEFT
from tests.strategies import texts

MIT = (Path(__file__).parent.parent / "LICENSE").read_text(encoding="utf-8")
KINDS = {known.identifier: known for known in KNOWN}


def write(known: Known) -> str:
    """A text with a licence's own phrases and little else."""
    return "\n".join(known.phrases)


BSD, APACHE, GPL = write(KINDS["BSD-3-Clause"]), write(KINDS["Apache-2.0"]), write(KINDS["GPL-3.0-only"])


def metadata(*lines: str) -> str:
    return "\n".join(["Metadata-Version: 2.1", "Name: x", *lines, "", "The description: License: GPL"])


@pytest.mark.parametrize(
    ("lines", "expression", "found"),
    [
        (["License-Expression: mit or apache-2.0"], "MIT OR Apache-2.0", "License-Expression in its metadata"),
        (["License-Expression: MIT", "License: GPL-3.0-only"], "MIT", "License-Expression in its metadata"),
        (["License: MIT"], "MIT", "License in its metadata"),
        (["License: Apache License, Version 2.0"], "Apache-2.0", "License in its metadata"),
        (["License: The MIT License."], "MIT", "License in its metadata"),
        (["License: OSI Approved :: MIT License"], "MIT", "License in its metadata"),
        (["License: new  BSD Licence"], "BSD-3-Clause", "License in its metadata"),
        (["License: (MIT AND (ISC OR Zlib))"], "(MIT AND (ISC OR Zlib))", "License in its metadata"),
        (["License: BSD", "Classifier: License :: OSI Approved :: ISC License (ISCL)"], "ISC", 'the classifier "ISC License (ISCL)" in its metadata'),
        (["Classifier: License :: OSI Approved", "Classifier: License :: OSI Approved :: MIT License"], "MIT", 'the classifier "MIT License" in its metadata'),
        (["License: GPL", "Classifier: License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)"], "GPL-3.0-or-later", 'the classifier "GNU General Public License v3 or later (GPLv3+)" in its metadata'),
        (["License: MPL-2.0 OR MIT", "Classifier: License :: OSI Approved :: MIT License"], "MPL-2.0 OR MIT", "License in its metadata"),
        # What several licences are called, what is no licence, and what does not fit together.
        (["License: BSD"], "", 'its metadata says only "BSD" and no licence file was recognised'),
        (["License: GPL"], "", 'its metadata says only "GPL" and no licence file was recognised'),
        (["License-Expression: My Own"], "", "its metadata names no licence and no licence file was recognised"),
        (["Classifier: License :: OSI Approved :: BSD License"], "", 'its metadata says only "BSD License" and no licence file was recognised'),
        (["Classifier: License :: OSI Approved :: MIT License", "Classifier: License :: OSI Approved :: ISC License (ISCL)"], "", 'its metadata says only "MIT License and ISC License (ISCL)" and no licence file was recognised'),
        (["License: ISC", "Classifier: License :: OSI Approved :: MIT License"], "", 'its metadata says only "ISC and MIT and MIT License" and no licence file was recognised'),
        (["Classifier: Programming Language :: Python"], "", "its metadata names no licence and no licence file was recognised"),
        (["License: " + "(" * 300 + "MIT" + ")" * 300], "", None),
        (["License: MIT " + "or MIT " * 300], "", None),
    ],
)  # fmt: skip
def test_metadata(lines: list[str], expression: str, found: str | None) -> None:
    licence = find_licence(metadata(*lines), {})
    assert licence.expression == expression
    assert found is None or licence.found == found


def test_without_anything_nothing_is_said() -> None:
    licence = find_licence("", {})
    assert licence == Licence(found="its metadata names no licence and no licence file was recognised")


@pytest.mark.parametrize(
    ("lines", "files", "expression", "found", "path"),
    [
        ([], {"LICENSE": MIT}, "MIT", "the text of LICENSE", "LICENSE"),
        ([], {"x-1.dist-info/licenses/LICENSE": MIT, "x/_vendor/y/LICENSE": GPL}, "MIT", "the text of x-1.dist-info/licenses/LICENSE", "x-1.dist-info/licenses/LICENSE"),
        ([], {"COPYING": GPL, "AUTHORS": "Jo"}, "GPL-3.0-only", "the text of COPYING, which leaves later versions open", "COPYING"),
        ([], {"COPYING": GPL, "COPYING.LESSER": write(KINDS["LGPL-3.0-only"])}, "LGPL-3.0-only", "the text of COPYING and COPYING.LESSER, which leaves later versions open", "COPYING.LESSER"),
        ([], {"LICENSE.APACHE": APACHE, "LICENSE.BSD": BSD}, "Apache-2.0 AND BSD-3-Clause", "the text of LICENSE.APACHE and LICENSE.BSD", "LICENSE.APACHE, LICENSE.BSD"),
        (["License-Expression: BSD-3-Clause OR Apache-2.0"], {"LICENSE.APACHE": APACHE, "LICENSE.BSD": BSD}, "BSD-3-Clause OR Apache-2.0", "License-Expression in its metadata", "LICENSE.APACHE"),
        (["License-Expression: GPL-3.0-or-later OR MIT"], {"COPYING": GPL, "LICENSE": MIT}, "GPL-3.0-or-later OR MIT", "License-Expression in its metadata", "LICENSE"),
        (["Classifier: License :: OSI Approved :: BSD License"], {"LICENSE": BSD}, "BSD-3-Clause", "the text of LICENSE", "LICENSE"),
        (["License: ISC", "Classifier: License :: OSI Approved :: MIT License"], {"LICENSE": MIT}, "MIT", "the text of LICENSE", "LICENSE"),
        (["License: MIT"], {"README": "hello", "LICENSE": "see the README"}, "MIT", "License in its metadata", "LICENSE"),
        # Other people's code comes with the project: its metadata speaks for its own.
        (["License: Apache-2.0"], {"LICENSE": APACHE + GPL}, "Apache-2.0", "License in its metadata", "LICENSE"),
        (["Classifier: License :: OSI Approved :: Apache Software License"], {"LICENSE": APACHE + " and more" * 100}, "Apache-2.0", 'the classifier "Apache Software License" in its metadata together with its licence file', "LICENSE"),
        ([], {"LICENSE": APACHE + "\nIt contains subcomponents with separate copyright notices and license terms.\n" + GPL}, "Apache-2.0", "the text of LICENSE", "LICENSE"),
        # What does not fit together, and what is more than a licence.
        (["License: MIT"], {"LICENSE": GPL}, "", "License in its metadata says MIT, but the text of LICENSE, which leaves later versions open is GPL-3.0-only", "LICENSE"),
        ([], {"LICENSE": MIT + "but not on Mondays " * 20}, "", "its metadata names no licence and LICENSE holds more than the text of MIT", "LICENSE"),
        ([], {"LICENSE": "Do as you please."}, "", "its metadata names no licence and no licence file was recognised", "LICENSE"),
        ([], {"NOTICE": "hello"}, "", "its metadata names no licence and no licence file was recognised", ""),
    ],
)  # fmt: skip
def test_licence_files(lines: list[str], files: dict[str, str], expression: str, found: str, path: str) -> None:
    licence = find_licence(metadata(*lines), files)
    assert (licence.expression, licence.found, licence.path) == (expression, found, path)
    assert licence.text == "\n\n".join(files[name] for name in path.split(", ") if name)


def test_a_licence_text_in_the_metadata() -> None:
    field = textwrap.indent(MIT, " " * 8, lambda line: True).strip()
    assert find_licence(f"Name: x\nLicense: {field}\n", {}).expression == "MIT"
    assert find_licence(f"Name: x\nLicense: {field} {'and so on ' * 50}\n", {}).expression == ""


@pytest.mark.parametrize("known", [known for known in KNOWN if known.identifier], ids=lambda known: known.identifier)
def test_licences_are_known_by_their_words(known: Known) -> None:
    text = write(known)
    assert parse_text(text).identifiers == (known.identifier,)
    assert parse_text(text).is_whole
    wrapped = "\r\n".join(f" * {line.upper()}" for line in textwrap.wrap(text.replace("\n", " (Jo & Co.) "), 30))
    assert parse_text(f"The Licence\n{wrapped}\n").identifiers == (known.identifier,)
    # A clause put into it, or after it, makes it another licence; half of it makes none.
    assert (
        known.identifier not in parse_text(text.replace("\n", " unless it rains" * 3000 + "\n")).identifiers
        or len(known.phrases) == 1
    )
    assert not parse_text(text + " unless it rains" * 30).is_whole
    assert not parse_text(text.rpartition("\n")[0]).identifiers


@pytest.mark.parametrize(
    ("project", "identifiers"),
    [
        ("pelican", ("AGPL-3.0-only",)),
        ("jinja2", ("BSD-3-Clause",)),
        ("pygments", ("BSD-2-Clause",)),
        ("tornado", ("Apache-2.0",)),
        ("hypothesis", ("MPL-2.0",)),
        ("griffelib", ("ISC",)),
        ("beautifulsoup4", ("MIT",)),
    ],
)
def test_licences_of_real_projects(project: str, identifiers: tuple[str, ...]) -> None:
    files = [file for file in distribution(project).files or () if file.name.startswith(("LICEN", "COPYING"))]
    assert [parse_text(file.read_text(encoding="utf-8")).identifiers for file in files] == [identifiers]


def test_several_licences_in_one_text() -> None:
    assert parse_text(f"{BSD}\n{MIT}\n{BSD}").identifiers == ("BSD-3-Clause", "MIT")


@given(texts())
def test_any_text_is_read(text: str) -> None:
    assert parse_text(text) == parse_text(text)
    assert (
        find_licence(text, {"LICENSE": text}).expression
        == find_licence(text, {"LICENSE": text, "AUTHORS": ""}).expression
    )
    assert find_refusal(Licence(expression=text), ("MIT",))
    assert classify(text) is Class.UNKNOWN


@pytest.mark.untraced
def test_huge_texts_are_read_in_time() -> None:
    for known in KNOWN:
        assert parse_text(f"{known.phrases[0]} " * (250_000 // len(known.phrases[0]))).identifiers in (
            (),
            (known.identifier,),
        )


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("# SPDX-License-Identifier: MIT\n", "MIT"),
        (
            "#!/usr/bin/python\n# Copyright Jo\n#  SPDX-License-Identifier: apache-2.0 or mit\nimport x\n",
            "Apache-2.0 OR MIT",
        ),
        ("/* SPDX-License-Identifier: GPL-2.0-only */", "GPL-2.0-only"),
        ("<!-- SPDX-License-Identifier: ISC -->", "ISC"),
        ("# SPDX-License-Identifier: My-Own", "My-Own"),
        ("import x\n", ""),
        ("\n" * 40 + "# SPDX-License-Identifier: MIT", ""),
    ],
)
def test_licences_of_files(text: str, licence: str) -> None:
    assert find_file_licence(text) == licence


@pytest.mark.parametrize(
    "notice",
    [
        "Copyright (c) 2010 by Jo",
        "Copyright 2010 Jo",
        "Copyright © 2010, Jo",
        "copyright (C) Jo",
        "Copyright Jo and others",
        "Copyright: 2010, Jo",
        "© Jo",
        "(c) 2010 Jo",
        "Original work Copyright (c) 2010 Jo",
        "Portions Copyright 2010 Jo. All rights reserved.",
    ],
)
def test_notices(notice: str) -> None:
    assert find_notices([f"The Licence\n\n   {notice}  \nand more\n{notice}", f"# {notice}"]) == (notice,)


@pytest.mark.parametrize(
    "line",
    [
        "Copyright [yyyy] [name of copyright owner]",
        "Copyright (C) <year>  <name of author>",
        "Copyright (c) YEAR Jo",
        "Copyright notice and this permission notice shall be included",
        "COPYRIGHT HOLDERS AND CONTRIBUTORS ARE NOT LIABLE",
        "copyright law applies",
        "the above copyright notice 2010",
        "This is about (c) and nothing else",
        "All rights reserved.",
        "",
    ],
)
def test_lines_that_are_no_notices(line: str) -> None:
    assert find_notices([line]) == ()


def test_notices_of_the_licence_itself_are_left_out() -> None:
    gpl = "GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007\n\nCopyright (C) 2007 Free Software Foundation, Inc.\nCopyright 2010 Jo"
    assert find_notices([gpl]) == ("Copyright 2010 Jo",)
    assert find_notices(["Copyright 2010 Free Software Foundation"]) == ("Copyright 2010 Free Software Foundation",)


def test_notices_are_bounded() -> None:
    notices = find_notices(["\n".join(f"Copyright {year} {'Jo ' * 500}" for year in range(1000, 2000))])
    assert len(notices) == 60
    assert {len(notice) for notice in notices} == {200}
    assert notices[0].startswith("Copyright 1000 Jo")


def test_notices_come_from_the_files_of_the_whole_project() -> None:
    files = {"LICENSE": MIT, "NOTICE": "Copyright 1999 Jo", "x/LICENSE": "Copyright 1998 Al"}
    notices = find_licence("", files).notices
    assert "Copyright 1999 Jo" in notices
    assert "Copyright 1998 Al" not in notices


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("MIT", Class.PERMISSIVE),
        ("mit", Class.PERMISSIVE),
        ("GPL-3.0-or-later", Class.COPYLEFT),
        ("GPL-3.0", Class.COPYLEFT),
        ("GPL-2.0+", Class.COPYLEFT),
        ("LGPL-2.1-only", Class.WEAK_COPYLEFT),
        ("MPL-2.0", Class.WEAK_COPYLEFT),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Class.WEAK_COPYLEFT),
        ("GPL-3.0-only WITH Autoconf-exception-3.0", Class.COPYLEFT),
        ("Apache-2.0 WITH LLVM-exception", Class.PERMISSIVE),
        ("GPL-3.0-only OR MIT", Class.PERMISSIVE),
        ("GPL-3.0-only AND MIT", Class.COPYLEFT),
        ("MIT AND GPL-3.0-only OR MPL-2.0", Class.WEAK_COPYLEFT),
        ("MIT AND (GPL-3.0-only OR ISC)", Class.PERMISSIVE),
        ("((MIT)) AND (LicenseRef-own OR (MPL-2.0 AND ISC))", Class.WEAK_COPYLEFT),
        ("LicenseRef-own", Class.UNKNOWN),
        ("MIT AND LicenseRef-own", Class.UNKNOWN),
        ("JSON", Class.UNKNOWN),
        ("CC-BY-NC-4.0", Class.UNKNOWN),
        ("", Class.UNKNOWN),
        ("MIT OR", Class.UNKNOWN),
        ("(MIT", Class.UNKNOWN),
        ("GPL", Class.UNKNOWN),
    ],
)
def test_classes(expression: str, found: Class) -> None:
    assert classify(expression) is found


ORDER = [Class.UNKNOWN, Class.COPYLEFT, Class.WEAK_COPYLEFT, Class.PERMISSIVE]
EXPRESSIONS = st.recursive(
    st.sampled_from(["MIT", "MPL-2.0", "GPL-3.0-only", "LicenseRef-own"]),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


@given(EXPRESSIONS, EXPRESSIONS)
def test_or_takes_the_best_and_and_the_worst(one: str, other: str) -> None:
    ranks = [ORDER.index(classify(one)), ORDER.index(classify(other))]
    assert classify(f"{one} OR {other}") is ORDER[max(ranks)]
    assert classify(f"{one} AND {other}") is ORDER[min(ranks)]
    assert (find_refusal(Licence(expression=one)) == "") == (classify(one) is Class.PERMISSIVE)


@pytest.mark.parametrize(
    ("expression", "allowed", "refusal"),
    [
        ("MIT", (), ""),
        ("GPL-3.0-only OR MIT", (), ""),
        ("MPL-2.0", ("weak-copyleft",), ""),
        ("MPL-2.0", ("mpl-2.0",), ""),
        ("GPL-3.0-or-later", ("GPL-3.0-only",), ""),
        ("GPL-2.0+", ("GPL-2.0",), ""),
        ("GPL-2.0-only WITH Bison-exception-2.2", ("GPL-2.0-only",), ""),
        ("LicenseRef-own AND MIT", ("LicenseRef-own",), ""),
        ("MPL-2.0", (), "its licence MPL-2.0 is weak copyleft, which is not among those allowed"),
        ("GPL-3.0-only", ("weak-copyleft", "GPL-2.0-only"), "its licence GPL-3.0-only is copyleft, which is not among those allowed"),
        ("GPL-3.0-only", ("GPL-3.0-or-later",), "its licence GPL-3.0-only is copyleft, which is not among those allowed"),
        ("MIT AND MPL-2.0", ("copyleft",), "its licence MIT AND MPL-2.0 is weak copyleft, which is not among those allowed"),
        ("LicenseRef-own", ("unknown",), "its licence LicenseRef-own is none that is known to be permissive"),
    ],
)  # fmt: skip
def test_refusals(expression: str, allowed: tuple[str, ...], refusal: str) -> None:
    assert find_refusal(Licence(expression=expression), allowed) == refusal


def test_what_is_not_known_is_never_welcome() -> None:
    allowed = ("unknown", "copyleft", "weak-copyleft", "")
    assert find_refusal(Licence(found="no file"), allowed) == "its licence is not known: no file"
    assert find_refusal(Licence(), allowed) == "its licence is not known"


def test_the_tables_hold_together() -> None:
    assert not PERMISSIVE & WEAK_COPYLEFT
    assert not PERMISSIVE & COPYLEFT
    assert not WEAK_COPYLEFT & COPYLEFT
    assert not CLASSIFIERS.keys() & FAMILIES.keys()
    named = {*SPELLINGS.values(), *CLASSIFIERS.values(), *(known.identifier for known in KNOWN)} - {
        "",
        "BSD-4-Clause",
        "JSON",
    }
    assert all(classify(identifier) is not Class.UNKNOWN for identifier in named)
    assert all(spelling == " ".join(spelling.lower().split()) for spelling in SPELLINGS)
