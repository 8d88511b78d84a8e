"""Ask the Python of an environment for its paths, without importing what is installed there."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from abiding.archives.names import ENDINGS
from abiding.files.plain import is_folder, is_there, read_plain
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity

__all__ = ["Interpreter", "python_meant"]


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its executable, its import path, its platform tag, and the folders of its system's loader."""

    executable: Path
    path: tuple[str, ...]
    platform: str
    folders: tuple[str, ...]

    @classmethod
    def ask(cls, place: Path) -> Interpreter:
        """Find the Python of that name or path, and query it without running `.pth` files. Raises `AbidingError`."""
        # Absolute, for use in any folder. Links are not followed, because the Python of an environment is one.
        executable = Path(shutil.which(place) or place).absolute()
        try:
            command = [str(executable), "-I", "-S", "-c", _QUESTION]
            done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
            answer = json.loads(done.stdout)
            path = _with_pth(answer["path"], answer["site"])
            return cls(executable, path, answer["platform"], tuple(answer["folders"]))
        except (OSError, ValueError, LookupError, TypeError, subprocess.CalledProcessError) as exc:
            finding = Finding(
                "no-interpreter",
                Severity.ERROR,
                f"`{place}` does not answer as a Python does",
                notes=(_why(executable, exc),),
                hints=(python_meant(place),),
            )
            raise AbidingError(finding) from exc


def _why(executable: Path, exc: Exception) -> str:
    """Return a description of the invalid answer."""
    match exc:
        case _ if is_folder(executable):
            return "it is a folder"
        case FileNotFoundError():
            return "there is no such program, neither here nor on the PATH"
        case PermissionError():
            return f"`{executable}` may not be run as a program"
        case OSError():
            return f"`{executable}` can't be run: {exc.strerror or exc}"
        case subprocess.CalledProcessError():
            *_, last = ("", *str(exc.stderr).strip().splitlines())
            return f"it ends with exit status {exc.returncode}" + (f", and says: {last[:_SAID]}" if last else "")
    return "it runs, and its answer is not that of a Python"


_SAID = 200
_ENVIRONMENTS = (".venv", "venv", "env")
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")


def python_meant(place: Path) -> str:
    """Return a hint for a path that is not the Python of an environment."""
    if python := _python_in(place):
        return f"name the Python of the environment: `--python {python}`"
    if place.name.endswith(ENDINGS):
        return (
            f"`abiding check {place}` looks into a file; of an environment give its Python: `--python env/bin/python`"
        )
    if any(is_there(place / name) for name in _PROJECT):
        inside = next(filter(None, (_python_in(place / name) for name in _ENVIRONMENTS)), "env/bin/python")
        return f"that is a project: name the Python of an environment that it is installed in: `--python {inside}`"
    return "name the Python of the environment: `--python env/bin/python`"


def _python_in(folder: Path) -> str:
    """Return the Python of an environment, if its folder was given; empty if there is none."""
    places = (folder / "bin" / "python", folder / "Scripts" / "python.exe")
    return next((str(place) for place in places if is_there(place)), "")


# Without `site`, which runs `.pth` files, a virtual environment is recognised by its pyvenv.cfg (PEP 405).
_QUESTION = """
import json, os, sys, site, sysconfig
own = os.path.dirname(os.path.abspath(sys.executable))
found = [one for one in (own, os.path.dirname(own)) if os.path.isfile(os.path.join(one, "pyvenv.cfg"))]
prefixes = [sys.prefix, sys.exec_prefix]
if found:
    with open(os.path.join(found[0], "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
        lines = [line.partition("=") for line in file]
    said = {name.strip().lower(): value.strip().lower() for name, _, value in lines}
    base = prefixes if said.get("include-system-site-packages") == "true" else []
    sys.prefix = sys.exec_prefix = found[0]
    prefixes = [found[0], *base]
many = sysconfig.get_config_var("MULTIARCH") or ""
own = [f"/lib/{many}", f"/usr/lib/{many}"] if many else []
names = [*own, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
variables = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
given = [one for name in variables for one in os.environ.get(name, "").split(os.pathsep) if one]
print(json.dumps({
    "path": [one for one in sys.path if os.path.isdir(one)],
    "site": [one for one in site.getsitepackages(prefixes) if os.path.isdir(one)],
    "platform": sysconfig.get_platform().replace("-", "_").replace(".", "_"),
    "folders": [*given, *names],
}))
"""
_LONGEST_PTH = 1 << 20


def _with_pth(path: list[str], sites: list[str]) -> tuple[str, ...]:
    """Return the folders, with those that `.pth` files add; lines of code in these are skipped."""
    folders = dict.fromkeys(path)
    for site in sites:
        folders[site] = None
        for file in sorted(Path(site).glob("*.pth")):
            for line in _lines(file):
                added = Path(site, line.rstrip())
                if line.strip() and not line.startswith(("#", "import ", "import\t")) and is_folder(added):
                    folders[str(added)] = None
    return tuple(folders)


def _lines(file: Path) -> list[str]:
    """Return the lines of a file; none if it can't be read, or is too large."""
    try:
        return read_plain(file, _LONGEST_PTH).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return []
