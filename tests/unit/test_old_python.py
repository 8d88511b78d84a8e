"""The first releases of the oldest Python that is supported read as the later ones do; Debian 12 has one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from sysconfig import get_path

import pytest

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
}
RUN = """
import sys
sys.path[:0] = sys.argv.pop(1).split(":")
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@cache
def version_of(python: str) -> tuple[int, ...]:
    asked = (python, "-c", "import sys; print(*sys.version_info[:3])")
    try:
        return tuple(map(int, subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()))
    except (OSError, subprocess.CalledProcessError):
        return ()


@pytest.mark.parametrize("module", READING)
def test_early_releases_read_alike(module: str) -> None:
    version = version_of("/usr/bin/python3")
    # What is compiled in this environment is for its own Python.
    if not version or version[:2] != sys.version_info[:2] or version >= FIXED:
        pytest.skip(f"the system has no early release of Python {sys.version_info[0]}.{sys.version_info[1]}")
    paths = os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "src"), get_path("purelib")))
    command = ["/usr/bin/python3", "-I", "-c", RUN, paths, "-q", "-p", "no:cacheprovider", "-k", READING[module]]
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
