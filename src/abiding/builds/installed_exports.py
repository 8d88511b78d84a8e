"""What installed providers export."""

from __future__ import annotations

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.project.exports import Export, of_table

__all__ = ["GROUP", "Exported", "of_installed"]


GROUP = "abiding.exports"


class Exported(NamedTuple):
    """The export of a provider that is installed: its normalised name, its version, and the export, pins filled."""

    distribution: str
    version: str
    export: Export


def of_installed(name: str, *, running: bool = True) -> Exported | None:
    """Return what a provider exports, by its build record or, if `running`, its entry point, which runs its code.

    None if it is not installed, or exports nothing. Raises `DeclarationError` (`bad-exports`) if it can't be
    understood, `ArchiveError` if the record can't be read, and `AbidingError` (`broken-install`) if its METADATA can't.
    """
    from abiding.native.installed import find_installed
    from abiding.project.build_record import record_in

    installed = find_installed(name)
    if installed is None:
        return None
    version = installed.metadata.get("Version")
    record = record_in(installed.member, f"{name} {version}")
    if record and record.exports:
        return Exported(name, version, record.exports)
    for value in installed.entry_points(GROUP) if running else ():
        return Exported(name, version, _load(value, name, version))
    return None


def _load(point: str, name: str, version: str) -> Export:
    from importlib.metadata import EntryPoint

    try:
        value = EntryPoint(name, point, GROUP).load()
        table = value() if callable(value) else value
        return of_table(dict(table), name).filled(name, version)
    except (Exception, SystemExit) as exc:
        finding = Finding(
            "bad-exports",
            Severity.ERROR,
            f"what `{name}` exports can't be understood",
            artifact=f"{name} {version}",
            field=f"{GROUP}: {point}",
            notes=(f"{type(exc).__name__}: {exc}",),
            hints=('it has to be a mapping such as `{"requires": "libtoy>=x.x,<x+1"}`, or a function that gives one',),
        )
        raise DeclarationError(finding, "Nothing was built") from exc
