"""What `[project]` says that metadata will be, and where a file differs from it (PEP 621).

A field that is given is promised with its value, one that is neither given nor dynamic is promised to be absent, and
a field that is only dynamic is not promised. Fields that `[project]` can't express are not compared. Backends write
people and URLs in different ways, so these are compared word by word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abiding.files.plain import read_inside
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.project.project_table import Project

__all__ = ["Promise"]


class Promise(NamedTuple):
    """The promised values of fields, the fields whose values are all promised, and the people."""

    values: Fields
    fields: frozenset[str]
    open_fields: frozenset[str]
    people: Mapping[str, str]

    @classmethod
    def of(cls, project: Project, folder: Path | None) -> Promise:
        """Read the promise of `[project]`; its readme is looked for in `folder`, unless that is None."""
        table = project.table
        if table is None:
            return cls(Fields(()), frozenset(), frozenset(), {})
        texts = tuple(_fields_of(project, table, folder))
        fields = {field for name, field in _FIELDS.items() if project.gives(name) or name not in project.dynamic}
        fields -= {field for name, field in _ONLY_IF_GIVEN.items() if not project.gives(name)}
        # Given, but not as text that could be compared: a missing readme, or a licence as a table.
        fields -= {"Description", "License-Expression"} - {field for field, _ in texts}
        # With the dependencies given and the extras left open, or the reverse, one header holds both.
        halves = [name for name in ("dependencies", "optional-dependencies") if name in project.dynamic]
        open_fields = {"Requires-Dist", "Provides-Extra"} if any(not project.gives(name) for name in halves) else set()
        open_fields |= fields.intersection(project.growing)
        people = {
            field: " ".join(_people(table[name]))
            for name, field in (("authors", "Author"), ("maintainers", "Maintainer"))
            if project.gives(name) and name not in project.dynamic
        }
        return cls(Fields(texts), frozenset(fields), frozenset(open_fields), people)

    @property
    def is_empty(self) -> bool:
        """Whether there is no `[project]`, and so nothing is promised."""
        return not self.fields

    def broken_by(self, metadata: CoreMetadata) -> tuple[Difference, ...]:
        """Return the differences between the promise (left) and `metadata` (right)."""
        from abiding.metadata.difference import Difference, compare

        differences = [
            Difference(
                difference.field, difference.left, () if difference.field in self.open_fields else difference.right
            )
            for difference in compare(self.values, _plain(metadata), self.fields)
        ]
        for field, promised in self.people.items():
            stated = " ".join(metadata.all(field) + metadata.all(f"{field}-email"))
            if not _words(stated) <= _words(promised):  # poetry-core names only the first of several
                differences.append(Difference(field, (promised,), (stated,)))
        return tuple(difference for difference in differences if difference.left or difference.right)


# The names of [project] that one field of core metadata holds.
_FIELDS = {
    "name": "Name",
    "version": "Version",
    "description": "Summary",
    "readme": "Description",
    "requires-python": "Requires-Python",
    "license": "License-Expression",
    "keywords": "Keywords",
    "classifiers": "Classifier",
    "urls": "Project-URL",
    "dependencies": "Requires-Dist",
    "optional-dependencies": "Provides-Extra",
}
# Backends look for these files if nothing is given, and Poetry computes classifiers.
_ONLY_IF_GIVEN = {
    "version": "Version",
    "license": "License-Expression",
    "readme": "Description",
    "classifiers": "Classifier",
}


# The name that meson-python writes for a person without a name.
_NAMELESS = "Unknown"


def _fields_of(project: Project, table: Mapping[str, Any], folder: Path | None) -> Iterator[tuple[str, str]]:
    for name in ("name", "version", "description", "requires-python", "license"):
        if isinstance(table.get(name), str):
            yield _FIELDS[name], table[name]
    if isinstance(table.get("keywords"), list):
        yield "Keywords", ",".join(map(str, table["keywords"]))
    for value in table["classifiers"] if isinstance(table.get("classifiers"), list) else ():
        yield "Classifier", str(value)
    for url in table["urls"].values() if isinstance(table.get("urls"), dict) else ():
        yield "Project-URL", str(url)
    extras = table.get("optional-dependencies")
    for extra in extras if isinstance(extras, dict) else ():
        yield "Provides-Extra", extra
    yield from (("Requires-Dist", line) for line in project.lines())
    yield from _description(table.get("readme"), folder)


def _description(readme: object, folder: Path | None) -> Iterator[tuple[str, str]]:
    if isinstance(readme, dict) and isinstance(readme.get("text"), str):
        yield "Description", readme["text"]
        return
    name = readme.get("file") if isinstance(readme, dict) else readme
    data = read_inside(folder, name) if isinstance(name, str) and folder else None
    if data is not None:  # the wrapped backend reports a missing file
        yield "Description", data.decode("utf-8", "surrogateescape")


def _plain(metadata: CoreMetadata) -> Fields:
    """Return the metadata with URLs without labels, and with the licence in the field of version 2.4."""
    fields = [("Description", metadata.body)] if metadata.body.strip() else []
    for field, value in metadata.fields:
        match field.lower():
            case "project-url":
                fields.append(("Project-URL", value.partition(",")[2].strip()))
            case "home-page" | "download-url" if value != "UNKNOWN":
                fields.append(("Project-URL", value))
            case "license" if not metadata.get("License-Expression"):
                fields.append(("License-Expression", value))
            case _:
                fields.append((field, value))
    return Fields(tuple(fields), metadata.body)


def _people(people: object) -> Iterator[str]:
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict):
            yield from (str(value) for name, value in person.items() if name in ("name", "email"))


def _words(text: str) -> frozenset[str]:
    if "=?" in text:  # a name that is not ASCII, encoded as in e-mail
        from email.header import decode_header, make_header

        text = str(make_header(decode_header(text)))
    return frozenset(re.findall(r"[^\s,;<>\"']+", text)) - {_NAMELESS}
