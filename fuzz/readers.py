"""How others read archives: pip, `zipfile`, `installer` and uv a wheel, `tarfile` and pip an sdist.

Each function gives None where its reader refuses the file. What a reader would take memory or time for is not tried.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SDIST_READERS", "WHEEL_READERS", "read", "read_by_uv"]

_Found = TypeVar("_Found")
_LARGEST = 1 << 20
_SDIST_FILES = ("PKG-INFO", "pyproject.toml")


def _unpacked(path: Path) -> bytes | None:
    """METADATA after unpacking: of two files in one place the later is left."""
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            if any(info.file_size > _LARGEST for info in archive.infolist()):
                return None
            archive.extractall(folder)  # noqa: S202
        (found,) = Path(folder).glob("*.dist-info/METADATA")
        return found.read_bytes()


def _in_pip(path: Path) -> bytes | None:
    with _quiet():
        from pip._internal.utils.wheel import read_wheel_metadata_file, wheel_dist_info_dir
    with zipfile.ZipFile(path) as archive:
        folder = wheel_dist_info_dir(archive, path.name.partition("-")[0])
        return bytes(read_wheel_metadata_file(archive, f"{folder}/METADATA"))


def _in_installer(path: Path) -> bytes | None:
    from installer.sources import WheelFile

    with WheelFile.open(path) as source:
        return source.read_dist_info("METADATA").encode()


WHEEL_READERS: dict[str, Callable[[Path], bytes | None]] = {
    "unpacking": _unpacked,
    "pip": _in_pip,
    "installer": _in_installer,
}


def read(reader: Callable[[Path], _Found], path: Path) -> _Found | None:
    """What a reader finds, None if it refuses: a hostile archive makes them raise nearly everything."""
    with _quiet():
        try:
            return reader(path)
        except Exception:  # noqa: BLE001
            return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Import and read without warnings: pip's import makes setuptools say something, `zipfile` names duplicates."""
    with catch_warnings():
        simplefilter("ignore")
        yield


def _unpacked_by_tarfile(path: Path) -> dict[str, bytes] | None:
    """What `tarfile` leaves of these files in the top folder, if it is alone."""
    with TemporaryDirectory() as folder:
        with tarfile.open(path) as archive:
            if any(info.size > _LARGEST for info in archive.getmembers()):
                return None
            archive.extractall(folder, filter="data")
        tops = list(Path(folder).iterdir())
        return _files_in(tops[0]) if len(tops) == 1 and tops[0].is_dir() else {}


def _unpacked_by_pip(path: Path) -> dict[str, bytes] | None:
    """What pip leaves of these files where it goes on to build."""
    with _quiet():
        from pip._internal.utils.unpacking import unpack_file
    with TemporaryDirectory() as folder:
        unpack_file(str(path), folder)
        return _files_in(Path(folder))


def _files_in(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _SDIST_FILES if (folder / name).is_file()}


SDIST_READERS: dict[str, Callable[[Path], dict[str, bytes] | None]] = {
    "tarfile": _unpacked_by_tarfile,
    "pip": _unpacked_by_pip,
}


def read_by_uv(path: Path) -> set[str] | None:
    """The names that an sdist or wheel with static metadata requires, according to uv; all must be unknown to it."""
    command = [shutil.which("uv") or "uv", "pip", "compile", "-", "--no-index", "--offline", "--no-build"]
    with TemporaryDirectory() as cache:
        name = re.split("-", path.name)[0]
        done = subprocess.run(
            [*command, "--quiet", "--cache-dir", cache], input=f"{name} @ {path.as_uri()}\n",
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    if not done.returncode:
        return set()
    found = set(re.findall(r"depends on ([\w-]+)|Because ([\w-]+) was not found", done.stderr))
    return {one for pair in found for one in pair if one} or None
