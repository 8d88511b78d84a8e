"""Where values stand, held against what TOML reads: each span, read alone, is the value; and it takes linear time."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit

from abiding.project.positions import places
from abiding.project.pyproject import Pyproject
from makers.work import calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.project.positions import Place

ROOT = Path(__file__).resolve().parents[2]
ODD = r'''
# a comment with "quotes" and [brackets]
a.b."c d".'e.f' = 1   # [not a header]
empty = {}
"" = ""
"\u00e9\"" = 'lit\eral'
many = [ [1, 2,], [], [{ x.y = """a ""quoted"" \""" b""""", z = [ 3 ] }], # remark ]
  §§§a 'b' #§§§§§, '"]', "#" ]
when = 1979-05-27 07:32:00Z
day = 1979-05-27
hours = [07:32:00.5, 1979-05-27 07:32:00-01:00,1979-05-27T07:32:00]
numbers = [0xdead_beef, +1e-5, inf, -nan, true]
text = §§§
[not.a.header]
x = 1 \
  §§§

[ t . "u.v" . w ]
k = 1
[[t.list]]
k = 1
[t.list.sub]
k = 2
[[t.list.sub.deep]]
k = 3
[[t.list]]
k = 4
[t.list.sub]
inline = { list = [{ k = 1 }, { k = 2 }] }
[t]
late = "x"
'''.replace("§", "'")


def spans(place: Place, value: Any) -> Iterator[tuple[int, int, Any]]:
    """Each span of what is written in one piece, and the value that stands there; the trees have the same keys."""
    if place.end >= 0:
        yield place.start, place.end, value
    children = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
    assert place.inside.keys() == children.keys()
    for key, inside in place.inside.items():
        yield from spans(inside, children[key])


def assert_right(text: str) -> None:
    found = list(spans(places(text), tomllib.loads(text)))
    for start, end, value in found:
        # A value alone; times and nan are equal to themselves only in their representation.
        assert repr(tomllib.loads(f"a = {text[start:end]}")["a"]) == repr(value)


@pytest.mark.parametrize("text", ["", "\n", "a=1", "a=[]", 'a=""', "[a]", "[[a]]\n[[a]]", "[a.b]\n[a]\nc.d=1", ODD])
def test_every_value_is_found(text: str) -> None:
    assert_right(text)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "tests" / "packages").glob("*/pyproject.toml")), ids=lambda one: one.parent.name
)
def test_every_value_of_real_files_is_found(file: Path) -> None:
    assert_right(file.read_text("utf-8"))


def made_up(chance: random.Random, depth: int = 0) -> Any:
    match chance.randrange(9 if depth < 3 else 6):
        case 0:
            return chance.randrange(-99, 99)
        case 1:
            return chance.random()
        case 2 | 3 | 4:
            return "".join(chance.choices("ab\"'\\[]{}#=,.\n é", k=chance.randrange(8)))
        case 5:
            return chance.choice([True, False])
        case 6:
            return [made_up(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {made_up_key(chance): made_up(chance, depth + 1) for _ in range(chance.randrange(4))}


def made_up_key(chance: random.Random) -> str:
    return "".join(chance.choices("ab\"'.] #é", k=chance.randrange(1, 5)))


def test_every_value_of_made_up_files_is_found() -> None:
    chance = random.Random(808)  # noqa: S311
    for _ in range(300):
        document = {made_up_key(chance): made_up(chance) for _ in range(4)}
        assert_right(tomlkit.dumps(document))


SHAPES: dict[str, Callable[[int], str]] = {
    "keys": lambda n: "".join(f"k{i} = 1\n" for i in range(n)),
    "tables": lambda n: "".join(f"[t{i}]\n" for i in range(n)),
    "arrays of tables": lambda n: "[[t]]\n" * n,
    "strings on one line": lambda n: "a = [" + '"b",' * n + "]\n",
    "quotes": lambda n: 'a = """' + '""b' * n + '"""\n',
    "comments": lambda n: "#\n" * n,
    "blanks": lambda n: " \t\n" * n,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_findings_grow_with_the_file(shape: str) -> None:
    """A finding for each of many values, and the file read once: eight times the file is eight times the work."""

    def work(n: int) -> int:
        read = Pyproject.parse(SHAPES[shape](n) + "[end]\n")
        keys = [("k", i) if shape != "keys" else (f"k{i}",) for i in range(n)]
        return calls(
            lambda: [
                read.finding("unknown-key", "x", ("a", *key[1:]) if shape == "strings on one line" else key)
                for key in keys
            ]
        )

    assert work(16_000) < 8 * 1.2 * work(2000)
