"""Compiled files of three formats, damaged, and what must hold for any bytes that begin like one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from abiding.findings.errors import AbidingError
from abiding.native.reading import read_image, read_symbols
from fuzz.damage import damaged, wounds
from fuzz.watch import watched
from makers.compiled import library, mach_o, universal


@cache
def _sound() -> dict[str, bytes]:
    thin = mach_o("libham.dylib", needs=["libspam.dylib"], run_paths=["/lib"], exported=["ham"], imported=[("spam", 1)])
    with TemporaryDirectory() as folder:
        elf = library(Path(folder, "libham.so"), "ham", calls=["getpid"], run_path="/lib").read_bytes()
    program = files("setuptools").joinpath("cli-64.exe").read_bytes()
    return {"ELF": elf, "PE": program, "Mach-O": thin, "universal": universal(thin, thin)}


@st.composite
def _images(draw: st.DrawFn) -> bytes:
    data = _sound()[draw(st.sampled_from(("ELF", "PE", "Mach-O", "universal")))]
    # What tells where things are stands at the beginning, or at the end of an ELF file.
    where = draw(st.sampled_from((0, 0, -1)))
    part = draw(st.sampled_from((64, 512, 4096, len(data))))
    if where:
        return data[:-part] + damaged(data[-part:], draw(wounds))
    return damaged(data[:part], draw(wounds)) + data[part:]


images = _images()


def hold(data: bytes) -> None:
    """Read all that is read of compiled files. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder, watched(Path(folder)):
        try:
            image = read_image(data, "ham/ham.so")
            if image:
                read_symbols(data, image)
        except AbidingError:
            return
