"""Sdists: what they are made of, and what must hold for any bytes that are called one."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from abiding.archives.sdist import read_members, rewrite
from abiding.artifacts.disk import read_artifacts
from abiding.findings.errors import AbidingError
from abiding.releases.check import releases
from fuzz import readers
from fuzz.damage import damaged, wounds
from fuzz.metadata import documents
from fuzz.watch import Violation, watched

NAME = "spam-1.0.tar.gz"
TOP = "spam-1.0"

_names = st.sampled_from(
    (f"{TOP}/PKG-INFO", f"{TOP}/PKG-INFO", f"./{TOP}/PKG-INFO", "Spam-1.0/PKG-INFO", f"{TOP}/pyproject.toml",
    f"{TOP}/a.py", f"{TOP}/x", f"{TOP}/x", f"{TOP}/x/PKG-INFO", f"{TOP}//PKG-INFO", f"{TOP}/./PKG-INFO",
    f"{TOP}/PKG-INFO/",
     f"{TOP}/spam.egg-info/PKG-INFO", "../outside", "/outside", f"{TOP}/../../outside",
     f"{TOP}/" + "long/" * 40, f"{TOP}/größe", f"{TOP}/x/y/z", f"{TOP}/{'x' * 260}", f"{TOP}/" + "long/" * 210, TOP,
     f"{TOP}\\PKG-INFO", f"{TOP}/x\\..\\PKG-INFO", f"{TOP}/PYPROJ~1.TOM", "other/PKG-INFO", "setup.py")
)  # fmt: skip
_kinds = st.sampled_from((tarfile.REGTYPE,) * 6 + (tarfile.AREGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE,
    tarfile.CHRTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, b"x", b"g", b"L", b"K", b"?"))  # fmt: skip
_links = st.sampled_from(
    (
        "elsewhere",
        "PKG-INFO",
        f"{TOP}/PKG-INFO",
        ".",
        "x",
        "..",
        "../..",
        "/outside",
        f"{TOP}/x",
        "",
        "x/..",
        "x/../..",
        "x" * 260,
    )
)
_pax = st.dictionaries(
    st.sampled_from(
        ("path", "size", "mtime", "atime", "uid", "linkpath", "comment", "hdrcharset", "GNU.sparse.name",
         "GNU.sparse.size", "GNU.sparse.map", "GNU.sparse.numblocks", "GNU.sparse.major", "GNU.sparse.minor")
    ),
    st.sampled_from(
        ("0", "1", "12", "-1", "9" * 4300, "1_0", "x", f"{TOP}/PKG-INFO", "../outside", "é", "nan", "1e999", "1.5",
         "0,12", "", f"{TOP}/x", f"{TOP}/x/y", f"{TOP}/x\0y", "x\n17 hdrcharset=\udcff\n")
    ),
    max_size=3,
)  # fmt: skip


@st.composite
def _sdists(draw: st.DrawFn) -> bytes:
    """Damage of three depths: in the fields of headers, in the tar archive with checksums mended, in the gzip file."""
    file = io.BytesIO()
    form = draw(st.sampled_from((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)))
    members = draw(st.lists(st.tuples(_names, _kinds, documents | st.binary(max_size=40), _pax), max_size=4))
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, kind, data, records in [(f"{TOP}/PKG-INFO", tarfile.REGTYPE, draw(documents), {}), *members][
            :: draw(st.sampled_from((1, -1)))
        ]:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.pax_headers, info.linkname = kind, len(data), records, draw(_links)
            try:
                archive.addfile(info, io.BytesIO(data))
            except (ValueError, UnicodeError):  # a name or number that the format has no room for
                continue
    data = mended(damaged(file.getvalue(), draw(wounds)))
    return damaged(gzip.compress(data, draw(st.sampled_from((0, 1, 9))), mtime=0), draw(st.just([]) | wounds))


sdists = _sdists()


def mended(data: bytes) -> bytes:
    """The archive with a right checksum in each block that looks like a header, so that damage gets further."""
    blocks = [data[at : at + 512] for at in range(0, len(data), 512)]
    for i, block in enumerate(blocks):
        if len(block) == 512 and block[257:262] == b"ustar":  # noqa: PLR2004 (a block; pathnames are not of interest)
            bare = block[:148] + b" " * 8 + block[156:]
            blocks[i] = block[:148] + b"%06o\0 " % sum(bare) + block[156:]
    return b"".join(blocks)


def hold(data: bytes) -> None:
    """Read the sdist in every way, edit it, check it as a release. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "source", NAME)
        path.parent.mkdir()
        path.write_bytes(data)
        # What others take for a hostile archive is not ours to limit; and the edit may use up the file.
        others = readers.read(path)
        with watched(Path(folder)):
            try:
                found = read_members(path, ["PKG-INFO", "pyproject.toml"])
            except AbidingError:
                found = {}
            for release in releases(read_artifacts([path])):
                _ = release.verdict, release.findings
            _edit(path, Path(folder, NAME))
        for reader, files in others.items() if "PKG-INFO" in found else ():
            # pip takes `.` for the one folder.
            if files != found and (files or reader != "pip"):
                raise Violation(f"{reader} unpacks {'something else' if files else 'nothing'}")


def _edit(source: Path, target: Path) -> None:
    try:
        rewrite(source, target, lambda _, data: b"X-Edited: yes\n" + data)
    except AbidingError:
        found = sorted(path.name for path in target.parent.iterdir())
        if found != ["source"]:
            raise Violation(f"left {found} behind") from None
        return
    if not read_members(target, ["PKG-INFO"])["PKG-INFO"].startswith(b"X-Edited: yes\n"):
        raise Violation("PKG-INFO is not the new one")
