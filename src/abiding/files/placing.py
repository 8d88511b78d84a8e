"""Write files whole or not at all: under another name first, then renamed.

Whatever stops the work, signals included, the target has either its old or its complete new contents.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from abiding.findings.errors import NO_SUCH_FILE, ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["commit", "copy_range", "is_private", "new_file", "place", "speaking_of", "write_all"]


_CHUNK = 128 << 10  # larger ones make the page cache look for huge pages, which can take four times as long
_PAGE = 4096
_WINDOW = 8 << 20  # bytes mapped at a time when a file is copied; a multiple of every page size
# A process that dies can't harm a file that is only renamed; a power cut can, unless the disk has been made to take the
# bytes first. That is next to nothing for most wheels, but would double the time that one of 1 GB takes to copy.
_SYNC_LIMIT = 64 << 20


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turn an `OSError` of the work on the archive `path` into an `ArchiveError`."""
    try:
        yield
    except OSError as exc:
        if isinstance(exc, FileNotFoundError) and str(exc.filename) == str(path):
            raise ArchiveError.at(path.name, NO_SUCH_FILE, rule="missing-file") from exc
        reason = exc.strerror or str(exc)
        locked = _is_locked(exc)
        what = "can't be read" if locked else "can't be read or written"
        message = f"`{exc.filename or path}` {what}: {reason[:1].lower()}{reason[1:]}"
        hint = "its owner has to let you read it" if locked else _hint(exc)
        raise ArchiveError.at(path.name, message, hint=hint) from exc


def _is_locked(exc: OSError) -> bool:
    """Return whether it is about an existing file, for which the permission to read is missing."""
    path = exc.filename
    return isinstance(exc, PermissionError) and bool(path) and os.path.lexists(path) and not os.access(path, os.R_OK)


def _hint(exc: OSError) -> str:
    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the new file is written beside the finished one, so there has to be room for both"
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder has to be writable, because a new file is written there and then renamed"
    return ""


@contextmanager
def new_file(target: Path, source: Path) -> Iterator[BinaryIO]:
    """Open an unbuffered file beside `target` with the mode of `source`, removed unless committed. Raises `OSError`."""
    path = target.with_name(f".abiding-{os.urandom(8).hex()}.tmp")
    file = path.open("xb", buffering=0)
    try:
        with file:
            path.chmod(stat.S_IMODE(source.stat().st_mode) | stat.S_IWUSR)
            yield file
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def commit(file: BinaryIO, target: Path) -> None:
    """Close the unbuffered `file` and rename it to `target`, replacing what is there. Raises `OSError`."""
    if os.fstat(file.fileno()).st_size <= _SYNC_LIMIT:
        os.fsync(file.fileno())
    file.close()
    os.replace(file.name, target)  # noqa: PTH105 (the name of an open file is a string)


def place(source: Path, target: Path) -> None:
    """Move the file `source` to `target`, or copy it if need be, over what is there. Raises `ArchiveError`."""
    with speaking_of(target):
        if not source.is_symlink():
            # Errors, for example on another file system, don't matter if the file can be copied.
            with suppress(OSError):
                with source.open("r+b", buffering=0) as file:
                    commit(file, target)
                return
        with new_file(target, source) as file, source.open("rb", buffering=0) as original:
            copy_range(original, file, 0, os.fstat(original.fileno()).st_size)
            commit(file, target)


def is_private(path: Path) -> bool:
    """Return whether `path` can be edited in place: a writable file without other hard links."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and os.access(path, os.W_OK)


def write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    """Write `data` to an unbuffered `file`, which may take it in parts. Raises `OSError`."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def copy_range(source: BinaryIO, target: BinaryIO, start: int, length: int) -> None:
    """Append `length` bytes of `source`, from `start`, to `target`, both unbuffered. Raises `OSError`."""
    position, end = start, start + length
    shift = target.seek(0, os.SEEK_END) - start
    if shift % _PAGE == 0 and hasattr(os, "copy_file_range"):
        with suppress(OSError):  # not supported by these file systems, or this kernel: the rest is copied below
            while position < end:
                done = os.copy_file_range(source.fileno(), target.fileno(), end - position, position)
                if not done:
                    break
                position += done
    # Where pages don't fall on pages, the kernel's way takes half as long again as whole pages written from here.
    while position < end:
        first = position // _WINDOW * _WINDOW
        with _window(source, first, min(first + _WINDOW, end)) as window:
            if first + len(window) <= position:
                raise OSError(errno.EIO, "it has become shorter", source.name)
            while position < first + len(window):
                room = _CHUNK - (position + shift) % _CHUNK
                done = target.write(window[position - first :][:room])
                position += done


@contextmanager
def _window(file: BinaryIO, start: int, stop: int) -> Iterator[memoryview]:
    """Map the bytes of a file from `start` to `stop`, or to its end, or read them where a file system can't map."""
    import mmap

    access: dict[str, int] = {"access": mmap.ACCESS_READ}
    if hasattr(mmap, "MAP_POPULATE"):  # Linux: all of it at once, rather than a fault for every few pages
        access = {"flags": mmap.MAP_SHARED | mmap.MAP_POPULATE, "prot": mmap.PROT_READ}
    try:
        mapped = mmap.mmap(file.fileno(), stop - start, **access, offset=start)
    except (OSError, ValueError):
        file.seek(start)
        yield memoryview(file.read(stop - start))
        return
    with mapped, memoryview(mapped) as window:
        yield window
