"""Read the headers of a wheel with libclang, in a separate process with limits."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.providers.declarations import HeaderDeclaration, ParsedHeaders, Reading
from abiding.providers.languages import headers_of_both
from abiding.providers.limited_process import processor_seconds, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Headers", "NoParserError", "collect", "compiler", "read"]


_HEADER = pattern(r".*\.(?:h|hh|hpp|hxx|h\+\+)", re.IGNORECASE)
# Endings of files that only headers include; and headers without an ending, as in Eigen and the standard library.
_PART = pattern(r".*\.(?:inc|inl|ipp|tcc|tpp|def|cuh)", re.IGNORECASE)
_BARE = pattern(r"(?:.*/)?include/(?:.*/)?\w+")
_FIT = pattern(r'[^\x00-\x1f\x7f"\\]+')
_FOLDERS = pattern(r"search starts here:\n(.*?)End of search list", re.DOTALL)
_TARGET = pattern(r"^Target: (\S+)$", re.MULTILINE)


class NoParserError(Exception):
    """Headers can't be read on this machine; the message has the reason, and a remedy."""


class Headers(NamedTuple):
    """The headers of a distribution, by place, and the number of those that are not read."""

    texts: Mapping[str, bytes]
    passed_over: int = 0


class Compiler(NamedTuple):
    """A compiler in one language: its include folders, and its target."""

    folders: tuple[str, ...]
    target: str


def compiler() -> list[str] | None:
    """Return the C compiler at hand, with its arguments: the one that `CC` names, or one of the usual names."""
    try:
        named = shlex.split(os.environ.get("CC", ""))
    except ValueError:  # an unterminated quotation names no compiler
        return None
    program = shutil.which(named[0]) if named else next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    return [program, *named[1:]] if program else None


def collect(places: Iterable[str], read: Callable[[list[str]], Iterable[tuple[str, bytes]]]) -> Headers:
    """Read the headers among some files, up to a limit. `read` is called with places, and yields contents."""
    headers = (place for place in places if _is_read(place) or _PART.fullmatch(place))
    wanted = sorted(headers, key=lambda place: (not _is_read(place), place))
    texts: dict[str, bytes] = {}
    left = bounds.HEADER_BYTES
    for place, data in read(wanted[: bounds.HEADERS]):
        left -= len(data)
        if left < 0:
            break
        texts[place] = data
    return Headers(texts, len(wanted) - len(texts))


def _is_read(place: str) -> bool:
    """Return whether a file is a public header, by its name."""
    return bool(_HEADER.fullmatch(place) or _BARE.fullmatch(place))


def read(headers: Mapping[str, bytes], *, uses: bool = False) -> ParsedHeaders:
    """Read all headers, each in its languages; with `uses`, also the types used. Raises `NoParserError`."""
    command = compiler()
    if command is None:
        raise NoParserError("there is no C compiler")
    with TemporaryDirectory(prefix="abiding-") as name:
        return HeaderParser(Path(name).resolve(), headers, command, uses=uses).parse()


class HeaderParser:
    """Reads headers, which are copied into a folder, by a separate process."""

    def __init__(self, folder: Path, headers: Mapping[str, bytes], command: list[str], *, uses: bool) -> None:
        self.headers, self.uses, self.began = headers, uses, processor_seconds()
        self.folder, self.scratch = folder / "headers", folder / "scratch"
        self.compilers = {language: _compiler(tuple(command), language) for language in ("c", "c++")}
        if self.compilers["c"] is None:
            raise NoParserError(f"`{command[0]}` does not work as a C compiler")
        self.scratch.mkdir()
        for place, data in headers.items():
            file = self.folder / _inside(place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def parse(self) -> ParsedHeaders:
        """Return the declarations. If a header ends the process, a new process continues with the next one."""
        wanted = [
            (place, language)
            for place in sorted(self.headers)
            for language in (("c", "c++") if place.lower().endswith(".h") else ("c++",))
            if _is_read(place)
        ]
        readings = {key: Reading(*key, failed=why) for key in wanted if (why := self._unfit(*key))}
        left, too_much = bounds.DECLARED, f"headers declare more than {bounds.DECLARED >> 20} MiB"
        while waiting := [key for key in wanted if key not in readings]:
            seconds = bounds.PARSING - (processor_seconds() - self.began)
            if seconds <= 0:
                why = f"reading headers takes more than {bounds.PARSING} seconds"
            elif left <= 0:
                why = too_much
            else:
                new, begun, why, size = self._run(waiting, seconds, left)
                readings |= {(reading.place, reading.language): reading for reading in new}
                left -= size
                if begun:
                    readings[begun] = Reading(*begun, failed=why if left > 0 else too_much)
                if new or begun:
                    continue
            readings |= {key: Reading(*key, failed=why) for key in waiting}
        return ParsedHeaders.of(readings.values(), headers_of_both(self.headers))

    def _unfit(self, place: str, language: str) -> str:
        if not _FIT.fullmatch(place):
            return "its name can't stand in an `#include`"
        return "" if self.compilers[language] else "there is no C++ compiler"

    def _run(
        self, waiting: list[tuple[str, str]], seconds: float, most: int
    ) -> tuple[list[Reading], tuple[str, str] | None, str, int]:
        """Read headers in one process. Returns the readings, the header that failed, the reason, and the size."""
        request = self.scratch / "request.json"
        request.write_text(json.dumps(self._request(waiting, seconds)))
        # The import path of this process, without the current folder.
        code = f"import sys; sys.path[:] = {[folder for folder in sys.path if folder]!r}\n"
        code += "from abiding.providers.header_parser import main; sys.exit(main())"
        with TemporaryFile() as output, TemporaryFile() as errors:
            line = [sys.executable, "-I", "-c", code, str(request)]
            try:
                status = run(line, output, errors, seconds=int(seconds) + 2, memory=bounds.PARSER, size=bounds.PARSED)
                why = f"the parser ended with {status}"
            except subprocess.TimeoutExpired as exc:
                self.began -= exc.timeout
                why = f"the parser was ended: for {exc.timeout:.0f} seconds it has been waiting"
            except (OSError, subprocess.SubprocessError) as exc:
                why = f"the parser was ended: {type(exc).__name__}"
            output.seek(0)
            begun, readings, size = _answers(output, {str(_inside(place)): place for place, _ in waiting}, most, why)
            return readings, begun, why, size

    def _request(self, waiting: list[tuple[str, str]], seconds: float) -> dict[str, object]:
        # Other folders must not hide headers of the system: a library may have a `string.h`.
        roots = [
            option
            for root in _roots(self.headers)
            for option in ("-I" if "include" in root.split("/") else "-idirafter", str(self.folder / root))
        ]
        arguments: dict[str, list[str]] = {}
        folders: set[str] = set()
        for language, standard in (("c", "gnu17"), ("c++", "gnu++20")):
            if its_compiler := self.compilers[language]:
                target = [f"--target={its_compiler.target}"] if its_compiler.target else []
                # Python's headers, which headers of extensions include.
                included_from = (*its_compiler.folders, sysconfig.get_path("include"))
                system = [part for folder in included_from for part in ("-isystem", folder)]
                arguments[language] = ["-x", language, f"-std={standard}", *_FLAGS, *target, *roots, *system]
                folders.update(included_from)
        return {
            "folder": str(self.folder),
            "scratch": str(self.scratch),
            "readings": [(str(_inside(place)), language) for place, language in waiting],
            "arguments": arguments,
            "folders": sorted(folders),
            "seconds": seconds,
            "each": bounds.PARSING_ONE,
            "uses": self.uses,
        }


# Replaces attributes that clang does not know, and another compiler does, by annotations.
_FLAGS = (
    "-w",
    "-fno-spell-checking",
    "-nostdinc",
    "-fno-char8_t",
    *(f'-D{name}(x)=annotate("{kind} " #x)' for kind in ("scalar_storage_order",) for name in (kind, f"__{kind}__")),
)


@cache
def _compiler(command: tuple[str, ...], language: str) -> Compiler | None:
    """Return the compiler with its include folders; None if it does not know the language."""
    line = [*command, "-E", "-v", "-x", language, os.devnull]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            line, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    text = done.stderr.decode("utf-8", "replace")
    folders, target = _FOLDERS.search(text), _TARGET.search(text)
    lines = map(str.strip, folders[1].splitlines() if folders else ())
    return Compiler(tuple(folder for folder in lines if os.path.isdir(folder)), target[1] if target else "")  # noqa: PTH112


def _answers(
    output: IO[bytes], places: Mapping[str, str], most: int, why: str
) -> tuple[tuple[str, str] | None, list[Reading], int]:
    """Return the header that was begun and not finished, if any, the readings, and their size in memory.

    `why` is how the process ended. Raises `NoParserError`.
    """
    if not (first := output.readline()):
        raise NoParserError(f"{why} before it read any")
    if not json.loads(first)["ready"]:
        raise NoParserError("that needs `libclang`, which is not installed; install `abiding[headers]`")
    known: dict[str, str] = {}
    readings: list[Reading] = []
    declarations: list[HeaderDeclaration] = []
    begun, left = None, most
    while left > 0 and (line := output.readline(left + 1)):
        left -= len(line)
        if not line.endswith(b"\n"):
            break
        answer = json.loads(line)
        entries = answer.get("entries", ())
        left -= _EACH * len(entries)
        declarations += (_declaration(entry, known) for entry in entries)
        if "begun" in answer:
            begun, declarations = (places[answer["begun"][0]], answer["begun"][1]), []
        if "read" in answer and begun:
            readings.append(_reading(begun, answer, declarations, known))
            begun = None
    return begun, readings, max(most - left, 0)


# The memory for a declaration, without its texts.
_EACH = 250


def _declaration(entry: list[Any], known: dict[str, str]) -> HeaderDeclaration:
    place, kind, key, name, meaning, members, uses, symbol, begins = entry
    place, kind, name = known.setdefault(place, place), known.setdefault(kind, kind), key if key == name else name
    return HeaderDeclaration(place, kind, key, name, meaning, frozenset(members), tuple(uses), symbol, tuple(begins))


def _reading(
    key: tuple[str, str], answer: Mapping[str, Any], declarations: Iterable[HeaderDeclaration], known: dict[str, str]
) -> Reading:
    return Reading(
        *key,
        tuple(declarations),
        frozenset(known.setdefault(place, place) for place in answer.get("includes", ())),
        answer.get("errors", {}),
        tuple(answer.get("missing", ())),
        answer.get("failed", ""),
    )


def _inside(place: str) -> PurePosixPath:
    return PurePosixPath(*(part for part in PurePosixPath(place).parts if part not in {"..", "/"}))


def _roots(places: Iterable[str]) -> list[str]:
    """Return the include folders: those named `include`, else the headers' own folders."""
    return sorted({_root(place) for place in places})


def _root(place: str) -> str:
    parts = _inside(place).parent.parts
    return "/".join(parts[: parts.index("include") + 1] if "include" in parts else parts)
