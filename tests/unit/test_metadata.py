"""Reading is held against the standard library's e-mail parser; edits are held against the bytes around them."""

from __future__ import annotations

import email
import email.policy
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata

MESONPY = b"""\
Metadata-Version: 2.1
Name: spam
Version: 1.4.0
License: Some text
         
         over lines: with colons
Requires-Python: >=3.11
Requires-Dist: numpy>=1.26
Provides-Extra: gpu
Requires-Dist: cupy; extra == "gpu"
Description-Content-Type: text/markdown

# Spam

Requires-Dist: not-a-field
"""  # noqa: W293
SETUPTOOLS = b"""\
Metadata-Version: 2.4
Name: spam
Version: 1.4.0
Dynamic: license-file
Dynamic: requires-dist

"""
SHAPES = [
    b"",
    b"\n",
    b"\n\nbody",
    b"Name: a",
    b"Name: a\n",
    b"Name: a\n\n",
    b"Name: a\r\nVersion: 1\r\n\r\nbody\r\n",
    b"Name: a\nDescription: one\n        two\n        \n        three\nVersion: 1\n",
    b"Name: a\nRequires-Dist: b\r\nVersion: 1\n\nbody\r\nin mixed ends\n",
    b"Name: a\nno field\nKeywords: 1\n",
    b"Name:a\nSummary:\n",
    "Name: a\nSummary: Kantojärvi\n\nyou’ve".encode(),
    b"Name: a\nSummary: Kantoj\xe4rvi\n",
    MESONPY,
    SETUPTOOLS,
]


@pytest.mark.parametrize("data", SHAPES)
def test_fields_and_body_are_those_of_the_email_parser(data: bytes) -> None:
    read = CoreMetadata.parse(data, "METADATA")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    assert [name for name, _ in read.fields] == message.keys()
    assert read.body.encode("utf-8", "surrogateescape") == message.get_payload(decode=True)


PIECES = [b"a", b":", b"\r", b"\n", b" ", b"Requires-Dist", b"\x0b", b"\x85"]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_file_with_a_field_can_be_added_to(rest: bytes) -> None:
    data = b"Name:" + rest
    try:
        read = CoreMetadata.parse(data, "METADATA")
    except ArchiveError:  # not all would read the same: test_readers
        return
    added = read.with_requirements(["added"])
    assert added.all("Requires-Dist") == (*read.all("Requires-Dist"), "added")
    assert added.data.replace(b"Requires-Dist: added\n", b"", 1).replace(b"Requires-Dist: added\r\n", b"", 1) in (
        data, data + b"\n", data + b"\r\n", data.rstrip(b"\r") + b"\n", *(data[:at] + b"\n" + data[at:] for at in range(len(data))),
    )  # fmt: skip


@pytest.mark.parametrize("data", SHAPES)
def test_no_requirement_added_changes_no_byte(data: bytes) -> None:
    assert CoreMetadata.parse(data, "METADATA").with_requirements([]).data == data


def test_requirements_follow_the_last_one() -> None:
    read = CoreMetadata.parse(MESONPY, "METADATA").with_requirements(["libgmp==6.3.0", "numpy<2.5"])
    cupy = b'Requires-Dist: cupy; extra == "gpu"\n'
    assert read.data == MESONPY.replace(cupy, cupy + b"Requires-Dist: libgmp==6.3.0\nRequires-Dist: numpy<2.5\n")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Name: a\nVersion: 1\n", b"Name: a\nVersion: 1\nRequires-Dist: b\n"),
        (b"Name: a\nVersion: 1", b"Name: a\nVersion: 1\nRequires-Dist: b\n"),
        (b"Name: a\n\nbody", b"Name: a\nRequires-Dist: b\n\nbody"),
        (b"Name: a\r\n\r\nbody", b"Name: a\r\nRequires-Dist: b\r\n\r\nbody"),
        (b"Requires-Dist: a\r\nName: a\r\n", b"Requires-Dist: a\r\nRequires-Dist: b\r\nName: a\r\n"),
        (b"requires-dist: a\nName: a\n", b"requires-dist: a\nRequires-Dist: b\nName: a\n"),
        (b"Requires-Dist:\n  a; os_name\nName: a\n", b"Requires-Dist:\n  a; os_name\nRequires-Dist: b\nName: a\n"),
    ],
)
def test_where_and_how_a_requirement_is_added(data: bytes, expected: bytes) -> None:
    assert CoreMetadata.parse(data, "METADATA").with_requirements(["b"]).data == expected


@pytest.mark.parametrize(
    ("data", "version", "expected"),
    [
        (b"Metadata-Version: 2.1\nName: a\n", None, b"Metadata-Version: 2.2\nDynamic: Requires-Dist\nName: a\n"),
        (b"Metadata-Version: 1.0\r\nName: a\r\n", None, b"Metadata-Version: 2.2\r\nDynamic: Requires-Dist\r\nName: a\r\n"),
        (b"Metadata-Version: 2.4\nVersion: 1\nA: b\n", None, b"Metadata-Version: 2.4\nVersion: 1\nDynamic: Requires-Dist\nA: b\n"),
        (b"Metadata-Version: 2.4\nVersion: 1\nA: b\n", "2.6", b"Metadata-Version: 2.6\nVersion: 1\nDynamic: Requires-Dist\nA: b\n"),
        (b"Metadata-Version: 2.4\nDynamic: requires-dist\nA: b\n", None, b"Metadata-Version: 2.4\nDynamic: Requires-Dist\nA: b\n"),
        (b"Metadata-Version: 2.4\nDynamic: license-file\n\nDynamic: requires-dist\n", None,
         b"Metadata-Version: 2.4\nDynamic: license-file\nDynamic: Requires-Dist\n\nDynamic: requires-dist\n"),
        (b"Metadata-Version: 2.5\nVersion: 1\n", "2.3", b"Metadata-Version: 2.3\nVersion: 1\nDynamic: Requires-Dist\n"),
        (b"Metadata-Version: 2.5\nVersion: 1\n", None, b"Metadata-Version: 2.5\nVersion: 1\nDynamic: Requires-Dist\n"),
        (b"Metadata-Version: 2.5\nVersion: 1\nLicense-File: x\n", "2.2",
         b"Metadata-Version: 2.4\nVersion: 1\nDynamic: Requires-Dist\nLicense-File: x\n"),
        (b"Metadata-Version: 2.1\nVersion: 1\n", "2.2", b"Metadata-Version: 2.2\nVersion: 1\nDynamic: Requires-Dist\n"),
    ],
)  # fmt: skip
def test_pkg_info(data: bytes, version: str | None, expected: bytes) -> None:
    assert CoreMetadata.parse(data, "METADATA").for_sdist(may_append=True, metadata_version=version).data == expected


def test_pkg_info_of_a_project_whose_wheels_may_not_append() -> None:
    expected = MESONPY.replace(b"2.1", b"2.2", 1)
    assert CoreMetadata.parse(MESONPY, "METADATA").for_sdist(may_append=False).data == expected


@pytest.mark.parametrize(("version", "may_append"), [*product([b"2.1", b"2.2", b"2.3", b"2.4", b"2.5"], [True, False])])
def test_what_was_built_can_be_told_from_pkg_info(version: bytes, may_append: bool) -> None:
    built = CoreMetadata.parse(MESONPY.replace(b"2.1", version, 1), "METADATA")
    told = built.for_sdist(may_append=may_append).as_built()
    if version in (b"2.1", b"2.2") and not may_append:
        assert told is None  # 2.2 may have been 2.1: nothing in the file tells
    else:
        assert told == built


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        (b"", "2.1"), (b"Dynamic: License\n", "2.2"), (b"License-File: A\n", "2.4"), (b"license-expression: A\n", "2.4"),
        (b"Import-Name: a\nLicense-File: A\n", "2.5"),
    ],
)  # fmt: skip
def test_lowest_version(fields: bytes, version: str) -> None:
    assert CoreMetadata.parse(b"Metadata-Version: 2.2\n" + fields, "METADATA").lowest_version == version


def test_names_of_fields_are_compared_without_case() -> None:
    read = CoreMetadata.parse(b"metadata-version: 2.4\nAUTHOR-EMAIL: a\nAuthor-email: b\n", "METADATA")
    assert read.all("Author-Email") == ("a", "b")
    assert read.version == (2, 4)
    assert CoreMetadata.parse(b"Metadata-Version: new\n", "METADATA").version == (1, 0)


@given(
    st.lists(st.tuples(st.sampled_from(["Name", "Requires-Dist", "License"]), st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))),
    st.text(st.characters(exclude_categories=["Cs"])),
)  # fmt: skip
def test_a_file_that_is_written_reads_as_its_fields(fields: list[tuple[str, str]], body: str) -> None:
    written = CoreMetadata.written([("Metadata-Version", "2.4"), *fields], body)
    values = [(name, value.lstrip(" \t").replace("\n", "\n        ")) for name, value in fields]
    assert written.fields == (("Metadata-Version", "2.4"), *values)
    assert written.body == body
