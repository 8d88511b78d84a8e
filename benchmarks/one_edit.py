"""One edit as a process: `python one_edit.py WAY SOURCE TARGET LINE`. Prints its peak memory in KiB."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path


def with_line(data: bytes, line: str) -> bytes:
    head, gap, body = data.partition(b"\n\n")
    kept = [one for one in head.split(b"\n") if not one.startswith(b"Requires-Dist: added")]
    return b"\n".join([*kept, f"Requires-Dist: {line}".encode()]) + gap + body


def abiding(source: Path, target: Path, line: str) -> None:
    from abiding.archives.wheel import Wheel
    from abiding.archives.wheel_editing import rewrite

    wheel = Wheel.open(source)
    rewrite(wheel, target, {wheel.metadata_name: with_line(wheel.metadata(), line)})


def abiding_sdist(source: Path, target: Path, line: str) -> None:
    from abiding.archives.sdist import rewrite

    rewrite(source, target, lambda name, data: data if name == "pyproject.toml" else with_line(data, line))


def bare_sdist(source: Path, target: Path, _line: str) -> None:
    """Decompress and compress, and nothing else, at the level that the header tells."""
    with source.open("rb") as file, target.open("wb") as new:
        level = {2: 9, 4: 1}.get(file.read(10)[8], 6)
        file.seek(0)
        inflater, deflater = zlib.decompressobj(wbits=31), zlib.compressobj(level, wbits=31)
        while data := inflater.unconsumed_tail or file.read(64 << 10):
            new.write(deflater.compress(inflater.decompress(data, 512 << 10)))
        new.write(deflater.flush())


def auditwheel(source: Path, target: Path, line: str) -> None:
    from auditwheel.wheeltools import InWheelCtx

    with InWheelCtx(source, target) as wheel:
        _edit_below(Path(wheel.path), line)


def delocate(source: Path, target: Path, line: str) -> None:
    from delocate.wheeltools import InWheelCtx  # type: ignore[import-not-found, unused-ignore]

    with InWheelCtx(str(source), str(target)) as wheel:  # type: ignore[no-untyped-call, unused-ignore]
        _edit_below(Path(getattr(wheel, "wheel_path", None) or Path.cwd()), line)


def wheel(source: Path, target: Path, line: str) -> None:
    """`wheel unpack`, an edit, `wheel pack`."""
    from tempfile import TemporaryDirectory

    from wheel._commands import main  # type: ignore[import-not-found, unused-ignore]

    with TemporaryDirectory(dir=target.parent) as folder:
        sys.argv = ["wheel", "unpack", "--dest", folder, str(source)]
        main()
        (tree,) = Path(folder).iterdir()
        _edit_below(tree, line)
        sys.argv = ["wheel", "pack", "--dest-dir", str(target.parent), str(tree)]
        main()


def _edit_below(tree: Path, line: str) -> None:
    (path,) = tree.glob("*.dist-info/METADATA")
    path.write_bytes(with_line(path.read_bytes(), line))


if __name__ == "__main__":
    way, one, other, added = sys.argv[1:]
    globals()[way](Path(one), Path(other), added)
    print(Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].split()[0])
