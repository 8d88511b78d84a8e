"""Versions of the distributions that are installed in this environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = ["NotInstalledError", "installed", "is_installed"]


class NotInstalledError(LookupError):
    """A pinned distribution, or the plugin for pins, is not installed; `missing` are the requirements to install."""

    def __init__(self, message: str, *missing: str) -> None:
        super().__init__(message)
        self.missing = missing


def installed(name: str) -> Version:
    """Return the version of a distribution that is installed in this environment.

    Raises `NotInstalledError` if it is not, `ValueError` if its version can't be read or is none (PEP 440).
    """
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    from packaging.version import InvalidVersion, Version

    try:
        text = version_of(name)
    except PackageNotFoundError as exc:
        raise NotInstalledError(f"`{name}` is not installed in the build environment", name) from exc
    except (OSError, KeyError, ValueError) as exc:
        raise ValueError(f"the installed `{name}` has METADATA that can't be read") from exc
    try:
        return Version(text)
    except (InvalidVersion, TypeError) as exc:
        raise ValueError(f"the installed `{name}` has the version `{text}`, which is not valid (PEP 440)") from exc


def is_installed(name: str) -> bool:
    """Return whether a distribution is installed, even with an unreadable version."""
    try:
        installed(name)
    except NotInstalledError:
        return False
    except ValueError:
        pass
    return True
