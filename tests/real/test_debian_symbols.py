"""The minimums of installed files are those that Debian's own tool finds."""

from __future__ import annotations

import shutil

import pytest

from . import debian

pytestmark = pytest.mark.real


@pytest.mark.skipif(not shutil.which("dpkg-shlibdeps"), reason="dpkg-dev is not installed")
def test_minimums_are_those_of_dpkg_shlibdeps() -> None:
    cases, unjudged = debian.compare(110)
    assert len(cases) >= 100
    assert unjudged < 5
    assert [one.path for one in cases if not one.agrees] == []
    # It is not agreed upon nothing.
    assert sum("(>= " in text for one in cases for text in one.as_dpkg) > 100
    # What our own mode leaves out is told apart, and it never asks for more than dpkg does.
    assert all(bool(one.classes) == (one.own != one.as_dpkg) for one in cases)


@pytest.mark.skipif(not shutil.which("dpkg-shlibdeps"), reason="dpkg-dev is not installed")
def test_a_minimum_that_is_wrong_is_found() -> None:
    machine = debian.Machine.read()
    (path,) = debian.sample(machine, 1)
    found = debian.case(machine, path)
    assert found
    assert found.agrees
    wrong = frozenset(text.replace("(>= ", "(>= 9") for text in found.as_dpkg)
    assert not debian.Case(path, found.theirs, wrong, found.own, found.explained).agrees
