"""Compiled files of three formats, damaged, and what must hold for any bytes that begin like one."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import strategies as st

from abiding.evidence import stable_abi, torch
from abiding.evidence.reading import module_of
from abiding.findings.errors import AbidingError
from abiding.native.reading import read_image, read_symbols
from fuzz.damage import damaged, wounds
from fuzz.watch import Violation, watched
from makers.compiled import library, mach_o, universal
from makers.evident import NUMPY_1, image, numpy_2


@cache
def _sound() -> dict[str, bytes]:
    thin = mach_o("libham.dylib", needs=["libspam.dylib"], run_paths=["/lib"], exported=["ham"], imported=[("spam", 1)])
    with TemporaryDirectory() as folder:
        elf = library(Path(folder, "libham.so"), "ham", calls=["getpid"], run_path="/lib").read_bytes()
    program = files("setuptools").joinpath("cli-64.exe").read_bytes()
    # All that is looked for by searching bytes, behind what is a sound file up to there.
    said = image(
        numpy_2("2.0"),
        NUMPY_1,
        b"greenlet._C_API",
        b"__pybind11_internals_v11_system_libstdcpp__",
        b"__nb_internals_%s_%s__",
        b"v20_system_libstdcpp_gxx_abi_1xxx",
        b"libtorch.so",
        b"aoti_torch_dtype_bfloat16",
    )
    return {"ELF": elf, "PE": program, "Mach-O": thin, "universal": universal(thin, thin), "evidence": elf + said}


_KINDS = ("ELF", "PE", "Mach-O", "universal", "evidence")
# Behind the last byte, and as much as a number can say.
_BEYOND = (0, 1, 8, 0x7FFFFFFF, 0xFFFFFFFF)


@st.composite
def _rewired(draw: st.DrawFn) -> bytes:
    """A file some of whose numbers are others: places in it, so that tables overlap or lead back, counts and sizes."""
    kind = draw(st.sampled_from(_KINDS))
    data = bytearray(_sound()[kind])
    order: Literal["big", "little"] = "big" if kind == "universal" and draw(st.booleans()) else "little"
    last = len(data) // 4 - 2
    tables = st.integers(0, min(256, last)) | st.integers(max(0, last - 510), last)
    for _ in range(draw(st.integers(1, 8))):
        at = 4 * draw(tables | st.integers(0, last))
        value = draw(st.sampled_from((*_BEYOND, len(data), len(data) - 1, at, at - 4)) | st.integers(0, len(data)))
        size = draw(st.sampled_from((2, 4, 8)))
        data[at : at + size] = (max(0, value) & (256**size - 1)).to_bytes(size, order)
    return bytes(data)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    data = _sound()[draw(st.sampled_from(_KINDS))]
    # What tells where things are stands at the beginning, or at the end of an ELF file.
    where = draw(st.sampled_from((0, 0, -1)))
    part = draw(st.sampled_from((64, 512, 4096, len(data))))
    if where:
        return data[:-part] + damaged(data[-part:], draw(wounds))
    return damaged(data[:part], draw(wounds)) + data[part:]


images = _damaged() | _rewired()


def hold_evidence(data: bytes) -> None:
    """Read what a file says of the versions that it accepts, whole and in pieces, and its symbols."""
    module = module_of("ham/ham.abi3.so", [data])
    pieces = [data[start : start + 700] for start in range(0, len(data), 700)]
    if module_of("ham/ham.abi3.so", pieces) != module:
        raise Violation("a file says something else if it is read in pieces")
    torch.refine(module, lambda: data)
    stable_abi.of_file("ham/ham.abi3.so", partial(bytes, data))


def hold(data: bytes) -> None:
    """Read all that is read of compiled files. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder, watched(Path(folder)):
        try:
            hold_evidence(data)
            for machine in ("", "x86_64"):
                read = read_image(data, "ham/ham.so", machine=machine)
                if read:
                    read_symbols(data, read, machine)
        except AbidingError:
            return
