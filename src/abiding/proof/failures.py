"""The failures of a proof, each once: the same error fails one hook after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.proof.building import StepOutcome
    from abiding.proof.plan import Step

__all__ = ["failures"]


def failures(builds: Iterable[StepOutcome]) -> Iterator[tuple[str, list[Step]]]:
    """Yield what the first build with an error printed, and the builds that failed with the same one."""
    alike: dict[tuple[str, ...], tuple[str, list[Step]]] = {}
    for built in builds:
        if built.output:
            alike.setdefault(_error_in(built.output), (built.output, []))[1].append(built.step)
    yield from alike.values()


# What is not the same in two hooks: their names, and the folders in which they work.
_OF_A_HOOK = pattern(r"\b(?:get_requires_for_|prepare_metadata_for_)?build_(?:sdist|wheel|editable)\b")
_OF_A_STEP = pattern(r"(?<=/)(?:build|out|environment)-[0-9]+(?=/|\b)")


def _error_in(output: str) -> tuple[str, ...]:
    """Return what makes one failure another: the lines that are printed, and of tracebacks the innermost frames."""
    lines: list[str] = []
    frame = ""
    in_traceback = False
    for line in output.splitlines():
        if line.startswith("Traceback (most recent call last):"):
            in_traceback = True
        elif in_traceback and line.startswith("  File "):
            frame = line
        elif not in_traceback or not line.startswith("  "):
            lines += [frame, line] if in_traceback else [line]
            in_traceback, frame = False, ""
    return tuple(_OF_A_STEP.sub("", _OF_A_HOOK.sub("", line)) for line in lines)
