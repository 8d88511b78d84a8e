"""The members that a wheel gets besides METADATA: its build record, and changes for native entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.project.build_record import MEMBER, BuildRecord, RecordedLine, version_of_backend

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.builds.built_wheel import BuiltWheel
    from abiding.builds.entries import Entries
    from abiding.findings.finding import Finding
    from abiding.project.build_record import Used

__all__ = ["members_of"]


def members_of(
    built: BuiltWheel, entries: Entries, folder: Path, interfaces: tuple[Used, ...]
) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """Return the contents of these members, by name, and findings on the libraries that the wheel is linked with.

    `folder` is the source tree, `interfaces` are those that the compiled files use. Raises `ArchiveError`, and
    `DeclarationError` if a pin of an export can't be filled.
    """
    findings: tuple[Finding, ...] = ()
    if not entries.of_level:
        findings = native.linked_unasked(built.archive.path, entries.native)
    record = _record(built, entries, interfaces)
    natives = [(entry, line) for entry, line in built.lines.items() if native.applies(entry)]
    if built.kind == "editable" and natives and not native.has_code(built.archive.names):
        own = [entry for entry, _ in natives]
        changed = native.editable_members(built.metadata.get("Name"), folder, own)
    else:
        requires = built.metadata.all("Requires-Dist")
        changed, record, remarks = native.lead_to_providers(built.archive.path, requires, natives, record)
        findings = (*findings, *remarks)
    return {**changed, f"{built.archive.dist_info}/{MEMBER}": record.to_json()}, findings


def _record(built: BuiltWheel, entries: Entries, interfaces: tuple[Used, ...]) -> BuildRecord:
    declaration = entries.declaration
    return BuildRecord(
        declaration.backend,
        version_of_backend(declaration.backend),
        entries.level.value,
        entries.settings.variant,
        tuple(RecordedLine.of(entry, line) for entry, line in built.lines.items()),
        (),
        interfaces,
        declaration.optional_modules,
        entries.exports(built.metadata, None if built.kind == "editable" else built.archive.names),
    )
