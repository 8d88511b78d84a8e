"""pyproject.toml: declarations in every shape, and what must hold for any text in that file."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from abiding.builds.known_metadata import known_metadata
from abiding.builds.settings import Settings
from abiding.edits.unwrapping import unwrap
from abiding.edits.wrapping import wrap
from abiding.findings.errors import AbidingError
from abiding.findings.screen import screen
from abiding.project.declaration import Declaration
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from abiding.project.source import Source
from fuzz.damage import damaged, wounds
from fuzz.watch import watched

_values = st.sampled_from(
    ('"mesonpy"', '"numpy>=2"', '"numpy=={installed}"', '""', "1", "-0.5", "true", "[]", "{}", '["numpy"]',
    '["Numpy>=1", 2]',
     '[{ requires = "numpy>=2,<2.5", native = true, select = ["*linux*"] }]', "1979-05-27", '"\\u0000"',
     "[[[[]]]]", "inf",
     '[{ requires = "numpy", variant = "[", reason = "abi", note = 3, more = 1 }]', '"' + "(" * 3000 + '"', "[" * 900,
     '["numpy; ' + "(" * 200 + '"]', '["numpy==' + "9" * 5000 + '"]', "9" * 5000, "0x" + "f" * 5000, '"2.2"',
     '"abi"', '"../.."')
)  # fmt: skip
_keys = st.sampled_from(
    ("build-backend", "backend-path", "from-sdist", "metadata-version", "wheel.dependencies", "wheel",
    "dynamic", "name",
     "wheel.optional-dependencies.x", "wheel.optional-dependencies", "dependencies", "optional-dependencies", "version",
     '"build-backend"', "wheel.wheel", "requires", "a" + ".a" * 300, "")
)  # fmt: skip
_headers = st.sampled_from(
    ("[tool.abiding]", "[tool.abiding.wheel]", "[project]", "[build-system]", "[tool]", "[[tool.abiding.wheel]]", "",
     "[tool.abiding.wheel.optional-dependencies]", '[tool."abiding"]', "[[project]]", "[project.optional-dependencies]")
)  # fmt: skip
_lines = st.builds("{} = {}\n".format, _keys, _values) | st.builds("{}\n".format, _headers)
_SOUND = """[project]
name = "spam"
version = "1.0"
dynamic = ["dependencies"]
dependencies = ["numpy>=1"]
[tool.abiding]
build-backend = "mesonpy"
[tool.abiding.wheel]
dependencies = ["numpy>=2", { requires = "gmp==6.3", native = true }]
"""


@st.composite
def _pyprojects(draw: st.DrawFn) -> bytes:
    text = draw(st.sampled_from((_SOUND, ""))) + "".join(draw(st.lists(_lines, max_size=8)))
    return damaged(text.encode(), draw(wounds))


pyprojects = _pyprojects()


def hold(data: bytes) -> None:
    """Make the project use abiding, read its declaration as every hook does, and show what is wrong with it.

    Raises whatever goes wrong.
    """
    with TemporaryDirectory() as folder, watched(Path(folder)), chdir(folder):
        Path(folder, "pyproject.toml").write_bytes(data)
        try:
            before = Pyproject.read(Path(folder))
            after = Pyproject.parse(unwrap(Pyproject.parse(wrap(before).text)).text)
            assert after.table.get("tool", {}) == before.table.get("tool", {})  # noqa: S101
        except AbidingError as exc:
            screen(exc)
        try:
            unwrap(Pyproject.read(Path(folder)))
        except AbidingError as exc:
            screen(exc)
        try:
            pyproject = Pyproject.read(Path(folder))
            pyproject.restored(data[::-1])
            declaration = Declaration.read(pyproject)
            variant = Settings.read({"abiding.variant": "x"}, os.environ).variant
            declaration.check_variant(pyproject, variant, "abiding.variant", "")
            source = Source.read(Path(folder), declaration)
            lint(declaration, pyproject)
            known_metadata(source, declaration)
            for entry in declaration.entries:
                _ = entry.name, entry.selects(["cp311-cp311-linux_x86_64"])
        except AbidingError as exc:
            screen(exc)
