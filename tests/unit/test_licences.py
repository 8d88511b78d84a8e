"""What may be added to licences: the same answer for `check` and for `repair`. Oracle: SPDX's precedence of operators."""

from __future__ import annotations

import itertools

import pytest

from abiding.metadata.difference import Difference
from abiding.metadata.licences import only_extended


def extended(before: str, after: str) -> bool:
    return only_extended(Difference("License-Expression", (before,), (after,)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MIT", "MIT AND Zlib"),
        ("mit", "MIT AND Zlib"),
        ("MIT", "MIT and Zlib"),
        ("MIT", "(MIT) AND Zlib"),
        ("MIT", "Zlib AND MIT"),
        ("MIT AND Zlib", "Zlib  AND (MIT AND\tX11)"),
        ("MIT OR X11", "(MIT OR X11) AND Zlib"),
        ("X11 OR MIT", "(MIT OR (X11)) AND Zlib AND (A OR B)"),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", "MIT AND GPL-3.0-or-later with GCC-exception-3.1"),
    ],
)
def test_joined_with_and(before: str, after: str) -> None:
    assert extended(before, after)
    assert not extended(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MIT", "Zlib"),
        ("MIT", "MIT OR Zlib"),
        ("MIT", "MIT-0 AND Zlib"),
        ("MIT OR X11", "MIT OR X11 AND Zlib"),  # AND binds closer
        ("MIT OR X11", "MIT AND Zlib"),
        ("MIT", "(MIT OR X11) AND Zlib"),
        ("MIT AND X11", "MIT AND Zlib"),
        ("GPL-3.0-or-later", "GPL-3.0-or-later WITH GCC-exception-3.1 AND Zlib"),
        # No expressions
        ("MIT", "MIT AND"),
        ("MIT", "AND MIT AND Zlib"),
        ("MIT", "MIT Zlib AND X11"),
        ("MIT", "(MIT AND Zlib"),
        ("MIT", "MIT) AND (Zlib"),
        ("MIT", "() AND MIT"),
        ("", "MIT AND Zlib"),
        ("MIT License", "MIT License AND Zlib"),
        ("MIT", "MIT AND " + "(" * 100_000 + "Zlib" + ")" * 100_000),
    ],
)
def test_anything_else(before: str, after: str) -> None:
    assert not extended(before, after)


def test_it_is_what_truth_tables_say() -> None:
    """Against every small expression: extended means that whoever keeps to the new one keeps to the old one."""
    names = ("a", "b", "c")
    pairs = [f"{one} {joint} {other}" for one, other in itertools.permutations(names, 2) for joint in ("AND", "OR")]
    triples = [f"{pair} {joint} {one}" for pair in pairs for joint in ("AND", "OR") for one in names]
    grouped = [f"({pair}) {joint} {one}" for pair in pairs for joint in ("AND", "OR") for one in names]
    for before, after in itertools.product((*names, *pairs), (*names, *pairs, *triples, *grouped)):
        if extended(before, after):
            for values in itertools.product((False, True), repeat=3):
                kept = dict(zip(names, values, strict=True))
                old, new = (eval(text.lower(), {}, kept) for text in (before, after))  # noqa: S307
                assert old or not new, f"{before} -> {after}"


@pytest.mark.parametrize(("left", "right", "lawful"), [((), ("COPYING",), True), (("COPYING",), ("C",), False)])
def test_licence_files(left: tuple[str, ...], right: tuple[str, ...], lawful: bool) -> None:
    assert only_extended(Difference("License-File", left, right)) is lawful


def test_no_other_field() -> None:
    assert not only_extended(Difference("License", ("MIT",), ("MIT AND Zlib",)))
