"""`abiding survey SOURCE…`: the verdicts of many releases at once, and what they come to."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import given
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError
from abiding.findings.extras import needing
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterable

__all__ = ["register", "run"]


_DESCRIPTION = """\
Judge all releases of a table of metadata: Parquet files with the columns of the public table
`pypi.distribution_metadata`, folders of them, globs, or a list of releases on an index (`.txt`, one NAME==VERSION a
line). Exit status: 0 done, whatever was found, 2 not done. Needs the extra `survey`."""
_TABLES = ("parquet", "files")


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("survey", help="judge many releases at once, from a table", description=_DESCRIPTION)
    parser.add_argument("sources", metavar="SOURCE", nargs="+", type=given, help="Parquet, a folder, a glob, or a .txt")
    parser.add_argument("--index-url", metavar="URL", help="the index that has the releases of a list (default: pip's)")
    parser.add_argument(
        "--memory", metavar="SIZE", default="2GB", type=_size, help="what DuckDB may take (default: 2GB)"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=_number, default=os.cpu_count() or 1, help="processes (default: one for each core)"
    )
    parser.add_argument("--top", metavar="N", type=_number, default=20, help="how many releases that break are named")
    outputs.add_formats(parser, ("text", "json"))
    parser.add_argument("--table", metavar="FILE", type=_table, help="write the table of releases here, as Parquet")
    parser.add_argument(
        "--files-table", metavar="FILE", type=_table, help="write what was read from an index here, as Parquet"
    )
    parser.set_defaults(run=run, parser=parser)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]) == int(text):
        raise ArgumentTypeError(f"`{text}` is no number from 1 on")
    return int(text)


def _size(text: str) -> str:
    import re

    if not re.fullmatch(r"[1-9]\d{0,6}(\.\d{1,3})? ?([KMGT]i?B)", text):
        raise ArgumentTypeError(f"`{text}` is no size, such as `4GB` or `500MB`")
    return text


def _table(text: str) -> Path:
    if not text.endswith(".parquet"):
        raise ArgumentTypeError(f"`{text}` does not end with `.parquet`")
    return Path(text)


def run(options: Namespace) -> int:
    """Judge the releases. Returns 0. Raises `AbidingError` if a source can't be read, or the extra is not installed."""
    from abiding.survey.sources import is_list

    lists = [one for one in options.sources if is_list(one)]
    if options.files_table and not lists:
        options.parser.error("`--files-table` keeps what is read from an index, and no source is a list of releases")
    with needing("survey", "a survey"), tempfile.TemporaryDirectory(prefix="abiding-survey-") as folder:
        _survey(options, Path(folder))
    return 0


def _hold_apart(sources: Iterable[str | Path], tables: Iterable[Path | None]) -> None:
    """Raise `AbidingError` if a table that is to be written is one that is read."""
    read = {os.path.realpath(source) for source in sources}
    for table in tables:
        if table is not None and os.path.realpath(table) in read:
            message = "the table can't be written here: it is what is looked at"
            finding = Finding("not-written", Severity.ERROR, message, artifact=str(table), hints=("give another file",))
            raise AbidingError(finding, "Nothing was judged")


def _survey(options: Namespace, folder: Path) -> None:
    import duckdb

    from abiding.report.survey import forms
    from abiding.survey.plan import Limits, survey
    from abiding.survey.sources import is_list, parquet
    from abiding.survey.summary import summarised

    files = [file for source in options.sources if not is_list(source) for file in parquet(source)]
    _hold_apart(files, (options.table, options.files_table))
    if lists := [source for source in options.sources if is_list(source)]:
        files.append(_from_index(lists, options, options.files_table or folder / "index.parquet"))
    with duckdb.connect(str(folder / "survey.duckdb")) as connection:
        settings = {"memory_limit": options.memory, "threads": options.jobs, "temp_directory": str(folder / "spill")}
        for name, value in settings.items():
            connection.execute(f"SET {name} = '{value}'")
        connection.execute("SET enable_progress_bar = false")
        rows = survey(connection, list(dict.fromkeys(files)), Limits(options.jobs))
        if options.table:
            connection.sql("SELECT * FROM releases").write_parquet(str(options.table))
        found = summarised(connection, rows, options.top)
    outputs.write(options, forms(found))


def _from_index(lists: Iterable[str], options: Namespace, file: Path) -> Path:
    """Read the releases of lists into a Parquet file. What can't be read is told."""
    from abiding.survey.sources import read_releases, releases_in, rows_of, write

    specs = list(dict.fromkeys(spec for source in lists for spec in releases_in(source)))

    def tell(number: int) -> None:
        if sys.stderr.isatty():
            print(f"\rreading release {number + 1} of {len(specs)}", end="", file=sys.stderr)

    artifacts = []
    for one in read_releases(specs, options.index_url, tell):
        if isinstance(one, Finding):
            print(f"abiding: {visible(one.message)}", file=sys.stderr)
        else:
            artifacts.append(one)
            if one.problem:
                print(visible(f"abiding: {one.filename}: {one.problem.message}"), file=sys.stderr)
    write(rows_of(artifacts), file)
    return file
