"""Work on an archive that is stopped at each of its steps: by death, or by a disk that is full from then on.

Run as a program, this forks a child for each step; the child does the work in a folder of its own until that step, a
write being half done. What is found afterwards is printed, one JSON object per step.
"""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.archives import sdist, wheel_editing
from abiding.archives.wheel import Wheel
from abiding.files.placing import place
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable

ADDED = b"\nRequires-Dist: added\n\n"
DIED = 42
FAILED = 3  # for another reason


def interrupted(job: str, how: str, source: Path, folder: Path, *, older: bool) -> list[dict[str, Any]]:
    """Do `job` on copies of `source` in `folder`, stopping at the first step, the second, and so on until none is left.

    `how` is `kill` or `full`; `older` puts a file at the target beforehand.
    """
    command = [sys.executable, __file__, job, how, str(source), str(folder), "older" if older else ""]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _edited(data: bytes) -> bytes:
    return data.replace(b"\n\n", ADDED, 1)


def _edit_wheel(source: Path, target: Path) -> None:
    archive = Wheel.open(source)
    wheel_editing.rewrite(archive, target, {archive.metadata_name: _edited(archive.metadata())})


def _copy_wheel(source: Path, target: Path) -> None:
    wheel_editing._LARGEST_TAIL = -1  # noqa: SLF001
    _edit_wheel(source, target)


def _edit_sdist(source: Path, target: Path) -> None:
    sdist.rewrite(source, target, lambda _, data: _edited(data))


JOBS: dict[str, Callable[[Path, Path], None]] = {
    "edit wheel": _edit_wheel,
    "copy wheel": _copy_wheel,
    "edit sdist": _edit_sdist,
    "place": place,
}


class _Steps:
    """Everything that changes the disk counts as a step."""

    def __init__(self, last: int, how: str) -> None:
        self.left = last
        self.how = how

    def step(self) -> None:
        self.left -= 1
        if self.left > 0:
            return
        if self.how == "kill":
            os._exit(DIED)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **options: Any) -> Any:
            self.step()
            return function(*arguments, **options)

        return stepping

    def install(self) -> None:
        steps = self

        class File(io.FileIO):
            def write(self, data: Any) -> int:
                if steps.left == 1:
                    super().write(bytes(data)[: len(data) // 2])
                steps.step()
                return super().write(data)

            def truncate(self, size: int | None = None) -> int:
                steps.step()
                return super().truncate(size)

        original = io.open

        def opening(file: Any, mode: str = "r", buffering: int = -1, *rest: Any) -> Any:
            if "r" in mode and "+" not in mode:
                return original(file, mode, buffering, *rest)
            assert buffering == 0, "what is buffered would be written unnoticed"
            if "x" in mode:
                steps.step()
            return File(file, mode.replace("b", ""))

        io.open = opening  # type: ignore[assignment]
        # A full disk still renames and removes.
        for name in ("fsync", "copy_file_range", *(("chmod", "replace", "unlink") if self.how == "kill" else ())):
            setattr(os, name, self.before(getattr(os, name)))


def _child(job: str, how: str, step: int, source: Path, target: Path) -> None:
    _Steps(step, how).install()
    try:
        JOBS[job](source, target)
    except ArchiveError as exc:
        os._exit(1 if "no space left on device" in str(exc) else FAILED)
    os._exit(0)


def main(job: str, how: str, original: str, folder: str, older: str) -> None:
    for step in itertools.count(1):
        target = Path(folder, f"{step}", Path(original).name)
        source = target.parent / "private" / target.name
        source.parent.mkdir(parents=True)
        shutil.copy(original, source)
        if older:
            target.write_bytes(b"older")
        child = os.fork()
        if not child:
            _child(job, how, step, source, target)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        temporary = [path.name for path in target.parent.iterdir() if path not in (target, source.parent)]
        print(json.dumps({"code": code, "target": str(target), "there": target.exists(), "temporary": temporary}))  # noqa: T201
        if code in (0, FAILED):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
