"""Backends that do what a test needs, as source."""

from __future__ import annotations

LATE = """
    import sys
    from setuptools import setup
    setup(name="spam", version="1.4.0", py_modules=[], install_requires=[] if "sdist" in sys.argv else ["numpy==2.1"])
"""

SETUP_PY = """\
    [build-system]
    requires = ["abiding", "setuptools"]
    build-backend = "abiding.backend"
    [tool.abiding]
    build-backend = "setuptools.build_meta"
"""

CHANGING = """
    import pathlib, zipfile
    from flit_core.buildapi import *
    from flit_core import buildapi
    OLD, NEW = {change!r}
    def build_wheel(directory, settings=None, metadata=None):
        name = buildapi.build_wheel(directory, settings, metadata)
        path = pathlib.Path(directory, name)
        with zipfile.ZipFile(path) as archive:
            members = {{info: archive.read(info) for info in archive.infolist()}}
        with zipfile.ZipFile(path, "w") as archive:
            for info, data in members.items():
                archive.writestr(info, data.replace(OLD, NEW) if info.filename.endswith("METADATA") else data)
        return name
"""

ODD_BACKEND = """
    import os, zipfile

    def _wheel(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("spam-1.4.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: spam\\nVersion: 1.4.0\\n"
                             "Summary: A package\\nRequires-Dist: numpy>=1.26\\n")
            archive.writestr("spam-1.4.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            archive.writestr("spam-1.4.0.dist-info/RECORD", "")

    NAME = "spam-1.4.0-py3-none-any.whl"

    def build_wheel(directory, settings=None, prepared=None):
        {build}
"""
