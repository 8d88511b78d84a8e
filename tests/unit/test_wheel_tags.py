"""Sets of tags multiply: a name that stands for thousands of tags is said to, and costs nothing."""

from __future__ import annotations

import string
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

import abiding
from abiding.archives import wheel_tags
from abiding.findings import bounds
from abiding.native.index_distributions import chosen
from abiding.native.wheels_at_hand import AtHand, WheelShelf, _kinds, fit_together
from makers.archives import metadata, write_wheel
from makers.work import calls


def name(sets: int, number: int) -> str:
    many = [".".join(f"{letter}{i}" for i in range(number)) for letter in ("p", "a", "l")[:sets]]
    return f"spam-1.0-{'-'.join([*many, *['none'] * (3 - sets)])}.whl"


@pytest.mark.parametrize(("sets", "number"), [(3, 26), (3, 11), (2, 32), (1, 1001)])
def test_more_tags_than_any_wheel_is_for(sets: int, number: int, tmp_path: Path) -> None:
    filename = name(sets, number)
    with pytest.raises(InvalidWheelFilename, match="it stands for"):
        wheel_tags.parse(filename)
    if len(filename) <= bounds.FILENAME:
        write_wheel(tmp_path, filename, metadata())
        (release,) = abiding.check([tmp_path])
        assert release.unread[0].message == f"the file has a name that stands for {number**sets:,} tags"


@pytest.mark.parametrize("repeated", ["a." * 60 + "a", "a." * 40 + "b"])
def test_repetition_counts(repeated: str) -> None:
    """They are counted before any of them is made."""

    def work() -> None:
        with pytest.raises(InvalidWheelFilename):
            wheel_tags.parse(f"spam-1.0-{repeated}-{repeated}-{repeated}.whl")

    assert calls(work) < 1000


@pytest.mark.parametrize("filename", ["spam-1.0-cp39.cp310.cp311.cp312.cp313-none-manylinux1_x86_64.manylinux2014_x86_64.macosx_10_9_x86_64.win_amd64.win32.any.whl", "spam-1.0-1-py2.py3-none-any.whl", name(3, 10)])  # fmt: skip
def test_what_a_wheel_may_be_for(filename: str) -> None:
    """Control: the same as packaging reads."""
    found = parse_wheel_filename(filename)
    assert wheel_tags.parse(filename) == (found[0], found[1], found[3])


TAGS = st.frozensets(st.builds(Tag, st.just("cp311"), st.sampled_from(("none", "cp311", "abi3", "cp312")), st.sampled_from(("any", "linux_x86_64", "manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "win_amd64", "macosx_11_0_arm64"))), max_size=4)  # fmt: skip


@given(TAGS, TAGS)
def test_beside_is_each_beside_each(own: frozenset[Tag], others: frozenset[Tag]) -> None:
    def one(mine: Tag, other: Tag) -> bool:
        same_python = other.abi in ("none", mine.abi) or other.abi.startswith("abi3") or mine.abi == "none"
        shared = set(_kinds(mine.platform)) & set(_kinds(other.platform))
        return same_python and (other.platform == "any" or bool(shared))

    assert fit_together(own, others) == any(one(mine, other) for mine, other in product(own, others))


def test_wheels_on_an_index_that_are_called_as_none_is() -> None:
    tags = frozenset({Tag("cp311", "cp311", "linux_x86_64")})
    assert chosen(tags, ["ham-1.0-x-py3-none-any.whl", name(3, 26), "ham-1.0-py3-none-any.whl"]) == "ham-1.0-py3-none-any.whl"  # fmt: skip
    assert chosen(tags, ["ham-1.0-x-py3-none-any.whl"]) is None


def test_a_folder_of_dashes(tmp_path: Path) -> None:
    """Any dash may stand before the version, if a name is not longer than any is."""
    from zipfile import ZipFile

    folder = "-".join(string.ascii_letters * 600)[:60_000] + ".dist-info"
    with ZipFile(tmp_path / "spam-1.0-py3-none-any.whl", "w") as archive:
        for member in ("METADATA", "WHEEL", "RECORD"):
            archive.writestr(f"{folder}/{member}", metadata())
    found: list[abiding.Release] = []
    assert calls(lambda: found.extend(abiding.check([tmp_path]))) < 100_000
    assert found[0].unread


@pytest.mark.parametrize("tag", ["cp311-cp311-linux_x86_64", "cp311-none.cp311-linux_x86_64.win_{}"])
def test_wheels_at_hand_are_gone_through_once(tag: str) -> None:
    """Not once for each of them."""

    def work(number: int) -> int:
        paths = [Path(f"spam{i}-1.0-{tag.format(i % 9)}.whl") for i in range(number)]

        def look() -> None:
            wheels = AtHand(paths)
            for path in paths:
                shelf = WheelShelf(wheels, path)
                assert shelf.get("ham") is None
                assert not list(shelf.shipping("libham.so"))

        return calls(look)

    assert work(400) < 5 * work(100)
