"""A survey: the same verdicts as `check`, whatever SQL decides, and no row that stops it."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import abiding
from abiding.artifacts.disk import read_artifacts
from abiding.cli import main
from abiding.findings import bounds
from abiding.survey.columns import COLUMNS
from abiding.survey.engines import local
from abiding.survey.plan import Limits, Plan, create_views, survey
from abiding.survey.sources import rows_of, write
from makers.archives import metadata, write_sdist, write_wheel
from makers.compiled import MANYLINUX
from makers.handed import EXPECTED, FOLDER
from makers.shops import opened
from makers.tables import OTHER, SDIST, WHEEL, row, table

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.slow

duckdb = pytest.importorskip("duckdb")
pyarrow = pytest.importorskip("pyarrow")
from pyarrow import parquet  # noqa: E402


def surveyed(
    files: Iterable[Path], limits: Limits | None = None, *, parts: int = 0, engine: Any = None
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The table of releases, and the rows that could not be judged."""
    plan = Plan.of(list(files), limits or Limits(), parts=parts)
    with TemporaryDirectory() as folder, duckdb.connect() as connection, engine or local(1) as run:
        survey(plan, Path(folder), run)
        create_views(connection, Path(folder))
        found = connection.execute(
            'SELECT name, version, "case", verdict, resolver_relevant, rules, finding, files FROM releases'
        ).fetchall()
        return found, connection.execute("SELECT file, row, filename, why FROM bad ORDER BY ALL").fetchall()


def verdicts(*rows: dict[str, Any], path: Path) -> list[tuple[str, str]]:
    return [(case, verdict) for _, _, case, verdict, *_ in surveyed([table(path, rows)])[0]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "files.parquet"


# The same as `check`


@pytest.mark.skipif(not EXPECTED, reason="the kept releases are not beside this checkout, in ../shared/releases")
def test_real_releases(tmp_path: Path) -> None:
    folders = []
    for name in EXPECTED:
        for artifact in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["artifacts"]:
            data = artifact["metadata_text"].encode("utf-8", "surrogateescape")
            for filename in (artifact["filename"], *artifact["identical"]):
                (write_wheel if filename.endswith(".whl") else write_sdist)(tmp_path / name, filename, data)
        folders.append(tmp_path / name)
    write(rows_of(read_artifacts(folders)), tmp_path / "files.parquet")
    found, bad = surveyed([tmp_path / "files.parquet"])
    assert bad == []
    said = {f"{name}-{version}": (verdict, int(case), relevant) for name, version, case, verdict, relevant, *_ in found}
    assert said == {name: (one["verdict"], one["case"], one["resolver_relevant"]) for name, one in EXPECTED.items()}


MADE_UP: list[list[list[str]]] = [
    [[], []],
    [["Requires-Dist: a"], ["Requires-Dist: a"]],
    [["Requires-Dist: a>=1,<2"], ["Requires-Dist: a<2,>=1"]],
    [["Requires-Dist: a"], ["Requires-Dist: b"]],
    [["Dynamic: Requires-Dist"], ["Requires-Dist: b"]],
    [["Requires-Dist: a==1", "Requires-Dist: a==2"]] * 2,
    [["Summary: one"], ["Summary: two"]],
    [["Requires-Python: >=3.9"], ["Requires-Python: >=3.10"]],
]


def test_made_up_releases(tmp_path: Path) -> None:
    """With an sdist and without one, at each level: each release is what `check` says of it alone."""
    expected = {}
    for number, (lines, level, has_sdist) in enumerate(product(MADE_UP, ["1.2", "2.1", "2.2", "2.4"], [True, False])):
        name = f"n{number}"
        folder = tmp_path / name
        first, second = (metadata(*one, level=level).replace(b"Name: spam", f"Name: {name}".encode()) for one in lines)
        begin, other = ((SDIST if has_sdist else WHEEL).replace("spam", name), OTHER.replace("spam", name))
        (write_sdist if has_sdist else write_wheel)(folder, begin, first)
        write_wheel(folder, other, second)
        (release,) = abiding.check([folder])
        expected[name] = (release.version, release.case, release.verdict, release.resolver_relevant, 2)
    write(rows_of(read_artifacts([tmp_path / name for name in expected])), tmp_path / "files.parquet")
    found, bad = surveyed([tmp_path / "files.parquet"])
    assert bad == []
    assert {
        name: (version, int(case), verdict, relevant, files)
        for name, version, case, verdict, relevant, _, _, files in found
    } == expected


LINES = st.lists(
    st.sampled_from(["a", "A >=1", "a>=1", "a>=1; python_version<'3'", "b[c]", " a", "\xa0a", "no !", ""]), max_size=3
)
ROW = st.fixed_dictionaries({
    "name": st.sampled_from(["spam"] * 5 + ["Spam", "sp-am", "sp_am"]),
    "version": st.sampled_from(["1.0", "1", "1.0.0", "1.0rc1", "1.0-rc1", "v1", "1.0+a", "nonsense", "01.0"]),
    "filename": st.sampled_from([SDIST, "Spam-1.0.zip", "sp-am-1.0.tar.gz", "sp_am-1.tar.gz", "spam-1.0rc1.tar.gz", "spam-1.0.0-py3-none-any.whl", WHEEL, OTHER, "spam-1.0-1-py3-none-any.whl", "spam-1.0-py3-none-any-null.whl", "sp_am-1.0-py3-none-any.whl", "spam-1.0.egg", "spam-1.0-py3-none-any.whl.zip", "-1.0-py3-none-any.whl"]),
    "metadata_version": st.sampled_from(["2.1", "2.2", "2.4", "2", "x", " 2.4"]),
    "requires_dist": st.none() | LINES,
    "dynamic": st.none() | st.just([]) | st.just(["requires-dist"]),
    "metadata_sha256": st.none() | st.sampled_from(["", "a", "b"]),
    "requires_python": st.none() | st.sampled_from(["", ">=3.9", "nonsense"]),
})  # fmt: skip


@settings(max_examples=25)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_what_sql_decides_is_what_the_rules_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    rows = [{**one, "packagetype": "bdist_wheel" if ".whl" in one["filename"] else "sdist"} for one in rows]
    path = table(tmp_path_factory.mktemp("survey") / "files.parquet", rows)
    assert surveyed([path]) == surveyed([path], Limits(in_sql=False))


ALONE: list[dict[str, Any]] = [
    *({"requires_dist": [line]} for line in (
        "no !", "", "a-", "a @ https://x", "a @ file:///x", "a>=1.*", "a==1.0.*.*", "a>1,<1", "a>=2,<1", "a>=1,<2", "a>=1.5,<1.9", "a (>=1)",
        "a>=1,!=1.5,<2", "a<0", "a==1,==2", "a~=1.0,<1", "a>=12345678901234567890", "a; os_name=='x'", "a; python_version=='x'",
        "a; 'x'=='x'", "a; extra=='z'", "a[b,c]>=1,<2; python_version<'3'", "a===x", "a>=1;", "a>=1 ; extra == 'z' and os_name == 'nt'")),
    *({"requires_python": said, "filename": filename}
      for said in ("nonsense", ">=4", ">=3.9,<3.8", "=>3", "3", "<3", ">=3.9.*", "==3.9.*", ">=3.9", ">=3", ">=2.7,!=3.0.*,!=3.1.*", ">=3.9,<4", ">=3.9,<4.0", "~=3.9", ">=3.10,!=3.10.*")
      for filename in (SDIST, OTHER, "spam-1.0-cp38-cp38-win_amd64.whl", "spam-1.0-cp310-cp310-win_amd64.whl", "spam-1.0-cp38-abi3-win_amd64.whl", "spam-1.0-py2-none-any.whl", "spam-1.0-1-py2.py3-none-any.whl", "spam-1.0-cp38.cp310-none-any.whl")),
    *({"metadata_version": version, "filename": filename} for version in ("1.0", "2.5", "2.6", "3.0", "x", "2", "02.2") for filename in (SDIST, OTHER)),
]  # fmt: skip


def test_what_one_file_says_is_judged_as_the_rules_do(tmp_path: Path) -> None:
    """Where all files agree, there may still be something wrong with what they agree on."""
    rows = []
    for number, one in enumerate(ALONE):
        filename = one.get("filename", SDIST).replace("spam", f"n{number}")
        kind = "bdist_wheel" if filename.endswith(".whl") else "sdist"
        said = {"metadata_version": "2.2", "requires_dist": None, "requires_python": None, **one}
        rows.append({**said, "name": f"n{number}", "version": "1.0", "filename": filename, "packagetype": kind})
    path = table(tmp_path / "files.parquet", rows)
    in_sql, by_rules = surveyed([path]), surveyed([path], Limits(in_sql=False))
    assert in_sql == by_rules
    assert sum(bool(rules) for *_, rules, _, _ in in_sql[0]) > 20


def test_what_is_equal_to_the_byte_never_reaches_python(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(_key: object, rows: object) -> None:
        raise AssertionError(rows)

    monkeypatch.setattr("abiding.survey.part.judge_rows", judge)
    same: dict[str, Any] = {"requires_dist": ["a>=1", "b; extra == 'c'"], "metadata_sha256": "f" * 64, "dynamic": []}
    table(path, [row(**same), row(WHEEL, **same), row(OTHER, **same)])
    assert [one[:5] for one in surveyed([path])[0]] == [("spam", "1.0", "1", "clean", False)]
    with pytest.raises(AssertionError):
        surveyed([table(path, [row(**same), row(WHEEL, **{**same, "requires_dist": ["a"]})])])


def test_processes_and_files_change_nothing(tmp_path: Path) -> None:
    rows = [
        row(
            name=name,
            filename=filename.replace("spam", name),
            requires_dist=["b"] if number % 3 and filename == OTHER else ["a"],
        )
        for number, name in enumerate(f"n{i}" for i in range(450))
        for filename in (SDIST, WHEEL, OTHER)
    ]
    whole = surveyed([table(tmp_path / "whole.parquet", rows)])
    assert [one[3] for one in whole[0]].count("inconsistent") == 300
    parts = [table(tmp_path / f"{i}.parquet", rows[i::3]) for i in range(3)]
    assert surveyed(parts, parts=5, engine=local(2)) == whole


# What is not known


def test_the_public_table_has_no_dynamic(path: Path) -> None:
    """The case is not known, and the best verdict is `equal`; of what is older, or has no sdist, the case is known."""
    assert verdicts(row(), row(WHEEL), path=path) == [("1 or 2", "equal")]
    assert verdicts(row(requires_dist=["a"]), row(WHEEL, requires_dist=["b"]), path=path) == [
        ("1 or 2", "inconsistent")
    ]
    assert verdicts(row(metadata_version="2.1"), row(WHEEL), path=path) == [("4", "equal")]
    assert verdicts(row(WHEEL), row(OTHER), path=path) == [("3", "equal")]
    assert verdicts(row(WHEEL, metadata_sha256="a"), row(OTHER, metadata_sha256="a"), path=path) == [("3", "clean")]
    assert verdicts(row(WHEEL, metadata_sha256="a"), row(OTHER, metadata_sha256=None), path=path) == [("3", "equal")]


def test_missing_columns_are_said(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table(path, [row(), row(WHEEL)])
    assert main(["survey", str(path), "--jobs", "1", "--output-format", "json"]) == 0
    found = document(capsys.readouterr().out, "survey")
    assert {one["column"] for one in found["missing_columns"]} == {
        "requires_dist",
        "requires_python",
        "provides_extra",
        "dynamic",
        "metadata_sha256",
        "upload_time",
        "downloads",
    }
    assert found["verdicts"] == {"equal": 1}


# Bad rows


@pytest.mark.parametrize(("bad", "why"), [
    ({"name": None}, "`name` is empty"),
    ({"name": ""}, "`name` is empty"),
    ({"version": None}, "`version` is empty"),
    ({"filename": None}, "`filename` is empty"),
    ({"packagetype": None}, "`packagetype` is empty"),
    ({"metadata_version": ""}, "`metadata_version` is empty"),
    ({"requires_dist": ["a", None]}, "`requires_dist` has an empty item"),
    ({"requires_dist": ["a" * 4_000_001]}, "`requires_dist` has more than 4,000,000 characters"),
    ({"requires_python": ">" * 4_000_001}, "`requires_python` has more than 4,000,000 characters"),
    ({"filename": "spam.tar.gz"}, "the file has the name of neither an sdist nor a wheel"),
    ({"filename": "ham-1.0.tar.gz"}, "the file is of another project than its metadata"),
])  # fmt: skip
def test_bad_rows_are_counted_and_named(bad: dict[str, Any], why: str, path: Path) -> None:
    good = [row("ok-1.0.tar.gz", name="ok", requires_dist=["a"], requires_python=">=3")]
    found, unjudged = surveyed([table(path, [*good, row(**{"requires_dist": [], **bad})])])
    assert [(name, verdict) for name, _, _, verdict, *_ in found] == [("ok", "equal")]
    assert [(file, at, reason) for file, at, _, reason in unjudged] == [(0, 1, why)]


@pytest.mark.parametrize(("bad", "why"), [
    ({"requires_dist": "a"}, "`requires_dist` is VARCHAR, and should be VARCHAR[]"),
    ({"requires_dist": [1]}, "`requires_dist` is BIGINT[], and should be VARCHAR[]"),
    ({"requires_python": ["a"]}, "`requires_python` is VARCHAR[], and should be VARCHAR"),
    ({"version": 1.0}, "`version` is DOUBLE, and should be VARCHAR"),
    ({"downloads": "many"}, "`downloads` is VARCHAR, and should be BIGINT"),
    ({"upload_time": 3}, "`upload_time` is BIGINT, and should be TIMESTAMP"),
])  # fmt: skip
def test_columns_of_another_type(bad: dict[str, Any], why: str, tmp_path: Path) -> None:
    """One file of several is wrong: its rows are named, those that have no value are good."""
    good = table(tmp_path / "a.parquet", [row(), row(WHEEL)])
    wrong = table(
        tmp_path / "b.parquet",
        [
            row("b-1.0.tar.gz", name="b", **bad),
            row("c-1.0.tar.gz", name="c", **dict.fromkeys(bad) | ({} if "version" not in bad else {"version": 2.0})),
        ],
    )
    found, unjudged = surveyed([good, wrong])
    assert {reason for *_, reason in unjudged} == {why}
    assert [one[0] for one in found] == (["spam"] if "version" in bad else ["c", "spam"])


def test_a_file_twice(path: Path) -> None:
    rows = [
        row(requires_dist=["a"]),
        row(WHEEL, requires_dist=["a"]),
        row(requires_dist=["b"]),
        row(requires_dist=["a"]),
    ]
    found, unjudged = surveyed([table(path, rows)])
    assert [(verdict, files) for _, _, _, verdict, *_, files in found] == [("equal", 2)]
    assert [(at, why) for _, at, _, why in unjudged] == [
        (2, "is in the table more than once: the first row counts"),
        (3, "is in the table more than once: the first row counts"),
    ]


def test_what_is_neither_an_sdist_nor_a_wheel_is_left_out(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table(path, [row(), row("spam-1.0.egg", packagetype="bdist_egg"), row("spam-1.0.exe", packagetype="bdist_wininst")])
    assert main(["survey", str(path), "--jobs", "1"]) == 0
    assert (
        "left out is what is neither an sdist nor a wheel: 1 `bdist_egg`, 1 `bdist_wininst`" in capsys.readouterr().out
    )


@pytest.mark.parametrize("version", ["1.0", "1.0rc1"])
def test_a_release_whose_sdist_can_not_be_read_is_none_without_an_sdist(version: str, path: Path) -> None:
    wheel, sdist = WHEEL.replace("1.0", version), SDIST.replace("1.0", version)
    unreadable = row(sdist, version=version, metadata_version=None)
    assert verdicts(row(wheel, version=version), unreadable, path=path) == [("sdist not read", "equal")]
    misnamed = row("ham-1.0.tar.gz", version=version)
    assert verdicts(row(wheel, version=version), misnamed, path=path) == [("sdist not read", "equal")]
    assert verdicts(row(wheel, version=version), path=path) == [("3", "equal")]


@pytest.mark.parametrize("more", [{"requires_dist": ["b"]}, {"requires_python": ">=3.99"}, {"dynamic": ["Summary"]}])
def test_one_digest_does_not_make_different_files_equal(more: dict[str, Any], path: Path) -> None:
    said: dict[str, Any] = {"requires_dist": ["a"], "requires_python": ">=3", "dynamic": ["Keywords"]}
    one, other = row(metadata_sha256="x", **said), row(WHEEL, metadata_sha256="x", **said)
    ((_, verdict),) = verdicts(one, {**other, **more}, path=path)
    ((_, fair),) = verdicts(one, other, path=path)
    ((_, known),) = verdicts(one, {**other, **more, "metadata_sha256": "y"}, path=path)
    assert (fair, verdict) == ("clean", known)
    assert verdict != "clean"


@pytest.mark.parametrize("lines", [["a" * 80] * 4000, ["a"] * 30_000], ids=["bytes", "lines"])
def test_more_requirements_than_check_reads_are_a_bad_row(lines: list[str], path: Path) -> None:
    found, bad = surveyed([table(path, [row(requires_dist=["a"]), row(WHEEL, requires_dist=lines)])])
    assert [one[3] for one in found] == ["equal"]
    assert [one[2] for one in bad] == [WHEEL]
    fair = ["a" * 60] * (bounds.REQUIREMENTS // 80)
    assert not surveyed([table(path, [row(requires_dist=fair), row(WHEEL, requires_dist=fair)])])[1]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_time_of_the_machine_changes_nothing(zone: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers on machines in two parts of the world would each have another table."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        made = pyarrow.Table.from_pylist([row()])
        late = [datetime(2023, 12, 31, 23, 30, tzinfo=UTC)]
        parquet.write_table(
            made.append_column("upload_time", pyarrow.array(late, pyarrow.timestamp("us", "UTC"))), path
        )
        out = path.with_name("releases.parquet")
        assert main(["survey", str(path), "--jobs", "1", "--table", str(out)]) == 0
    finally:
        monkeypatch.undo()
        time.tzset()
    assert parquet.read_table(out)["uploaded"].to_pylist() == [datetime(2023, 12, 31, 23, 30)]  # noqa: DTZ001


# The command


def test_a_list_of_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "one", tag=MANYLINUX)
        shop.publish("2.0", "one", tag=MANYLINUX)
        (tmp_path / "list.txt").write_text("# ours\ntoy==1.0\n\ntoy==2.0  # the newest\ntoy==1.0\n")
        (tmp_path / "more.txt").write_text("toy==3.0\n")
        kept = tmp_path / "kept.parquet"
        sources = [str(tmp_path / name) for name in ("list.txt", "more.txt")]
        assert main(["survey", *sources, "--index-url", shop.index.url, "--jobs", "1", "--files-table", str(kept)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("2 releases, 2 files\n")
    assert "the index has no version 3.0 of `toy`" in said.err
    assert [one[:4] for one in surveyed([kept])[0]] == [("toy", "1.0", "4", "clean"), ("toy", "2.0", "4", "clean")]


def test_a_list_of_what_there_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of other things is not a survey of nothing."""
    with opened(monkeypatch, tmp_path) as shop:
        (tmp_path / "list.txt").write_text("toy==3.0\nno such words\n")
        assert main(["survey", str(tmp_path / "list.txt"), "--index-url", shop.index.url, "--jobs", "1"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert "error[unknown-release]: none of the releases that" in said.err


def test_the_most_downloaded_that_break(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        row(
            filename.replace("spam", f"n{number}"),
            name=f"n{number}",
            dynamic=[],
            requires_dist=["b" if number and filename == WHEEL else "a"],
            downloads=10 * number,
        )
        for number in range(5)
        for filename in (SDIST, WHEEL)
    ]
    table(path, rows)
    out = path.with_name("out.parquet")
    assert main(["survey", str(path), "--jobs", "1", "--top", "2", "--output-format", "json", "--table", str(out)]) == 0
    found = document(capsys.readouterr().out, "survey")
    assert [(one["name"], one["downloads"]) for one in found["top"]] == [("n4", 80), ("n3", 60)]
    assert found["claims"] == {"releases": 5, "broken": 4, "broken_for_resolvers": 4}
    assert found["by_case"] == {"1": {"equal": 1, "inconsistent": 4}}
    written = parquet.read_table(out).to_pylist()
    assert [(one["name"], one["verdict"], one["downloads"]) for one in written] == [
        (f"n{i}", "inconsistent" if i else "equal", 20 * i) for i in range(5)
    ]
    assert set(dict(written[1]["rules"])) == {"undeclared-requirement", "lost-requirement"}


def test_folders_and_globs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    table(tmp_path / "a.parquet", [row()])
    table(tmp_path / "deep" / "b.parquet", [row(WHEEL)])
    for sources in ([tmp_path], [tmp_path / "a.parquet", tmp_path / "deep"], [tmp_path / "**" / "*.parquet", tmp_path]):
        assert main(["survey", *map(str, sources), "--jobs", "1"]) == 0
        assert capsys.readouterr().out.startswith("1 releases, 2 files\n")


def test_no_letter_of_a_name_stands_for_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB takes patterns for names, and what is quoted ends at a quote."""
    fair, other = tmp_path / "it's [a]" / "b*", tmp_path / "it's a" / "bb"
    for folder in (fair, other):
        (folder / "deep.parquet").mkdir(parents=True)
    table(fair / "deep.parquet" / "x[1]?.parquet", [row()])
    table(other / "deep.parquet" / "x1y.parquet", [row(), row(WHEEL)])
    monkeypatch.setattr("tempfile.tempdir", str(fair))
    more = ("--table", str(fair / "it's [b].parquet"), "--parts", str(fair / "it's *"), "--jobs", "1")
    for source in (fair / "deep.parquet", fair / "deep.parquet" / "x[1]?.parquet", "*/b[*]/*.parquet"):
        assert main(["survey", str(tmp_path / source), *more]) == 0
        assert capsys.readouterr().out.startswith("1 releases, 1 files\n")
        (fair / "it's [b].parquet").unlink()
    assert main(["survey", str(tmp_path / "it's*" / "b*" / "deep.parquet"), "--jobs", "1"]) == 0
    assert capsys.readouterr().out.startswith("1 releases, 2 files\n")


@pytest.mark.parametrize(("content", "said"), [
    (None, "error[missing-file]"),
    (b"no parquet", "error[bad-table]: can't be read as Parquet"),
    ([{"name": "spam"}], "error[bad-table]: has no column `version` and no column `filename`"),
])  # fmt: skip
def test_what_is_no_table(content: object, said: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, list):
        table(path, content)
    assert main(["survey", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_without_the_extra(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["survey", str(path)]) == 2
    assert "install `abiding[survey]`" in capsys.readouterr().err


def test_every_column_has_its_field_once() -> None:
    fields = [one.field for one in COLUMNS.values() if one.field]
    assert len(fields) == len(set(fields))
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "survey.md").read_text("utf-8")
    assert all(f"`{name}`" in page for name in COLUMNS)


def test_a_table_that_is_read_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.parquet"
    table(path, [row()])
    before = path.read_bytes()
    assert main(["survey", str(tmp_path), "--jobs", "1", "--table", str(tmp_path / "x" / ".." / "in.parquet")]) == 2
    assert "error[not-written]" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_fields_that_differ_are_counted(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rows(name: str, **of_wheel: Any) -> list[dict[str, Any]]:
        said = {"name": name, "requires_dist": ["a"], "requires_python": ">=3.9", "dynamic": []}
        files = [one.replace("spam", name) for one in (SDIST, WHEEL, OTHER)]
        return [row(files[0], **said), *(row(one, **{**said, **of_wheel}) for one in files[1:])]

    table(path, [*rows("one", requires_dist=["b"]), *rows("two", requires_dist=[], requires_python=">=3.10"),
                 *rows("three", summary="another"), *rows("four")])  # fmt: skip
    out = path.with_name("out.parquet")
    assert main(["survey", str(path), "--jobs", "1", "--output-format", "json", "--table", str(out)]) == 0
    found = document(capsys.readouterr().out, "survey")
    fields = {one["name"]: one["fields"] for one in parquet.read_table(out).to_pylist()}
    assert fields["one"] == ["Requires-Dist"]
    assert fields["two"] == ["Requires-Dist", "Requires-Python"]
    assert fields["four"] == []
    assert {name: found["fields"][name] for name in ("Requires-Dist", "Requires-Python")} == {
        "Requires-Dist": 2,
        "Requires-Python": 1,
    }


@pytest.mark.parametrize("column", ["summary", "requires_dist"])
def test_bytes_that_are_no_text_are_a_fault_of_their_row(
    column: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"n{number}" for number in range(12)]
    rows = [row(SDIST.replace("spam", name), name=name, summary="x", requires_dist=["b", "xxx"]) for name in names]
    table(path, rows)
    parquet.write_table(parquet.read_table(path), path, row_group_size=3, compression="none", use_dictionary=False)
    # The text of one row, in the third group, becomes bytes that are none.
    wrong = pyarrow.array([f"y{number}" if number == 7 else "x" for number in range(12)])
    marked = parquet.read_table(path)
    place = marked.schema.names.index(column)
    values = wrong if column == "summary" else pyarrow.array([["b", one.as_py() * 3] for one in wrong])
    marked = marked.set_column(place, column, values)
    parquet.write_table(
        marked, path, row_group_size=3, compression="none", use_dictionary=False, write_statistics=False
    )
    data = path.read_bytes()
    path.write_bytes(data.replace(b"y7", b"\xff7"))
    monkeypatch.setattr("abiding.survey.plan._BYTES", 1)
    found, unjudged = surveyed([path])
    assert sorted(one[0] for one in found) == sorted(name for name in names if name != "n7")
    assert unjudged == [(0, 7, "n7-1.0.tar.gz", f"can't be read: `{column}` is no UTF-8")]
