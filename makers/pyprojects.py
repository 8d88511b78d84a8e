"""A pyproject.toml that declares, for tests to which its rest is all one."""

from __future__ import annotations

__all__ = ["wrapping"]

# Which distribution has a backend.
_REQUIRED = {"flit_core.buildapi": "flit-core", "mesonpy": "meson-python"}


def wrapping(backend: str, *, version: str = "1.0", api: str = "", abi: str | None = None, more: str = "") -> str:
    """Wrap a backend for `spam`. `api` and `abi` are what stands in the arrays of requirements, `more` other keys."""
    requires = '", "'.join(filter(None, ("abiding", _REQUIRED.get(backend))))
    text = f"""\
[build-system]
requires = ["{requires}"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "{version}"
dependencies = [{api}]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "{backend}"
{more}"""
    return text if abi is None else f"{text}\n[tool.abiding.wheel]\ndependencies = [{abi}]\n"
