"""Libraries of the build environment that a wheel was linked with, where no entry says so by `native = true`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.findings.finding import Finding, Severity
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
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
        if not need.is_required:
            yield _undeclared(need, built, entries)
        elif not need.is_led:
            yield _unreachable(need, built, entries)


def _undeclared(need: Needed, built: Built, entries: Entries) -> Finding:
    return Finding(
        "undeclared-provider",
        Severity.WARNING,
        f"`{need.library}` is from `{need.distribution}` in the build environment, which the wheel does not require",
        artifact=built.archive.path.name,
        field=need.library,
        found=need.users,
        found_from="needed by",
        notes=("no installer knows that it has to be there, unless a repair tool copies the library into the wheel",),
        hints=(_declaring(need, entries),),
    )


def _unreachable(need: Needed, built: Built, entries: Entries) -> Finding:
    return Finding(
        "unreachable-library",
        Severity.WARNING,
        f"no run path leads to `{need.library}` of `{need.distribution}`, which no entry says is native",
        artifact=built.archive.path.name,
        field=need.library,
        found=need.users,
        found_from="needed by",
        notes=("the loader then takes any library of that name, the system's for example, or none",),
        hints=(_declaring(need, entries),),
    )


def _declaring(need: Needed, entries: Entries) -> str:
    """Return how a distribution is declared as native: in the entry that there is for it, or in a new one."""
    own = next((entry for entry in entries.declaration.entries if entry.name == need.distribution), None)
    if own and own.key[:1] == ("tool",):
        place = f"pyproject.toml:{entries.pyproject.line_of(own.key)}"
        return f"let the entry say it ({place}): `{{ requires = {as_toml(own.requires)}, native = true }}`"
    entry = f'{{ requires = "{need.distribution}=={need.version}", native = true }}'
    return f"declare it: add `{entry}` to `dependencies` under `[tool.abiding.wheel]`"
