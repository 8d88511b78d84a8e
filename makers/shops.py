"""A provider and its published versions, on an index of this machine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.artifacts.index import settings
from makers.compiled import MANYLINUX, library, wheel
from makers.index import File, Index, hashes, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pytest

SONAME = "libtoy.so.1"


@dataclass
class Shop:
    """Publishes versions of the provider `toy`."""

    index: Index
    folder: Path

    def publish(
        self,
        version: str,
        *functions: str,
        soname: str = SONAME,
        tag: str = MANYLINUX,
        filler: int = 0,
        header: str = "",
        links: Sequence[Path] = (),
        code: str = "",
        **listing: object,
    ) -> Path:
        built = library(self.folder / version / soname, *functions, soname=soname, links=links, code=code)
        files: dict[str, Path | bytes] = {
            "toy/__init__.py": b"",
            "toy/zeros.bin": os.urandom(filler),
            f"toy/lib/{soname}": built,
            "toy/_core.abi3.so": built,
        }
        files |= {"toy/include/toy.h": header.encode()} if header else {}
        path = wheel(self.folder, "toy", files, version=version, tag=tag)
        data = path.read_bytes()
        self.index.files[path.name] = File(data, listing={"hashes": hashes(data), **listing})
        return path


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Shop]:
    """Open a shop; what is read of it is kept below `folder`."""
    monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    with serving(Index(project="toy")) as index:
        yield Shop(index, folder / "shop")
