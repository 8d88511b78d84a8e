"""The source of a build: a source tree, or an unpacked sdist whose PKG-INFO fixes the metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.files.plain import read_for
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.project.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.project.declaration import Declaration
    from abiding.project.project_table import Project

__all__ = ["Source", "unkept", "unsanctioned"]


# Backends may fill in these fields, and a later version of a backend more of them. In an sdist they are fixed.
_SELF_FILLED = frozenset({"License-File", "Import-Name", "Import-Namespace"})
# Fields in which a wheel may differ from its sdist without any computed value.
_HARMLESS_DYNAMIC = frozenset({"requires-dist", "provides-extra", "license-file"})
# `[project]` leaves these to the backend, which has determined them in the sdist.
_SETTLED = frozenset({"version", "license", "license-files"})


# PEP 643: from this version on, a field that an sdist does not list as dynamic is the same in its wheels.
_BINDING = (2, 2)


class Source(NamedTuple):
    """The folder that a hook runs in.

    `unpacked` is whether it contains a PKG-INFO: front ends give no other sign of an unpacked sdist. `file` is that
    file, `pkg_info` the same if it can be relied on, and `is_own` whether it was written for this declaration, so that
    it says that wheels may add. `contradictions` are its differences from `[project]`: pyproject.toml was then edited
    later, as distributions do, and PKG-INFO is out of date.
    """

    folder: Path
    project: Project
    promise: Promise
    unpacked: bool
    file: CoreMetadata | None
    pkg_info: CoreMetadata | None
    is_own: bool
    contradictions: tuple[Difference, ...]

    @classmethod
    def read(cls, folder: Path, declaration: Declaration) -> Source:
        """Look at `folder`. A PKG-INFO that can't be read counts as none."""
        project = declaration.project
        promise = Promise.of(project, folder)
        try:
            data = read_for(folder / "PKG-INFO", bounds.METADATA)
        except OSError:
            return cls(folder, project, promise, False, None, None, False, ())
        from abiding.metadata.core import CoreMetadata

        pkg_info = CoreMetadata.parse(data, "PKG-INFO")
        contradictions = promise.broken_by(pkg_info)
        reliable = not contradictions and _is_settled(pkg_info, declaration)
        return cls(
            folder,
            project,
            promise,
            unpacked=True,
            file=pkg_info,
            pkg_info=pkg_info if reliable else None,
            is_own=reliable and declaration.may_append and "requires-dist" in pkg_info.dynamic,
            contradictions=contradictions,
        )

    @property
    def baseline(self) -> CoreMetadata | None:
        """The PKG-INFO with which a wheel is compared; None if it is compared with `[project]`.

        A PKG-INFO that was not written for this pyproject.toml does not count if `[project]` has the values.
        """
        return self.pkg_info if self.is_own or self.promise.is_empty else None

    def differences(self, built: CoreMetadata) -> tuple[Difference, ...]:
        """Return where built metadata differs from the baseline, which is PKG-INFO or else `[project]`."""
        if self.baseline is None:
            return self.promise.broken_by(built)
        return tuple(unsanctioned(unkept(self.baseline, built), self.baseline, self.project))

    def contradicted(self, built: CoreMetadata) -> tuple[Difference, ...]:
        """Return where METADATA differs from PKG-INFO in fields that `[project]` leaves to the wrapped backend."""
        if self.file is None or self.baseline is not None:
            return ()
        fields = {field for field in ("Name", "Version") if self.file.get(field)}
        if self.pkg_info is not None and self.pkg_info.version >= _BINDING:
            fields |= {field for field in self.project.left_open if field.lower() not in self.pkg_info.dynamic}
        fields -= self.promise.fields | _SELF_FILLED | {difference.field for difference in self.contradictions}
        from abiding.metadata.difference import compare

        return compare(self.file, built, fields)

    @property
    def complete(self) -> CoreMetadata | None:
        """The PKG-INFO from which the METADATA of a wheel is known; None if only the wrapped backend can tell it."""
        if self.pkg_info is None or not self.pkg_info.dynamic <= _HARMLESS_DYNAMIC:
            return None
        return self.pkg_info


def unkept(promised: CoreMetadata, built: CoreMetadata) -> tuple[Difference, ...]:
    """Find where built metadata differs from what was promised, apart from fields that backends fill in."""
    from abiding.metadata.difference import compare

    return tuple(difference for difference in compare(promised, built) if difference.field not in _SELF_FILLED)


def unsanctioned(differences: Iterable[Difference], sdist: CoreMetadata, project: Project) -> Iterator[Difference]:
    """Yield those differences between an sdist and a wheel that its project's `dynamic` does not allow."""
    # What wheels add to requirements is declared, so `Dynamic` alone allows nothing here.
    free = sdist.dynamic - {"requires-dist", "provides-extra", "name", "version"}
    for difference in differences:
        if difference.field.lower() not in free:
            yield difference
        elif difference.left and difference.field in project.growing:
            yield difference._replace(right=())


def _is_settled(pkg_info: CoreMetadata, declaration: Declaration) -> bool:
    if not pkg_info.get("Name") or not pkg_info.get("Version"):
        return False
    if pkg_info.version >= _BINDING:
        return True
    # Before 2.2 a wheel could differ in anything: only what `[project]` gives, or the backend has fixed, is known.
    project = declaration.project
    return project.table is not None and project.dynamic - project.extends <= _SETTLED
