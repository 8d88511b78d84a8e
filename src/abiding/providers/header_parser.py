"""Read headers with libclang, in a process of their own: a line of JSON for each.

`headers` runs this and limits it. An untrusted header may crash libclang, or never end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.findings.named_tuple import NamedTuple
from abiding.providers import macros
from abiding.providers.header_files import WRAPPER, Files
from abiding.providers.header_walk import Walk
from abiding.providers.libclang import accept_new_kinds
from abiding.providers.standard_headers import include_lines, standard_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clang.cindex import Index, TranslationUnit

    from abiding.providers.declarations import HeaderDeclaration

__all__ = ["main"]

_ERROR = 3
# Entries in one line.
_AT_ONCE = 200
_KEEP_GOING, _INCOMPLETE = 0x200, 0x02
# The maximum of errors in a header with its includes, and for each macro that may be a constant.
_ERRORS, _FOR_ONE = 300, 4
# Up to this number of headers, counted with their includes, each is read wherever it is included.
_MANY = 2000


def main() -> int:
    """Read the headers of a request, which is in the file that the last argument names."""
    request = Request(**json.loads(Path(sys.argv[-1]).read_bytes()))
    index = _index()
    _write({"ready": index is not None})
    if index is None:
        return 0
    reader = Reader(request, index)
    for place, language in reader.ordered():
        if time.process_time() > request.seconds:
            break
        _write({"begun": [place, language]})
        # A header that takes too long ends this process; `headers` starts another one for the rest.
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, request.each)
        try:
            answer = reader.read(place, language)
        except Exception as exc:  # noqa: BLE001 (what it comes upon nobody knows)
            answer = {"failed": f"the parser fails: {type(exc).__name__}"}
        entries = answer.pop("entries", [])
        for start in range(0, len(entries), _AT_ONCE):
            _write({"entries": entries[start : start + _AT_ONCE]})
        _write({"read": [place, language], **answer})
    return 0


def _index() -> Index | None:
    """Return an index of libclang; None if the library or its binding is missing."""
    try:
        from clang.cindex import Index, LibclangError
    except ImportError:
        return None
    try:
        index = Index.create(excludeDecls=True)
    except LibclangError:
        return None
    accept_new_kinds()
    return index


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, separators=(",", ":"), default=sorted) + "\n")
    sys.stdout.flush()


class Request(NamedTuple):
    """The headers to read: places in a folder, each with its language, with time limits for all and for each.

    `arguments` are the compiler's, by language, `folders` its include folders. `scratch` is a folder for a precompiled
    header. With `uses`, the types that declarations use are returned too.
    """

    folder: str
    scratch: str
    readings: list[list[str]]
    arguments: dict[str, list[str]]
    folders: list[str]
    seconds: float
    each: float
    uses: bool


class _Error(NamedTuple):
    offset: int
    line: int
    text: str


class Reader:
    """Reads headers one after the other."""

    def __init__(self, request: Request, index: Index) -> None:
        self.request, self.index = request, index
        self.files = Files(request.folder, request.folders)
        self.arguments = dict(request.arguments)
        self.written: set[tuple[str, HeaderDeclaration]] = set()
        self.closures = {place: macros.closure(self.files, place) for place, _ in request.readings}
        self.is_large = sum(map(len, self.closures.values())) > _MANY
        self.covered: set[tuple[str, str]] = set()
        if any(language == "c++" for _, language in request.readings):
            self._prepare()

    def ordered(self) -> Iterator[tuple[str, str]]:
        """Yield the headers to read. If there are very many, those come first that include new ones."""
        readings = [(place, language) for place, language in self.request.readings]
        if not self.is_large:
            yield from readings
            return
        readings.sort(key=lambda reading: (reading[1], len(self.closures[reading[0]])))
        left = dict.fromkeys(readings)
        for place, language in reversed(readings):
            if any((included, language) not in self.covered for included in self.closures[place]):
                del left[place, language]
                yield place, language
        yield from left

    def read(self, place: str, language: str) -> dict[str, Any]:
        """Read one header. Returns its declarations, its includes, and its errors, or why it failed."""
        from clang.cindex import TranslationUnitLoadError

        if self.is_large and language == "c":
            texts_included = map(self.files.text, self.closures[place])
            if any(map(standard_headers, texts_included)):
                return {"failed": "it includes headers of C++"}
        path = self.files.path(place)
        probes = macros.Probes(self.files, place, language)
        try:
            unit = self._parse(f'#include "{path}"\n{probes.text}', language, _ERRORS + _FOR_ONE * probes.number)
        except TranslationUnitLoadError:
            return {"failed": "the parser gives up"}
        included = {self.files.place(inclusion.include.name) for inclusion in unit.get_includes()}
        if None in included:
            return {"failed": "it includes a file from elsewhere"}
        if any(diagnostic.spelling.startswith("too many errors") for diagnostic in unit.diagnostics):
            return {"failed": "it has too many errors"}
        errors, missing = self._errors(unit, place)
        firsts = {file: f"{its[0].text} in line {its[0].line}" for file, its in errors.items()}
        if missing and language == "c":
            return {"failed": next(iter(firsts.values()), missing[0])}
        known = {other for other, its in self.covered if its == language and other != place} if self.is_large else set()
        walk = Walk(
            self.files, language, {file: [error.offset for error in its] for file, its in errors.items()}, known
        )
        walk.all(unit.cursor)
        for file, (line, why) in walk.listed.left_out.items():
            firsts.setdefault(file, f"{why} in line {line}")
        if probes.is_cut:
            firsts.setdefault(place, "too many macros in line 1")
        own = sorted(filter(None, included))
        self.covered |= {(header, language) for header in own if header not in firsts}
        values = list(probes.values(unit))
        texts = macros.macro_texts(self.files, {*own} - known, {value.name for value in values})
        declarations = (*walk.listed.sure(uses=self.request.uses), *values, *texts)
        return {
            "entries": list(self._new(place, language, declarations)),
            "includes": own,
            "errors": firsts,
            "missing": missing,
        }

    def _parse(self, text: str, language: str, errors: int = _ERRORS) -> TranslationUnit:
        wrapper = os.path.join(self.request.folder, f"{WRAPPER}.{'c' if language == 'c' else 'cpp'}")  # noqa: PTH118
        # A C++ header may take for ever as C, so there reading ends at the first missing header.
        options = _INCOMPLETE | (_KEEP_GOING if language == "c++" else 0)
        arguments = [*self.arguments[language], f"-ferror-limit={errors}"]
        return self.index.parse(wrapper, arguments, [(wrapper, text)], options=options)

    def _prepare(self) -> None:
        """Precompile the parts of the standard library that headers include."""
        from clang.cindex import TranslationUnitSaveError

        text = include_lines(path.read_bytes() for path in self.files.all())
        with suppress(TranslationUnitSaveError):
            if text:
                saved = os.path.join(self.request.scratch, "standard.pch")  # noqa: PTH118
                self._parse(text, "c++").save(saved)
                self.arguments["c++"] = [*self.arguments["c++"], "-include-pch", saved]

    def _errors(self, unit: TranslationUnit, own: str) -> tuple[dict[str, list[_Error]], list[str]]:
        """Return the errors in headers of this folder, by place and in order, and those on missing headers.

        An error at the inclusion of the header itself counts as one in it.
        """
        errors: dict[str, list[_Error]] = {}
        missing = set()
        for diagnostic in unit.diagnostics:
            at, text = diagnostic.location, diagnostic.spelling
            if diagnostic.severity >= _ERROR and at.file:
                place = self.files.place(at.file.name)
                line = self.files.line(place, at.line, at.offset) if place else at.line
                if place == "" and line == 1 and WRAPPER in at.file.name:
                    place = own
                if place:
                    errors.setdefault(place, []).append(_Error(at.offset, line, text))
                if text.endswith("file not found"):
                    missing.add(text)
        return {place: sorted(its) for place, its in errors.items()}, sorted(missing)

    def _new(self, place: str, language: str, declarations: Iterable[HeaderDeclaration]) -> Iterator[HeaderDeclaration]:
        """Yield declarations that were not written before; those of included headers, only if they differ here."""
        for declaration in declarations:
            if declaration.place == place or (language, declaration) not in self.written:
                self.written.add((language, declaration))
                yield declaration
