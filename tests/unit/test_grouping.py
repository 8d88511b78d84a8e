"""Findings that say the same of several files, as one."""

from __future__ import annotations

import pytest

from abiding.findings.finding import Finding, Severity
from abiding.report.grouping import groups


def of(artifact: str) -> Finding:
    return Finding("bound-too-loose", Severity.NOTE, "the lines for numpy admit 1.19.5", artifact=artifact)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (
            (
                "spam/_core.cpython-310-darwin.so",
                "spam/_core.cpython-311-x86_64-linux-gnu.so",
                "spam/_core.cp313-win32.pyd",
            ),
            "spam/_core.*",
        ),
        (("spam/_core.abi3.so", "spam/_core.pyd"), "spam/_core.*"),
        # What is called the same everywhere is called by its name.
        (("spam/_core.abi3.so", "spam/_core.abi3.so"), "spam/_core.abi3.so"),
        # These are not one module, and libraries are none.
        (("spam/_core.abi3.so", "spam/_more.abi3.so"), None),
        (("spam/_core.abi3.so", "eggs/_core.abi3.so"), None),
        (("spam.libs/libgmp-1a.so", "spam.libs/libgmp-2b.so"), None),
        (("spam/a.py", "spam/a.pyi"), None),
    ],
)
def test_one_module_of_wheels_for_several_pythons(places: tuple[str, ...], said: str | None) -> None:
    """What differs is what the file of the module is called: that is no other finding."""
    found = [
        of(f"spam-1.0-cp31{number}-none-any.whl")._replace(message=f"`a.so b` `{place}`", notes=(f"`{place}` says it",))
        for number, place in enumerate(places)
    ]
    shown = groups(found)
    assert [len(one.artifacts) for one in shown] == ([len(places)] if said else [1] * len(places))
    if said:
        assert shown[0].finding.notes == (f"`{said}` says it",)
        assert shown[0].finding.message == f"`a.so b` `{said}`"
