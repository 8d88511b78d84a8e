"""Libraries of the build environment that a wheel was linked with, where no entry says so by `native = true`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding import native
from abiding.findings.finding import Finding, Severity
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
    from abiding.findings.rules import Rule
    from abiding.native.bytewise import Needed

__all__ = ["forgotten"]


def forgotten(built: Built, entries: Entries) -> Iterator[Finding]:
    """Yield a warning for each library of what is required, for the build or by the wheel, that won't be found.

    Where native entries count, the wheel is examined as a whole, and that is told there. Raises `ArchiveError`.
    """
    if any(map(native.applies, built.lines)):
        return
    build_requires = [line for _, line in entries.pyproject.build_requires]
    requires = built.metadata.all("Requires-Dist")
    for need in native.forgotten(built.archive, requires, build_requires, entries.declaration.entries):
        if not need.is_required or not need.is_led:
            yield _finding(need, built, entries)


def _finding(need: Needed, built: Built, entries: Entries) -> Finding:
    rule: Rule = "unreachable-library" if need.is_required else "undeclared-provider"
    message, note = _SAID[rule]
    return Finding(
        rule,
        Severity.WARNING,
        message.format(need),
        artifact=built.archive.path.name,
        field=need.library,
        found=need.users,
        found_from="named in",
        notes=(note,),
        hints=(_declaring(need, entries), *(() if need.is_required or sys.platform != "linux" else (_COPYING,))),
    )


# auditwheel looks there too, and so does what tells whether the machine has the library.
_COPYING = "or, where auditwheel copies it into the wheel, let `LD_LIBRARY_PATH` lead to it in the build as well"
_SAID = {
    "undeclared-provider": (
        "`{0.library}` is from `{0.distribution}` in the build environment, which the wheel does not require",
        "no installer knows that it has to be there, unless a repair tool copies the library into the wheel",
    ),
    "unreachable-library": (
        "no run path leads to `{0.library}` of `{0.distribution}`, which no entry says is native",
        "the loader then takes any library of that name, the system's for example, or none",
    ),
}


def _declaring(need: Needed, entries: Entries) -> str:
    """Return how a distribution is declared as native: in the entry that there is for it, or in a new one."""
    own = next((entry for entry in entries.declaration.entries if entry.name == need.distribution), None)
    if own and own.key[:1] == ("tool",):
        place = f"pyproject.toml:{entries.pyproject.line_of(own.key)}"
        return f"let the entry say it ({place}): `{{ requires = {as_toml(own.requires)}, native = true }}`"
    line = f"{need.distribution}=={need.version}" if need.version else need.distribution
    entry = f"{{ requires = {as_toml(line)}, native = true }}"
    return f"declare it: add `{entry}` to `dependencies` under `[tool.abiding.wheel]`"
