"""How others read archives: pip, `zipfile`, `installer` and uv a wheel, `tarfile` and pip an sdist.

They run in a process of their own, because pip is not made to be imported by others. None stands for a file that its
reader refuses. What a reader would take memory or time for is not tried: it finds nothing at all.
"""

from __future__ import annotations

import atexit
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import warnings
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

__all__ = ["OF_SDISTS", "is_installed_by_uv", "read", "read_by_uv"]

_LARGEST = 1 << 20
_SDIST_FILES = ("PKG-INFO", "pyproject.toml")


class _TooLargeError(Exception):
    """Nobody tries."""


def read(path: Path) -> dict[str, dict[str, bytes] | None]:
    """What each of the readers finds in a file: METADATA of a wheel, PKG-INFO and pyproject.toml of an sdist."""
    process = _process()
    questions, answers = cast("TextIO", process.stdin), cast("TextIO", process.stdout)
    questions.write(json.dumps(str(path)) + "\n")
    questions.flush()
    found: dict[str, dict[str, str] | None] = json.loads(answers.readline())
    return {
        reader: files if files is None else {name: bytes.fromhex(data) for name, data in files.items()}
        for reader, files in found.items()
    }


@cache
def _process() -> subprocess.Popen[str]:
    # The same pip, also where this environment is on the path of another interpreter.
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables
    )
    atexit.register(process.__exit__, None, None, None)  # which closes the pipes and waits
    return process


def read_by_uv(path: Path) -> set[str] | None:
    """The names that an sdist or wheel with static metadata requires, according to uv; all must be unknown to it."""
    command = [shutil.which("uv") or "uv", "pip", "compile", "-", "--no-index", "--offline", "--no-build", "--quiet"]
    with TemporaryDirectory() as folder:
        line = f"{path.name.partition('-')[0]} @ {path.as_uri()}\n"
        done = subprocess.run(
            [*command, "--cache-dir", folder], input=line, capture_output=True, text=True, check=False, timeout=600
        )
    return set() if not done.returncode else set(_MISSED.findall(done.stderr)) or None


# A requirement with a marker is told in another way than one without.
_MISSED = re.compile(r"(?:(?<=Because )(?!there )|(?<=there are no versions of ))([\w-]+)(?= was not found|[{ ])")


def is_installed_by_uv(wheel: Path) -> bool:
    """Whether uv installs a wheel, into a folder that goes again; what it requires is left out."""
    options = ["--no-deps", "--no-index", "--offline", "--quiet"]
    with TemporaryDirectory() as folder:
        command = [shutil.which("uv") or "uv", "pip", "install", *options, "--cache-dir", f"{folder}/c"]
        command += ["--python", sys.executable, "--target", f"{folder}/t", str(wheel)]
        return not subprocess.run(command, capture_output=True, check=False, timeout=600).returncode


# Wheels


def _unzipped(path: Path) -> dict[str, bytes]:
    """After unpacking: of two files in one place the later is left."""
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            if any(info.file_size > _LARGEST for info in archive.infolist()):
                raise _TooLargeError
            archive.extractall(folder)  # noqa: S202
        (found,) = Path(folder).glob("*.dist-info/METADATA")
        return {"METADATA": found.read_bytes()}


def _in_pip(path: Path) -> dict[str, bytes]:
    """With a RECORD that it can install from, and Python read afterwards."""
    from pip._internal.operations.install.wheel import get_csv_rows_for_installed
    from pip._internal.utils.wheel import read_wheel_metadata_file, wheel_dist_info_dir

    with zipfile.ZipFile(path) as archive:
        folder = wheel_dist_info_dir(archive, path.name.partition("-")[0])
        record = read_wheel_metadata_file(archive, f"{folder}/RECORD").decode()
        for _, _, size in get_csv_rows_for_installed(list(csv.reader(record.splitlines())), {}, set(), [], ""):
            int(size or 0)
        return {"METADATA": read_wheel_metadata_file(archive, f"{folder}/METADATA")}


def _in_installer(path: Path) -> dict[str, bytes]:
    from installer.sources import WheelFile

    with WheelFile.open(path) as source:
        return {"METADATA": source.read_dist_info("METADATA").encode()}


# Sdists


def _untarred(path: Path) -> dict[str, bytes]:
    """What `tarfile` leaves in the top folder, if that is alone."""
    with TemporaryDirectory() as folder:
        with tarfile.open(path) as archive:
            _hold_small(archive)
            archive.extractall(folder, filter="data")
        tops = list(Path(folder).iterdir())
        return _files_in(tops[0]) if len(tops) == 1 and tops[0].is_dir() else {}


def _unpacked_by_pip(path: Path) -> dict[str, bytes]:
    """What pip leaves where it goes on to build."""
    from pip._internal.utils.unpacking import unpack_file

    with tarfile.open(path) as archive:
        _hold_small(archive)
    with TemporaryDirectory() as folder:
        unpack_file(str(path), folder)
        return _files_in(Path(folder))


def _hold_small(archive: tarfile.TarFile) -> None:
    if any(info.size > _LARGEST for info in archive.getmembers()):
        raise _TooLargeError


def _files_in(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _SDIST_FILES if (folder / name).is_file()}


_OF_WHEELS = {"zipfile": _unzipped, "pip": _in_pip, "installer": _in_installer}
# Before Python 3.11.4 `tarfile` has no filter and would write anywhere; pip then has a way of its own.
_OF_SDISTS = ({"tarfile": _untarred} if hasattr(tarfile, "data_filter") else {}) | {"pip": _unpacked_by_pip}
OF_SDISTS = tuple(_OF_SDISTS)


def _answer(path: Path) -> dict[str, dict[str, str] | None]:
    found = {}
    readers: Mapping[str, Callable[[Path], dict[str, bytes]]] = _OF_WHEELS if path.suffix == ".whl" else _OF_SDISTS
    for name, reader in readers.items():
        try:
            files = reader(path)
        except ImportError:
            raise
        except _TooLargeError:
            continue
        except Exception:  # noqa: BLE001 (a hostile archive makes them raise nearly everything)
            files = None
        found[name] = None if files is None else {file: data.hex() for file, data in files.items()}
    return found


def main() -> None:
    """Answer until nothing more is asked."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(Path(json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
