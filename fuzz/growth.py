"""Growth: the same shape of input, four times as large, may take four times as long, and no more than is bounded.

`python -m fuzz.growth SHAPE BYTES` runs every command that takes such files, in a process of its own, and prints what
each took: calls of functions, which are the same each time, seconds of the processor, and memory above the start.
"""

# ruff: noqa: E501 (a row of a table is a line)
from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from fuzz.bombs import highest
from makers.work import calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Files = dict[str, bytes]

# What a command may take for a hostile input of 1 MiB.
MOST_SECONDS = 10
MOST_MEMORY = 64 << 20
LARGE = 1 << 20
TIMES = 4
# In calls of functions there is no noise, and n log n is allowed; processors have some.
MOST_GROWTH = 1.5 * TIMES
MOST_GROWTH_OF_TIME, SLACK = 2.5 * TIMES, 0.3

HEAD = b"Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n"
SDIST, WHEEL = "spam-1.0.tar.gz", "spam-1.0-py3-none-any.whl"
OTHER, HAM = (f"{name}-cp311-cp311-manylinux_2_28_x86_64.whl" for name in ("spam-1.0", "ham-1.00"))
INFO = "spam-1.0.dist-info"
DECLARED = """[build-system]
requires = ["abiding"]
build-backend = "abiding.backend"
[project]
name = "spam"
version = "1.0"
dynamic = ["dependencies"]
dependencies = ["numpy"]
[tool.abiding]
build-backend = "odd"
[tool.abiding.wheel]
"""


def sdist(metadata: bytes, pyproject: str = "", members: dict[str, bytes] | None = None) -> bytes:
    """An sdist."""
    out = io.BytesIO()
    files = {"PKG-INFO": metadata, **({"pyproject.toml": pyproject.encode()} if pyproject else {}), **(members or {})}
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"spam-1.0/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def wheel(
    metadata: bytes,
    members: dict[str, bytes] | None = None,
    *,
    tags: str = "Tag: py3-none-any\n",
    record: str = "",
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A wheel."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in (members or {}).items():
            archive.writestr(name, data)
        archive.writestr("spam-1.0.dist-info/METADATA", metadata)
        archive.writestr("spam-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n{tags}")
        archive.writestr("spam-1.0.dist-info/RECORD", record)
    return out.getvalue()


def lines(make: Callable[[int], str], size: int, most: int = LARGE) -> bytes:
    """As many lines as have so many bytes together, or as are allowed."""
    found: list[bytes] = []
    while size > 0 and len(found) < most:
        found.append(f"{make(len(found))}\n".encode())
        size -= len(found[-1])
    return b"".join(found)


def head(make: Callable[[int], str], size: int) -> bytes:
    """METADATA with such lines, as many as are read at all."""
    if "Requires-Dist" in make(0):
        size = min(size, bounds.REQUIREMENTS - len(make(0)) - 100)
    return HEAD + lines(make, size, bounds.METADATA_LINES * 9 // 10 // (1 + make(0).count("\n")))


def pair(left: Callable[[int], str], right: Callable[[int], str]) -> Callable[[int], Files]:
    """An sdist and a wheel that say different things."""
    return lambda size: {SDIST: sdist(head(left, size // 2)), WHEEL: wheel(head(right, size // 2))}


def alone(right: Callable[[int], str], left: bytes = HEAD) -> Callable[[int], Files]:
    """A wheel that says more than its sdist."""
    return lambda size: {SDIST: sdist(left), WHEEL: wheel(head(right, size))}


def declared(entry: Callable[[int], str]) -> Callable[[int], Files]:
    """A declaration of many entries; larger ones than a quarter of the size are not read at all."""
    return lambda size: {
        SDIST: sdist(HEAD + b"Dynamic: Requires-Dist\n", f"{DECLARED}dependencies = [\n{lines(entry, size // 5).decode()}]\n"),
        WHEEL: wheel(HEAD + b"Requires-Dist: numpy\n"),
    }  # fmt: skip


def scripts(text: str) -> Callable[[int], Files]:
    """A wheel with a Python file and something compiled beside it that needs a library of another wheel."""
    return lambda size: {
        OTHER: wheel(
            HEAD + b"Requires-Dist: ham\n",
            {"spam/__init__.py": (text * (size // len(text))).encode(), "spam/_spam.so": elf("libham.so")},
            method=zipfile.ZIP_STORED,  # of what is packed densely less is read
        ),
        HAM: wheel(HEAD.replace(b"spam", b"ham"), {"ham/libham.so": elf()}).replace(b"spam-1.0", b"ham-1.00"),
    }


def elf(*needed: str) -> bytes:
    """A small shared library, with a dynamic segment that says what it needs."""
    text, entries = b"\0", []
    for name in needed:
        entries.append((1, len(text)))
        text += name.encode() + b"\0"
    start = 64 + 2 * 56
    strings = start + 16 * (len(entries) + 3)
    entries += [(5, strings), (10, len(text)), (0, 0)]
    dynamic = b"".join(pack("<2Q", *one) for one in entries)
    total = strings + len(text)
    top = b"\x7fELF\2\1\1" + bytes(9) + pack("<2HI3QI6H", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    load = pack("<2I6Q", 1, 5, 0, 0, 0, total, total, 4096)
    segment = pack("<2I6Q", 2, 6, start, start, start, len(dynamic), len(dynamic), 8)
    return top + load + segment + dynamic + text


def wheels(size: int) -> Files:
    """Many wheels of one release, each of which says something else."""
    return {f"spam-1.0-{i}-py3-none-any.whl": wheel(HEAD + b"Requires-Dist: a>%d\n" % i) for i in range(size // 600)}


def releases(size: int) -> Files:
    """Many releases."""
    return {
        f"spam-{i}-py3-none-any.whl": wheel(HEAD.replace(b"1.0", b"%d" % i)).replace(b"spam-1.0", b"spam-%03d" % i)
        for i in range(100, 100 + min(size // 600, 899))
    }


def compiled_wheels(size: int, tag: str = "cp311-cp311-manylinux_2_28_x86_64") -> Files:
    """Many wheels with compiled files, each of which might be required by each."""
    return {
        f"spam-1.0-{i}-{tag.format(i)}.whl": wheel(
            HEAD + b"Requires-Dist: ham%d\n" % i, {"spam/_spam.so": elf("libham.so")}
        )
        for i in range(size // 900)
    }


EVERY = 'os_name == "{}"'

SHAPES: dict[str, Callable[[int], Files]] = {
    "requirements, added": alone(lambda i: f"Requires-Dist: b{i}"),
    "requirements, changed": pair(lambda i: f"Requires-Dist: b{i}>=1", lambda i: f"Requires-Dist: b{i}>=2"),
    "requirements, others": pair(lambda i: f"Requires-Dist: a{i}", lambda i: f"Requires-Dist: b{i}"),
    "requirements of one": pair(lambda i: f"Requires-Dist: a>={i}", lambda i: f"Requires-Dist: a<={i}"),
    "requirements of one, markers": pair(
        lambda i: f"Requires-Dist: a; os_name == '{i}'", lambda i: f"Requires-Dist: a; os_name != '{i}'"
    ),
    "requirements, spelled": pair(lambda i: f"Requires-Dist: a{i} >=1", lambda i: f"Requires-Dist: A{i}>=1.0"),
    "requirements, URLs": alone(lambda i: f"Requires-Dist: a{i} @ https://x/{i}"),
    "requirements, broken": alone(lambda i: f"Requires-Dist: {i} ?"),
    "requirements, long": lambda size: {
        SDIST: sdist(HEAD),
        WHEEL: wheel(HEAD + b"Requires-Dist: a" + b",".join(b">%d" % i for i in range(min(size, bounds.REQUIREMENTS) // 12)) + b"\n"),
    },
    "requirements, long, in both": pair(
        lambda i: f"Requires-Dist: a{i}" + ",".join(f">{i % 7}.{j}" for j in range(90)),
        lambda i: f"Requires-Dist: a{i}" + ",".join(f"<{i % 7}.{j}" for j in range(90)),
    ),
    "Requires-Python, long": lambda size: {
        side: make(HEAD + b"Requires-Python: " + b",".join(b"!=3.%d%s" % (i, end) for i in range(min(size, bounds.REQUIREMENTS) // 12)) + b"\n")
        for side, make, end in ((SDIST, sdist, b""), (WHEEL, wheel, b".*"))
    },
    "marker of many terms": lambda size: {
        SDIST: sdist(HEAD + b"Requires-Dist: a\n"),
        WHEEL: wheel(
            HEAD
            + b"Requires-Dist: a; "
            + " or ".join(EVERY.format(i) for i in range(size // 18)).encode()
            + b"\n"
        ),
    },
    "marker of many variables": lambda size: {
        side: make(HEAD + b"Requires-Dist: a; " + b" and ".join(
            f'({EVERY.format(i)} or python_version {sign} "3.{i}")'.encode() for i in range(size // 100)) + b"\n")
        for side, make, sign in ((SDIST, sdist, "<"), (WHEEL, wheel, ">"))
    },
    "marker, nested": lambda size: {
        SDIST: sdist(HEAD),
        WHEEL: wheel(HEAD + b"Requires-Dist: a; " + b"(" * size + b"os_name == 'x'" + b")" * size + b"\n"),
    },
    "extras that name the next": pair(
        lambda i: f'Provides-Extra: e{i}\nRequires-Dist: spam[e{i + 1}]; extra == "e{i}"',
        lambda i: f'Provides-Extra: e{i}\nRequires-Dist: spam[e{i + 2}]; extra == "e{i}"',
    ),
    "extras that name all": lambda size: {
        side: make(HEAD + b"".join(
            f'Requires-Dist: spam[{",".join(f"e{j}" for j in range(int(size**0.5) // 6))}]; extra == "e{i}"\n'.encode()
            for i in range(int(size**0.5) // 6)) + more)
        for side, make, more in ((SDIST, sdist, b""), (WHEEL, wheel, b"Requires-Dist: x; extra == 'e1'\n"))
    },
    "extras, provided": alone(lambda i: f"Provides-Extra: e{i}"),
    "classifiers": pair(lambda i: f"Classifier: a{i}", lambda i: f"Classifier: b{i}"),
    "keywords": lambda size: {
        SDIST: sdist(HEAD + b"Keywords: " + b",".join(b"a%d" % i for i in range(size // 8)) + b"\n"),
        WHEEL: wheel(HEAD + b"Keywords: " + b",".join(b"b%d" % i for i in range(size // 8)) + b"\n"),
    },
    "authors": lambda size: {
        SDIST: sdist(HEAD + b"Author-email: " + b",".join(b"A <a%d@x>" % i for i in range(size // 14)) + b"\n"),
        WHEEL: wheel(HEAD + b"Author-email: " + b'"' * size + b"\n"),
    },
    "people, quoted quotes": lambda size: {
        SDIST: sdist(HEAD + b'Author-email: "' + b'\\"' * (size // 2) + b"\n"),
        WHEEL: wheel(HEAD + b'Author-email: "' + b'\\",' * (size // 3) + b"\n"),
    },
    "licence": lambda size: {
        SDIST: sdist(HEAD + b"License-Expression: MIT\n"),
        WHEEL: wheel(HEAD + b"License-Expression: " + b"(" * size + b" MIT AND" * (size // 8) + b"\n"),
    },
    "dynamic": lambda size: {SDIST: sdist(head(lambda i: f"Dynamic: a{i}", size)), WHEEL: wheel(HEAD)},
    "fields of many names": pair(lambda i: f"A{i}: x", lambda i: f"A{i}: y"),
    "folds": pair(lambda _: "Summary: a\n x", lambda _: "Summary: a\n y"),
    "one folded field": lambda size: {SDIST: sdist(HEAD + b"License: a\n" + b"  x\n" * (size // 4)), WHEEL: wheel(HEAD + b"License: a\n" + b" \ty\n" * (size // 4))},
    "description of short lines": lambda size: {
        side: make(HEAD + b"\n" + b"\n".join(b"%d" % (i * step % 997) for i in range(size // 4)))
        for side, make, step in ((SDIST, sdist, 7), (WHEEL, wheel, 11))
    },
    "description of odd line ends": pair(lambda _: "\nx\r", lambda _: "\nx\x0b\x85"),
    "description of blanks": lambda size: {SDIST: sdist(HEAD + b"\n" + b" " * size), WHEEL: wheel(HEAD + b"\n" + b"\t" * size + b"x")},
    "description of backticks": pair(lambda _: "\n`", lambda _: "\n``"),
    "wheels": wheels,
    "wheels that are none": lambda size: {f"spam-1.0-{i}-py3-none-any.whl": b"x" * 10 for i in range(size // 50)},
    "releases": releases,
    "compiled wheels": compiled_wheels,
    "compiled wheels, tags": lambda size: compiled_wheels(size, "cp311-cp311.none-manylinux_2_28_x86_64.linux_a{}"),
    "members": lambda size: {WHEEL: wheel(HEAD, {f"{i}.py": b"" for i in range(size // 110)})},
    "members in folders": lambda size: {WHEEL: wheel(HEAD, {"a/" * 300 + f"{i}.py": b"" for i in range(size // 1400)})},
    "record": lambda size: {WHEEL: wheel(HEAD, record=lines(lambda i: f"{i}.py,,", size).decode())},
    "tags in WHEEL": lambda size: {WHEEL: wheel(HEAD, tags=lines(lambda i: f"Tag: py3-none-a{i}", size).decode())},
    "tags in WHEEL, sets": lambda size: {WHEEL: wheel(HEAD, tags=f"Tag: {'.'.join(f'a{i}' for i in range(size // 8))}-none-any\n")},
    "provenance": lambda size: {
        OTHER: wheel(HEAD, {"spam/_spam.so": elf("libham.so"), f"{INFO}/abiding.json": json.dumps({
            "version": 1, "backend": "x", "backend_version": "1", "level": "abi", "variant": "",
            "libraries": [{"library": f"lib{i}.so", "file": f"h/lib{i}.so", "sha256": "0" * 64, "distribution": "h",
                "version": "1", "requirement": "h==1", "platforms": ["any"], "users": [{"file": "spam/_spam.so", "symbols": ["x"]}]}
                for i in range(size // 300)]}).encode()})
    },
    "provenance, nested": lambda size: {
        OTHER: wheel(HEAD, {"spam/_spam.so": elf("libham.so"), f"{INFO}/abiding.json": b"[" * size})
    },
    **{
        f"script of {text!r}": scripts(text)
        for text in (
            '"""\\', "'''", "'", '"', "#", "# '", "def f():\n", "import a\n", "from a import (", "CDLL(", "CDLL(x)\n", "x = y\n", "a = CDLL\n",
            "_delvewheel_patch_1_0()\n", "# start delvewheel patch\n", "import_module(", " ", "\n", "\\\n", "(", "'a' ", "CDLL('a' + b)\n b = c\n",
            "os.add_dll_directory(x)\n", "def _delvewheel_patch_1_5_0():\n    libs = '", "for a in b\n", "find_library(", "a.", "async def", '"a"#\n',
        )
    },
    "entries": declared(lambda i: f'    "a{i}==1",'),
    "entries of one": declared(lambda i: f'    "a=={i}",'),
    "entries, wrong": declared(lambda i: f'    {{ requires = "a{i}", reasn = 1 }},'),
    "entries that select": declared(lambda i: f'    {{ requires = "a{i}", select = "cp31{i}-*-*{i}*_x86_64" }},'),
    "entries, pinned": declared(lambda i: f'    "a{i}==x.x",'),
}  # fmt: skip


class Took(NamedTuple):
    """What one command took."""

    calls: int
    seconds: float
    memory: int


FORMS = ("text", "concise", "json", "sarif", "github", "html")


def commands(folder: Path, forms: tuple[str, ...] = FORMS) -> Iterator[tuple[str, ...]]:
    """Every command that takes these files."""
    files = sorted(folder.iterdir())
    for form in forms:
        yield "check", "--output-format", form, str(folder)
    if len(files) == len("AB"):
        yield from (("diff", *more, *map(str, files)) for more in ((), ("--all",)))
    for file in files[:1] if files[0].name == SDIST else ():
        yield from (("show", *more, str(file)) for more in ((), ("--metadata",), ("--for", "distributor")))


def run(arguments: tuple[str, ...], *, count: bool) -> Took:
    """Run a command in this process. Whatever it raises but an exit goes through."""
    from abiding.cli import main

    number = 0
    stdout, stderr = io.StringIO(), io.StringIO()
    before, started = highest(), _spent()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        if count:
            number = calls(lambda: main(arguments))
        else:
            main(arguments)
    if "error[unforeseen]" in stderr.getvalue():
        raise AssertionError(stderr.getvalue())
    return Took(number, _spent() - started, highest() - before)


def _spent() -> float:
    """Return the seconds of a processor that this process and the ones that it has started have taken."""
    return sum(os.times()[:4])


def measure(shape: str, size: int, forms: tuple[str, ...] = FORMS, *, count: bool) -> dict[str, Took]:
    """Run each command on the shape of a size, in this process; by its words."""
    found: dict[str, Took] = {}
    with TemporaryDirectory() as folder:
        # What modules and a few bytes take is paid for by every input.
        for number, bytes_ in enumerate((1000, size)):
            target = Path(folder, str(number))
            target.mkdir()
            for name, data in SHAPES[shape](bytes_).items():
                (target / name).write_bytes(data)
            counted = count and number
            found = {
                " ".join(one).replace(str(target), ""): run(one, count=bool(counted)) for one in commands(target, forms)
            }
    return found


def apart(shape: str, size: int, *, count: bool = False, timeout: float = 600) -> dict[str, Took]:
    """Do the same in a process of its own."""
    command = [sys.executable, "-m", "fuzz.growth", shape, str(size), *(["--count"] if count else [])]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"{shape}: {done.stderr[-1500:]}")
    return {key: Took(*took) for key, took in json.loads(done.stdout.splitlines()[-1]).items()}


def more_calls(small: dict[str, Took], large: dict[str, Took]) -> Iterator[str]:
    """What is called more often than the input has grown: the same each time, on any machine."""
    for (command, before), (_, after) in zip(small.items(), large.items(), strict=True):
        if after.calls > MOST_GROWTH * before.calls + 1000:
            yield f"{command}: {before.calls:,} calls, then {after.calls:,}"


def faults(small: dict[str, Took], large: dict[str, Took]) -> Iterator[str]:
    """What grows faster than its input."""
    yield from more_calls(small, large)
    for (command, before), (_, after) in zip(small.items(), large.items(), strict=True):
        if after.seconds > MOST_GROWTH_OF_TIME * before.seconds + SLACK:
            yield f"{command}: {before.seconds:.2f} s, then {after.seconds:.2f} s"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), count="--count" in sys.argv)) + "\n")
