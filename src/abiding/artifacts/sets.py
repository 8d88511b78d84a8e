"""The two requirement sets of a wheel, from its METADATA and its build record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.archives.wheel import Statement
from abiding.archives.wheel_tags import expanded
from abiding.artifacts.identity import Identity
from abiding.project.build_record import MEMBERS, BuildRecord
from abiding.project.level import Level
from abiding.project.sets import AbiLine, Sets

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["of_wheel"]


def of_wheel(path: Path) -> tuple[Sets, BuildRecord | None]:
    """Read both sets and the record; without a record, all lines count as API level. Raises `ArchiveError`."""
    statement = Statement.open(path, MEMBERS)
    identity = Identity.parse(statement.metadata, path.name)
    record = BuildRecord.from_json(statement.more, path.name) if statement.more else None
    lines = identity.metadata.all("Requires-Dist")
    own = Counter(recorded.requirement for recorded in record.lines) if record else Counter[str]()
    # The declared lines are the last ones. A line may be there twice, first from the source.
    api: list[str] = []
    for line in reversed(lines):
        if own[line]:
            own[line] -= 1
        else:
            api.insert(0, line)
    sets = Sets(
        identity.name,
        identity.version,
        path.name,
        record.backend if record else "",
        _level(record),
        record.variant if record else "",
        expanded(path.name),
        tuple(api),
        tuple(AbiLine.of_line(recorded) for recorded in record.lines if recorded.requirement in lines)
        if record
        else (),
    )
    return sets, record


def _level(record: BuildRecord | None) -> str:
    """Return the level as `check` names it; a record may say any."""
    if record is None or record.level not in list(Level):
        return "unknown"
    return "none" if record.level == Level.ABI and not record.lines and not record.libraries else record.level
