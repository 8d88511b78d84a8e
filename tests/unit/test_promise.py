"""What `[project]` promises: the values that break it, and the ways of writing that real backends have which do not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from abiding.metadata.core import CoreMetadata
from abiding.project.project_table import Project
from abiding.project.promise import Promise

PROJECT = """\
name = "Spam.Egg"
version = "1.4.0"
description = "A package"
readme = "README.md"
requires-python = ">=3.11,<4"
license = "mit OR Apache-2.0"
keywords = ["b", "a"]
classifiers = ["Programming Language :: C", "Typing :: Typed"]
authors = [{ name = "Zoë Ångström", email = "zoe@example.org" }, { email = "team@example.org" }]
urls = { Homepage = "https://example.org/a,b", Bugs = "https://example.org/bugs" }
dependencies = ["numpy >= 1.26", "tomli; python_version < '3.12'"]
optional-dependencies = { docs = ["sphinx"], All_of_it = ["spam-egg[docs]", "cupy; os_name == 'a' or os_name == 'b'"] }
"""
SAID = """\
Metadata-Version: 2.4
Name: spam-egg
Version: 1.4
Summary: A package
Author-email: Zoë Ångström <zoe@example.org>, Unknown <team@example.org>
License-Expression: MIT OR Apache-2.0
License-File: LICENSE
Project-URL: Homepage, https://example.org/a,b
Project-URL: Bugs, https://example.org/bugs
Keywords: a,b
Classifier: Typing :: Typed
Classifier: Programming Language :: C
Requires-Python: <4,>=3.11
Requires-Dist: numpy>=1.26
Requires-Dist: tomli; python_version < "3.12"
Provides-Extra: docs
Requires-Dist: sphinx; extra == "docs"
Provides-Extra: all-of-it
Requires-Dist: spam-egg[docs]; extra == "all-of-it"
Requires-Dist: cupy; (os_name == "a" or os_name == "b") and extra == "all-of-it"
Description-Content-Type: text/markdown

# Spam
"""


def broken(project: str, said: str, folder: Path) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    (folder / "README.md").write_text("# Spam\n\n", encoding="utf-8")
    promise = Promise.of(Project(tomllib.loads(project)), folder)
    return [
        (one.field, one.left, one.right) for one in promise.broken_by(CoreMetadata.parse(said.encode(), "METADATA"))
    ]


KEEPING = {
    "as it is": ("", ""),
    "one author only (poetry-core)": (", Unknown <team@example.org>", ""),
    "encoded names": ("Zoë Ångström", "=?utf-8?b?Wm/DqyDDhW5nc3Ryw7Zt?="),
    "authors apart": ("Author-email: Zoë Ångström <zoe@example.org>", "Author: Zoë Ångström\nAuthor-email: zoe@example.org"),
    "old licence field": ("License-Expression: MIT OR Apache-2.0", "License: MIT OR Apache-2.0"),
    "old home page": ("Project-URL: Homepage, https", "Home-page: https"),
    "extras spelled out (hatchling)": ('spam-egg[docs]; extra == "all-of-it"', 'sphinx; extra == "all-of-it"'),
    "more licence files": ("License-File: LICENSE", "License-File: LICENSE\nLicense-File: COPYING"),
    "fields that [project] can't say": ("Keywords", "Platform: any\nImport-Name: spam\nKeywords"),
}  # fmt: skip


@pytest.mark.parametrize("change", KEEPING.values(), ids=KEEPING.keys())
def test_ways_of_writing_that_keep_it(tmp_path: Path, change: tuple[str, str]) -> None:
    assert change[0] in SAID
    assert broken(PROJECT, SAID.replace(*change), tmp_path) == []


BREAKING = [
    (("spam-egg\nVersion", "spam\nVersion"), "Name", ("Spam.Egg",), ("spam",)),
    (("Version: 1.4\n", "Version: 1.5\n"), "Version", ("1.4.0",), ("1.5",)),
    (("Summary: A package", "Summary: B"), "Summary", ("A package",), ("B",)),
    (("Summary: A package\n", ""), "Summary", ("A package",), ()),
    (("# Spam", "# Ham"), "Description", ("# Spam\n\n",), ("# Ham\n",)),
    (("<4,>=3.11", ">=3.11"), "Requires-Python", (">=3.11,<4",), (">=3.11",)),
    (("MIT OR", "BSD-3-Clause OR"), "License-Expression", ("mit OR Apache-2.0",), ("BSD-3-Clause OR Apache-2.0",)),
    (("Keywords: a,b", "Keywords: a,c"), "Keywords", ("b",), ("c",)),
    (("Classifier: Typing", "Classifier: Framework :: X\nClassifier: Typing"), "Classifier", (), ("Framework :: X",)),
    (("Zoë Ångström", "Somebody Else"), "Author", ("Zoë Ångström zoe@example.org team@example.org",),
     ("Somebody Else <zoe@example.org>, Unknown <team@example.org>",)),
    (("example.org/bugs", "example.org/issues"), "Project-URL", ("https://example.org/bugs",), ("https://example.org/issues",)),
    (("Requires-Dist: numpy>=1.26\n", ""), "Requires-Dist", ("numpy >= 1.26",), ()),
    (("numpy>=1.26", "numpy>=2"), "Requires-Dist", ("numpy >= 1.26",), ("numpy>=2",)),
    (('sphinx; extra == "docs"', 'sphinx; extra == "all-of-it"'), "Requires-Dist", ('sphinx; extra == "docs"',),
     ('sphinx; extra == "all-of-it"',)),
    (("Provides-Extra: docs\n", ""), "Provides-Extra", ("docs",), ()),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field", "left", "right"), BREAKING)
def test_values_that_break_it(
    tmp_path: Path, change: tuple[str, str], field: str, left: tuple[str, ...], right: tuple[str, ...]
) -> None:
    assert change[0] in SAID
    assert broken(PROJECT, SAID.replace(change[0], change[1], 1), tmp_path) == [(field, left, right)]


def test_nothing_is_promised_of_what_is_only_dynamic(tmp_path: Path) -> None:
    project = 'name = "a"\ndynamic = ["version", "description", "dependencies", "readme"]'
    said = "Name: a\nVersion: 3\nSummary: any\nRequires-Dist: b\n\nbody"
    assert broken(project, said, tmp_path) == []


def test_what_is_neither_given_nor_dynamic_is_promised_not_to_be_there(tmp_path: Path) -> None:
    said = "Name: a\nVersion: 3\nSummary: any\nRequires-Dist: b\nRequires-Python: >=3"
    fields = {field for field, *_ in broken('name = "a"\nversion = "3"', said, tmp_path)}
    assert fields == {"Summary", "Requires-Dist", "Requires-Python"}


def test_what_is_given_and_dynamic_is_promised_to_be_kept(tmp_path: Path) -> None:
    """More of it has to be declared."""
    project = 'name = "a"\nversion = "3"\ndependencies = ["b"]\ndynamic = ["dependencies"]'
    assert broken(project, "Name: a\nVersion: 3", tmp_path) == [("Requires-Dist", ("b",), ())]
    assert broken(project, "Name: a\nVersion: 3\nRequires-Dist: b\nRequires-Dist: c", tmp_path) == [
        ("Requires-Dist", (), ("c",))
    ]


def test_extras_left_open_beside_given_dependencies(tmp_path: Path) -> None:
    project = 'name = "a"\nversion = "3"\ndependencies = ["b"]\ndynamic = ["optional-dependencies"]'
    said = 'Name: a\nVersion: 3\nRequires-Dist: b\nProvides-Extra: x\nRequires-Dist: c; extra == "x"'
    assert broken(project, said, tmp_path) == []
    assert broken(project, said.replace("Requires-Dist: b\n", ""), tmp_path) == [("Requires-Dist", ("b",), ())]


def test_a_licence_as_a_table_is_not_compared(tmp_path: Path) -> None:
    """What backends make of it differs; meson-python puts the text of the file there."""
    for value in ('{ file = "LICENSE" }', '{ text = "MIT" }'):
        assert (
            broken(f'name = "a"\nversion = "3"\nlicense = {value}', "Name: a\nVersion: 3\nLicense: MIT", tmp_path) == []
        )


def test_no_project_no_promise(tmp_path: Path) -> None:
    assert Promise.of(Project(None), tmp_path).broken_by(CoreMetadata.parse(SAID.encode(), "METADATA")) == ()
