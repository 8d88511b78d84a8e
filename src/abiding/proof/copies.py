"""Copies of the source tree to build in, because backends write into it.

Of a git repository, everything is copied that git does not ignore, with uncommitted changes: what a fresh checkout
would have. The copy is a clone with the same index, commits and tags, because backends ask git for the version
(setuptools-scm) or for the files (meson-python). Of any other tree, every file is copied.
"""

from __future__ import annotations

import lzma
import os
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from abiding.archives.sdist import read_pkg_info
from abiding.findings.errors import ArchiveError
from abiding.proof.commands import CommandError, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["copy_of", "make_repository", "tags_of", "unpack"]


def copy_of(tree: Path, folder: Path) -> Path:
    """Copy `tree` below `folder`, which is not there yet; with the repository around it if it is part of one."""
    root = _root(tree)
    if root is None:
        return Path(shutil.copytree(tree, folder / tree.resolve().name, symlinks=True))
    copy = folder / root.name
    _git(folder.parent, "clone", "--quiet", "--shared", "--no-checkout", str(root), str(copy))
    index = root / _git(root, "rev-parse", "--git-path", "index").strip()
    if index.is_file():
        shutil.copy2(index, copy / ".git" / "index")
    if (root / ".git" / "modules").is_dir():
        shutil.copytree(root / ".git" / "modules", copy / ".git" / "modules", symlinks=True)
    for name in _names(root):
        _copy(root / name, copy / name)
    return copy / tree.resolve().relative_to(root)


def _root(tree: Path) -> Path | None:
    """Return the top folder of the git repository that tracks `tree`; None if there is none."""
    try:
        if not _git(tree, "ls-files", "--cached", "--", "."):
            return None
        return Path(_git(tree, "rev-parse", "--show-toplevel").removesuffix("\n")).resolve()
    except CommandError:
        return None


def _names(root: Path) -> Iterable[str]:
    names = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return dict.fromkeys(filter(None, names.split("\0")))


def _copy(source: Path, target: Path) -> None:
    if not os.path.lexists(source):
        return  # deleted, and not committed
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)  # a submodule
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def tags_of(tree: Path) -> tuple[str, ...]:
    """Return the tags of the commit that is checked out in a tree; none if it is not under git."""
    root = _root(tree)
    return tuple(_git(root, "tag", "--points-at", "HEAD").split()) if root else ()


def make_repository(folder: Path, tags: Iterable[str]) -> None:
    """Commit an unpacked sdist without PKG-INFO to a new git repository, which some backends need for an sdist.

    The commit gets `tags`, so that tools which ask git for the version find that of the sdist.
    """
    if not (folder / ".git").exists():
        _git(folder, "init", "--quiet")
        (folder / ".git" / "info" / "exclude").write_text("/PKG-INFO\n", encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--allow-empty", "--message", "The sdist")
    for tag in tags:
        _git(folder, "tag", "--force", tag)


def _git(folder: Path, *arguments: str) -> str:
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    # Global git settings (signatures, hooks, line ends) must not affect the copies.
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0"}
    return answer(["git", *arguments], folder, {**os.environ, **dict.fromkeys(names, "abiding"), **alone})


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist below `folder`, and return its top folder.

    Raises `ArchiveError` if it is no sdist, or can't be unpacked, or would write or lead anywhere else, or has anything
    beside that folder.
    """
    read_pkg_info(sdist)  # this checks all members; `tarfile` of Pythons before 3.11.4 would follow links
    folder.mkdir(parents=True)
    try:
        if sdist.name.endswith(".zip"):
            with ZipFile(sdist) as zipped:
                zipped.extractall(folder)  # noqa: S202
        else:
            with tarfile.open(sdist) as archive:
                if hasattr(tarfile, "data_filter"):
                    archive.extractall(folder, filter="data")
                else:
                    archive.extractall(folder, [_mine(member) for member in archive])  # noqa: S202
    except _NOT_UNPACKED as exc:
        raise ArchiveError.at(sdist.name, "can't be unpacked", note=str(exc) or type(exc).__name__) from exc
    (top,) = folder.iterdir()
    return top


# Exceptions of the standard library for damaged or hostile archives; `RuntimeError` for encrypted ones.
_NOT_UNPACKED = (
    tarfile.TarError,
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ArithmeticError,
    ValueError,
    LookupError,
    RuntimeError,
)


def _mine(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove owners and unneeded modes from a member, for Pythons before 3.11.4, which have no extraction filter.

    Git refuses folders of other owners, and root would restore the original owner.
    """
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() else member.mode & 0o755 | 0o600
    return member
