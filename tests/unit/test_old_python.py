"""Early and later releases of the oldest Python that is supported read alike; Debian 12 has an early one."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from sysconfig import get_path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
# The `re` of Pythons before 3.11.5 goes on behind what the last repetition of a possessive group has tried in vain.
FIXED = (3, 11, 5)
# What is read by expressions with such groups, and unpacked by `tarfile`, which has no filter before 3.11.4.
READING = {
    "test_check.py": "people_write_looks_plain or requirement_that_uv_refuses",
    "test_dlopen.py": "",
    "test_index.py": "not missing_extra",
    "test_native_links.py": "",
    "test_prove.py": "unpacked or damaged",
    "test_record.py": "",
    "test_sdist_readers.py": "is_unpacked or worth_it or behind",
}
RUN = """
import sys
sys.path[:0] = sys.argv.pop(1).split(":")
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@cache
def version_of(python: Path) -> tuple[int, ...]:
    asked = (python, "-c", "import sys; print(*sys.version_info[:3])")
    try:
        return tuple(map(int, subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return ()


@cache
def other_python() -> Path | None:
    """A Python that is early where this one is later, and the other way; what is compiled here is for both."""
    minor, is_early = sys.version_info[:2], sys.version_info[:3] < FIXED
    candidates = [Path(folder, "python{}.{}".format(*minor)) for folder in (*os.get_exec_path(), "/usr/bin")]
    for python in filter(Path.is_file, candidates):
        version = version_of(python)
        if version[:2] == minor and (version < FIXED) is not is_early:
            return python
    return None


@pytest.mark.parametrize("module", READING)
def test_early_and_later_releases_read_alike(module: str) -> None:
    python = other_python()
    if python is None:
        pytest.skip(
            "there is no Python {}.{} that is early where this one is later, or the other way".format(*sys.version_info)
        )
    paths = os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "src"), get_path("purelib")))
    command = [str(python), "-I", "-c", RUN, paths, "-q", "-p", "no:cacheprovider", "-k", READING[module]]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, CHECKOUT / "tests" / "unit" / module],
        cwd=CHECKOUT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
