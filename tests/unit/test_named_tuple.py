"""Named tuples made without `typing`: they have to be the same otherwise."""

from __future__ import annotations

import pickle
import sys
import typing
from typing import Any

import pytest

from abiding.findings import named_tuple
from abiding.findings.finding import Finding, Severity

BODIES = {
    "fields": ["number: int", "text: str"],
    "a default": ["number: int", "text: str = 'none'"],
    "defaults alone": ["number: int = 1", "text: str | None = None", "more: tuple[Unknown, ...] = ()"],
    "one field": ["number: int"],
    "no field": ["@property", "def is_any(self) -> bool:", "    return True"],
    "a docstring": ["'''Have a number.'''", "number: int"],
    "a method": ["number: int", "def more(self, by: int) -> int:", "    return self.number + by"],
    "a property": ["number: int", "@property", "def half(self) -> float:", "    return self.number / 2"],
    "a class method": [
        "number: int = 3",
        "@classmethod",
        "def of(cls, text: str) -> Made:",
        "    return cls(int(text))",
    ],
    "a constant": ["number: int", "LIMIT = 3"],
    "a method of its own for text": ["number: int", "def __str__(self) -> str:", "    return f'no. {self.number}'"],
}


def made(body: list[str], base: object) -> Any:
    lines = ["class Made(NamedTuple):", *(f"    {line}" for line in body)]
    module: dict[str, Any] = {"NamedTuple": base, "__name__": "somewhere"}
    exec("\n".join(("from __future__ import annotations", *lines)), module)  # noqa: S102
    return module["Made"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_it_is_what_typing_makes(body: list[str]) -> None:
    ours, theirs = made(body, named_tuple.NamedTuple), made(body, typing.NamedTuple)
    own = {"__annotations__", "__orig_bases__", "__new__"}
    assert set(vars(ours)) - own == set(vars(theirs)) - own
    for name in (
        "__module__",
        "__qualname__",
        "__name__",
        "__doc__",
        "__bases__",
        "__class__",
        "__match_args__",
        "__slots__",
    ):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert (ours._fields, ours._field_defaults) == (theirs._fields, theirs._field_defaults)
    values = range(len(ours._fields))
    assert ours(*values) == theirs(*values) == tuple(values)
    assert repr(ours(*values)) == repr(theirs(*values))
    assert str(ours(*values)) == str(theirs(*values))
    changed = dict.fromkeys(ours._fields[:1], 5)
    assert ours(*values)._replace(**changed) == theirs(*values)._replace(**changed)
    assert list(vars(ours).get("__annotations__", ())) == list(vars(theirs).get("__annotations__", ()))


def test_what_the_body_has_works() -> None:
    assert made(BODIES["a method"], named_tuple.NamedTuple)(3).more(by=2) == 5
    assert made(BODIES["a property"], named_tuple.NamedTuple)(3).half == 1.5
    assert made(BODIES["a class method"], named_tuple.NamedTuple).of("4").number == 4
    assert made(BODIES["a constant"], named_tuple.NamedTuple).LIMIT == 3


def test_missing_and_unknown_fields_are_errors() -> None:
    both = made(BODIES["fields"], named_tuple.NamedTuple)
    with pytest.raises(TypeError, match="text"):
        both(1)
    with pytest.raises(TypeError if sys.version_info >= (3, 13) else ValueError, match="unknown"):
        both(1, "a")._replace(unknown=1)
    with pytest.raises(AttributeError):
        both(1, "a").number = 2


def test_it_can_be_sent_to_another_process() -> None:
    finding = Finding("wheel-tags", Severity.NOTE, "a message", notes=("a note",))
    again = pickle.loads(pickle.dumps(finding))  # noqa: S301
    assert again == finding
    assert type(again) is Finding
