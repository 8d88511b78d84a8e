"""Libraries that are opened by their names: read from notes of compiled files and from calls in Python code."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest

from abiding.cli import main
from abiding.findings.screen import block
from abiding.native import python_code
from abiding.native.elf import _opened
from abiding.native.python_openings import _openings
from abiding.native.reading import read_image
from makers.commands import shown
from makers.compiled import Pair, examine, library, wheel

NOTE = """
__asm__(".pushsection .note.dlopen, \\"a\\", %note\\n"
        ".balign 4\\n.long 2f-1f\\n.long 4f-3f\\n.long 0x407c0c0a\\n"
        "1: .asciz \\"FDO\\"\\n2: .balign 4\\n3: .asciz \\"TEXT\\"\\n4: .balign 4\\n.popsection\\n");
int spam_FUNCTION(void) { return 1; }
"""


def noted(path: Path, *notes: object) -> Path:
    """Compile a file with a note for each of these."""
    parts = []
    for number, one in enumerate(notes):
        text = json.dumps(one).replace("\\", "\\\\").replace('"', '\\\\\\"')
        parts.append(NOTE.replace("TEXT", text).replace("FUNCTION", str(number)))
    command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(path)]
    subprocess.run(command, input="".join(parts), text=True, check=True)
    return path


def feature(*names: str, **more: str) -> dict[str, object]:
    return {"soname": list(names), **more}


def test_notes_are_read(tmp_path: Path) -> None:
    path = noted(
        tmp_path / "_ham.so",
        [feature("libspam.so.4", "libspam.so.3", priority="required", feature="spam"), feature("libeggs.so.1")],
        [feature("libham.so.1", priority="suggested")],
    )
    image = read_image(path.read_bytes(), "ham/_ham.so")
    assert image
    assert sorted(image.opens) == [
        (("libeggs.so.1",), "recommended"),
        (("libham.so.1",), "suggested"),
        (("libspam.so.4", "libspam.so.3"), "required"),
    ]


@pytest.mark.parametrize(
    "text", [b"", b"nonsense", b"{}", b"[1]", b'[{"soname": "x"}]', b'[{"soname": [1]}]', b"[" * 9000]
)
@pytest.mark.parametrize("order", "<>")
def test_notes_of_another_form_say_nothing(text: bytes, order: str) -> None:
    good = json.dumps([feature("x")]).encode()
    other = struct.pack(f"{order}3I", 4, 4, 3) + b"GNU\0abcd"
    data = b"".join(
        struct.pack(f"{order}3I", 4, len(one), 0x407C0C0A) + b"FDO\0" + one + bytes(-len(one) % 4)
        for one in (text, good)
    )
    assert list(_opened(other + data)) == [(("x",), "recommended")]
    for length in range(len(data)):
        assert len(list(_opened(data[:length]))) <= 1
    assert list(_opened(struct.pack(f"{order}3I", 4, 0xFFFFFFF0, 0x407C0C0A) + b"FDO\0")) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ('import ctypes\nctypes.CDLL("libspam.so.3")\n', "libspam.so.3"),
        ("from ctypes import CDLL\nlib = CDLL('libspam.so.3', mode=2)\n", "libspam.so.3"),
        ('lib: object = ctypes.cdll.LoadLibrary(\n    "libspam.so.3"\n)\n', "libspam.so.3"),
        ('_lib = ffi.dlopen("libspam.so.3")  # it is there\n', "libspam.so.3"),
        ('try:\n    ctypes.CDLL("libspam.so.3")\nexcept OSError:\n    pass\n', ""),
        ('def load():\n    return ctypes.CDLL("libspam.so.3")\n', ""),
        ('if True: ctypes.CDLL("libspam.so.3")\n', ""),
        ('load = lambda: ctypes.CDLL("libspam.so.3")\n', ""),
        ('ctypes.CDLL("libspam" + ".so.3")\n', ""),
        ('ctypes.CDLL(place / "libspam.so.3")\n', ""),
        ('ctypes.CDLL(find_library("spam"))\n', ""),
        ('"""\nctypes.CDLL("libspam.so.3")\n"""\n', ""),
        ("# ctypes.CDLL('libspam.so.3')\n", ""),
    ],
)
def test_calls_that_each_import_makes(code: str, name: str) -> None:
    assert [one.always for one in _openings(python_code.code(code)) if one.always] == ([name] if name else [])


class House:
    """A wheel that opens `libspam.so.3`, and a provider that has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pair = Pair(folder / "pair")

    def wheel(self, *notes: object, code: str = "", requires: tuple[str, ...] = (), more: Path | None = None) -> Path:
        module = noted(self.folder / "_ham.so", *notes) if notes else library(self.folder / "_ham.so")
        files: dict[str, Path | bytes] = {"ham/__init__.py": code.encode(), "ham/_ham.so": module}
        files |= {f"ham/{more.name}": more} if more else {}
        return wheel(self.folder, "ham", files, requires=requires)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def found(path: Path, *wheels: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in examine(path, wheels)]


WARNING, NOTED = [("undeclared-dlopen", "warning")], [("undeclared-dlopen", "note")]
CALL = 'import ctypes\nctypes.CDLL("NAME")\n'


@pytest.mark.parametrize("in_note", [True, False])
def test_somebody_has_to_provide_it(house: House, in_note: bool) -> None:
    def made(name: str, requires: tuple[str, ...] = (), more: Path | None = None) -> Path:
        if in_note:
            return house.wheel([feature(name, priority="required")], requires=requires, more=more)
        return house.wheel(code=CALL.replace("NAME", name), requires=requires, more=more)

    provider = house.pair.provider()
    assert found(made("libspam.so.3")) == WARNING
    assert found(made("libspam.so.3", ("prov",)), provider) == []
    assert found(made("libspam.so.3", ("prov; sys_platform == 'win32'",)), provider) == WARNING
    assert found(made("libspam.so.3", ("prov",))) == NOTED
    assert found(made("libspam.so.3", more=house.pair.library)) == []
    assert found(made("libm.so.6")) == []
    between = wheel(house.folder, "between", {"between.py": b""}, requires=["prov"])
    (finding,) = examine(made("libspam.so.3", ("between",)), [between, provider])
    assert finding.notes == ("`prov` has it, which only another requirement requires",)


def test_what_the_code_does_without(house: House) -> None:
    assert found(house.wheel([feature("libspam.so.3", priority="recommended"), feature("libspam.so.3")])) == []
    assert found(house.wheel(code='import ctypes\ntry:\n    ctypes.CDLL("libspam.so.3")\nexcept OSError: pass\n')) == []
    assert found(house.wheel([feature("libspam.so.9", "libm.so.6", priority="required")])) == []
    # For another system.
    assert found(house.wheel(code=CALL.replace("NAME", "spam.dll"))) == []
    assert found(house.wheel(code=CALL.replace("NAME", "libspam.dylib"))) == []


def test_what_is_said(house: House) -> None:
    path = house.wheel([feature("libspam.so.4", "libspam.so.3", priority="required")])
    (finding,) = examine(path, [])
    assert shown("undeclared-dlopen", block(finding, "abiding: ")) == block(finding, "abiding: ")
    assert (finding.field, finding.found) == ("libspam.so.4", ("ham/_ham.so",))


def test_bounds_say_what_is_opened(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bounds", "--no-index", str(house.wheel([feature("libspam.so.3")]))]) == 0
    printed = capsys.readouterr().out
    assert "libraries to be opened" in printed
    assert "exchange objects" not in printed
