"""One slip in a declaration that has everything: it is told once, at its line, with a way out.

Oracle: where the slip was made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit

from abiding.findings.errors import DeclarationError
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject, key_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.finding import Finding
    from abiding.project.keys import Key

WHOLE = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.0"
dynamic = ["dependencies", "optional-dependencies"]
dependencies = ["numpy>=1.26"]
optional-dependencies = { gpu = ["cupy"] }

[tool.abiding]
build-backend = "flit_core.buildapi"
backend-path = ["."]
from-sdist = "abi"
metadata-version = "2.4"
wheels-differ = "why"
optional-modules = [{ modules = "spam.x", note = "slow" }]

[tool.abiding.wheel]
dependencies = [
    "numpy>=2",
    { requires = "libgmp>=6", native = true, load = "preload", ignore-exports = true, reason = "abi", note = "n" },
    { requires = "libegg>=6", select = ["*-win32"], variant = "mpi" },
    { include-group = "openblas" },
]
optional-dependencies = { gpu = ["cupy>=13"] }

[tool.abiding.exports]
requires = "spam>=x.x,<x+1"
libraries = ["libspam.so.1"]
note = "tested"

[dependency-groups]
openblas = ["scipy-openblas>=0.3", { include-group = "more" }]
more = ["ham"]
"""
OTHERS: tuple[object, ...] = (1, 1.5, True, "x y z", ["a"], {"a": 1}, [{}])


def faults(text: str) -> tuple[Finding, ...]:
    try:
        Declaration.read(Pyproject.parse(text))
    except DeclarationError as exc:
        return exc.findings
    return ()


def keys(table: Any, around: Key = ()) -> Iterator[Key]:
    """Every key path below a table, and that of each item of an array."""
    for part in table if isinstance(table, dict) else range(len(table)):
        yield (*around, part)
        if isinstance(table[part], dict | list):
            yield from keys(table[part], (*around, part))


OURS = [key for key in keys(tomlkit.parse(WHOLE).unwrap()) if key[0] in ("tool", "dependency-groups")]


def written(key: Key) -> tuple[Any, Any]:
    """A document, and the table or array in it that has the value at a key."""
    document = holder = tomlkit.parse(WHOLE)
    for part in key[:-1]:
        holder = holder[part]  # type: ignore[index]
    return document, holder


def test_it_is_right() -> None:
    assert faults(WHOLE) == ()


# Whatever else is read in an extra or a group, another name of it is no slip.
NAMES = [
    key for key in OURS if isinstance(key[-1], str) and key[-1] not in ("gpu", "openblas", "more", "dependency-groups")
]


@pytest.mark.parametrize("key", NAMES, ids=key_text)
@pytest.mark.parametrize("slip", [lambda name: f"{name}s", lambda name: name.replace("-", "_").upper()], ids=["s", "_"])
def test_a_misspelled_key_is_one_fault(key: Key, slip: Any) -> None:
    document, holder = written(key)
    holder[slip(key[-1])] = holder.pop(key[-1])
    text = tomlkit.dumps(document)
    (finding,) = faults(text)
    assert finding.line
    assert slip(key[-1]) in text.split("\n")[finding.line - 1]
    assert re.search(rf"`\[?{re.escape(key_text(key))}[].]|`{key[-1]}`", finding.hints[0])


@pytest.mark.parametrize("key", OURS, ids=key_text)
@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_another_value_is_told_with_a_way_out(key: Key, value: object) -> None:
    document, holder = written(key)
    holder[key[-1]] = value
    for finding in faults(tomlkit.dumps(document)):
        assert finding.hints, finding
        assert finding.line
        if finding.rule != "bad-type":
            continue
        # What a hint has to write, with the value that was there, is of that type.
        for name, right in re.findall(r"write `([\w-]+) = ([^`]+)`", finding.hints[0]):
            document, holder = written(key)
            assert tomlkit.parse(f"{name} = {right.replace('…', 'x')}")
            if key[-1] == name:
                holder[name] = tomlkit.parse(f"{name} = {right.replace('…', 'x')}").unwrap()[name]
                assert "bad-type" not in {one.rule for one in faults(tomlkit.dumps(document))}
