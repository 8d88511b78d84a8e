"""The loader as it is played through, against the one of this machine."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from abiding.native.images import Image
from abiding.native.layout import SiteLayout
from abiding.native.loader import Loader
from abiding.native.reading import read_image
from makers.compiled import library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the loader of Linux")

FOLDERS = ("", "nest", "nest/lib", "nest.libs")
# What each does to be found: nothing, a run path that counts for it alone, or one that is inherited.
WAYS = ("", "runpath", "rpath")


class Nest:
    """A handful of libraries that need each other somehow, and lie and look somewhere, by the seed of a number."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)  # noqa: S311 (the same each time is what is wanted)
        self.places: dict[str, str] = {}
        for number in range(6):
            self.add(number)

    def add(self, number: int) -> None:
        name = f"lib{number}.so"
        self.places[name] = "/".join(filter(None, [self.chance.choice(FOLDERS), name]))
        others = list(self.places)[:-1]
        needs = self.chance.sample(others, min(len(others), self.chance.randrange(3)))
        led = self.chance.sample([folder for folder in FOLDERS if folder], 2)
        way = self.chance.choice(WAYS)
        up = "/".join([".."] * self.places[name].count("/")) or "."
        library(
            self.path(name),
            links=[Path(option) for one in needs for option in (f"-L{self.path(one).parent}", f"-l:{one}")],
            soname=name if self.chance.random() < 0.8 else "",
            run_path=":".join(f"$ORIGIN/{up}/{folder}" for folder in led) if way else "",
            inherited=way == "rpath",
        )

    def path(self, name: str) -> Path:
        return self.folder / self.places[name]

    def images(self) -> dict[str, Image]:
        read = {name: read_image((self.folder / place).read_bytes(), place) for name, place in self.places.items()}
        return {name: image for name, image in read.items() if image}

    def is_loaded(self, *names: str) -> list[bool]:
        """Whether each of some files can be loaded, one after the other in one process."""
        code = "import sys, ctypes\nfor one in sys.argv[1:]:\n    try: ctypes.CDLL(one)\n    except OSError: print(0)\n    else: print(1)"
        paths = [str(self.path(name)) for name in names]
        done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True)
        return [line == "1" for line in done.stdout.split()]


@pytest.mark.parametrize("seed", range(6))
def test_as_this_machine_does(tmp_path: Path, seed: int) -> None:
    nest = Nest(tmp_path, seed)
    images = nest.images()
    meant = {image.file_name: image for image in images.values()}
    loader = Loader(images.values(), lambda _, library: meant.get(library), SiteLayout())

    def played(*names: str) -> list[bool]:
        process: dict[str, Image] = {}
        found = []
        for name in names:
            steps = loader.load(images[name], process)
            found.append(all(step.file for step in steps if step.library in meant))
        return found

    for name in images:
        assert played(name) == nest.is_loaded(name), name
    for _ in range(4):
        order = nest.chance.sample(list(images), len(images))
        assert played(*order) == nest.is_loaded(*order), order
