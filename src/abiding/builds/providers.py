"""The providers of a build's native entries, which are looked up only if there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.metadata import pins, requirements

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from abiding.builds.installed_exports import Exported
    from abiding.project.entry import Entry

__all__ = ["Providers", "is_bare", "is_held"]


def is_held(entry: Entry) -> bool:
    """Return whether an entry is held to what its provider exports."""
    return entry.native and entry.applies_here and not entry.ignore_exports


def is_bare(entry: Entry) -> bool:
    """Return whether a native entry leaves the versions to its provider."""
    return is_held(entry) and not requirements.parse(pins.sample(entry.requires)).specifier


class Providers:
    """The installed providers of native entries. Each export is looked up once."""

    def __init__(self) -> None:
        self._exported: dict[str, Exported | None] = {}

    def exported(self, entry: Entry) -> Exported | None:
        """Return what the provider of an entry exports. Raises as `of_installed` does."""
        if entry.name not in self._exported:
            from abiding.builds.installed_exports import of_installed

            self._exported[entry.name] = of_installed(entry.name)
        return self._exported[entry.name]

    def libraries(self, entry: Entry) -> frozenset[str]:
        """Return the libraries that the export for an entry is about; empty for all, and if there is no export."""
        exported = self.exported(entry) if is_held(entry) else None
        return frozenset(exported.export.libraries if exported else ())

    def inherited(self, lines: Mapping[Entry, str], used: Collection[str] | None) -> dict[Entry, str]:
        """Return the requirement of each entry; an entry without versions gets the one that its provider exports.

        `used` are the names of the libraries that the wheel needs, None while they are not known.
        """
        written = dict(lines)
        for entry in lines:
            exported = self.exported(entry) if is_bare(entry) else None
            if exported and (used is None or exported.export.is_for(used)):
                written[entry] = exported.export.line_for(entry.requires)
        return written
