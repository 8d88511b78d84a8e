"""Compiled files of three formats, damaged, and what must hold for any bytes that begin like one."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from abiding.evidence import stable, torch
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


@st.composite
def _images(draw: st.DrawFn) -> bytes:
    data = _sound()[draw(st.sampled_from(("ELF", "PE", "Mach-O", "universal", "evidence")))]
    # What tells where things are stands at the beginning, or at the end of an ELF file.
    where = draw(st.sampled_from((0, 0, -1)))
    part = draw(st.sampled_from((64, 512, 4096, len(data))))
    if where:
        return data[:-part] + damaged(data[-part:], draw(wounds))
    return damaged(data[:part], draw(wounds)) + data[part:]


images = _images()


def hold_evidence(data: bytes) -> None:
    """Read what a file says of the versions that it accepts, whole and in pieces, and its symbols."""
    module = module_of("ham/ham.abi3.so", [data])
    pieces = [data[start : start + 700] for start in range(0, len(data), 700)]
    if module_of("ham/ham.abi3.so", pieces) != module:
        raise Violation("a file says something else if it is read in pieces")
    torch.refined(module, lambda: data)
    stable.of_file("ham/ham.abi3.so", partial(bytes, data))


def hold(data: bytes) -> None:
    """Read all that is read of compiled files. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder, watched(Path(folder)):
        try:
            hold_evidence(data)
            read = read_image(data, "ham/ham.so")
            if read:
                read_symbols(data, read)
        except AbidingError:
            return
