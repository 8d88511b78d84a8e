"""Find texts of known interfaces in compiled code, by searching its bytes.

A file is searched once, in overlapping pieces. Few files use an interface. Those that do contain the name of the Python
function by which all interfaces are imported, so a file without it, if read as a whole, is not searched further.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.evidence.segments import with_texts
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Texts", "search"]


# Files up to this size are searched as a whole, larger ones in pieces of this size.
_HELD = 32 << 20
# Bytes that are read around a match, and by which pieces overlap.
_AROUND = 512
# Occurrences of one text in a file; real files have a few.
_MOST = 1000
# Texts up to this length are found faster by a regular expression than by `find`.
_SHORT = 4

_ELF = b"\x7fELF"
_CAPSULES = b"PyCapsule_"
_SIZES, _NUMPY_TYPES = b"size changed, may indicate", (b"flatiter", b"broadcast")
_TARGET = b"NumPy C-API version 0x%x (NumPy "
_OF_NUMPY = pattern(rb"(\d{1,3}\.\d{1,3})\)")
_UNREADABLE = b"?"
_HEADERS = b"core._multiarray_umath"
_OLD_CHECK = b"module compiled against API version 0x%x but this version of numpy is 0x%x"
_FAILED = b"core.multiarray failed to import"
_API = b"API\0"
_ARRAY_API = b"_ARRAY_API"
# `_C_API`, `_ARRAY_API`, `CAPI`, `_wxPyAPI`; not `unix.API`, which is a check of a compiler.
_NAME = pattern(rb"(?<![\w.])(?:[A-Za-z_]\w{0,99}\.){1,9}(?:\w{0,99}_|\w{0,98}C|\w{0,97}Py)API\Z")
_WORD = pattern(rb"\w{1,200}")
_PYBIND11 = b"__pybind11_internals_v"
_NANOBIND = b"__nb_internals_"
_IDENTITY, _LIBRARIES = pattern(rb"(?:nanobind_|v\d)[\w.]{1,200}"), (b"libstdcpp", b"libcpp", b"msvc")
_CIMPORT = b"does not export expected C "
# Modules of other distributions whose functions Cython imports by `cimport`.
_CIMPORTED = (
    b"mpi4py.MPI",
    b"scipy.linalg.cython_blas",
    b"scipy.linalg.cython_lapack",
    b"scipy.special.cython_special",
)
# First a text that other files rarely have; then the names of torch's libraries, and the prefix of functions in its
# stable ABI.
_TORCH = (b"torch", b"libtorch", b"libc10.", b"torch_cpu.dll", b"c10.dll", b"aoti_torch_")
_DLOPEN = b"FDO\0"
_JSON = pattern(rb'\s*(\[\s*\{\s*"[^\0]{1,4096})\0')


class Texts(NamedTuple):
    """The known texts in one file.

    `targets` are the versions of numpy in its `import_array`, which decide everything about numpy. `headers` are the
    generations (1, 2) of numpy's headers, by the module names that they import; headers of 2.x contain both.
    `old_check` is whether there is a check that only headers of 1.x have. `array_api` is whether numpy's C API is used
    in any way, `sizes` whether Cython checks the sizes of imported types, `types` are names of such types that only
    numpy has, and `declared` the generations of numpy's declarations for Cython. `capsules` are the full names of C
    APIs, `cimported` the modules whose functions Cython imports; `pybind11` and `identities` are the internals of
    pybind11, and of nanobind if it is used (`nanobind`). `dlopen` is the JSON of ELF notes, and `torch` whether torch's
    libraries are named.
    """

    targets: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    old_check: bool = False
    array_api: bool = False
    sizes: bool = False
    types: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    capsules: frozenset[str] = frozenset()
    cimported: frozenset[str] = frozenset()
    pybind11: frozenset[str] = frozenset()
    nanobind: bool = False
    identities: frozenset[str] = frozenset()
    dlopen: frozenset[str] = frozenset()
    torch: bool = False

    @property
    def numpy_types(self) -> bool:
        """Whether Cython compiled types of numpy into the file."""
        return self.sizes and len(self.types) == len(_NUMPY_TYPES)

    @property
    def of_old_cython(self) -> bool:
        """Whether Cython compiled types of numpy 1.x into the file, which are larger than in 2.x.

        The import of the module then fails, because Cython refuses a smaller type.
        """
        return self.numpy_types and self.declared == {"1"} and "2" not in self.headers

    def joined(self, other: Texts) -> Texts:
        """Return the union of the texts in two parts of a file."""
        pairs: Iterable[tuple[Any, Any]] = zip(self, other, strict=True)
        return Texts(*(own | others for own, others in pairs))


def search(pieces: Iterable[bytes], most: int = _HELD) -> Texts:
    """Search a file, whose bytes are in `pieces`. About `most` of them are held in memory."""
    texts = Texts()
    for window in _windows(pieces, max(most, 4 * _AROUND)):
        texts = texts.joined(window.texts())
    return texts


def _windows(pieces: Iterable[bytes], most: int) -> Iterator[_Window]:
    data: bytes | bytearray = b""
    first = True
    for piece in pieces:
        for start in range(0, len(piece), most):
            part = piece if len(piece) <= most else piece[start : start + most]
            if len(data) + len(part) > most and len(data) > 2 * _AROUND:
                yield _Window(data, first=first, last=False)
                data, first = data[-2 * _AROUND :], False
            if not data:
                data = part
                continue
            data = data if isinstance(data, bytearray) else bytearray(data)
            data += part
    yield _Window(data, first=first, last=True)


class _Window:
    """Bytes of a file, which overlap with the next ones, so that texts at the border are found.

    `within` are the parts that may contain texts, and `parts` those that are searched here.
    """

    def __init__(self, data: bytes | bytearray, *, first: bool, last: bool) -> None:
        self.data = data
        self.whole = first and last
        self.within = with_texts(data) if self.whole else ((0, len(data)),)
        inner = (0 if first else _AROUND, len(data) if last else len(data) - _AROUND)
        self.parts = self.within if self.whole else (inner,)

    def texts(self) -> Texts:
        sizes, capsules = self.has(_SIZES), self.has(_CAPSULES) or not self.whole
        notes = self.collected(_DLOPEN, self.note) if not self.whole or self.data.startswith(_ELF) else frozenset()
        seen = Texts(sizes=sizes, dlopen=notes, torch=self.has(_TORCH[0]) and any(map(self.has, _TORCH[1:])))
        if capsules:
            seen = self.with_capsules(seen)
        if self.whole and seen.targets:
            return seen
        if sizes or not self.whole:
            declared = self.collected(_FAILED, self.generation)
            seen = seen._replace(types=self.among(_NUMPY_TYPES), declared=declared)
        if capsules:
            headers = self.collected(_HEADERS, self.generation)
            seen = seen._replace(headers=headers, old_check=self.has(_OLD_CHECK), array_api=self.has(_ARRAY_API))
        return seen

    def with_capsules(self, texts: Texts) -> Texts:
        cython = self.has(_CIMPORT) or not self.whole
        nanobind = self.has(_NANOBIND)
        return texts._replace(
            targets=self.collected(_TARGET, self.target),
            capsules=self.collected(_API, self.name),
            cimported=self.among(_CIMPORTED) if cython else frozenset(),
            pybind11=self.collected(_PYBIND11, self.word),
            nanobind=nanobind,
            identities=self.identities() if nanobind or not self.whole else frozenset(),
        )

    def has(self, text: bytes) -> bool:
        # From the end, where most texts are, and where Python's search is faster.
        return any(self.data.rfind(text, *part) >= 0 for part in self.within)

    def among(self, texts: Iterable[bytes]) -> frozenset[str]:
        return frozenset(text.decode() for text in texts if self.has(text))

    def collected(self, text: bytes, read: Callable[[int, int], bytes]) -> frozenset[str]:
        """Return the results of `read`, without empty ones, for each occurrence of a text, given its start and end."""
        places = self.short(text) if len(text) <= _SHORT else self.long(text)
        words = {read(at, at + len(text)) for at in islice(places, _MOST)}
        return frozenset(text.decode("ascii", "replace") for text in words if text)

    def short(self, text: bytes) -> Iterator[int]:
        pattern = re.compile(re.escape(text))
        for start, stop in self.parts:
            yield from (match.start() for match in pattern.finditer(self.data, start, stop + len(text) - 1))

    def long(self, text: bytes) -> Iterator[int]:
        for start, stop in self.parts:
            at = self.data.rfind(text, start, stop + len(text) - 1)
            while at >= 0:
                yield at
                at = self.data.rfind(text, start, at + len(text) - 1)

    def target(self, _: int, end: int) -> bytes:
        known = _OF_NUMPY.match(self.data, end)
        return known[1] if known else _UNREADABLE

    def generation(self, start: int, _: int) -> bytes:
        before = self.data[max(0, start - len("numpy._")) : start]
        return b"2" if before.endswith(b"numpy._") else b"1" if before.endswith(b"numpy.") else b""

    def name(self, start: int, end: int) -> bytes:
        known = _NAME.search(bytes(self.data[max(0, start - _AROUND) : end - 1]))
        return known[0] if known else b""

    def word(self, start: int, end: int) -> bytes:
        known = _WORD.match(self.data, end)
        return bytes(self.data[start:end]) + known[0] if known else b""

    def note(self, _: int, end: int) -> bytes:
        known = _JSON.match(self.data, end)
        return known[1] if known else b""

    def identities(self) -> frozenset[str]:
        return frozenset().union(*(self.collected(text, self.identity) for text in _LIBRARIES))

    def identity(self, start: int, end: int) -> bytes:
        """Return the text between two zeros, if it has the form of nanobind's internals."""
        first = self.data.rfind(b"\0", max(0, start - _AROUND), start) + 1
        last = self.data.find(b"\0", end, end + _AROUND)
        word = bytes(self.data[first:last]) if 0 < first < last else b""
        return word if _IDENTITY.fullmatch(word) else b""
