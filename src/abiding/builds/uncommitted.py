"""Explain a failed sdist of meson-python, which needs a commit, where there is none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding.files.plain import is_there
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abiding.builds.outcome import Outcome
    from abiding.builds.wrapped_backend import WrappedBackend

__all__ = ["explaining", "uncommitted"]


_BUILD = "meson.build"
_COMMIT = "`git add --all` and `git commit`; then build again"


@contextmanager
def explaining(backend: WrappedBackend, outcome: Outcome) -> Iterator[None]:
    """Print what to do after a backend has failed because there is no commit to pack."""
    try:
        yield
    except (Exception, SystemExit):
        outcome.remark(uncommitted(backend.name, backend.folder))
        raise


def uncommitted(backend: str, folder: Path) -> tuple[Finding, ...]:
    """Explain why there is no commit to pack; empty for backends that need none, or if there is one.

    This is for builds that have failed: Meson itself only says that git has failed, or is needed.
    """
    if backend.partition(":")[0] != "mesonpy" or not is_there(folder / _BUILD):
        return ()
    reason = _reason(folder)
    if not reason:
        return ()
    why, hint = reason
    message = f"`{backend}` packs the last commit of the folder into an sdist, and {why}"
    return (Finding("failed-build", Severity.ERROR, message, artifact=_BUILD, hints=(hint,)),)


def _reason(folder: Path) -> tuple[str, str] | None:
    """Return why no commit can be packed, and what to do; None if git finds one."""
    around = (folder, *folder.parents)
    if any(is_there(parent / ".hg") for parent in around):  # Meson packs the commits of Mercurial too
        return None
    if not any(is_there(parent / ".git") for parent in around):
        return "that is in no repository", f"make it one: `git init`, {_COMMIT}"
    try:
        if failure := _git(folder, "rev-parse", "--git-dir"):
            return f"git does not read the repository: {failure}", "`git status` says what to do about it"
        if _git(folder, "rev-parse", "--verify", "HEAD"):
            return "the repository has no commit yet", f"commit it: {_COMMIT}"
        if _git(folder, "cat-file", "-e", f"HEAD:./{_BUILD}"):
            return f"`{_BUILD}` is not in it", f"commit it: {_COMMIT}"
    except OSError as exc:
        return f"`git` can't be run: {exc.strerror}", "install git, or put its folder on the PATH"
    return None


def _git(folder: Path, *arguments: str) -> str:
    """Run git, and return how it failed, in one line; empty if it did not. Raises `OSError`."""
    import subprocess

    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    first, *_ = (*done.stderr.decode("utf-8", "replace").strip().splitlines(), f"exit status {done.returncode}")
    return first if done.returncode else ""
