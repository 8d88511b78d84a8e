"""Bounds: what lies within is as it ever was, and beyond it something is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement

from abiding.cli import main
from abiding.findings import bounds
from abiding.findings.characters import visible
from abiding.findings.errors import ArchiveError
from abiding.metadata import requirements
from abiding.metadata.core import CoreMetadata
from abiding.metadata.fields import Fields
from abiding.metadata.values import values
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.work import memory

if TYPE_CHECKING:
    from pathlib import Path


def test_all_are_positive_numbers_and_exported() -> None:
    found = {name: value for name, value in vars(bounds).items() if name.isupper()}
    assert sorted(found) == sorted(name for name in vars(bounds) if name.isupper())
    assert all(isinstance(value, int) and value > 0 for value in found.values())


def test_long_requirements() -> None:
    within = "a @ https://x/".ljust(bounds.REQUIREMENT, "y")
    assert requirements.parse(within).name == "a"
    beyond = "a; os_name == 'x'" + " " * bounds.REQUIREMENT
    with pytest.raises(InvalidRequirement, match="which is too many"):
        requirements.parse(beyond)
    # It means its own text, as all that is no requirement.
    assert requirements.meaning(beyond) == requirements.meaning(beyond.strip() + " " * 2 * bounds.REQUIREMENT)


@pytest.mark.parametrize(("number", "told"), [(100, False), (3000, True)])
@pytest.mark.parametrize("field", ["Requires-Python", "Requires-Dist", "pyproject.toml"])
def test_what_is_too_long_to_be_compared_in_meaning_is_told(
    field: str, number: int, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "" if field == "Requires-Python" else "a"
    one, other = (name + ",".join(f"!=3.{i}{end}" for i in range(number)) for end in ("", ".*"))
    if field == "pyproject.toml":
        project = f'[project]\nname = "spam"\nversion = "1.0"\ndependencies = ["{one}"]\n'
        write_sdist(tmp_path, "spam-1.0.tar.gz", metadata(f"Requires-Dist: {other}"), project)
    else:
        write_sdist(tmp_path, "spam-1.0.tar.gz", metadata(f"{field}: {one}"))
        write_wheel(tmp_path, wheel_name(), metadata(f"{field}: {other}"))
    main(["check", str(tmp_path)])
    shown = " ".join(capsys.readouterr().out.split())
    assert "error[" in shown
    assert ("it is too long: it was compared as text" in shown) is told


def test_bytes_of_requirements() -> None:
    line = "Requires-Dist: a"
    number = bounds.REQUIREMENTS // 100
    lines = [f"{line}{' ' * 4}; os_name == '{i:05}'".ljust(99) for i in range(number)]
    assert len(CoreMetadata.parse(metadata(*lines), "x.whl").all("Requires-Dist")) == number
    with pytest.raises(ArchiveError, match="bytes of requirements in its metadata, which is too many"):
        CoreMetadata.parse(metadata(*lines, lines[0]), "x.whl")
    # What is not required has other bounds.
    CoreMetadata.parse(metadata(*(f"Classifier: {one}" for one in lines), lines[0]), "x.whl")


def test_names_of_fields() -> None:
    lines = [f"X-{i}: x" for i in range(bounds.METADATA_NAMES - 3)]
    assert len(CoreMetadata.parse(metadata(*lines, *lines), "x.whl").fields) == 3 + 2 * len(lines)
    with pytest.raises(ArchiveError, match="fields of 101 names"):
        CoreMetadata.parse(metadata(*lines, "X-more: x"), "x.whl")


@pytest.mark.parametrize(("length", "cut"), [(100, False), (1000, True)])
def test_long_lines(
    length: int, cut: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bounds, "SHOWN", 100)
    monkeypatch.setattr(bounds, "SHOWN_ON_PAGE", 100)
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata("Summary: a"))
    write_wheel(tmp_path, wheel_name(), metadata(f"Summary: {'b' * length}"))
    for form in ("text", "html", "github"):
        main(["check", "--output-format", form, str(tmp_path)])
        shown = " ".join(capsys.readouterr().out.split())
        assert "b" * 90 in shown
        assert bool(re.search(r"… \(90\d more\)", shown)) is cut
        assert "b" * 101 not in shown
    main(["check", "--output-format", "json", str(tmp_path)])
    assert "b" * length in capsys.readouterr().out  # programs get it whole


def test_what_is_spelled_out_takes_no_more_than_it_is() -> None:
    """As `visible` says of each character; of two million bytes that are no text it kept a string for each."""
    text = "a\x00\t\udcff\u202eé\n\x7f"
    assert visible(text) == "a\\x00\t\\udcff\\u202eé\n\\x7f"
    assert memory(lambda: visible("\udcff" * 100_000)) < 20 * 100_000


# One of several people: in quotes that end somewhere a comma belongs to the name. True, and slow.
_PERSON = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])+')


@given(st.lists(st.sampled_from([",", '"', "\\", "a", " ", "<a@x>"]), max_size=12).map("".join))
@example('"A, B" <a@x>, "C \\", D" <c@x>, E')
@example('"A, B, C <c@x>')
@example('"\\,')
def test_people_are_told_apart_in_one_pass(text: str) -> None:
    found = Fields((("Author-email", text),))
    assert values(found, "Author-email") == tuple(filter(None, map(str.strip, _PERSON.findall(text))))
