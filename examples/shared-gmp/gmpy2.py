"""Change the pyproject.toml of a released gmpy2, and nothing else of it: `python gmpy2.py FOLDER`."""

import sys
from pathlib import Path

import tomlkit

file = Path(sys.argv[1], "pyproject.toml")
table = tomlkit.parse(file.read_text(encoding="utf-8"))
table["build-system"]["requires"].insert(0, "abiding")
table["build-system"]["build-backend"] = "abiding.backend"
table["project"]["dependencies"] = []
table["project"]["dynamic"].append("dependencies")
table["tool"]["abiding"] = {
    "build-backend": "setuptools.build_meta",
    "from-sdist": "api",
    "wheel": {"dependencies": [{"requires": "shared-gmp==6.2.1", "native": True}]},
}
file.write_text(tomlkit.dumps(table), encoding="utf-8")
