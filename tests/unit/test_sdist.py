"""Edits of sdists are held against the tar blocks before the edit, and against Python's `tarfile`."""

from __future__ import annotations

import gzip
import io
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abiding.archives.sdist import read_members, read_pkg_info, rewrite
from abiding.findings.errors import ArchiveError
from makers.tars import FORMATS, OLD, TOP, member, pack, tar, zipped
from makers.work import memory
from tests.unit import interruption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAME = "spam-1.4.0.tar.gz"
NEW = b"Metadata-Version: 2.2\nName: spam\nVersion: 1.4.0\nDynamic: Requires-Dist\n\n# Spam\n" * 30
TOML = b'[project]\nname = "spam"\n'
CANDIDATES = ["PKG-INFO", "pyproject.toml", "src/spam.egg-info/PKG-INFO"]
LONG = "a" * 90 + "/" + "b" * 120


def members(first: Iterable[str] = ()) -> list[tuple[tarfile.TarInfo, bytes]]:
    """All kinds of members; those of the candidates named in `first` come first, the others last."""
    candidates = {"PKG-INFO": OLD, "pyproject.toml": TOML, "src/spam.egg-info/PKG-INFO": OLD}
    first = list(first)
    return [
        member("", type=tarfile.DIRTYPE, mode=0o755),
        *(member(name, candidates.pop(name)) for name in first),
        member("spam/__init__.py", b"x = 1\n" * 200, mode=0o755, uid=1000, uname="spam"),
        member("spam/größe.py", b"", mtime=1_600_000_000.25),
        member(LONG[:90] + "/b", b"y" * 1024),
        member("spam/link.py", type=tarfile.SYMTYPE, linkname="__init__.py"),
        member("spam/hard.py", type=tarfile.LNKTYPE, linkname=f"{TOP}/spam/__init__.py"),
        member("vendor/eggs.egg-info/PKG-INFO", b"of another project"),
        member("tests/PKG-INFO", b"of a test"),
        *(member(name, data) for name, data in candidates.items()),
    ]


def edited(name: str, data: bytes) -> bytes:
    return NEW if name.endswith("PKG-INFO") else data


def edit(source: Path, how: Callable[[str, bytes], bytes] = edited) -> Path:
    target = source.parent / "edited" / source.name
    private = target.parent / "private" / source.name
    private.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, private)
    rewrite(private, target, how)
    return target


def split(data: bytes) -> list[tuple[str, bytes, bytes]]:
    """Cut a tar archive into name, header blocks and blocks of contents of each member, by what `tarfile` says."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        infos = archive.getmembers()
    ends = [info.offset for info in infos[1:]]
    last = infos[-1].offset_data + -(-infos[-1].size // 512) * 512
    return [
        (info.name.removeprefix(f"{TOP}/"), data[info.offset : info.offset_data], data[info.offset_data : end])
        for info, end in zip(infos, [*ends, last], strict=True)
    ]


def extracted(path: Path, folder: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(folder)  # noqa: S202 - an archive of ours
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# What an edit changes, and what it leaves alone


@pytest.mark.parametrize("first", [[], CANDIDATES, CANDIDATES[:1]], ids=["last", "first", "PKG-INFO first"])
@pytest.mark.parametrize("form", FORMATS)
def test_only_size_and_contents_of_metadata_change(tmp_path: Path, form: str, first: list[str]) -> None:
    contents = [pair for pair in members(first) if form != "ustar" or len(pair[0].name) < 256]
    source = pack(tmp_path / NAME, contents, form=form)
    target = edit(source)
    before, after = gzip.decompress(source.read_bytes()), gzip.decompress(target.read_bytes())
    assert len(after) % 10240 == 0
    assert [name for name, _, _ in split(before)] == [name for name, _, _ in split(after)]
    for (name, head, data), (_, new_head, new_data) in zip(split(before), split(after), strict=True):
        if name not in (CANDIDATES[0], CANDIDATES[2]):
            assert (new_head, new_data) == (head, data)
        else:
            assert new_data == NEW + bytes(-len(NEW) % 512)
            assert new_head[-512:-388] == head[-512:-388], "name, mode, owner"
            assert new_head[-512 + 136 : -512 + 148] == head[-512 + 136 : -512 + 148], "time"
            assert new_head[-512 + 156 :] == head[-512 + 156 :], "kind, link, user"
            assert new_head[:-512] == head[:-512]
    shutil.rmtree(target.parent / "private")
    found, expected = extracted(target, tmp_path / "new"), extracted(source, tmp_path / "old")
    for name in (CANDIDATES[0], CANDIDATES[2]):
        expected[f"{TOP}/{name}"] = NEW
    assert found == expected
    if shutil.which("tar"):
        subprocess.run(["tar", "-tzf", target], check=True, capture_output=True)


def test_candidates_are_the_projects_own_metadata(tmp_path: Path) -> None:
    seen = {}

    def note(name: str, data: bytes) -> bytes:
        seen[name] = data
        return data

    edit(pack(tmp_path / NAME, members()), note)
    assert seen == {"PKG-INFO": OLD, "pyproject.toml": TOML, "src/spam.egg-info/PKG-INFO": OLD}


def test_nothing_changed_is_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    source = pack(tmp_path / NAME, members())
    private = tmp_path / "private" / NAME
    private.parent.mkdir()
    shutil.copy(source, private)
    node = private.stat().st_ino
    assert not rewrite(private, tmp_path / "new.tar.gz", lambda _, data: data)
    assert (tmp_path / "new.tar.gz").stat().st_ino == node
    assert (tmp_path / "new.tar.gz").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", CANDIDATES)
def test_rewriting_says_that_something_changed(tmp_path: Path, name: str) -> None:
    source = pack(tmp_path / "private" / NAME, members(CANDIDATES))
    assert rewrite(source, tmp_path / NAME, lambda one, data: data + b"#" if one == name else data)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 100_000])
def test_any_size(tmp_path: Path, size: int) -> None:
    for i, first in enumerate([[], ["PKG-INFO"]]):
        target = edit(pack(tmp_path / str(i) / NAME, members(first)), lambda name, _: b"x" * (size + len(name)))
        assert read_members(target, ["PKG-INFO", "pyproject.toml"]) == {
            "PKG-INFO": b"x" * (size + 8),
            "pyproject.toml": b"x" * (size + 14),
        }
        with tarfile.open(target) as archive:
            assert len(archive.getmembers()) == len(members())


def test_a_size_in_pax_records_changes_too(tmp_path: Path) -> None:
    info, data = member("PKG-INFO", OLD)
    info.pax_headers = {"size": str(len(OLD)), "comment": "kept"}
    target = edit(pack(tmp_path / NAME, [(info, data), member("a", b"b")]))
    with tarfile.open(target) as archive:
        found = archive.getmember(f"{TOP}/PKG-INFO")
        assert found.size == len(NEW)
        assert found.pax_headers == {"size": str(len(NEW)), "comment": "kept"}
        assert archive.getnames() == [f"{TOP}/PKG-INFO", f"{TOP}/a"]
    assert read_pkg_info(target) == NEW


def test_long_names_of_both_formats(tmp_path: Path) -> None:
    egg_info = f"{'c' * 120}/spam.egg-info/PKG-INFO"
    for form in ("gnu", "pax"):
        source = pack(
            tmp_path / form / NAME, [member("PKG-INFO", OLD), member(LONG, b"l"), member(egg_info, OLD)], form=form
        )
        with tarfile.open(edit(source)) as archive:
            assert archive.getnames() == [f"{TOP}/{name}" for name in ("PKG-INFO", LONG, egg_info)]
            file = archive.extractfile(f"{TOP}/{egg_info}")
            assert file
            assert file.read() == NEW


def test_a_sparse_file_passes(tmp_path: Path) -> None:
    if not shutil.which("tar"):
        pytest.skip("GNU tar makes sparse members")
    (tmp_path / TOP).mkdir()
    with (tmp_path / TOP / "sparse").open("wb") as file:
        for i in range(60):
            file.seek(i * 300_000)
            file.write(b"data")
    (tmp_path / TOP / "PKG-INFO").write_bytes(OLD)
    for form in ("gnu", "pax"):
        source = tmp_path / form / NAME
        source.parent.mkdir()
        subprocess.run(
            ["tar", "-C", tmp_path, "-S", f"--format={form}", "-czf", source, f"{TOP}/sparse", f"{TOP}/PKG-INFO"],
            check=True,
        )
        with tarfile.open(source) as archive:
            assert archive.getmembers()[0].issparse()
        assert extracted(edit(source), tmp_path / form / "new") == {
            **extracted(source, tmp_path / form / "old"),
            f"{TOP}/PKG-INFO": NEW,
        }


def test_a_pax_header_for_all_passes(tmp_path: Path) -> None:
    """As in what `git archive` makes, and the `meson dist` that does."""
    file = io.BytesIO()
    headers = {"comment": "0123456789abcdef"}
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        info, data = member("PKG-INFO", OLD)
        archive.addfile(info, io.BytesIO(data))
    (tmp_path / NAME).write_bytes(zipped(file.getvalue()))
    with tarfile.open(edit(tmp_path / NAME)) as archive:
        assert archive.pax_headers == headers
    assert read_pkg_info(edit(tmp_path / NAME)) == NEW


@pytest.mark.parametrize("zeros", [0, 512, 1024, 1536, 10240])
def test_the_end_stays_as_it_was(tmp_path: Path, zeros: int) -> None:
    """But for one without the two blocks that belong there."""
    data = tar([member("PKG-INFO", OLD), member("a", b"a" * 5000)])
    (tmp_path / NAME).write_bytes(zipped(data[: 2 * 512 + 512 + 5120] + bytes(zeros)))
    after = gzip.decompress(edit(tmp_path / NAME).read_bytes())
    assert len(after) - len(after.rstrip(b"\0")) == max(zeros, 1024) + (-5000 % 512)


# The gzip file around it


@pytest.mark.parametrize(("level", "effort"), [(1, 4), (6, 0), (9, 2)])
def test_compression_and_gzip_header_are_the_backends(tmp_path: Path, level: int, effort: int) -> None:
    random.seed(1)
    words = b" ".join(random.choice([b"spam", b"eggs", b"ham", b"bacon"]) for _ in range(20_000))  # noqa: S311
    source = pack(tmp_path / NAME, [*members(), member("words", words)], level=level)
    assert source.read_bytes()[8] == effort
    target = edit(source)
    assert target.read_bytes() == zipped(gzip.decompress(target.read_bytes()), level=level, time=1_500_000_000)


def test_time_of_the_gzip_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pack(tmp_path / NAME, members(), time=1_500_000_000)
    for said, expected in {"": 1_500_000_000, "12": 12, str(2**40): 2**32 - 1}.items():
        monkeypatch.setenv("SOURCE_DATE_EPOCH", said)
        assert struct.unpack_from("<I", edit(source).read_bytes(), 4) == (expected,)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ArchiveError, match="`yesterday` is not a number of seconds"):
        edit(source)


def test_all_fields_of_a_gzip_header(tmp_path: Path) -> None:
    plain = zipped(tar(members()), name="")
    fields = b"\3\0ABC" + b"name.tar\0" + b"a comment\0"
    head = plain[:3] + bytes([2 | 4 | 8 | 16]) + plain[4:10] + fields
    checksum = struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    (tmp_path / NAME).write_bytes(head + checksum + plain[10:])
    data = edit(tmp_path / NAME).read_bytes()
    assert data.startswith(plain[:3] + bytes([4 | 8 | 16]) + plain[4:10] + fields)
    assert read_pkg_info(edit(tmp_path / NAME)) == NEW


# Reading


def test_only_the_top_level_counts(tmp_path: Path) -> None:
    for i, first in enumerate([[], CANDIDATES]):
        path = pack(tmp_path / str(i) / NAME, members(first))
        assert read_pkg_info(path) == OLD
        assert read_members(path, ["pyproject.toml", "PKG-INFO", "nothing"]) == {
            "PKG-INFO": OLD,
            "pyproject.toml": TOML,
        }


def test_zip_files(tmp_path: Path) -> None:
    path = tmp_path / "spam-1.4.0.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"PKG-INFO": OLD, "tests/PKG-INFO": b"x", "pyproject.toml": TOML}.items():
            archive.writestr(f"{TOP}/{name}", data)
    assert read_pkg_info(path) == OLD
    assert read_members(path, ["pyproject.toml"]) == {"pyproject.toml": TOML}
    with pytest.raises(ArchiveError, match=r"is not a \.tar\.gz file"):
        rewrite(path, tmp_path / "new.zip", edited)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveError, match="cut off"):
        read_pkg_info(path)


@pytest.mark.parametrize("folder", ["./spam-1.4.0", "Spam-1.4.0", "SPAM_1.4.0"])
def test_other_spellings_of_the_folder(tmp_path: Path, folder: str) -> None:
    info, data = member("PKG-INFO", OLD)
    info.name = f"{folder}/PKG-INFO"
    assert read_pkg_info(pack(tmp_path / NAME, [(info, data)])) == OLD


MESON_BUILD = "project('spam', version: '1.4.0')\n"
BACKENDS = {
    "flit_core": "flit_core.buildapi",
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "poetry.core": "poetry.core.masonry.api",
    "pdm.backend": "pdm.backend",
    "mesonpy": "mesonpy",
}


@pytest.mark.parametrize("module", BACKENDS)
def test_sdists_of_real_backends(tmp_path: Path, module: str) -> None:
    pytest.importorskip(module)
    (tmp_path / "spam").mkdir()
    (tmp_path / "spam" / "__init__.py").write_text('"""Spam."""\n')
    (tmp_path / "meson.build").write_text(MESON_BUILD)
    (tmp_path / "pyproject.toml").write_text(
        f'[build-system]\nbuild-backend = "{BACKENDS[module]}"\nrequires = []\n'
        '[project]\nname = "spam"\nversion = "1.4.0"\ndescription = "Spam"\n'
    )
    if module == "mesonpy":
        git = ["git", "-c", "user.name=spam", "-c", "user.email=spam@example.org"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Spam"]):
            subprocess.run([*git, *command], cwd=tmp_path, check=True)
    (tmp_path / "build").mkdir()
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import {BACKENDS[module]} as backend; backend.build_sdist('build')"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PATH": search},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    (source,) = (tmp_path / "build").glob("*.tar.gz")
    target = edit(source)
    assert read_pkg_info(source) != read_pkg_info(target) == NEW
    before, after = (split(gzip.decompress(path.read_bytes())) for path in (source, target))
    assert {name for name, *_ in before if name.endswith("PKG-INFO")} == {
        name for (name, *rest), (_, *new) in zip(before, after, strict=True) if rest != new
    }


# What is refused


def block(data: bytes, at: int, field: bytes) -> bytes:
    """Overwrite a field of the first header and correct its checksum."""
    data = data[:at] + field + data[at + len(field) :]
    checksum = sum(data[:148]) + sum(data[156:512]) + 256
    return data[:148] + b"%06o\0 " % checksum + data[156:]


ONE = tar([member("PKG-INFO", OLD)])
BEFORE = tar([member("a", b"a")])[:1024]
GOOD = zipped(tar(members()))
PAX = tar([(tarfile.TarInfo("x" * 300), b"")])
SPARSE_INFO = member("data", OLD)[0]
SPARSE_INFO.pax_headers = {"GNU.sparse.name": f"{TOP}/PKG-INFO", "GNU.sparse.major": "1"}
SPARSE = tar([(SPARSE_INFO, OLD)])[: 3 * 512]
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is not a .tar.gz file|is cut off"),
    "text": (b"hello " * 1000, "is not a .tar.gz file|can't be decompressed"),
    "only a tar": (ONE, "is not a .tar.gz file|can't be decompressed"),
    "cut off": (GOOD[:-500], "is cut off: its compressed data has no end"),
    "cut off in the checksum": (GOOD[:-3], "is cut off: its compressed data has no end"),
    "tar cut off": (zipped(tar(members())[:3000]), "is cut off: [0-9,]+ bytes are missing"),
    "wrong checksum": (GOOD[:-8] + bytes(4) + GOOD[-4:], "can't be decompressed"),
    "damaged": (GOOD[:200] + bytes(20) + GOOD[220:], "damaged"),
    "two gzip members": (GOOD + GOOD, "has more than one gzip member"),
    "bytes behind the end": (zipped(ONE + b"x"), "has bytes behind the end of its archive"),
    "a member behind the end": (zipped(ONE + ONE), "has bytes behind the end of its archive"),
    "no PKG-INFO": (zipped(tar([member("a/PKG-INFO", OLD)])), f"has no PKG-INFO in the folder `{TOP}`"),
    "another folder": (zipped(ONE.replace(b"1.4.0", b"1.5.0").replace(ONE[148:154], b"%06o" % 0)), "there is no tar header"),
    "PKG-INFO is a link": (
        zipped(tar([member("PKG-INFO", type=tarfile.SYMTYPE, linkname="a")])), "a `PKG-INFO` that is not a plain file"
    ),
    "PKG-INFO is a hard link": (
        zipped(tar([member("PKG-INFO", type=tarfile.LNKTYPE, linkname="a")])), "a `PKG-INFO` that is not a plain file"
    ),
    "PKG-INFO is sparse": (zipped(SPARSE + ONE[512:]), "a member with two names"),
    "PKG-INFO is a folder": (
        zipped(tar([member("PKG-INFO", type=tarfile.DIRTYPE)])), "a `PKG-INFO` that is not a plain file|has no PKG-INFO"
    ),
    "huge PKG-INFO": (zipped(block(ONE, 124, b"77777777777\0")), "claims 8,589,934,591 bytes for `spam-1.4.0/PKG-INFO`"),
    "huge other": (zipped(block(BEFORE, 124, b"77777777777\0") + ONE), "is cut off: 8,5[0-9,]+ bytes are missing"),
    "size beyond octal": (zipped(block(BEFORE, 124, b"\x80" + b"\xff" * 11) + ONE), "is cut off"),
    "negative size": (zipped(block(BEFORE, 124, b"\xff" * 12) + ONE), "there is no tar header at byte 0"),
    "size that is none": (zipped(block(BEFORE, 124, b"hello") + ONE), "there is no tar header at byte 0"),
    "wrong header checksum": (zipped(BEFORE + ONE[:5] + b"x" + ONE[6:]), "there is no tar header at byte 1,024"),
    "huge pax header": (zipped(block(PAX, 124, b"%011o\0" % (2 << 20)) + ONE), "for the headers of one member"),
    "pax record without end": (zipped(PAX[:512] + b"999 path=x\n" + PAX[523:] + ONE), "there is no tar header"),
    "pax record of length 0": (zipped(PAX[:512] + b"0 path=xyz\n" + PAX[523:] + ONE), "there is no tar header"),
    "pax record going back": (zipped(PAX[:512] + b"-9 path=xy\n" + PAX[523:] + ONE), "there is no tar header"),
    "many headers": (zipped(block(PAX[:1024], 156, b"g") * 2000 + ONE), "one member|gives all members one path"),
    "a path for all": (zipped(block(PAX, 156, b"g") + ONE), "gives all members one path or one size"),
    "leads up": (zipped(tar([member("../../x", b""), member("PKG-INFO", OLD)])), "an unsafe name: `spam-1.4.0/../../x`"),
    "absolute": (zipped(block(BEFORE, 0, b"/") + ONE), "an unsafe name: `/pam-1.4.0/a`"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    data, message = REFUSED[case]
    source = tmp_path / "private" / NAME
    source.parent.mkdir()
    source.write_bytes(data)
    with pytest.raises(ArchiveError, match=message) as caught:
        rewrite(source, tmp_path / NAME, edited)
    with pytest.raises(ArchiveError, match=message):
        read_pkg_info(source)
    (finding,) = caught.value.findings
    assert finding.artifact == NAME
    assert not finding.message.endswith(".")
    out = "let `PKG-INFO` be a file itself in the source tree, no link to one and no folder, and build the sdist anew"
    assert "that is not a plain file" not in finding.message or finding.hints == (out,)
    assert list(tmp_path.iterdir()) == [source.parent]
    assert source.read_bytes() == data


STALE = OLD.replace(b"# Spam", b"# An old one")


@pytest.mark.parametrize("stale", [ONE[:1024], block(ONE[:1024], 0, b"Spam")], ids=["same name", "another spelling"])
def test_two_pkg_info_can_not_be_read(tmp_path: Path, stale: bytes) -> None:
    (tmp_path / NAME).write_bytes(zipped(stale + ONE))
    with pytest.raises(ArchiveError, match=f"has two members with the name `{TOP}/PKG-INFO`|has two folders"):
        read_pkg_info(tmp_path / NAME)


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "taken"])
def test_of_two_pkg_info_the_later_one_is_left(tmp_path: Path, refused: bool) -> None:
    """meson-python archives a PKG-INFO under version control besides its own; unpacking leaves the last one."""

    def edit(name: str, data: bytes) -> bytes:
        if data == STALE and refused:
            raise KeyError(name)
        return NEW if data == OLD else data

    entries = [member("PKG-INFO", STALE), member("a", b"a"), member("PKG-INFO", STALE), member("PKG-INFO", OLD)]
    source = tmp_path / "private" / NAME
    source.parent.mkdir()
    source.write_bytes(zipped(tar(entries)))
    assert rewrite(source, tmp_path / NAME, edit)
    with tarfile.open(tmp_path / NAME) as archive:
        assert archive.getnames() == [f"{TOP}/a", f"{TOP}/PKG-INFO"]
    assert read_pkg_info(tmp_path / NAME) == NEW


def test_what_the_only_pkg_info_raises_is_raised(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    source = tmp_path / "private" / NAME
    source.write_bytes(GOOD)

    def edit(name: str, _: bytes) -> bytes:
        raise KeyError(name)

    with pytest.raises(KeyError):
        rewrite(source, tmp_path / NAME, edit)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("name", ["spam-1.4.0.tar.bz2", "spam-1.4.0", "spam-1.4.0.tgz"])
def test_other_kinds_of_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD)
    with pytest.raises(ArchiveError, match=r"is neither a \.tar\.gz nor a \.zip file"):
        read_pkg_info(tmp_path / name)
    with pytest.raises(ArchiveError, match=r"is not a \.tar\.gz file"):
        rewrite(tmp_path / name, tmp_path / NAME, edited)


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """Some hundred kilobytes that would be a hundred megabytes, in a member, and a PKG-INFO of 8 GB."""
    deflater = zlib.compressobj(9, wbits=31)
    parts = [deflater.compress(block(BEFORE, 124, b"%011o\0" % (100 << 20))[:512])]
    parts += [deflater.compress(bytes(1 << 20)) for _ in range(100)]
    parts += [deflater.compress(block(ONE, 124, b"77777777777\0")), deflater.flush()]
    path = tmp_path / "private" / NAME
    path.parent.mkdir()
    path.write_bytes(b"".join(parts))
    assert path.stat().st_size < 1 << 18

    def refused() -> None:
        with pytest.raises(ArchiveError, match="claims 8,589,934,591 bytes"):
            read_pkg_info(path)
        with pytest.raises(ArchiveError, match="claims 8,589,934,591 bytes"):
            rewrite(path, tmp_path / NAME, edited)

    assert memory(refused) < 8 << 20


@settings(max_examples=200)
@given(st.data())
def test_damage_is_an_error_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever bytes change, in the tar or around it, the outcome is an `ArchiveError` or a new PKG-INFO."""
    inner = bytearray(tar(members(["PKG-INFO"]))[:8192])
    for _ in range(data.draw(st.integers(0, 3))):
        inner[data.draw(st.integers(0, len(inner) - 1))] = data.draw(st.integers(0, 255))
    outer = bytearray(zipped(bytes(inner), level=1))
    if data.draw(st.booleans()):
        outer[data.draw(st.integers(0, len(outer) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damage")
    source = folder / "private" / NAME
    source.parent.mkdir()
    source.write_bytes(outer)
    try:
        rewrite(source, folder / NAME, edited)
    except ArchiveError:
        assert list(folder.iterdir()) == [source.parent]
    else:
        assert read_pkg_info(folder / NAME) == NEW


PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0./"), min_size=1, max_size=150).map("x{}".format)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(PATHS, st.binary(max_size=1500)), max_size=6, unique_by=lambda pair: pair[0]),
    st.integers(0, 6),
    st.binary(max_size=3000),
    st.sampled_from(["pax", "gnu"]),
)
def test_any_sdist_and_any_edit(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], at: int, new: bytes, form: str
) -> None:
    """The oracle: `tarfile` finds the same members with the same properties, and contents as a dict says."""
    files.insert(at, ("PKG-INFO", OLD))
    source = pack(tmp_path_factory.mktemp("any") / NAME, [member(*pair) for pair in files], form=form)
    target = edit(source, lambda *_: new)
    expected = {f"{TOP}/{name}": data for name, data in [*files, ("PKG-INFO", new)]}
    with tarfile.open(source) as before, tarfile.open(target) as after:
        for old, info in zip(before.getmembers(), after.getmembers(), strict=True):
            ignored = {"size": 0, "chksum": 0}
            assert {**info.get_info(), **ignored} == {**old.get_info(), **ignored}
            file = after.extractfile(info)
            assert file
            assert file.read() == expected[info.name]


# All or nothing


class Stopped(Exception):  # noqa: N818
    pass


def test_what_an_edit_raises_comes_through_and_leaves_nothing(tmp_path: Path) -> None:
    def stop(*_: object) -> bytes:
        raise Stopped

    source = pack(tmp_path / "private" / NAME, members())
    (tmp_path / NAME).write_bytes(b"older")
    with pytest.raises(Stopped):
        rewrite(source, tmp_path / NAME, stop)
    assert sorted(tmp_path.iterdir()) == [source.parent, tmp_path / NAME]
    assert (tmp_path / NAME).read_bytes() == b"older"


@pytest.mark.parametrize("older", [False, True], ids=["new", "older there"])
def test_death_at_any_step_leaves_nothing_or_a_whole_sdist(tmp_path: Path, older: bool) -> None:
    source = pack(tmp_path / NAME, [*members(["PKG-INFO"]), member("noise", os.urandom(200_000))])
    outcomes = interruption.interrupted("edit sdist", "kill", source, tmp_path / "steps", older=older)
    assert [one["code"] for one in outcomes] == [interruption.DIED] * (len(outcomes) - 1) + [0]
    assert len(outcomes) > 5
    for one in outcomes:
        target = Path(one["target"])
        if one["there"] and target.read_bytes() != b"older":
            assert interruption.ADDED in b"\n" + read_pkg_info(target)
        else:
            assert one["there"] == older
            assert one["code"]
    assert not outcomes[-1]["temporary"]


@pytest.mark.parametrize("older", [False, True], ids=["new", "older there"])
def test_a_full_disk_is_an_error(tmp_path: Path, older: bool) -> None:
    source = pack(tmp_path / NAME, members())
    outcomes = interruption.interrupted("edit sdist", "full", source, tmp_path / "steps", older=older)
    assert [one["code"] for one in outcomes] == [1] * (len(outcomes) - 1) + [0]
    for one in outcomes:
        assert not one["temporary"]
        assert not one["code"] or one["there"] == older


def test_files_and_folders_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no such file"):
        read_pkg_info(tmp_path / NAME)
    source = pack(tmp_path / NAME, members())
    with pytest.raises(ArchiveError, match="no such file or directory"):
        rewrite(source, tmp_path / "nowhere" / NAME, edited)
