"""Repack the libraries of this machine under names of their own, with what a linker and pkg-config need."""

import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

# Library, its header, its number, and what it needs of the others.
LIBRARIES = {"gmp": ("10", ()), "mpfr": ("6", ("gmp",)), "mpc": ("3", ("gmp", "mpfr"))}
MODULE = """\
libdir=${{pcfiledir}}/..
includedir=${{pcfiledir}}/../../include
Name: {name}
Description: {name}, shared
Version: {version}
Libs: -L${{libdir}} -l{name}
Cflags: -I${{includedir}}
"""


def renamed(name):
    return f"libshared-{name}.so.{LIBRARIES[name][0]}"


def file_of(name):
    said = subprocess.run(["gcc", f"-print-file-name=lib{name}.so"], capture_output=True, text=True, check=True)
    return Path(said.stdout.strip()).resolve()


def header_of(name):
    program = f"#include <{name}.h>\n"
    said = subprocess.run(["gcc", "-H", "-E", "-"], input=program, capture_output=True, text=True, check=True)
    return Path(next(line.split()[1] for line in said.stderr.splitlines() if line.startswith(". ")))


class Build(build_py):
    def run(self):
        super().run()
        package = Path(self.build_lib, "shared_gmp")
        for folder in ("lib/pkgconfig", "include"):
            (package / folder).mkdir(parents=True, exist_ok=True)
        for name, (_, needed) in LIBRARIES.items():
            library = package / "lib" / renamed(name)
            shutil.copyfile(file_of(name), library)
            edits = ["--set-soname", library.name, "--force-rpath", "--set-rpath", "$ORIGIN"]
            for other in needed:
                edits += ["--replace-needed", f"lib{other}.so.{LIBRARIES[other][0]}", renamed(other)]
            subprocess.run(["patchelf", *edits, library], check=True)
            # A wheel can't hold symbolic links; this is as good for a linker.
            (package / "lib" / f"lib{name}.so").write_text(f"INPUT ( {library.name} )\n")
            (package / "lib/pkgconfig" / f"{name}.pc").write_text(
                MODULE.format(name=name, version=self.distribution.get_version())
            )
            shutil.copyfile(header_of(name), package / "include" / f"{name}.h")


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class Compiled(Distribution):
    def has_ext_modules(self):
        return True


setup(distclass=Compiled, cmdclass={"build_py": Build, "bdist_wheel": Wheel})
