"""`abiding survey SOURCE…`: the verdicts of many releases, and their summary."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from argparse import ArgumentTypeError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.cli.arguments import add_index_url, path_or_release
from abiding.files.plain import is_there
from abiding.findings.characters import visible
from abiding.findings.errors import AbidingError, UnknownReleaseError, needing
from abiding.findings.finding import Finding, Severity
from abiding.survey.engines import LOCAL, dask, local

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction
    from collections.abc import Iterable, Sequence


__all__ = ["register", "run"]


_DESCRIPTION = """\
Check all releases in a table of metadata: Parquet files with the columns of the public table
`pypi.distribution_metadata`, folders of them, globs, the folder of a mirror (as bandersnatch lays it out), or a list of
releases on an index (`.txt`, one NAME==VERSION per line). Exit status: 0 done, whatever was found, 2 not done. This
needs the extra `survey`."""


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("survey", help="check all releases in a table of metadata", description=_DESCRIPTION)
    parser.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        type=path_or_release,
        help="a Parquet file, a folder, a glob, a mirror, or a list (.txt)",
    )
    add_index_url(parser, "the index that has the releases of a list")
    parser.add_argument(
        "--memory", metavar="SIZE", default="2GB", type=_size, help="how much memory DuckDB may use (default: 2GB)"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_number,
        default=os.cpu_count() or 1,
        help="number of processes (default: one for each core)",
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        type=_address,
        help="run on this Dask cluster; `local` starts one on this machine",
    )
    parser.add_argument(
        "--parts", metavar="FOLDER", type=_folder, help="keep finished parts here, and reuse those of an earlier run"
    )
    parser.add_argument(
        "--top", metavar="N", type=_number, default=20, help="how many inconsistent releases to name (default: 20)"
    )
    outputs.add_formats(parser, ("text", "json", "html"))
    parser.add_argument("--table", metavar="FILE", type=_table, help="write the table of releases here, as Parquet")
    parser.add_argument(
        "--files-table", metavar="FILE", type=_table, help="write what was read from an index here, as Parquet"
    )
    parser.set_defaults(run=run, closing="Nothing was surveyed", parser=parser)


def _address(text: str) -> str:
    if not text:
        raise ArgumentTypeError("it is empty; `local` starts a cluster, and the address of one is `tcp://HOST:PORT`")
    return text


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]) == int(text):
        raise ArgumentTypeError(f"`{text}` is not a number from 1 up")
    return int(text)


def _size(text: str) -> str:

    if not re.fullmatch(r"[1-9]\d{0,6}(\.\d{1,3})? ?([KMGT]i?B)", text):
        raise ArgumentTypeError(f"`{text}` is not a size, such as `4GB` or `500MB`")
    return text


def _parse(size: str) -> tuple[float, str]:
    number = size.rstrip("KMGTiB")
    return float(number), size.removeprefix(number)


def _table(text: str) -> Path:
    if not text.endswith(".parquet"):
        raise ArgumentTypeError(f"`{text}` does not end with `.parquet`")
    return Path(text)


def _folder(text: str) -> Path:

    if is_there(Path(text)) and not Path(text).is_dir():
        raise ArgumentTypeError(f"`{text}` is not a folder")
    return Path(text)


def run(options: Namespace) -> int:
    """Judge the releases. Returns 0. Raises `AbidingError` if a source can't be read, or the extra is not installed."""
    from abiding.survey.sources import is_list

    lists = [source for source in options.sources if is_list(source)]
    if options.files_table and not lists:
        options.parser.error("`--files-table` keeps what is read from an index, and no source is a list of releases")
    if options.dask not in (None, LOCAL) and not options.parts:
        options.parser.error("`--dask ADDRESS` needs `--parts`: a folder that all workers have")
    if options.parts:
        _make(options.parts)
    with (
        needing("dask" if options.dask else "survey", "a survey"),
        tempfile.TemporaryDirectory(prefix="abiding-survey-") as folder,
    ):
        _survey(options, Path(folder))
    return 0


def _make(folder: Path) -> None:
    """Create the folder for finished parts. Raises `AbidingError` if it can't be created or written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, ValueError) as exc:
        message = f"the folder can't be written to: {exc.strerror if isinstance(exc, OSError) else exc}"
        finding = Finding("not-written", Severity.ERROR, message, artifact=str(folder), hints=("give another folder",))
        raise AbidingError(finding, "Nothing was judged") from exc


def _hold_apart(sources: Iterable[str | Path], tables: Iterable[Path | None]) -> None:
    """Raise `AbidingError` if a table that is to be written is one that is read."""
    read = {os.path.realpath(source) for source in sources}
    for table in tables:
        if table is not None and os.path.realpath(table) in read:
            raise AbidingError(outputs.unwritten("table", str(table)), "Nothing was judged")


def _survey(options: Namespace, folder: Path) -> None:
    import duckdb

    from abiding.report.survey import as_text, forms
    from abiding.survey.mirror import Mirror
    from abiding.survey.plan import Limits, Plan, create_views, survey, write_releases
    from abiding.survey.sources import is_list, parquet
    from abiding.survey.summary import summarise

    lists = [source for source in options.sources if is_list(source)]
    mirrors = {source: mirror for source in options.sources if (mirror := Mirror.at(source))}
    files = [file for source in options.sources if source not in {*lists, *mirrors} for file in parquet(source)]
    _hold_apart(files, (options.table, options.files_table))
    if lists:
        files.append(_from_index(lists, options, options.files_table or folder / "index.parquet"))
    # Divided among the processes; on an existing cluster, the memory of one task.
    number, unit = _parse(options.memory)
    limits = Limits(f"{number / (1 if options.dask not in (None, LOCAL) else options.jobs):.3f}{unit}")
    with dask(options.dask, options.jobs) if options.dask else local(options.jobs) as run:
        for mirror in mirrors.values():
            files += mirror.tables(options.parts.absolute() if options.parts else folder, run)
        plan = Plan.of(list(dict.fromkeys(files)), limits)
        home = options.parts.absolute() / plan.key() if options.parts else folder
        survey(plan, home, run, _tell)
    settings = {"memory_limit": options.memory, "temp_directory": str(folder / "spill")}
    with duckdb.connect(config=settings) as connection:
        create_views(connection, home)
        if options.table:
            write_releases(connection, options.table)
        summary = summarise(connection, plan, options.top)
    outputs.write(options, forms(summary), partial(as_text, summary))


def _tell(what: str) -> None:
    """Print progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}", end="", file=sys.stderr)


def _from_index(lists: Sequence[str], options: Namespace, file: Path) -> Path:
    """Read the releases of lists into a Parquet file, and report those that can't be read."""
    from abiding.artifacts.artifact import Unreadable
    from abiding.survey.sources import read_releases, releases_in, rows_of, write

    specs = list(dict.fromkeys(spec for source in lists for spec in releases_in(source)))

    def tell(number: int) -> None:
        _tell(f"reading release {number + 1} of {len(specs)}")

    artifacts = []
    for read in read_releases(specs, options.index_url, tell):
        if isinstance(read, Finding):
            print(f"abiding: {visible(read.message)}", file=sys.stderr)
        else:
            artifacts.append(read)
            if isinstance(read, Unreadable):
                print(visible(f"abiding: {read.filename}: {read.problem.message}"), file=sys.stderr)
    if not artifacts:
        quoted = ", ".join(f"`{source}`" for source in lists)
        message = f"none of the releases that {quoted} {'list' if len(lists) > 1 else 'lists'} is on the index"
        raise UnknownReleaseError.of(message, hint="a list has one `NAME==VERSION`, or `NAME`, in each line")
    write(rows_of(artifacts), file)
    return file
