"""A suite unpacked from its sdist and run twice, and what differs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from makers.environments import UNOPTIMISED, Environment
from makers.projects import unpack
from makers.released import sdist_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .suites import Suite

CHECKOUT = Path(__file__).resolve().parents[2]
# What pytest exits with if all tests passed, and if some did not. Anything else is not a result.
RAN = (0, 1)
# What pytest says of a failure depends on whether these two say something.
_VARIABLES = {**UNOPTIMISED, "CI": "", "BUILD_NUMBER": ""}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of each test, `passed`, `skipped` or what it failed with, and how many hooks were called wrapped."""

    suite: Suite
    bare: Mapping[str, str]
    wrapped: Mapping[str, str]
    calls: int

    @property
    def differences(self) -> list[str]:
        """The tests of which the two runs don't say the same."""
        names = dict.fromkeys((*self.bare, *self.wrapped))
        return [name for name in names if self.bare.get(name) != self.wrapped.get(name)]

    def faults(self) -> Iterator[str]:
        """Say what is wrong: nothing, if the runs differ where that is explained and nowhere else."""
        suite = self.suite
        if len(self.bare) < suite.least:
            yield f"only {len(self.bare)} tests were run, not {suite.least}"
        if self.calls < suite.least_calls:
            yield f"only {self.calls} hooks were called through abiding, not {suite.least_calls}"
        for name, outcome in self.bare.items():
            if outcome not in {"passed", "skipped"}:
                yield f"bare: {name}: {outcome}"
        for name in self.differences:
            if name not in suite.explained:
                yield f"not explained: {name}: {self.bare.get(name)} bare, {self.wrapped.get(name)} wrapped"
        for name, explanation in suite.explained.items():
            if name not in self.differences:
                yield f"explained, and no difference any more: {name}: {self.wrapped.get(name)}"
            elif not self.wrapped.get(name, "").endswith(explanation.message):
                yield f"not what is explained: {name}: {self.wrapped.get(name)}"


def run(suite: Suite, folder: Path, wheelhouse: Path) -> Result:
    """Run the suite bare and wrapped, below `folder`, with abiding from `wheelhouse`."""
    calls = folder / "calls"
    environment = Environment(folder / "environment", wheelhouse, {**_VARIABLES, "HOOK_CALLS": str(calls)})
    environment.make(("abiding", f"{suite.name}=={suite.version}", *suite.requirements))
    (site,) = environment.root.glob("lib/python*/site-packages")
    shutil.copy(Path(__file__).with_name("plugins") / f"{suite.plugin}.py", site)
    calls.touch()
    bare = _outcomes(suite, folder / "bare", environment)
    assert not calls.read_text("utf-8"), "the bare run called hooks through abiding"
    wrapped = _outcomes(suite, folder / "wrapped", environment, "--through-abiding")
    return Result(suite, bare, wrapped, len(calls.read_text("utf-8").splitlines()))


def _outcomes(suite: Suite, folder: Path, environment: Environment, *options: str) -> dict[str, str]:
    tree = unpack(sdist_of(suite.name, suite.version), folder)
    report = folder.with_suffix(".xml")
    left_out = [f"--deselect={name}" for name in suite.left_out]
    pytest = (environment.python, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "-p", suite.plugin)
    ran = environment.run(*pytest, *options, *left_out, f"--junit-xml={report}", *suite.arguments, cwd=tree, code=None)
    assert ran.code in RAN, str(ran)
    return outcomes(report)


def outcomes(report: Path) -> dict[str, str]:
    """Read a report in the form of JUnit, which has a test twice if it failed and could not be cleared up either."""
    said: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 (pytest has just written it)
        name = f"{case.attrib['classname'].rpartition('.')[2]}::{case.attrib['name']}"
        failed = next((child for child in case if child.tag in {"failure", "error"}), None)
        skipped = any(child.tag == "skipped" for child in case)
        outcome = f"{failed.tag}: {failed.get('message')}" if failed is not None else "skipped" if skipped else "passed"
        if said.get(name, "passed") == "passed":
            said[name] = outcome
    return said
