"""The tags that `select` is matched with: those of a wheel, or those possible on this machine.

A tag is `python-abi-platform`, for example `cp311-cp311-linux_x86_64` (PEP 425).
"""

from __future__ import annotations

import os
import sys
import sysconfig

from abiding.archives import wheel_tags

__all__ = ["of_wheel", "possible"]


def of_wheel(filename: str) -> frozenset[str]:
    """Return the tags in a wheel's file name; one for `linux_*` counts as that of the build environment too.

    Raises `packaging.utils.InvalidWheelFilename`.
    """
    return frozenset(name for tag in wheel_tags.parse(filename)[2] for name in _with_policy(str(tag)))


def possible() -> tuple[frozenset[str], ...]:
    """Return the tags of each wheel that might be built here, pure or not, one set per wheel."""
    from packaging.tags import sys_tags

    own = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    wheels = {"": frozenset({"py2-none-any", "py3-none-any"})}
    for tag in sys_tags():
        # On macOS the deployment target decides, so any platform tag is possible.
        if tag.platform in (own, "any") or sys.platform == "darwin":
            wheels[str(tag)] = frozenset(_with_policy(str(tag)))
    return tuple(wheels.values())


def _with_policy(tag: str) -> tuple[str, ...]:
    head, _, platform = tag.rpartition("-")
    if not platform.startswith("linux_"):
        return (tag,)
    return (tag, f"{head}-{_policy()}")


def _policy() -> str:
    """Return the manylinux or musllinux tag of this environment, from its image or else its C library."""
    policy = os.environ.get("AUDITWHEEL_PLAT", "auto")
    if policy not in ("", "auto"):
        return policy
    from packaging.tags import platform_tags

    return next(iter(platform_tags()))
