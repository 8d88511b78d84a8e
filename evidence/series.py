"""Tries what is claimed of real providers: a consumer is imported beside a version just inside of a claim, and outside.

What is claimed is what `abiding bounds` says of one file of the consumer. For each version an environment is made, in
which the provider and the consumer are installed whatever their METADATA say, and the module is imported.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from abiding.artifacts import index
from abiding.native.providers import required, target
from abiding.native.wheel_check import look_up, subject_of
from abiding.providers.cache import Cache
from abiding.providers.linked import Histories, working_ranges
from abiding.providers.ranges import VersionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.providers.ranges import Range, VersionRow

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "providers.md"


class Consumer(NamedTuple):
    """A wheel, what it is linked with, and the module that is imported.

    It is `wheel` of the index, or without one a module of our own that calls `function`, linked with `built_with`, a
    version of the provider. The name of the file that is judged begins with `file`, `beside` is what else has to be
    there, and `code` what is run.
    """

    provider: str
    file: str
    code: str
    wheel: str = ""
    built_with: str = ""
    function: str = ""
    beside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What the page calls it."""
        if self.function:
            return f"a module that calls `{self.function}` of {self.provider} {self.built_with}"
        return f"`{self.file.rpartition('/')[2].rstrip('.')}` of {self.wheel.replace('==', ' ')}"


_MPI = "import mpi4py; mpi4py.rc.initialize = False; import mpi4py.MPI"
_QT = ("PyQt6-sip",)


def _calling(provider: str, built_with: str, function: str) -> Consumer:
    return Consumer(provider, "spam.", "import spam", built_with=built_with, function=function)


def _blas(built_with: str, function: str) -> Consumer:
    return _calling("scipy-openblas32", built_with, function)


def _qt(version: str, module: str) -> Consumer:
    return Consumer("PyQt6-Qt6", f"PyQt6/{module}.", f"import PyQt6.{module}", f"PyQt6=={version}", beside=_QT)


def _rmm(version: str) -> Consumer:
    code = "import rapids_logger, librmm; rapids_logger.load_library(); assert librmm.load_library()"
    return Consumer("rapids-logger", "librmm/lib64/librmm.so", code, f"librmm-cu12=={version}")


CONSUMERS = (
    Consumer("mpich", "mpi4py/MPI.mpich.", _MPI, "mpi4py==4.1.2"),
    _calling("mpich", "5.0.2", "MPI_Init"),
    _calling("mpich", "5.0.2", "MPI_Session_init"),
    _calling("mpich", "5.0.2", "MPI_Abi_get_version"),
    _blas("0.3.30.0.8", "scipy_cblas_dgemm"),
    _blas("0.3.30.0.8", "scipy_cblas_dgemm_batch"),
    _blas("0.3.30.443.1", "cblas_dgemm_batch_strided"),
    _blas("0.3.34.481.3", "scipy_cblas_dgemm_batch_strided"),
    _rmm("25.10.0"),
    _rmm("26.4.0"),
    _rmm("26.10.0"),
    _qt("6.5.3", "QtCore"),
    _qt("6.7.1", "QtCore"),
    _qt("6.9.1", "QtCore"),
    _qt("6.10.2", "QtCore"),
    _qt("6.11.0", "QtCore"),
    _qt("6.11.0", "QtXml"),
)  # fmt: skip


class Trial(NamedTuple):
    """One claim, and what was seen beside a version inside of it and one outside: each empty if there is none."""

    consumer: Consumer
    declared: str
    claim: str
    inside: tuple[str, str]
    outside: tuple[str, str]
    reason: str = ""

    @property
    def holds(self) -> bool:
        return self.inside[1] in ("", _IMPORTED) and self.outside[1] != _IMPORTED

    @property
    def both(self) -> bool:
        return bool(self.inside[0] and self.outside[0])


_IMPORTED = "imported"


def run() -> None:
    """Try all, and write the page."""
    trials: list[Trial] = []
    with index.listings() as listings, TemporaryDirectory() as name:
        histories = Histories(listings, Cache.of_user())
        for number, consumer in enumerate(CONSUMERS):
            folder = Path(name, str(number))
            folder.mkdir()
            wheel = _made(consumer, folder)
            subject = look_up(subject_of(wheel, [], [consumer.provider]), listings)
            lines = required(subject_of(wheel, []).consumer.requires, target(subject.platform.tags))
            declared = lines.get(consumer.provider.lower(), "")
            links = tuple(link for link in subject.links if link.image.place.startswith(consumer.file))
            for found, _ in working_ranges(replace(subject, links=links), histories):
                for trial in _tried(consumer, wheel, found, str(declared), folder):
                    trials.append(trial)
                    print(trial, flush=True)
    PAGE.write_text(_page(trials), encoding="utf-8")
    wrong = [trial for trial in trials if not trial.holds]
    for trial in wrong:
        print("not as claimed:", trial)
    sys.exit(bool(wrong) or {one.consumer for one in trials} != set(CONSUMERS))


# The wheel of a consumer


def _made(consumer: Consumer, folder: Path) -> Path:
    if consumer.function:
        return _linked(consumer, folder)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder)]
    subprocess.run([*command, consumer.wheel], check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


_SOURCE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
extern int FUNCTION(void);
static PyObject *address(PyObject *self, PyObject *none) { return PyLong_FromVoidPtr((void *)FUNCTION); }
static PyMethodDef methods[] = {{"address", address, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "spam", 0, -1, methods};
PyMODINIT_FUNC PyInit_spam(void) { return PyModule_Create(&module); }
"""


_LIBRARIES = {
    "scipy-openblas32": "lib/python*/site-packages/scipy_openblas32/lib/lib*openblas*.so*",
    "mpich": "lib/libmpi.so.12",
}


def _linked(consumer: Consumer, folder: Path) -> Path:
    """A wheel with one module, that finds the library where the provider's wheel puts it."""
    import sysconfig

    python = _environment(folder / "building", f"{consumer.provider}=={consumer.built_with}")
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    library = next(python.parents[1].glob(_LIBRARIES[consumer.provider]))
    built = folder / "spam.abi3.so"
    run_path = f"-Wl,-rpath,$ORIGIN/{os.path.relpath(library.parent, packages)}"
    command = ["cc", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}", "-x", "c", "-", "-x", "none"]
    source = _SOURCE.replace("FUNCTION", consumer.function)
    subprocess.run([*command, str(library), run_path, "-o", str(built)], input=source, text=True, check=True)
    wheel = folder / "spam-1.0-cp311-abi3-manylinux_2_28_x86_64.whl"
    about = "spam-1.0.dist-info"
    tag = "Tag: cp311-abi3-manylinux_2_28_x86_64\n"
    with ZipFile(wheel, "w") as archive:
        archive.write(built, built.name)
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: spam\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n{tag}")
        archive.writestr(f"{about}/RECORD", "".join(f"{one},,\n" for one in (*archive.namelist(), f"{about}/RECORD")))
    return wheel


def _environment(folder: Path, *requirements: str) -> Path:
    """Make an environment with exactly these, and give its interpreter."""
    subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    install = ["uv", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", "--python", str(python)]
    subprocess.run([*install, *requirements], check=True)
    return python


# Claims and trials


def _tried(consumer: Consumer, wheel: Path, found: Range, declared: str, folder: Path) -> Iterator[Trial]:
    def seen(row: VersionRow | None) -> tuple[str, str]:
        return (row.version, _ended(consumer, wheel, row.version, folder)) if row else ("", "")

    known = [row for row in found.rows if row.state is not VersionState.NOT_KNOWN]
    order = [row.version for row in known]
    if found.floor:
        outside, inside = known[order.index(found.floor) - 1], known[order.index(found.floor)]
        yield Trial(consumer, declared, f">={found.floor}", seen(inside), seen(outside), _reason(outside))
    if found.ceiling:
        inside, outside = known[order.index(found.ceiling) - 1], known[order.index(found.ceiling)]
        yield Trial(consumer, declared, f"<{found.ceiling}", seen(inside), seen(outside), _reason(outside))
    if not found.specifier:
        for row in dict.fromkeys((known[0], known[-1])):
            yield Trial(consumer, declared, "any", seen(row), ("", ""))


def _reason(row: VersionRow) -> str:
    if row.state is VersionState.LACKS_LIBRARY:
        return f"no `{row.library}`"
    first = row.missing[0].partition("@Base")[0]
    return f"{len(row.missing)} symbols, `{first}` first" if len(row.missing) > 1 else f"no `{first}`"


# What the loader of glibc says.
_SAID = re.compile(
    r"undefined symbol: \w+(?:, version \w+)?|version `[\w.]+' not found|[^\s/]+: cannot open shared object file"
)


def _ended(consumer: Consumer, wheel: Path, version: str, folder: Path) -> str:
    """How the import ended: `imported`, or what the loader said."""
    place = folder / f"with-{version}"
    python = _environment(place, f"{consumer.provider}=={version}", str(wheel), *consumer.beside)
    done = subprocess.run(
        [str(python), "-I", "-c", consumer.code],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return _IMPORTED if done.returncode == 0 else said(done.stderr)


def said(text: str) -> str:
    """Say in short what a loader has said, or else what a program ended with."""
    found = _SAID.search(text)
    return found[0].replace("`", "").replace("'", "") if found else (text.strip().splitlines() or ["ended"])[-1][:90]


# The page


def _page(trials: list[Trial]) -> str:
    both = [one for one in trials if one.both]
    rows = "".join(
        f"| {one.consumer.label} | `{one.declared or 'nothing'}` | `{one.claim}` | {_said(one.inside)} "
        f"| {_said(one.outside)} | {one.reason or '-'} |\n"
        for one in trials
    )
    titles = dict.fromkeys(one.consumer.provider for one in trials)
    return _TEXT.format(
        both=len(both), right=sum(one.holds for one in both), all=sum(one.holds for one in trials), of=len(trials),
        providers=len(titles), consumers=len({one.consumer for one in trials}), rows=rows
    )  # fmt: skip


_TEXT = """\
# Providers, tried

What `abiding bounds` says of a wheel that is linked with a library of another distribution is a claim: which published
versions have what its files take. `scripts/evidence series` tries it with real providers. For each claim two
environments are made, with the version just inside of it and the one just outside, whatever METADATA say, and the
module is imported; where nothing bounds the versions, the oldest and the newest are tried. This page is what came out.

{all} of {of} claims about {consumers} consumers of {providers} providers came out as claimed. {both} of them have a
version on both sides; {right} of these were right on both.

| consumer | declared | claim | inside | outside | what is missing outside |
| --- | --- | --- | --- | --- | --- |
{rows}
A claim is necessary, and not sufficient: that a module loads does not say that it computes what it should. Versions of
which the files do not tell whether they fit count on neither side: librmm 26.10 takes a symbol of C++ that
rapids-logger has from 0.1.19 on, and that the newest libstdc++ has as well. The modules that call one function are made
for this page. Nobody else is linked with scipy-openblas32, whose owners ask other projects not to depend on it at run
time.
"""


def _said(seen: tuple[str, str]) -> str:
    if not seen[0]:
        return "-"
    return f"{seen[0]}: {seen[1]}" if seen[1] == _IMPORTED else f"{seen[0]}: `{seen[1]}`"
