"""Judge the releases that SQL leaves open, as `abiding check` does."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from abiding.archives.names import normalised
from abiding.artifacts.artifact import Artifact
from abiding.artifacts.identity import project_and_version
from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.rule_groups import breaks
from abiding.metadata.core import CoreMetadata
from abiding.releases.check import releases
from abiding.releases.release import Verdict
from abiding.survey.columns import FIELDS, ColumnType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release

__all__ = ["UNKNOWN_CASE", "FileRow", "JudgedRelease", "Unjudged", "judge_rows"]


UNKNOWN_CASE = "1 or 2"
SDIST_NOT_READ = "sdist not read"
_MOST_SHOWN = 200


class FileRow(NamedTuple):
    """A row of the table: where it is, and its columns by name."""

    file: int
    row: int
    columns: Mapping[str, Any]


class JudgedRelease(NamedTuple):
    """The result for a release; `key` is its normalised name and its canonical version.

    `fields` are those that differ and make it inconsistent. `rules` counts by their rules what makes it inconsistent,
    and all other errors and warnings; `finding` is the gravest of the first, else of the others.
    """

    key: tuple[str, str]
    version: str
    case: str
    verdict: str
    resolver_relevant: bool
    fields: tuple[str, ...]
    rules: Mapping[str, int]
    finding: str


class Unjudged(NamedTuple):
    """A row that can't be used, and the reason."""

    file: int
    row: int
    why: str


def judge_rows(key: tuple[str, str], rows: Iterable[FileRow]) -> Iterator[JudgedRelease | Unjudged]:
    """Judge one release. Also yields each row whose file name is not that of an sdist or wheel of it."""
    artifacts = []
    known: dict[object, CoreMetadata] = {}
    rows = _fill(list(rows))
    for row in rows:
        try:
            artifacts.append(_artifact(row, known))
        except ArchiveError as exc:
            yield Unjudged(row.file, row.row, exc.findings[0].message)
    if not artifacts:
        return
    try:
        judged = releases(artifacts)
    except Exception as exc:  # noqa: BLE001 (one release of millions stops nothing: it is counted)
        yield from (Unjudged(row.file, row.row, f"can't be judged: {type(exc).__name__}") for row in rows)
        return
    # File names may be of several versions where the column says one.
    release = judged[0]
    if len(judged) > 1:
        names = {checked.filename for checked in release.artifacts}
        others = [row for row in rows if row.columns["filename"] not in names]
        yield from (Unjudged(row.file, row.row, "is of another version than its file name says") for row in others)
    breaking = [finding for finding in release.everything if breaks(finding)]
    counted = [finding for finding in release.everything if finding.severity is not Severity.NOTE or breaks(finding)]
    no_dynamic = any("dynamic" not in row.columns and row.columns["packagetype"] == "sdist" for row in rows)
    no_digest = any(not row.columns.get("metadata_sha256") for row in rows)
    verdict = Verdict.EQUAL if release.verdict is Verdict.CLEAN and no_digest else release.verdict
    yield JudgedRelease(
        key,
        release.version,
        _case(release, rows, no_dynamic=no_dynamic),
        str(verdict),
        release.resolver_relevant,
        tuple(sorted({finding.field for finding in breaking if finding.field})),
        dict(sorted(Counter(finding.rule for finding in counted).items())),
        next(map(_told, (*breaking, *counted)), ""),
    )


def _fill(rows: Sequence[FileRow]) -> list[FileRow]:
    """Return rows with unknown values filled in, because unknown values are no differences.

    They get the sdist's value, or else the first known one. `Dynamic` is not filled in.
    """
    best = sorted(rows, key=lambda row: row.columns["packagetype"] != "sdist")
    known: dict[str, Any] = {}
    for row in best:
        known = {**row.columns, **known}
    known.pop("dynamic", None)
    known.pop("metadata_sha256", None)
    return [row._replace(columns={**known, **row.columns}) for row in rows]


def _case(release: Release, rows: Iterable[FileRow], *, no_dynamic: bool) -> str:
    if release.case == 1 and no_dynamic:
        return UNKNOWN_CASE
    has_sdist = any(checked.kind == "sdist" for checked in release.artifacts)
    if not has_sdist and any(row.columns["packagetype"] == "sdist" for row in rows):
        return SDIST_NOT_READ
    return str(release.case)


def _told(finding: Finding) -> str:
    return f"{finding.rule}: {finding.message}"[:_MOST_SHOWN]


def _artifact(row: FileRow, known: dict[object, CoreMetadata]) -> Artifact:
    """Return the file of a row. Raises `ArchiveError` if its name is not that of an sdist or a wheel of the project."""
    kind: Literal["sdist", "wheel"] = "wheel" if row.columns["packagetype"] == "bdist_wheel" else "sdist"
    filename = row.columns["filename"]
    project = row.columns["name"].strip()
    name, version = project_and_version(filename, kind, project)
    fields = tuple(_fields(row.columns))
    # Equal metadata are one object, as those of files that are read are.
    metadata = known.get(fields) or known.setdefault(fields, _metadata(fields))
    if normalised(project) != name:
        raise ArchiveError.at(filename, "is of another project than its metadata")
    return Artifact(filename, kind, name, version, metadata, on_index=True, digest=_digest(row, fields))


def _metadata(fields: tuple[tuple[str, str], ...]) -> CoreMetadata:
    body = "".join(value for name, value in fields if name == "Description")
    return CoreMetadata.written(((name, value) for name, value in fields if name != "Description"), body)


def _digest(row: FileRow, fields: tuple[tuple[str, str], ...]) -> str:
    """Return what tells the file of a row from others: the digest of the table, and that of the fields beside it."""
    of_fields = sha256(repr(fields).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{row.columns.get('metadata_sha256') or f'{row.file}:{row.row}'} {of_fields}"


def _fields(columns: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column in FIELDS:
        value = columns.get(column.name)
        if value:
            yield from ((column.field, text) for text in (value if column.kind is ColumnType.TEXTS else (value,)))
