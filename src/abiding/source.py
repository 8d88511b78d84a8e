"""What a build starts from: a source tree, or an unpacked sdist whose PKG-INFO already settles the metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.difference import compare
from abiding.metadata import CoreMetadata
from abiding.promise import Promise

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.declaration import Declaration
    from abiding.difference import Difference

__all__ = ["Source", "unsettled"]


def __dir__() -> list[str]:
    return __all__


# Backends may fill these in on their own, and a later version of a backend more of them than an earlier one: in an
# sdist they stand as they were settled.
_SELF_FILLED = frozenset({"License-File", "Import-Name", "Import-Namespace"})
# A wheel may say something else here than its sdist, and yet no value has to be computed to know the METADATA.
_HARMLESS_DYNAMIC = frozenset({"requires-dist", "provides-extra", "license-file"})
# `[project]` leaves these to the backend, and the backend has settled them when it wrote the sdist.
_SETTLED = frozenset({"version", "license", "license-files"})


class Source(NamedTuple):
    """The folder that a hook runs in.

    `unpacked` is whether it holds a PKG-INFO: no frontend says in another way that it unpacked an sdist. `pkg_info` is
    that file if it can be relied on, and `announced` whether it says that wheels may append, as it does if it was
    written for this declaration. `contradictions` are the places where it is not what `[project]` promises: then
    somebody edited pyproject.toml afterwards, as distributions do, and PKG-INFO is out of date.
    """

    folder: Path
    promise: Promise
    unpacked: bool
    pkg_info: CoreMetadata | None
    announced: bool
    contradictions: tuple[Difference, ...]

    @classmethod
    def read(cls, folder: Path, declaration: Declaration) -> Source:
        """Look at `folder`. A PKG-INFO that can't be read counts as none."""
        promise = Promise.of(declaration.project, folder)
        try:
            found = CoreMetadata.parse((folder / "PKG-INFO").read_bytes())
        except OSError:
            return cls(folder, promise, unpacked=False, pkg_info=None, announced=False, contradictions=())
        contradictions = promise.broken_by(found)
        reliable = not contradictions and _is_settled(found, declaration)
        return cls(
            folder,
            promise,
            unpacked=True,
            pkg_info=found if reliable else None,
            announced=reliable and declaration.may_append and "requires-dist" in found.dynamic,
            contradictions=contradictions,
        )

    @property
    def baseline(self) -> CoreMetadata | None:
        """The PKG-INFO that a wheel is held against; None if that is `[project]`.

        What another backend, or an earlier version of one, wrote for another pyproject.toml binds nobody where
        `[project]` itself can tell.
        """
        return self.pkg_info if self.announced or self.promise.is_empty else None

    def differences(self, built: CoreMetadata) -> tuple[Difference, ...]:
        """Where what was built is not what the baseline, PKG-INFO or else `[project]`, says."""
        if self.baseline is None:
            return self.promise.broken_by(built)
        # What may be appended to requirements is declared, not left open: `Dynamic` sanctions nothing here.
        free = self.baseline.dynamic - {"requires-dist", "provides-extra"}
        return tuple(one for one in unsettled(self.baseline, built) if one.field.lower() not in free)

    @property
    def foretold(self) -> CoreMetadata | None:
        """The PKG-INFO that tells the METADATA of a wheel without asking the wrapped backend; None where it can't."""
        if self.pkg_info is None or not self.pkg_info.dynamic <= _HARMLESS_DYNAMIC:
            return None
        return self.pkg_info


def unsettled(announced: CoreMetadata, built: CoreMetadata) -> tuple[Difference, ...]:
    """Where a file that was announced does not settle what another one says, apart from what backends fill in."""
    return tuple(one for one in compare(announced, built) if one.field not in _SELF_FILLED)


def _is_settled(pkg_info: CoreMetadata, declaration: Declaration) -> bool:
    if not pkg_info.get("Name") or not pkg_info.get("Version"):
        return False
    if pkg_info.version >= (2, 2):
        return True
    # Before 2.2 a wheel could say anything: then only what `[project]` gives, and what a backend settles, is known.
    project = declaration.project
    return project.table is not None and project.dynamic - project.extends <= _SETTLED
