"""Projects to be wrapped."""

from __future__ import annotations

import io
import sys

import pytest

# The shapes of real files, cut down.
SCIPY = """\
# Note that in maintenance branches, all dependencies should have an
# upper bound equal to the most recent already-released version.

[build-system]
build-backend = 'mesonpy'
requires = [
    # The upper bound on meson-python is pre-emptive only.
    "meson-python>=0.15.0,<0.22.0",
    "Cython>=3.0.8",                  # when updating version, also update check in meson.build

    "numpy>=2.0.0,<2.7",
]

[project]
name = "scipy"
version = "1.18.0.dev0"
# TODO: the classifiers
requires-python = ">=3.12"  # keep in sync with environment.yml
dependencies = [
    "numpy>=1.26.4",
]  # keep in sync with `min_numpy_version` in meson.build
readme = "README.rst"

[project.optional-dependencies]
test = [
    "pytest>=8.0.0",
]

[tool.meson-python.args]
install = ['--skip-subprojects']
"""

GMPY2 = """\
[build-system]
requires = ['setuptools>=77,<80', 'setuptools_scm[toml]>=6.0']
build-backend = 'setuptools.build_meta'

[project]
name = 'gmpy2'
dynamic = ["version"]
keywords = ['gmp', 'mpfr',
            'bignum']
requires-python = '>=3.9'

[project.readme]
file = 'README.rst'
content-type = 'text/x-rst'

[tool.setuptools_scm]
"""

CONTOURPY = """\
[build-system]
build-backend = "mesonpy"
requires = [
    "meson >= 1.2.0",
    "meson-python >= 0.13.1",
]

[project]
dependencies = [
    "numpy >= 1.25",
]
dynamic = ["version"]
name = "contourpy"
"""

POETRY = """\
[tool.poetry]
name = "spam"
version = "1.4.0"

[tool.poetry.dependencies]
python = "^3.11"
numpy = "^2"  # the C API

[build-system]
requires = ["poetry-core>=2.0"]
build-backend = "poetry.core.masonry.api"
"""

SETUP_PY = """\
[tool.black]
line-length = 79
# the end"""

IN_TREE = """\
[build-system]
requires = []
build-backend = "backend"  # ours
backend-path = ["_build"]  # lies in the tree

[project]
name = "spam"
version = "1"
"""

ALL = {
    "scipy": SCIPY,
    "gmpy2": GMPY2,
    "contourpy": CONTOURPY,
    "poetry": POETRY,
    "setup.py": SETUP_PY,
    "in tree": IN_TREE,
}


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(text))
