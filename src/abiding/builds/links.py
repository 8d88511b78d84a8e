"""Check that a wheel finds the libraries of the build environment that it is linked with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding import native
from abiding.findings.finding import Finding, Severity
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.builds.built_wheel import BuiltWheel
    from abiding.builds.entries import Entries
    from abiding.findings.rules import Rule
    from abiding.native.bytewise import Needed

__all__ = ["judge_links"]


def judge_links(built: BuiltWheel, entries: Entries) -> Iterator[Finding]:
    """Warn of each library of the build environment that a wheel is linked with, and will not find when installed.

    Only for wheels without native entries; `members_of` judges the others. Raises `ArchiveError`.
    """
    if any(map(native.applies, built.lines)):
        return
    build_requires = [line for _, line in entries.pyproject.build_requires]
    requires = built.metadata.all("Requires-Dist")
    for need in native.forgotten(built.archive, requires, build_requires, entries.declaration.entries):
        if not need.is_required or not need.is_led:
            yield _unreachable(need, built, entries)


def _unreachable(need: Needed, built: BuiltWheel, entries: Entries) -> Finding:
    rule: Rule = "unreachable-library" if need.is_required else "undeclared-provider"
    message, note = _MESSAGES[rule]
    return Finding(
        rule,
        Severity.WARNING,
        message.format(need),
        artifact=built.name,
        field=need.library,
        found=need.users,
        found_from="named in",
        notes=(note,),
        hints=(_how_to_declare(need, entries), *(() if need.is_required or sys.platform != "linux" else (_COPYING,))),
    )


# auditwheel looks there too, and so does the test of whether the machine has the library.
_COPYING = "or, where auditwheel copies it into the wheel, let `LD_LIBRARY_PATH` lead to it in the build as well"
_MESSAGES = {
    "undeclared-provider": (
        "`{0.library}` is from `{0.distribution}` in the build environment, which the wheel does not require",
        "no installer knows that it has to be there, unless a repair tool copies the library into the wheel",
    ),
    "unreachable-library": (
        "no run path leads to `{0.place}` of `{0.distribution}`, which no entry says is native",
        "the loader then takes any library of that name, the system's for example, or none",
    ),
}


def _how_to_declare(need: Needed, entries: Entries) -> str:
    """Return a hint to declare a distribution as native, in its entry if there is one, or in a new one."""
    own = next((entry for entry in entries.declaration.entries if entry.name == need.distribution), None)
    if own and own.key[:1] == ("tool",):
        return (
            f"let the entry say it ({entries.place_of(own)}): `{{ requires = {as_toml(own.requires)}, native = true }}`"
        )
    line = f"{need.distribution}=={need.version}" if need.version else need.distribution
    entry = f"{{ requires = {as_toml(line)}, native = true }}"
    return f"declare it: add `{entry}` to `dependencies` under `[tool.abiding.wheel]`"
