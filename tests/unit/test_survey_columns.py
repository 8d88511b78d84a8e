"""Tables as other programs write them: types, names of columns, folders, and columns that only some tables have."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from abiding.cli import main
from makers.tables import OTHER, SDIST, WHEEL, row, table

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

pa = pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")
import pyarrow.parquet as pq  # noqa: E402

TIME = 1_620_284_889_000_000  # of 2021, in microseconds
ROWS = [
    row(SDIST, requires_dist=["a"], dynamic=[], metadata_sha256="1", downloads=3, upload_time=TIME),
    row(WHEEL, requires_dist=["A"], dynamic=[], metadata_sha256="2", downloads=4, upload_time=TIME),
    row("ham-1.tar.gz", name="ham", version="1", requires_dist=[], dynamic=["Requires-Dist"], metadata_sha256="3",
        downloads=5, upload_time=TIME),
    row("ham-1-py3-none-any.whl", name="ham", version="1", requires_dist=["b"], dynamic=None, metadata_sha256="4",
        downloads=None, upload_time=None),
]  # fmt: skip
TEXTS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("name", "version", "filename", "packagetype", "metadata_version")]
    + [("requires_dist", TEXTS), ("dynamic", TEXTS), ("metadata_sha256", pa.string())]
    + [("downloads", pa.int64()), ("upload_time", pa.timestamp("us"))]
)


def plain() -> Any:
    return pa.Table.from_pylist(ROWS, SCHEMA)


def cast(types: dict[str, Any]) -> Any:
    found = plain()
    for name, kind in types.items():
        found = found.set_column(found.schema.get_field_index(name), name, found.column(name).cast(kind))
    return found


def of_kind(kind: Any, texts: Any = None) -> dict[str, Any]:
    return {field.name: kind if field.type == pa.string() else texts or pa.list_(kind)
            for field in SCHEMA if field.type in (pa.string(), TEXTS)}  # fmt: skip


def written(value: Any, name: str, kind: Any = None) -> Any:
    found = plain()
    given = pa.array([None if one is None else value(one) for one in found.column(name).to_pylist()], kind)
    return found.set_column(found.schema.get_field_index(name), name, given)


def coded() -> Any:
    found = plain()
    for name in of_kind(pa.string()):
        if name not in ("requires_dist", "dynamic"):
            found = found.set_column(found.schema.get_field_index(name), name, found.column(name).dictionary_encode())
    return found


def numbered() -> Any:
    found = plain()
    for name in ("file_row_number", "row", "file", "part", "fault", "lacking", "filename_1"):
        found = found.append_column(name, pa.array([7] * len(found)))
    return found


ALIKE: dict[str, Callable[[], Any]] = {
    "large": lambda: cast(of_kind(pa.large_string(), pa.large_list(pa.large_string()))),
    "bytes": lambda: cast(of_kind(pa.binary())),
    "views": lambda: cast({name: pa.string_view() for name in ("name", "filename", "metadata_sha256")}),
    "categories": coded,
    "capitals": lambda: plain().rename_columns([name.upper() for name in SCHEMA.names]),
    "columns of DuckDB, and of the survey": numbered,
    **{
        f"downloads as {kind}": partial(cast, {"downloads": kind})
        for kind in (pa.uint8(), pa.int32(), pa.uint64(), pa.float64(), pa.string(), pa.decimal128(22, 2))
    },
    "downloads with gaps": lambda: plain().set_column(8, "downloads", pa.array([3.0, 4.0, 5.0, float("nan")])),
    "downloads from CSV": lambda: plain().set_column(8, "downloads", pa.array(["3", "4", " 5 ", ""])),
    **{
        f"time in {unit}, {zone}": partial(cast, {"upload_time": pa.timestamp(unit, zone)})
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", "Asia/Kolkata")
    },
    "time as text": lambda: written(lambda one: one.isoformat(), "upload_time"),
    "time of the index": lambda: written(lambda one: one.isoformat() + ".000000Z", "upload_time"),
    "time of BigQuery": lambda: written(lambda one: f"{one} UTC", "upload_time"),
    "time of elsewhere": lambda: written(
        lambda one: one.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("America/New_York")).isoformat(),
        "upload_time",
    ),
}  # fmt: skip


def surveyed(folder: Path, *sources: Path) -> tuple[list[dict[str, Any]], list[tuple[str, int, list[str]]]]:
    """The releases, and the rows that were not judged."""
    out, summary = folder / "out.parquet", folder / "out.json"
    given = [*map(str, sources), "--jobs", "1", "--table", str(out), "--output", f"json={summary}"]
    assert main(["survey", *given]) == 0
    unjudged = json.loads(summary.read_text())["not_judged"]
    return list(pq.read_table(out).to_pylist()), [(one["reason"], one["rows"], one["examples"]) for one in unjudged]


def releases(folder: Path, *sources: Path) -> list[dict[str, Any]]:
    found, unjudged = surveyed(folder, *sources)
    assert not unjudged
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the releases are, of a table with the types that it should have."""
    folder = tmp_path_factory.mktemp("plain")
    pq.write_table(plain(), folder / "plain.parquet")
    found = releases(folder, folder / "plain.parquet")
    assert [(one["verdict"], one["case"], one["downloads"]) for one in found] == [
        ("declared", "2", 5),
        ("equal", "1", 7),
    ]
    return found


@pytest.mark.parametrize("name", ALIKE)
def test_types_of_other_programs(name: str, expected: list[dict[str, Any]], tmp_path: Path) -> None:
    pq.write_table(ALIKE[name](), tmp_path / "other.parquet")
    assert releases(tmp_path, tmp_path / "other.parquet") == expected


@pytest.mark.parametrize(("column", "kind", "values", "why"), [
    ("downloads", pa.uint64(), [1 << 63, 1, 1, 1], "`downloads` is out of the range of BIGINT"),
    ("downloads", pa.float64(), [1e30, 1, 1, 1], "`downloads` is out of the range of BIGINT"),
    ("downloads", pa.string(), ["x", "1", "1", "1"], "`downloads` is VARCHAR, and should be BIGINT"),
    ("upload_time", pa.timestamp("us"), [1 << 60, TIME, TIME, None], "`upload_time` is out of the range of TIMESTAMP"),
    ("upload_time", pa.string(), ["soon", "2021-01-01", "", None], "`upload_time` is VARCHAR, and should be TIMESTAMP"),
    ("requires_dist", pa.list_(TEXTS), [[["a"]], None, None, None],
     "`requires_dist` is VARCHAR[][], and should be VARCHAR[]"),
    ("requires_dist", pa.list_(pa.struct([("x", pa.string())])), [[{"x": "a"}], None, None, None],
     "`requires_dist` is STRUCT(x VARCHAR)[], and should be VARCHAR[]"),
])  # fmt: skip
def test_a_value_that_is_none_of_its_column(
    column: str, kind: Any, values: list[Any], why: str, tmp_path: Path
) -> None:
    place = SCHEMA.get_field_index(column)
    pq.write_table(plain().set_column(place, column, pa.array(values, kind)), tmp_path / "files.parquet")
    found, unjudged = surveyed(tmp_path, tmp_path / "files.parquet")
    assert unjudged == [(why, 1, [f"files.parquet, row 0: {SDIST}"])]
    assert [one["name"] for one in found] == ["ham", "spam"]


def test_more_downloads_than_a_number_holds(tmp_path: Path) -> None:
    table(tmp_path / "files.parquet", [row(SDIST, downloads=1 << 62), row(WHEEL, downloads=1 << 62)])
    (one,) = releases(tmp_path, tmp_path / "files.parquet")
    assert one["downloads"] == (1 << 63) - 1
    table(tmp_path / "files.parquet", [row(SDIST), row(WHEEL)])
    (one,) = releases(tmp_path, tmp_path / "files.parquet")
    assert one["downloads"] is None


@pytest.mark.parametrize("keys", [["packagetype"], ["version"], ["name", "packagetype"], ["metadata_version"]])
def test_what_folders_say(keys: list[str], expected: list[dict[str, Any]], tmp_path: Path) -> None:
    """A folder for each value, as other programs lay tables out; versions like `1` are no numbers."""
    pq.write_to_dataset(plain(), tmp_path / "folder", partition_cols=keys)
    assert releases(tmp_path, tmp_path / "folder") == expected


@pytest.mark.parametrize("broken", [False, True])
def test_a_column_of_the_file_is_not_that_of_its_folder(
    broken: bool, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    folder = tmp_path / "version=9" / "NAME=ham"
    folder.mkdir(parents=True)
    pq.write_table(numbered() if broken else plain(), folder / "files.parquet")
    assert releases(tmp_path, folder) == expected


@pytest.mark.parametrize("layout", ["plain", "categories", "views", "bytes", "capitals"])
def test_bytes_that_are_no_text_in_other_types(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "files.parquet"
    marked = ALIKE.get(layout, plain)()
    place = [name.lower() for name in marked.schema.names].index("metadata_sha256")
    texts = pa.array(["qq", "2", "3", "4"]).cast(marked.schema.field(place).type.value_type
        if pa.types.is_dictionary(marked.schema.field(place).type) else marked.schema.field(place).type)  # fmt: skip
    if pa.types.is_dictionary(marked.schema.field(place).type):
        texts = texts.dictionary_encode()
    marked = marked.set_column(place, marked.schema.names[place], texts)
    pq.write_table(marked, path, compression="none", write_statistics=False)
    path.write_bytes(path.read_bytes().replace(b"\2\0\0\0qq", b"\2\0\0\0\xff\xff"))
    found, unjudged = surveyed(tmp_path, path)
    why = "can't be read: `metadata_sha256` is no UTF-8"
    assert unjudged == [(why, 1, [f"files.parquet, row 0: {SDIST}"])]
    assert [one["name"] for one in found] == ["ham", "spam"]


# What only some tables have


def two(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> list[Path]:
    """An sdist in one table and a wheel in another."""
    return [table(folder / "a.parquet", [row(SDIST, **first)]), table(folder / "b.parquet", [row(WHEEL, **second)])]


@pytest.mark.parametrize(("first", "second", "expected"), [
    ({"requires_dist": ["a"], "dynamic": []}, {"requires_dist": ["a"]}, ("1", "equal")),
    ({"requires_dist": ["a"], "dynamic": []}, {"requires_dist": ["b"]}, ("1", "inconsistent")),
    ({"requires_dist": ["a"], "dynamic": ["Requires-Dist"]}, {"requires_dist": ["b"]}, ("2", "declared")),
    ({"requires_dist": ["a"]}, {"requires_dist": ["b"], "dynamic": []}, ("1 or 2", "inconsistent")),
    ({"requires_dist": ["a"]}, {"requires_dist": ["a"], "dynamic": []}, ("1 or 2", "equal")),
    ({"summary": "x", "dynamic": []}, {}, ("1", "equal")),
    ({"dynamic": []}, {"summary": "x"}, ("1", "equal")),
    ({"dynamic": [], "summary": ""}, {"summary": "x"}, ("1", "inconsistent")),
    ({"requires_python": ">=3", "dynamic": [], "summary": "x"}, {"summary": "y"}, ("1", "inconsistent")),
])  # fmt: skip
def test_what_is_not_known_is_no_difference(
    first: dict[str, Any], second: dict[str, Any], expected: tuple[str, str], tmp_path: Path
) -> None:
    (one,) = releases(tmp_path, *two(tmp_path, first, second))
    assert (one["case"], one["verdict"]) == expected


def test_what_one_table_lacks_hides_nothing_in_others(tmp_path: Path) -> None:
    paths = [
        table(tmp_path / "a.parquet", [row(SDIST, summary="x"), row(WHEEL, summary="y")]),
        table(tmp_path / "b.parquet", [row(OTHER)]),
    ]
    (one,) = releases(tmp_path, *paths)
    assert (one["verdict"], one["files"], one["rules"]) == ("inconsistent", 3, [("undeclared-change", 1)])


def test_how_many_tables_lack_a_column_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = two(tmp_path, {"requires_dist": ["a"], "dynamic": []}, {"requires_dist": ["a"]})
    assert main(["survey", *map(str, paths), "--jobs", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "note: there is no column `dynamic` in 1 of 2 tables: " in said
    assert "note: there is no column `downloads`: " in said
    assert main(["survey", *map(str, paths), "--jobs", "1", "--output-format", "json"]) == 0
    found = document(capsys.readouterr().out, "survey")
    lacking = {one["column"]: one["tables"] for one in found["missing_columns"]}
    assert (lacking["dynamic"], lacking["downloads"], "requires_dist" in lacking) == (1, 2, False)
