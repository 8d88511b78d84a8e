"""The pages of the documentation, and the commands that they show: run as a reader would, their output compared.

A page is run from top to bottom by one shell, in an empty folder. What its blocks of code say:

- a block `console` has commands after `$ ` (more lines of one after `> `), each followed by what it prints. `...` stands
  for any text, as in doctest. All commands have to end with status 0, unless `echo $?` comes next.
- any other block only shows something.

A comment on the line before a block marks it:

- `<!-- file: NAME -->`: the block is the content of the file NAME, which is written when its turn comes;
- `<!-- first: COMMANDS -->`: they make what the page takes for granted; `$EXAMPLES` are those of the checkout,
  `$GMP` and `$DOTS` what scripts/shared-gmp and scripts/scipy-openblas have built (after `minutes` only);
- `<!-- not run: REASON -->`: the commands can't be run here;
- `<!-- minutes -->`: from here on the page needs an index and real builds; the tests marked `real` run it.

`UPDATE_PAGES=1 scripts/test tests/real/test_docs.py -k needs` writes what is printed into the page, where the page shows
something else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "CHECKOUT",
    "DOCS",
    "Block",
    "Command",
    "Played",
    "anchors",
    "blocks",
    "check",
    "commands",
    "compare",
    "pages",
    "play",
    "refreshed",
]

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"

_BLOCK = re.compile(
    r"(?P<marks>(?:^<!--(?:(?!-->).)*-->\n)*)^```(?P<language>\S+)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_MARK = re.compile(r"<!-- (file|first|not run|minutes)(?::\s(.+?))?\s-->", re.DOTALL)
_END = "--end of a command--"


@dataclass(frozen=True, slots=True)
class Command:
    """One command and what it prints, with the line of the page that it stands on."""

    line: int
    text: str
    output: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: `marks` are those of the comments before it."""

    line: int
    language: str
    text: str
    marks: Mapping[str, str]

    def commands(self) -> Iterator[Command]:
        """Yield the commands of a block `console`."""
        for found in re.finditer(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", self.text, re.MULTILINE):
            line = self.line + 1 + self.text[: found.start()].count("\n")
            yield Command(line, re.sub(r"^> ", "", found[1], flags=re.MULTILINE), found[2])


def pages() -> list[Path]:
    """Return every page, README.md among them."""
    return [CHECKOUT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page, in their order."""
    return [
        Block(
            text.count("\n", 0, found.start("text")),
            found["language"],
            found["text"],
            dict(_MARK.findall(found["marks"])),
        )
        for found in _BLOCK.finditer(text)
    ]


def commands(page: Path, *, real: bool) -> list[Block]:
    """Return the blocks of a page that are to be run; without `real`, those before the first one that takes minutes."""
    found = []
    for block in blocks(page.read_text("utf-8")):
        if "minutes" in block.marks and not real:
            break
        if block.marks.keys() & {"file", "first"} or _is_run(block):
            found.append(block)
    return found if any(map(_is_run, found)) else []


def _is_run(block: Block) -> bool:
    return block.language == "console" and "not run" not in block.marks


@dataclass(frozen=True, slots=True)
class Played:
    """A command that was run, what it printed, and its status; `asked` is whether the page shows that status."""

    command: Command
    output: str
    status: str
    asked: bool

    @property
    def where(self) -> str:
        return f"line {self.command.line}: $ {self.command.text}"


def check(
    page: Path, folder: Path, environment: Mapping[str, str] | None = None, *, real: bool, timeout: float = 1000
) -> None:
    """Run a page in a folder; raises `AssertionError` with the first command that says something else than is shown.

    With `UPDATE_PAGES=1` what is shown is written anew instead, where it is something else; read it before you commit.
    """
    played = play(commands(page, real=real), folder, environment, timeout)
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(refreshed(page.read_text("utf-8"), played), encoding="utf-8")
    else:
        compare(played)


def compare(played: list[Played]) -> None:
    """Raise `AssertionError` with the first command that says something else than is shown."""
    for one in played:
        shown, printed = one.command.output, one.output
        assert _agrees(shown, printed), f"{one.where}shown:\n{shown}\nprinted:\n{printed}"
        _succeeded(one)


def refreshed(page: str, played: list[Played]) -> str:
    """Return the page with what was printed; raises `AssertionError` if a command failed without the page saying so."""
    lines = page.splitlines(keepends=True)
    for one in reversed(played):
        _succeeded(one)
        if not _agrees(one.command.output, one.output):
            at = one.command.line - 1 + one.command.text.count("\n")
            text = one.output.strip("\n")
            lines[at : at + one.command.output.count("\n")] = [f"{text}\n"] if text else []
    return "".join(lines)


def _succeeded(one: Played) -> None:
    assert one.status == "0" or one.asked, f"{one.where}ended with {one.status}:\n{one.output}"


def play(
    found: list[Block], folder: Path, environment: Mapping[str, str] | None = None, timeout: float = 1000
) -> list[Played]:
    """Run the blocks in a folder, and return what each command did."""
    done = subprocess.run(
        ["bash", "-c", "".join(_script(found))],
        cwd=folder,
        env=_variables(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    said = iter(done.stdout.split(f"{_END} "))
    output = next(said)
    shown = [command for block in found if _is_run(block) for command in block.commands()]
    played = []
    for command, following in zip(shown, [*shown[1:], None], strict=True):
        status, _, after = next(said, "(nothing: the shell has ended)\n").partition("\n")
        played.append(Played(command, output, status, following is not None and following.text == "echo $?\n"))
        output = after
    return played


def _script(found: list[Block]) -> Iterator[str]:
    for block in found:
        if first := block.marks.get("first"):
            yield f"{first}\n"
        if name := block.marks.get("file"):
            yield f"mkdir -p \"$(dirname '{name}')\"\ncat >'{name}' <<'END OF THE FILE'\n{block.text}END OF THE FILE\n"
        for command in block.commands() if _is_run(block) else ():
            # The status is put back for an `echo $?` that may come next.
            yield f"(exit ${{status:-0}}); {command.text}status=$?; echo '{_END}' $status\n"


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ABIDING_", "PYTEST_", "COV_"))}
    # Without a width tables are as wide as they are, on a page that can be scrolled.
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "FORCE_COLOR", "COLUMNS"):
        ours.pop(name, None)
    return {
        **ours,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{ours['PATH']}",
        "EXAMPLES": str(CHECKOUT / "examples"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": "3",
        **_git("user.name", "A Reader", 0),
        **_git("user.email", "reader@example.invalid", 1),
        **_git("init.defaultBranch", "main", 2),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def _git(name: str, value: str, number: int) -> dict[str, str]:
    return {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}


# What is not the same on every machine: the tag of a wheel, and what pip says about its own settings.
_TAG = re.compile(r"(?:cp3\d+-cp3\d+t?|(?<=py3-)none)-(?:linux|manylinux|musllinux|macosx|win)_?\w*(?:\.manylinux\w+)*")
_OF_PIP = re.compile(r"^(?:Looking in |WARNING: Location ).*\n", re.MULTILINE)


def _agrees(shown: str, printed: str) -> bool:
    shown, printed = (_OF_PIP.sub("", _TAG.sub("TAG", text)) for text in (shown, printed))
    # Columns are as wide as the tag was.
    shown, printed = (
        re.sub(r"(?<=\S)  +|-{3,}| +$", " ", text.strip("\n"), flags=re.MULTILINE) for text in (shown, printed)
    )
    pattern = ".*".join(map(re.escape, shown.split("...")))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(_BLOCK, "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
