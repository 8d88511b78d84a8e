"""Plan a survey as independent tasks: scatter files into parts, decide each part, merge the results.

The sources are scattered into parts by project name, each part is decided on its own, and the finished parts together
are the result. Each task writes a complete folder or none, so that it can be repeated after an interruption. The result
depends neither on the number of parts nor on who made them.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from abiding._version import __version__
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.survey.part import decide
from abiding.survey.row_sql import NO_ROWS, literal, pattern
from abiding.survey.rows import TableFile, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from abiding.survey.engines import Run

    DuckDBSetting = str | bool | int | float | list[str]

__all__ = ["Limits", "Part", "Piece", "Plan", "create_views", "scatter", "settle", "survey", "write_releases"]


_BYTES = 64 << 20  # of a piece, unpacked
_ROWS = 20_000  # of a part
_MOST_PARTS = 64
_BUFFERED = 1 << 15  # rows that wait to be written to their parts
_GROUP = 100_000  # rows of the table of releases that are written together
_APART = "what one task has written another does not find: all workers need the same folder for `--parts`"
# The digest is that of every version of DuckDB: workers may have others.
_SCATTER = """
COPY (
    SELECT *, md5_number_lower(regexp_replace(lower(coalesce(name, '')), '[-_.]+', '-', 'g')) % {piece.parts} AS part
    FROM ({rows}) WHERE row >= {piece.first} AND row < {piece.end}
) TO {target} (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE, COMPRESSION zstd)
"""
_TABLES = ("releases", "bad", "others")


class Limits(NamedTuple):
    """The memory that DuckDB may take for a task; `in_sql` is false to hold what SQL decides against the rules."""

    memory: str = "1GB"
    in_sql: bool = True


class Piece(NamedTuple):
    """A task: rows of one source, from `first` up to `end`, to be scattered."""

    folder: Path
    number: int
    source: TableFile
    first: int
    end: int
    parts: int
    limits: Limits


class Part(NamedTuple):
    """A task: the projects whose names fall into a part, to be decided."""

    folder: Path
    number: int
    pieces: int
    limits: Limits


class Plan(NamedTuple):
    """The tasks of a survey."""

    sources: tuple[TableFile, ...]
    limits: Limits
    parts: int

    @classmethod
    def of(cls, files: Sequence[Path], limits: Limits, *, parts: int = 0) -> Plan:
        """Make a plan for Parquet files, in as many parts as they need. Raises `AbidingError` if one can't be read."""
        sources = tuple(TableFile.of(number, file) for number, file in enumerate(files))
        rows = sum(source.rows for source in sources)
        return cls(sources, limits, parts or min(rows // _ROWS + 1, _MOST_PARTS))

    @property
    def there(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each source that has rows, or of all if none has."""
        with_rows = tuple(source.there for source in self.sources if source.rows)
        return with_rows or tuple(source.there for source in self.sources)

    def key(self) -> str:
        """Digest what the result depends on, and the number of its parts."""
        digest = sha256(repr((__version__, self.parts, self.limits.in_sql)).encode())
        for source in self.sources:
            with source.file.open("rb") as file:
                digest.update(file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]


def survey(plan: Plan, folder: Path, run: Run, tell: Callable[[str], object] = lambda _: None) -> None:
    """Write the parts to a folder; existing ones are kept. Raises `AbidingError`."""
    pieces = list(_pieces(plan, folder))
    parts = [Part(folder, number, len(pieces), plan.limits) for number in range(plan.parts)]
    left = [part for part in parts if not _decided(part).is_dir()]
    if left:
        unread = [piece for piece in pieces if not _scatter(piece).is_dir()]
        for number, _ in enumerate(run(scatter, unread), len(pieces) - len(unread) + 1):
            tell(f"read {number} of {len(pieces)} pieces")
        for number, _ in enumerate(run(settle, left), len(parts) - len(left) + 1):
            tell(f"judged {number} of {len(parts)} parts")
    if not all(_decided(part).is_dir() for part in parts):
        raise _failed(_APART)
    for name in ("scattered", "unfinished"):
        shutil.rmtree(folder / name, ignore_errors=True)


def create_views(connection: DuckDBPyConnection, folder: Path) -> None:
    """Make the views `releases`, `bad` and `others` of finished parts."""
    for table in _TABLES:
        files = f"read_parquet({pattern(folder / 'decided', f'/*/{table}.parquet')})"
        select = f"SELECT * FROM {files}"
        if table == "others":
            select = f"SELECT packagetype, sum(files)::BIGINT AS files FROM {files} GROUP BY packagetype"
        connection.execute(f"CREATE VIEW {table} AS {select} ORDER BY ALL")


def write_releases(connection: DuckDBPyConnection, file: Path) -> None:
    """Write the releases as Parquet, the same bytes for the same releases. Raises `AbidingError`."""
    import pyarrow
    from pyarrow import parquet

    reader = connection.sql("SELECT * FROM releases").to_arrow_reader(_GROUP)
    waiting = reader.schema.empty_table()
    try:
        with parquet.ParquetWriter(file, reader.schema) as writer:
            for batch in reader:
                waiting = pyarrow.concat_tables([waiting, pyarrow.Table.from_batches([batch])])
                while len(waiting) >= _GROUP:
                    writer.write_table(waiting.slice(0, _GROUP).combine_chunks())
                    waiting = waiting.slice(_GROUP)
            writer.write_table(waiting.combine_chunks())
    except OSError as exc:
        message = f"the table can't be written here: {exc.strerror or exc}"
        hint = "give another file, in a folder that can be written to"
        finding = Finding("not-written", Severity.ERROR, message, artifact=str(file), hints=(hint,))
        raise AbidingError(finding, "Nothing else was written") from exc


def scatter(piece: Piece) -> None:
    """Write the rows of a piece into a file for each part that they fall into. Raises `AbidingError`."""
    import duckdb

    source = piece.source
    with _whole(_scatter(piece)) as folder, _connection(piece.limits, folder, source.file) as connection:
        connection.execute(f"SET partitioned_write_flush_threshold = {_BUFFERED}")
        try:
            read = source.select_mended(connection, piece.first, piece.end) if source.clashes else source.select()
            connection.execute(_SCATTER.format(rows=read, target=literal(str(folder)), piece=piece))
        except duckdb.InvalidInputException as exc:
            if "UTF8" not in str(exc):
                raise
            for begun in folder.iterdir():
                shutil.rmtree(begun)
            rows = source.select_mended(connection, piece.first, piece.end)
            connection.execute(_SCATTER.format(rows=rows, target=literal(str(folder)), piece=piece))


def settle(part: Part) -> None:
    """Decide the releases of a part, and write the tables of what was found. Raises `AbidingError`."""
    with _whole(_decided(part)) as folder, _connection(part.limits, folder, None) as connection:
        pieces = sorted((part.folder / "scattered").iterdir())
        if len(pieces) != part.pieces:
            raise _failed(_APART)
        files = [file for piece in pieces for file in sorted(piece.glob(f"part={part.number}/*.parquet"))]
        select = NO_ROWS
        if files:
            names = ", ".join(map(pattern, files))
            select += f" UNION ALL BY NAME SELECT * FROM read_parquet([{names}], hive_partitioning = false)"
        connection.execute(f"CREATE VIEW rows AS {select}")
        decide(connection, in_sql=part.limits.in_sql)
        for table in _TABLES:
            connection.sql(f"SELECT * FROM {table} ORDER BY ALL").write_parquet(str(folder / f"{table}.parquet"))


def _pieces(plan: Plan, folder: Path) -> Iterator[Piece]:
    number = 0
    for source in plan.sources:
        for first, end in source.cut(_BYTES):
            yield Piece(folder, number, source, first, end, plan.parts, plan.limits)
            number += 1


def _scatter(piece: Piece) -> Path:
    return piece.folder / "scattered" / f"{piece.number:05}"


def _decided(part: Part) -> Path:
    return part.folder / "decided" / f"{part.number:05}"


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Yield a folder that becomes `target` when it is complete. A second writer's equal result is dropped."""
    unfinished = target.parents[1] / "unfinished"
    for path in (target.parent, unfinished):
        path.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=f"{target.name}-", dir=unfinished))
    try:
        yield folder
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _connection(limits: Limits, folder: Path, file: Path | None) -> Iterator[DuckDBPyConnection]:
    """Yield a DuckDB with one thread, of which nothing is left afterwards. Raises `AbidingError` for its errors."""
    import duckdb

    spill = folder.parent / f"{folder.name}-spill"
    try:
        settings: dict[str, DuckDBSetting] = {"memory_limit": limits.memory, "threads": 1, "temp_directory": str(spill)}
        with duckdb.connect(config=settings) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET TimeZone = 'UTC'")  # not that of the machine, which another one has not
            yield connection
    except duckdb.OutOfMemoryException as exc:
        hint = "give more: `--memory 4GB`, or fewer `--jobs` that share it"
        raise _failed(f"{limits.memory} of memory is too little for a task", hint) from exc
    except duckdb.Error as exc:
        if file is not None:
            raise unreadable(file, exc) from exc
        raise _failed(str(exc).partition("\n")[0]) from exc
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _failed(message: str, hint: str = "") -> AbidingError:
    finding = Finding("survey-failed", Severity.ERROR, message, hints=(hint,) if hint else ())
    return AbidingError(finding, "The survey is not complete")
