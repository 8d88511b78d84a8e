"""preprocessing(headers, command): what the preprocessor of a C compiler makes of headers, within bounds.

A header of a few lines can ask for more time and memory than there are.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING, NamedTuple

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["PACK", "PreprocessingError", "Preprocessor", "preprocessing"]


# What `lines` has for `#pragma pack`: how closely the fields of what follows lie. No declaration says it, and it
# changes all.
PACK = "__pack"
_PACKING = re.compile(r"#\s*pragma\s+pack\s*\(([^)]*)\)\s*")
_MARKER = re.compile(r'# (\d+) "([^"]*)".*')
_SAID = re.compile(r"(?:(.+?):\d+(?::\d+)?|[^:\s]+): (?:fatal )?error: ([^\n]{1,200})")
_LONGEST_LINE = 1 << 20
# Of the clock, beside those of the processor: what it reads may never come.
_SECONDS = 60


class PreprocessingError(Exception):
    """A header can't be preprocessed; it says why."""


@contextmanager
def preprocessing(headers: Mapping[str, bytes], command: list[str]) -> Iterator[Preprocessor]:
    """Have headers, by their places, in a folder of their own while it lasts. `command` is a compiler."""
    with TemporaryDirectory(prefix="abiding-") as name:
        folder = Path(name).resolve()
        for place, data in headers.items():
            file = folder / _inside(place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield Preprocessor(
            folder, (*command, "-E", "-dD", *(f"-I{folder / root}" for root in _roots(headers))), _spent()
        )


def _inside(place: str) -> Path:
    return Path(*(part for part in PurePosixPath(place).parts if part not in {"..", "/"}))


def _roots(places: Iterable[str]) -> list[str]:
    """Return the folders that headers may be included from: the ones called `include`, else their own."""
    return sorted({_root(place) for place in places})


def _root(place: str) -> str:
    parts = PurePosixPath(place).parent.parts
    return "/".join(parts[: parts.index("include") + 1] if "include" in parts else parts)


class Preprocessor(NamedTuple):
    """A folder of headers, a compiler with what it is given, and the seconds that were spent before."""

    folder: Path
    command: tuple[str, ...]
    spent: float

    def lines(self, place: str, language: str) -> Iterator[tuple[str, str]]:
        """Yield what a header comes to, by the places that it is from, but for what is not from this folder.

        Macros are among it as they are defined. Raises `PreprocessingError`.
        """
        with TemporaryFile() as written, TemporaryFile() as said:
            line = [*self.command, "-x", language, str(self.folder / _inside(place))]
            status = _run(line, written, said, self._left())
            said.seek(0)
            if status:
                error = _error(said.read(_LONGEST_LINE).decode("utf-8", "replace"), self.folder)
                why = error or f"the compiler ended with {status}"
                raise PreprocessingError(why.replace(f"{self.folder}{os.sep}", ""))
            if written.seek(0, os.SEEK_END) > bounds.PREPROCESSED:
                raise PreprocessingError(f"the preprocessor writes more than {bounds.PREPROCESSED >> 20} MiB")
            written.seek(0)
            for number, text in enumerate(_own(written, self.folder)):
                if number % _OFTEN == 0:
                    self._left()
                yield text

    def _left(self) -> int:
        left = self.spent + bounds.PREPROCESSING - _spent()
        if left <= 0:
            raise PreprocessingError(f"headers take more than {bounds.PREPROCESSING} seconds")
        return int(left) + 1


_OFTEN = 1000


def _spent() -> float:
    """Return the seconds of a processor that were spent, by this process and those that it has waited for."""
    return sum(os.times()[:4])


def _run(line: list[str], written: IO[bytes], said: IO[bytes], seconds: int) -> int:
    """Run the preprocessor, and return its status; it is not waited for longer than it may take."""

    def limited() -> None:
        """Bound what a process and those that it starts may take and write; the compiler then ends with an error."""
        import resource

        for kind, most in (
            (resource.RLIMIT_AS, bounds.PREPROCESSOR),
            (resource.RLIMIT_FSIZE, 2 * bounds.PREPROCESSED),
            (resource.RLIMIT_CPU, seconds),
        ):
            _, hard = resource.getrlimit(kind)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (least, hard))

    is_posix = os.name == "posix"
    try:
        # In a session of its own it has no terminal that it could read, and its children end with it.
        with subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=said,
            preexec_fn=limited if is_posix else None,  # noqa: PLW1509 (it takes no lock)
            start_new_session=is_posix,
        ) as process:
            try:
                return process.wait(_SECONDS)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL) if is_posix else process.kill()
                raise
    except (OSError, subprocess.SubprocessError) as exc:
        raise PreprocessingError(type(exc).__name__) from exc


def _error(said: str, folder: Path) -> str:
    """The first error that a compiler names; of files elsewhere, which a header can include, nothing is repeated."""
    match = next(filter(None, map(_SAID.match, said.splitlines())), None)
    if match is None:
        return ""
    is_own = match[1] is None or Path(match[1]).is_relative_to(folder)
    return match[2].strip() if is_own else "something that it includes from elsewhere can't be preprocessed"


def _own(written: IO[bytes], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines that come from files in a folder, with their places, by the preprocessor's own marks."""
    own = ""
    while line := written.readline(_LONGEST_LINE):
        text = line.decode("utf-8", "replace").rstrip("\n")
        marker = _MARKER.fullmatch(text)
        if marker:
            path = Path(marker[2])
            own = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
        elif own and len(line) == _LONGEST_LINE:
            raise PreprocessingError(f"the preprocessor writes a line of more than {_LONGEST_LINE >> 20} MiB")
        elif own and (packing := _PACKING.fullmatch(text)):
            yield own, f"{PACK} {packing[1]};"
        elif own and (text.startswith(("#define ", "#undef ")) or not text.startswith("#")):
            yield own, text
