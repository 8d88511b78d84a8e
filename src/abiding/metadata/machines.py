"""Machines and the systems whose Python calls them so: `AMD64` is a machine with Windows, `aarch64` never is.

What is not known stays open: a machine of another name may have any system, and a system of another name any machine
but those whose names only Windows gives.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from abiding.metadata.environments import KINDS_OF_SYSTEM, Environments, Question, QuestionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["existing"]

_TOPIC = "platform_machine"
_WINDOWS = "win32"
# By what `platform.machine()` says, the systems that we know where it does. AIX calls a machine by its serial number.
_SYSTEMS = {
    **dict.fromkeys(("AMD64", "ARM", "ARM64", "IA64", "x86"), (_WINDOWS,)),
    **dict.fromkeys(("arm64", "Power Macintosh"), ("darwin",)),
    **dict.fromkeys(("x86_64", "i386"), ("android", "darwin", "linux")),
    **dict.fromkeys(("aarch64", "armv7l", "armv8l", "i486", "i586", "i686", "riscv64"), ("android", "linux")),
    **dict.fromkeys(("armv5tel", "armv6l", "ia64", "loongarch64", "mips", "mips64"), ("linux",)),
    **dict.fromkeys(("ppc", "ppc64", "ppc64le", "s390", "s390x", "sparc64"), ("linux",)),
    **dict.fromkeys(("wasm32", "wasm64"), ("emscripten",)),
    "amd64": (),  # of the BSDs
}


def existing(questions: Iterable[Question]) -> Environments:
    """Return those environments that there may be, as far as that matters to sets which ask these questions.

    Raises `UndecidedError` if so many machines are asked for that it would take too long.
    """
    return _existing(frozenset(question for question in questions if question.topic == _TOPIC))


@functools.lru_cache(maxsize=512)
def _existing(questions: frozenset[Question]) -> Environments:
    environments = Environments.all()
    parts = [question.value[-1] for question in questions if question.kind is QuestionKind.CONTAINS]
    known = {part: [name for name in _SYSTEMS if part in name] for part in parts}
    for part, names in known.items():
        if names:  # then nobody means the others
            environments &= ~_has(part) | _any(map(_is, names))
    systems = {question.value[-1] for question in questions if question.kind is QuestionKind.IS}.union(*known.values())
    for name in sorted(systems & _SYSTEMS.keys()):
        environments &= ~_is(name) | _of(name)
    return environments


def _of(machine: str) -> Environments:
    """Return where the system may be that of a machine."""
    systems = _SYSTEMS[machine]
    if systems == (_WINDOWS,):
        return _system(_WINDOWS)
    others = KINDS_OF_SYSTEM["platform"].keys() - {*systems, "aix"}
    return ~_any(map(_system, sorted(others)))


def _any(sets: Iterable[Environments]) -> Environments:
    return functools.reduce(Environments.__or__, sets, ~Environments.all())


def _system(name: str) -> Environments:
    return Environments.where(Question("platform", "", QuestionKind.IS, (name,)))


def _is(machine: str) -> Environments:
    return Environments.where(Question(_TOPIC, _TOPIC, QuestionKind.IS, (machine,)))


def _has(part: str) -> Environments:
    return Environments.where(Question(_TOPIC, _TOPIC, QuestionKind.CONTAINS, (len(part), part)))
