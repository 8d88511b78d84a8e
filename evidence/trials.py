"""Tries what is claimed of real wheels: the named module is imported with a numpy just inside, and one just outside.

Every wheel is unpacked beside the numpy that it is tried with, whatever its METADATA say; the page has what was seen.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from packaging.version import Version

from abiding.archives import wheel_tags
from abiding.archives.wheel import Wheel
from abiding.evidence import reading, rules
from abiding.evidence.admitted_versions import Admission
from abiding.evidence.asked_versions import of_wheel
from abiding.metadata.core import CoreMetadata

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "evidence.md"
# Of each feature version of numpy's C API that has wheels for CPython 3.11, one.
NUMPIES = ("1.23.5", "1.24.4", "1.25.2", "1.26.4", "2.0.2", "2.1.3", "2.2.6", "2.3.5", "2.4.6")


class Subject(NamedTuple):
    """A wheel, what else has to be there for its import, and the module, where it is not the first that has a claim."""

    wheel: str
    beside: tuple[str, ...] = ()
    module: str = ""


_BESIDE_BLOSC2 = (
    "msgpack",
    "ndindex",
    "numexpr",
    "requests",
    "rich",
    "httpx",
    "anyio",
    "idna",
    "certifi",
    "httpcore",
    "h11",
    "sniffio",
    "urllib3",
    "charset-normalizer",
    "py-cpuinfo",
    "platformdirs",
    "pygments",
    "markdown-it-py",
    "mdurl",
    "typing-extensions",
    "threadpoolctl",
)
_PLOTTING = ("packaging", "pyparsing", "cycler", "pillow", "python-dateutil", "six", "kiwisolver", "contourpy")
SUBJECTS = (
    Subject("Bottleneck==1.3.7"),
    Subject("Bottleneck==1.4.2"),
    Subject("numexpr==2.8.4", ("packaging",)),
    Subject("numexpr==2.8.7", ("packaging",)),
    Subject("pyerfa==2.0.0.3"),
    Subject("pyerfa==2.0.1.1"),
    Subject("pyarrow==12.0.1", (), "pyarrow.lib"),
    Subject("pyarrow==26.0.1", (), "pyarrow._compute"),
    Subject("netCDF4==1.6.4", ("cftime", "certifi")),
    Subject("astropy==5.3", ("pyerfa", "pyyaml", "packaging"), "astropy.stats._fast_sigma_clip"),
    Subject("pywavelets==1.4.1"),
    Subject("pywavelets==1.9.0"),
    Subject("shapely==2.0.1"),
    Subject("shapely==2.0.3"),
    Subject("h5py==3.8.0"),
    Subject("h5py==3.9.0"),
    Subject("h5py==3.16.0", (), "h5py._npystrings"),
    Subject("blosc2==4.14.1", _BESIDE_BLOSC2, "blosc2.utf8_ext"),
    Subject("pandas==1.5.3", ("python-dateutil", "pytz", "six")),
    Subject("pandas==2.0.3", ("python-dateutil", "pytz", "tzdata", "six")),
    Subject("scipy==1.10.1"),
    Subject("scipy==1.11.1"),
    Subject("matplotlib==3.7.2", _PLOTTING),
    Subject("opencv-python-headless==4.8.0.74", (), "cv2"),
    Subject("ml_dtypes==0.2.0"),
    Subject("pyopencl==2026.1.4", ("pytools", "platformdirs", "typing-extensions", "siphash24")),
    Subject("numexpr==2.8.5", ("packaging",)),
    Subject("shapely==2.0.2"),
    Subject("scipy==1.9.3"),
    Subject("opencv-python-headless==4.7.0.72", (), "cv2"),
    Subject("ml_dtypes==0.3.1"),
    # Cython on numpy's types, without `import_array`.
    Subject("cftime==1.6.2"),
    Subject("pyfftw==0.13.1"),
    Subject("ecos==2.0.12"),
    Subject("scs==3.2.3"),
)  # fmt: skip


class Claim(NamedTuple):
    """What a module is said to accept, and what was seen: the versions tried inside and outside, each with its end."""

    wheel: str
    module: str
    evidence: str
    declared: str
    verdict: str
    inside: tuple[str, str]
    outside: tuple[str, str]

    @property
    def both(self) -> bool:
        return bool(self.inside[0] and self.outside[0])

    @property
    def holds(self) -> bool:
        return self.inside[1] in ("", "imported") and self.outside[1] in ("", "refused")


def run() -> None:
    """Try all, and write the page."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for version in NUMPIES:
            _install(folder / f"numpy-{version}", f"numpy=={version}")
        claims = [claim for subject in SUBJECTS for claim in _tried(subject, folder)]
    PAGE.write_text(_page(claims), encoding="utf-8")
    wrong = [claim for claim in claims if not claim.holds]
    for claim in wrong:
        print("not as claimed:", claim)
    sys.exit(bool(wrong))


def _install(folder: Path, *requirements: str) -> None:
    command = ["uv", "pip", "install", "-q", "--python", sys.executable, "--only-binary", ":all:", "--no-deps"]
    subprocess.run([*command, "--target", str(folder), *requirements], check=True)


def _tried(subject: Subject, folder: Path) -> list[Claim]:
    name = subject.wheel.partition("==")[0]
    try:
        wheel = _downloaded(subject.wheel, folder)
        _install(folder / name / "wheel", str(wheel))
        if subject.beside:
            _install(folder / name / "beside", *subject.beside)
    except (subprocess.CalledProcessError, StopIteration):
        print("could not be had:", subject.wheel)
        return []
    opened = Wheel.open(wheel)
    files = rules.ranges(reading.of_wheel(opened)).get("numpy", [])
    wanted = [one for one in files if one.module.name == subject.module] or files
    if not wanted:
        print("no claim:", subject.wheel)
        return []
    one = wanted[0]
    metadata = CoreMetadata.parse(opened.metadata(), wheel.name)
    admission = Admission.of("numpy", metadata, wheel_tags.expanded(wheel.name))
    severities = [finding for finding in of_wheel(wheel).findings if finding.rule == "bound-too-loose"]
    verdict = ", ".join(dict.fromkeys(finding.severity.value for finding in severities)) or "none"
    module = subject.module or one.module.name
    found = []
    for end in rules.End:
        bound, floor = end.of(one), end is rules.End.FLOOR
        if not bound:
            continue
        refused = [version for version in NUMPIES if one.refuses(Version(version), end)]
        accepted = [version for version in NUMPIES if version not in refused]
        outside = (refused[-1] if floor else refused[0]) if refused else ""
        inside = (accepted[0] if floor else accepted[-1]) if accepted else ""
        paths = [str(folder / name / "wheel"), str(folder / name / "beside")]
        seen = [
            (version, _ended(module, folder / f"numpy-{version}", paths) if version else "")
            for version in (inside, outside)
        ]
        declared = "; ".join(admission.texts) or "nothing"
        found.append(Claim(wheel.name, module, f"numpy{'>=' if floor else '<'}{bound}", declared, verdict, *seen))
        print(found[-1], flush=True)
    return found


def _downloaded(requirement: str, folder: Path) -> Path:
    into = folder / "wheels" / requirement
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(into)]
    subprocess.run([*command, requirement], check=True, capture_output=True)
    return next(into.glob("*.whl"))


# What numpy and Cython say of a numpy that does not fit.
_REFUSALS = re.compile(
    r"compiled against|compiled using NumPy|multiarray failed to import|size changed, may indicate|_ARRAY_API not found"
    # The package itself, which knows what it was compiled for.
    r"|requires NumPy \d"
)


def _ended(module: str, numpy: Path, paths: list[str]) -> str:
    """How the import ended: `imported`, `refused`, or with what else."""
    code = f"import sys; sys.path[:0] = {[str(numpy), *paths]!r}; import numpy; __import__({module!r})"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=600)
    if done.returncode == 0:
        return "imported"
    return "refused" if _REFUSALS.search(done.stderr) else (done.stderr.strip().splitlines() or ["ended"])[-1][:60]


def _page(claims: list[Claim]) -> str:
    both = [claim for claim in claims if claim.both]
    refusals = [claim for claim in both if claim.outside[1] == "refused"]
    wheels, projects = {one.wheel for one in both}, {one.wheel.partition("-")[0].lower() for one in both}
    rows = "".join(
        f"| `{_short(one.wheel)}` | `{one.module}` | `{one.evidence}` | `{one.declared}` | {one.verdict} "
        f"| {_seen(one.inside)} | {_seen(one.outside)} |\n"
        for one in claims
    )
    return f"""\
# Evidence, tried

What `abiding` reads from a compiled file is a claim: which numpy the file accepts. `scripts/evidence trials` tries it.
Each wheel is unpacked beside a numpy just inside of the claim and one just outside, whatever its METADATA say, and the
module is imported. This page is what came out, with CPython {sys.version_info[0]}.{sys.version_info[1]} on Linux.

{len(both)} claims of {len(wheels)} wheels of {len(projects)} projects have a numpy on both sides; {len(refusals)} were
refused outside, and {sum(one.holds for one in both)} came out as claimed. Where numpy has no wheel for this
Python outside of a claim, it says 'not tried'. The verdict is that of `abiding check`, by `bound-too-loose`.

Left out are packages whose own Python code refuses a numpy before the compiled module is reached: the import then says
nothing of the file. pandas 3.1.1, whose files accept numpy 1.23, asks for 2.0.2 like that, so that 1.23.5 was refused
inside of the claim; and numba refuses 1.26. A package may have such reasons of its own: what a file accepts is no
promise that the package works with it. jaxlib 0.4.13 is left out too: numpy 2 tells it that it can't be run,
and its module goes on without the C API, so that the import alone does not fail.

| wheel | module | accepts | declared | verdict | inside | outside |
| --- | --- | --- | --- | --- | --- | --- |
{rows}"""


def _seen(tried: tuple[str, str]) -> str:
    return f"{tried[0]}: {tried[1]}" if tried[0] else "not tried"


def _short(name: str) -> str:
    return "-".join(name.split("-")[:2])
