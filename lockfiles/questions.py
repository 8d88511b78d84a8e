"""One question to one tool: an application, the releases that it can choose from, and what came of it."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lockfiles import servers, shelf
from lockfiles.projects import VERSIONS, Way, build
from lockfiles.tools import Tool, variables, write_application
from makers.compilers import Compilers
from makers.environments import Environment, Outcome
from makers.workshop import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Published = Literal["sdist, wheel", "sdist"]

# Who asks the index for one of these is making an environment to build in.
_BACKENDS = {"abiding", "meson-python", "setuptools"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool chose, None where it refused, and how it came to it."""

    tool: Tool
    chosen: dict[str, str] | None
    said: str
    folder: Path
    compilers: Compilers
    environment: Environment
    # Of the examples, what it got from the index.
    files: Sequence[str] = ()
    asked_backend: bool = False

    @property
    def calls(self) -> list[str]:
        """What it has called of compilers and build tools by now, to choose and to install."""
        return self.compilers.calls

    @property
    def sdists(self) -> list[str]:
        return [name for name in self.files if name.endswith(".tar.gz")]

    @property
    def wheels(self) -> list[str]:
        return [name for name in self.files if ".whl" in name]

    def install(self) -> None:
        """Install what was chosen, by the tool itself."""
        self.environment.run(*self.tool.installing, cwd=self.folder)

    def check(self) -> Outcome:
        """Run `pip check` on what was installed."""
        return self.environment.run(sys.executable, "-m", "pip", "--python", self._python, "check", code=None)

    def run(self, code: str) -> Outcome:
        """Run Python where it was installed."""
        return self.environment.run(self._python, "-c", code, code=None)

    @property
    def _python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are asked: the releases, the tools' environments and their caches, each made once."""

    root: Path
    wheelhouse: Path

    @contextmanager
    def ask(self, tool: Tool, way: Way, published: Published, *requirements: str) -> Iterator[Answer]:
        """Ask a tool for an application with these requirements; the releases are served while the block runs."""
        with servers.static(self._shelf(way, published)) as served:
            answer = self.ask_index(tool, served.url, *requirements)
            paths = [path.split("/") for path in served.asked]
            files = {path[2] for path in paths if path[1] == "files" and not path[2].startswith("abiding-")}
            pages = {path[2] for path in paths if path[1] == "simple"}
            yield replace(answer, files=sorted(files), asked_backend=not pages.isdisjoint(_BACKENDS))

    def ask_index(self, tool: Tool, url: str, *requirements: str) -> Answer:
        """Ask a tool for an application with releases from any index, which has to be there for as long as needed."""
        pinned = [f"{name}=={VERSIONS[name]}" if name in VERSIONS else name for name in requirements]
        folder = Path(tempfile.mkdtemp(dir=self._made("applications", lambda _: None)))
        write_application(folder, pinned, url)
        environment = self.environment(tool.command, *tool.requirements)
        compilers = Compilers.watched(folder / "compilers")
        more = {
            "XDG_CACHE_HOME": str(self.root / "cache"),
            **variables(url, folder),
            **compilers.variables(environment.variables()["PATH"]),
        }
        environment = replace(environment, more=more)
        # pip-sync wants a pip there.
        replace(environment, root=folder / ".venv").make(["pip"])
        outcome = environment.run(*tool.arguments, cwd=folder, code=None)
        said = outcome.stdout + outcome.stderr
        refused = outcome.code != 0
        # All else that can go wrong is no refusal.
        assert not refused or tool.refusal in " ".join(said.split()), str(outcome)
        return Answer(tool, None if refused else tool.chosen(folder), said, folder, compilers, environment)

    def environment(self, name: str, *requirements: str) -> Environment:
        """Return the environment of a tool."""

        def make(folder: Path) -> None:
            Environment(folder / "environment", self.wheelhouse).make(requirements)

        return Environment(self._made(f"tools/{name}", make) / "environment", self.wheelhouse)

    def releases(self, way: Way) -> list[Path]:
        """Return the archives built in one way."""
        built = self._made("built", lambda folder: build(folder, self.wheelhouse))
        return sorted(path for path in (built / way).iterdir() if path.name.endswith((".whl", ".tar.gz")))

    def _shelf(self, way: Way, published: Published) -> Path:
        def make(folder: Path) -> None:
            archives = [path for path in self.releases(way) if published != "sdist" or path.suffix == ".gz"]
            shelf.lay(folder, [*archives, *self.wheelhouse.glob("*.whl")])

        return self._made(f"shelves/{way} {published}".replace(",", "").replace(" ", "-"), make)

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        return once(self.root / name, make)
