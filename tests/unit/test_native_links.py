"""What a loader finds, whatever the order in which files are listed, and however they come to be loaded."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from packaging.tags import parse_tag

from abiding.findings.errors import AbidingError
from abiding.native.contents import Contents
from abiding.native.images import Format, Image
from abiding.native.links import Inside, Link, Missing, Provided, System, follow
from abiding.native.platforms import Platform
from abiding.native.providers import Neighbours
from abiding.native.rules import judge_subject
from abiding.native.subject import Subject
from makers.compiled import MANYLINUX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MUSLLINUX = "cp311-cp311-musllinux_1_2_x86_64"
MACOS = "cp311-cp311-macosx_11_0_arm64"
WINDOWS = "cp311-cp311-win_amd64"


def elf(place: str, *needs: str, rpath: str = "", runpath: str = "") -> Image:
    """An ELF file; `rpath` counts for what it loads in turn, and `runpath` for itself alone."""
    paths = tuple((rpath or runpath).split(":")) if rpath or runpath else ()
    name = place.rpartition("/")[2]
    return Image(place, Format.ELF, name, needs, paths, inherited=bool(rpath), inherits=not runpath)


def dylib(place: str, *needs: str, rpath: str = "") -> Image:
    return Image(place, Format.MACH_O, place.rpartition("/")[2], needs, (rpath,) if rpath else (), inherited=True)


def dll(place: str, *needs: str) -> Image:
    return Image(place, Format.PE, place.rpartition("/")[2].lower(), needs)


def distribution(*images: Image, name: str = "nest", code: Mapping[str, str] = {}, requires: Sequence[str] = ()) -> Contents:  # fmt: skip
    files = {place: place for place in (*(image.place for image in images), *code)}
    texts = {place: text.encode() for place, text in code.items()}
    return Contents(name, "1.0", (), tuple(requires), files, images, lambda place: texts.get(place, b""))


class Shelf:
    """What else is there."""

    def __init__(self, *distributions: Contents) -> None:
        self.distributions = distributions

    def get(self, name: str, _accepted: object = None, /) -> Contents | None:
        return next((one for one in self.distributions if one.name == name), None)

    def shipping(self, file_name: str) -> list[Contents]:
        return [one for one in self.distributions if one.shipped_as(file_name)]


def links(consumer: Contents, *others: Contents, tag: str = MANYLINUX) -> tuple[Link, ...]:
    tags = parse_tag(tag)
    neighbours = Neighbours.of(consumer.requires, tags, [Shelf(*others)])
    return follow(consumer, neighbours, Platform.of(tags))


def lost(consumer: Contents, *others: Contents, tag: str = MANYLINUX) -> set[tuple[str, str]]:
    """The needs that are not met, by file and library."""
    return {
        (link.image.place, link.library)
        for link in links(consumer, *others, tag=tag)
        if isinstance(link.origin, Missing) or (isinstance(link.origin, Inside | Provided) and not link.origin.reached)
    }


PROVIDER = distribution(elf("prov/libspam.so"), name="prov")
TO_PROVIDER = "$ORIGIN/../prov"


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        pytest.param(
            [
                elf("nest/a.so.1", "b.so.1"),
                elf("nest/b.so.1", "a.so.1", "libspam.so"),
                elf("nest/_c.so", "a.so.1", rpath=f"$ORIGIN:{TO_PROVIDER}"),
            ],
            set(),
            id="a circle whose entry brings it",
        ),
        pytest.param(
            [
                elf("nest/a.so.1", "b.so.1"),
                elf("nest/b.so.1", "a.so.1", "libspam.so"),
                elf("nest/_c.so", "a.so.1", rpath="$ORIGIN"),
            ],
            {("nest/b.so.1", "libspam.so")},
            id="a circle whose entry does not",
        ),
        pytest.param(
            [
                elf("nest/a.so.1", "b.so.1", rpath="$ORIGIN"),
                elf("nest/b.so.1", "c.so.1", "libspam.so", rpath="$ORIGIN"),
                elf("nest/c.so.1", "a.so.1", rpath=f"$ORIGIN:{TO_PROVIDER}"),
            ],
            {("nest/b.so.1", "libspam.so")},
            id="a circle without an entry, any of which may be the first",
        ),
        pytest.param(
            [
                elf("nest/_a.so", "c.so.1", rpath=f"$ORIGIN:{TO_PROVIDER}"),
                elf("nest/_b.so", "c.so.1", rpath="$ORIGIN"),
                elf("nest/c.so.1", "libspam.so"),
            ],
            {("nest/c.so.1", "libspam.so")},
            id="two entries, of which one does not bring it",
        ),
        pytest.param(
            [
                elf("nest/_a.so", "b.so.1", "c.so.1", rpath="$ORIGIN"),
                elf("nest/b.so.1", "libspam.so", runpath=TO_PROVIDER),
                elf("nest/c.so.1", "libspam.so"),
            ],
            set(),
            id="loaded already, for another file",
        ),
        pytest.param(
            [
                elf("nest/_a.so", "c.so.1", "b.so.1", rpath="$ORIGIN"),
                elf("nest/b.so.1", "libspam.so", runpath=TO_PROVIDER),
                elf("nest/c.so.1", "libspam.so"),
            ],
            {("nest/c.so.1", "libspam.so")},
            id="loaded too late",
        ),
    ],
)
def test_the_order_of_files_is_no_matter(images: list[Image], expected: set[tuple[str, str]]) -> None:
    for ordered in permutations(images):
        consumer = distribution(*ordered, requires=["prov"])
        assert lost(consumer, PROVIDER) == expected


def test_a_long_chain() -> None:
    names = [f"lib{number}.so" for number in range(2000)]
    chain = [elf(f"nest/{name}", after, rpath="$ORIGIN") for name, after in zip(names, [*names[1:], "libspam.so"], strict=True)]  # fmt: skip
    first = elf("nest/_core.so", names[0], rpath=f"$ORIGIN:{TO_PROVIDER}")
    assert lost(distribution(first, *chain, requires=["prov"]), PROVIDER) == set()
    assert lost(distribution(*chain, requires=["prov"]), PROVIDER) == {("nest/lib1999.so", "libspam.so")}


def test_more_ways_than_can_be_followed() -> None:
    """Each of many files may be loaded by each other one, and none finds any by itself."""
    names = [f"lib{number}.so" for number in range(150)]
    images = [elf(f"nest/{name}", *names) for name in names]
    with pytest.raises(AbidingError, match="in more ways than can be followed") as caught:
        lost(distribution(*images))
    assert caught.value.findings[0].artifact == "nest 1.0"
    with pytest.raises(AbidingError, match=r"need 60,000 libraries in all"):
        lost(distribution(elf("nest/_core.so", *(f"lib{number}.so" for number in range(60_000)))))


@pytest.mark.parametrize(
    "text",
    [
        "CDLL(" * 200_000,
        "# start delvewheel patch\n" * 40_000,
        "# start delvewheel patch\n# end delvewheel patch\n" * 20_000,
        "CDLL(x\n'''\n" * 80_000,
        "'" * 1_000_000,
        "'#" * 500_000,
        "CDLL('" + "a/" * 500_000,
        "from . import (" * 60_000,
        "import a," * 100_000,
        "x" + " : " * 300_000,
        "for " * 250_000 + "CDLL(x)",
        "if TYPE_CHECKING:\n" * 60_000,
        "if TYPE_CHECKING:" + "\n" * 900_000,
        "if TYPE_CHECKING:\n" + " \n" * 400_000,
        "CDLL(\n" + "def f():\n import a\n" * 50_000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.timeout(400)
def test_code_of_any_form_is_read_in_no_time(text: str) -> None:
    """Other growth than that of the text would take minutes."""
    consumer = distribution(elf("nest/_core.so", LIBRARY), elf(LIBRARY), code={"nest/__init__.py": f"CDLL\n{text}\n"})
    lost(consumer)


# ELF


LIBRARY = "libnest.so"


@pytest.mark.parametrize(
    ("images", "found"),
    [
        pytest.param([elf("nest/_core.so", LIBRARY, rpath="$ORIGIN/../nest.libs"), elf(LIBRARY)], False, id="elsewhere"),
        pytest.param([elf("nest/_core.so", LIBRARY, rpath="$ORIGIN/.."), elf(LIBRARY)], True, id="at the root"),
        pytest.param([elf("nest/_core.so", LIBRARY), elf(f"nest/{LIBRARY}")], False, id="beside it, without a run path"),
        pytest.param([elf("nest/_core.so", LIBRARY, runpath="${ORIGIN}"), elf(f"nest/{LIBRARY}")], True, id="beside it"),
        pytest.param([elf("nest/_core.so", LIBRARY, rpath="/build/nest"), elf(f"nest/{LIBRARY}")], False, id="absolute"),
        pytest.param([elf("_core.so", LIBRARY, rpath="$ORIGIN/nest.libs"), elf(f"nest.libs/{LIBRARY}")], True, id="a module at the root"),
        pytest.param([elf("nest/_core.so", f"$ORIGIN/lib/{LIBRARY}"), elf(f"nest/lib/{LIBRARY}")], True, id="named by its path"),
        pytest.param([elf("nest/_core.so", LIBRARY, rpath="$ORIGIN"), Image(f"nest/{LIBRARY}.1.2", Format.ELF, LIBRARY)], False, id="under another file name"),
        pytest.param([elf("nest/_core.so", "libz.so.1", rpath="$ORIGIN/../x"), elf("nest.libs/libz.so.1")], True, id="the system has one"),
    ],
)  # fmt: skip
def test_a_library_inside_has_to_be_reached(images: list[Image], found: bool) -> None:
    assert (lost(distribution(*images)) == set()) is found


def test_what_the_system_has_is_the_systems_unless_a_way_leads_to_another() -> None:
    bundled = elf("nest.libs/libz.so.1")
    (near,) = links(distribution(elf("nest/_core.so", "libz.so.1", rpath="$ORIGIN/../nest.libs"), bundled))
    (far,) = links(distribution(elf("nest/_core.so", "libz.so.1"), bundled))
    assert (near.origin, far.origin) == (Inside(bundled, reached=True), System())


@pytest.mark.parametrize(("tag", "found"), [(MANYLINUX, False), (MUSLLINUX, True)])
def test_musl_lets_every_run_path_be_inherited(tag: str, found: bool) -> None:
    images = [
        elf("nest/_core.so", "libouter.so", runpath="$ORIGIN/../nest.libs"),
        elf("nest.libs/libouter.so", "libinner.so"),
        elf("nest.libs/libinner.so"),
    ]
    assert (lost(distribution(*images), tag=tag) == set()) is found


@pytest.mark.parametrize(("runpath", "found"), [("", True), ("$ORIGIN/nowhere", False)])
def test_a_file_with_a_runpath_inherits_nothing(runpath: str, found: bool) -> None:
    images = [
        elf("nest/_core.so", "libouter.so", rpath="$ORIGIN/../nest.libs"),
        elf("nest.libs/libouter.so", "libinner.so", runpath=runpath),
        elf("nest.libs/libinner.so"),
    ]
    assert (lost(distribution(*images)) == set()) is found


@pytest.mark.parametrize(("text", "found"), [("PyInit__core", False), ("", True)])
def test_a_module_that_others_link_to_may_be_imported_first(text: str, found: bool) -> None:
    images = [
        elf("nest/_extra.so", "_core.so", rpath="$ORIGIN:$ORIGIN/../nest.libs"),
        elf("nest/_core.so", LIBRARY),
        elf(f"nest.libs/{LIBRARY}"),
    ]
    assert (lost(distribution(*images, code={"nest/_core.so": text})) == set()) is found


def test_what_lies_behind_a_library_that_is_not_found_is_no_second_fault() -> None:
    images = [
        elf("nest/_core.so", LIBRARY, rpath="$ORIGIN/../nest.libs"),
        elf(LIBRARY, "libdeep.so"),
        elf("nest.libs/libdeep.so"),
    ]
    assert lost(distribution(*images)) == {("nest/_core.so", LIBRARY)}


# macOS and Windows


@pytest.mark.parametrize(
    ("need", "rpath", "found"),
    [
        ("@loader_path/.dylibs/libnest.dylib", "", True),
        ("@loader_path/libnest.dylib", "", False),
        ("@rpath/libnest.dylib", "@loader_path/.dylibs", True),
        ("@rpath/libnest.dylib", "@loader_path", False),
        ("@rpath/libnest.dylib", "/opt/build/lib", False),
        ("/opt/homebrew/lib/libnest.dylib", "@loader_path/.dylibs", False),
    ],
)
def test_install_names(need: str, rpath: str, found: bool) -> None:
    consumer = distribution(dylib("nest/_core.so", need, rpath=rpath), dylib("nest/.dylibs/libnest.dylib"))
    assert (lost(consumer, tag=MACOS) == set()) is found


def test_run_paths_of_macos_are_inherited() -> None:
    consumer = distribution(
        dylib("nest/_core.so", "@rpath/liba.dylib", rpath="@loader_path/lib"),
        dylib("nest/lib/liba.dylib", "@rpath/libb.dylib"),
        dylib("nest/lib/libb.dylib"),
    )
    assert lost(consumer, tag=MACOS) == set()


ADDS = "import os\nos.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, '{}'))\n"


@pytest.mark.parametrize(
    ("place", "code", "found"),
    [
        ("nest/nest.dll", "", True),
        ("NEST/Nest.dll", "", True),
        ("nest.libs/nest.dll", "", False),
        ("nest.libs/nest.dll", ADDS.format("nest.libs"), True),
        ("nest.libs/nest.dll", ADDS.format("other.libs"), False),
        ("nest.libs/nest.dll", "os.add_dll_directory(folder())\n", True),
        ("nest.libs/nest.dll", "import ctypes\nctypes.CDLL('kernel32')\nctypes.WinDLL('user32.dll')\n", False),
        ("nest.libs/nest.dll", "# os.add_dll_directory('nest.libs') is not called\n", False),
        ("nest.libs/nest.dll", '"""os.add_dll_directory(x)"""\n', False),
        ("nest.libs/nest.dll", "for name in ('nest.dll', 'x.dll'):\n    ctypes.WinDLL(os.path.join(here, name))\n", True),
    ],
)  # fmt: skip
def test_dlls_lie_beside_the_module_or_where_code_says(place: str, code: str, found: bool) -> None:
    consumer = distribution(dll("nest/_core.pyd", "nest.dll"), dll(place), code={"nest/__init__.py": code})
    assert (lost(consumer, tag=WINDOWS) == set()) is found


def test_what_delvewheel_adds_is_for_what_it_has_copied_in() -> None:
    patch = """# start delvewheel patch
def _delvewheel_patch():
    import ctypes, os
    libs_dir = os.path.join(os.path.dirname(__file__), os.pardir, 'nest.libs')
    if os.path.isdir(libs_dir):
        os.add_dll_directory(libs_dir)
    ctypes.WinDLL('kernel32').LoadLibraryExW(path_of(libs_dir), None, 8)
# end delvewheel patch
import egg
"""
    consumer = distribution(
        dll("nest/_core.pyd", "a-0123abcd.dll", "egg.dll"),
        dll("nest.libs/a-0123abcd.dll"),
        code={"nest/__init__.py": patch},
        requires=["egg"],
    )
    egg = distribution(dll("egg/lib/egg.dll"), name="egg", code={"egg/__init__.py": ""})
    assert lost(consumer, egg, tag=WINDOWS) == {("nest/_core.pyd", "egg.dll")}


@pytest.mark.parametrize(
    ("needed", "severities"),
    [(["kernel32.dll"], []), (["icu.dll"], ["warning"]), (["egg.dll"], ["error"]), (["egg.dll", "webauthn.dll"], ["warning", "error"])],
)  # fmt: skip
def test_what_newer_windows_alone_have_is_not_to_be_shipped(needed: list[str], severities: list[str]) -> None:
    """Nobody else has it, and not every Windows: that is no reason to declare a distribution, or to copy it in."""
    consumer = distribution(dll("nest/_core.pyd", *needed))
    neighbours = Neighbours.of((), parse_tag(WINDOWS), [])
    subject = Subject(
        "nest-1.0-cp311-cp311-win_amd64.whl",
        consumer,
        links(consumer, tag=WINDOWS),
        neighbours,
        Platform.of(parse_tag(WINDOWS)),
        None,
        lambda _: None,
    )
    found = [finding for finding in judge_subject(subject) if finding.rule == "unprovided-library"]
    assert [finding.severity for finding in found] == severities
    assert [finding.field for finding in found if "newer Windows" in finding.message] == [
        name for name in needed if name in {"icu.dll", "webauthn.dll"}
    ]


@pytest.mark.parametrize(("folder", "found"), [("bin", True), ("lib", False)])
def test_a_folder_of_a_provider_is_added_too(folder: str, found: bool) -> None:
    """As a package of Qt does, whose libraries another distribution puts below it."""
    code = {"nest/__init__.py": f"import os\nos.add_dll_directory(os.path.dirname(__file__) + '\\\\egg\\\\{folder}')\n"}
    consumer = distribution(dll("nest/_core.pyd", "egg.dll"), code=code, requires=["egg"])
    assert (lost(consumer, distribution(dll("nest/egg/bin/Egg.dll"), name="egg"), tag=WINDOWS) == set()) is found


def test_dlls_of_dlls_are_looked_for_beside_the_module_too() -> None:
    consumer = distribution(dll("nest/_core.pyd", "a.dll"), dll("nest/a.dll", "b.dll"), dll("nest/b.dll"))
    assert lost(consumer, tag=WINDOWS) == set()


# What code does before


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("", False),
        ("import ctypes\nctypes.CDLL(os.path.join(os.path.dirname(__file__), '..', 'libnest.so'))\n", True),
        ("import ctypes\nlibc = ctypes.CDLL('libc.so.6')\n", False),
        ("import ctypes, ctypes.util\nctypes.CDLL(ctypes.util.find_library('c'))\n", False),
        ("import ctypes\nctypes.CDLL(None)\n", False),
        ("from ctypes import CDLL\n", False),
        ("import ctypes\nfor file in (here / '..').glob('*.so'):\n    ctypes.CDLL(file)\n", True),
        ("import ctypes\nsuffix = '.so'\nctypes.CDLL(f'{here}/../libnest{suffix}')\n", True),
        ("import ctypes\ndef load(name):\n    ctypes.CDLL(here / name)\nload('libnest.so')\n", True),
        ("import ctypes\ndef load(name):\n    ctypes.CDLL(here / name)\nload('libegg.so')\n", False),
        ("import ctypes\nNAMES = [\n    'libegg.so',\n]\nfor name in NAMES: ctypes.CDLL(name)\n", False),
        ("from ctypes import cdll\ncdll.LoadLibrary(str(Path(__file__).parent.parent / 'libnest.so'))\n", True),
        ("import ctypes\nlist(map(ctypes.CDLL, found()))\n", True),
        ("numpy.ctypeslib.load_library('libnest', here)\n", True),
        ("# ctypes.CDLL('libnest.so')\n", False),
    ],
)
def test_code_that_opens_a_library_by_its_path(code: str, found: bool) -> None:
    consumer = distribution(elf("nest/_core.so", LIBRARY), elf(LIBRARY), code={"nest/__init__.py": code})
    assert (lost(consumer) == set()) is found
    assert lost(consumer, tag=MUSLLINUX)  # musl does not know what was opened by a path by its name


def test_what_is_opened_brings_what_it_needs() -> None:
    images = [
        elf("nest/_core.so", "libdeep.so"),
        elf("nest/lib/libnest.so", "libdeep.so", rpath="$ORIGIN"),
        elf("nest/lib/libdeep.so"),
    ]
    code = {"nest/__init__.py": "import ctypes\nctypes.CDLL(here + '/lib/libnest.so')\n"}
    assert lost(distribution(*images, code=code)) == set()
    assert lost(distribution(*images)) == {("nest/_core.so", "libdeep.so")}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ({"nest/__init__.py": "from . import _first\n"}, True),
        ({"nest/__init__.py": "from nest._first import x\nfrom nest import _core\n"}, True),
        ({"nest/__init__.py": "from . import sub\n", "nest/sub.py": "import nest._first\n"}, True),
        ({"nest/__init__.py": "from . import (\n    _core,\n    _first,\n)\n"}, False),
        ({"nest/__init__.py": "def later():\n    from . import _first\n"}, False),
        ({"nest/__init__.py": "try:\n    from . import _first\nexcept ImportError:\n    pass\n"}, True),
        ({"nest/__init__.py": "def later():\n    pass\n\nfrom . import _first\n"}, True),
        ({"nest/__init__.py": "'''\nfrom . import _first\n'''\n"}, False),
        ({"nest/__init__.py": "", "nest/other.py": "from . import _first, _core\n"}, False),
        ({"nest/__init__.py": "import nest\n"}, False),
    ],
)
def test_a_module_that_is_imported_before_brings_the_library(code: dict[str, str], found: bool) -> None:
    first = elf("nest/_first.so", LIBRARY, rpath="$ORIGIN/..")
    consumer = distribution(first, elf("nest/_core.so", LIBRARY), elf(LIBRARY), code=code)
    assert (lost(consumer) == set()) is found


def test_a_plugin_is_opened_when_the_rest_is_there() -> None:
    images = [elf("nest/_core.so", LIBRARY, rpath="$ORIGIN/.."), elf("nest/plugins/libegg.so", LIBRARY), elf(LIBRARY)]
    assert lost(distribution(*images)) == set()


# Providers


NAMESPACE = {"fruit/pear/__init__.py": ""}


@pytest.mark.parametrize(
    ("own", "theirs", "found"),
    [
        ({"fruit/jam/__init__.py": "from fruit.jam import x\nimport ctypes\nctypes.CDLL('libc.so.6')\n"}, NAMESPACE, False),
        ({"fruit/jam/__init__.py": "import fruit.pear\nimport ctypes\nctypes.CDLL('libc.so.6')\n"}, NAMESPACE, False),
        ({"fruit/jam/__init__.py": "import fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(here + 'libpear.so')\n"}, True),
        ({"fruit/jam/__init__.py": "from fruit import jam\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(here + 'libpear.so')\n"}, False),
        ({"fruit/jam/__init__.py": "from fruit import jam, pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"fruit/jam/__init__.py": "from .. import pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"fruit/jam/__init__.py": "import ctypes\nctypes.CDLL(site + '/fruit/pear/lib/libpear.so')\n"}, NAMESPACE, True),
        ({"fruit/jam/__init__.py": "import fruit\n", "fruit/__init__.py": ""}, {"fruit/__init__.py": "", "fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, False),
        ({"jam/__init__.py": "import fruit.pear\n"}, {"fruit/pear/__init__.py": "", "fruit/pear/load.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"fruit/jam/__init__.py": "import fruit.pear as pear, os\n"}, {"fruit/pear/__init__.py": "import ctypes\ndef load(name): ctypes.CDLL(name)\nload('libother.so')\n"}, False),
        ({"fruit/jam/__init__.py": "if TYPE_CHECKING:\n    import fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, False),
        ({"fruit/jam/__init__.py": "if typing.TYPE_CHECKING: import fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, False),
        ({"fruit/jam/__init__.py": "def f():\n    if TYPE_CHECKING:  # types\n\n        import fruit.pear\n\n        x = 1\n    y = 2\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, False),
        ({"fruit/jam/__init__.py": "if TYPE_CHECKING:\n    import os\nimport fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"fruit/jam/__init__.py": "if TYPE_CHECKING:\n    import os\nelse:\n    import fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"fruit/jam/__init__.py": "if not TYPE_CHECKING:\n    import fruit.pear\n"}, {"fruit/pear/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, True),
        ({"jam/__init__.py": "import fruity\n"}, {"fruit/__init__.py": "import ctypes\nctypes.CDLL(found())\n"}, False),
    ],
)  # fmt: skip
def test_preloading_is_an_import_of_what_the_provider_alone_has(own: dict[str, str], theirs: dict[str, str], found: bool) -> None:  # fmt: skip
    place = "fruit/jam/_core.so" if "fruit/jam/__init__.py" in own else "jam/_core.so"
    consumer = distribution(elf(place, "libpear.so"), code=own, requires=["pear"])
    provider = distribution(elf("fruit/pear/lib/libpear.so"), name="pear", code=theirs)
    assert (lost(consumer, provider) == set()) is found


def test_an_import_of_the_provider_brings_what_its_modules_need() -> None:
    consumer = distribution(elf("jam/_core.so", "libdeep.so"), code={"jam/__init__.py": "import pear\n"}, requires=["pear"])  # fmt: skip
    provider = [elf("pear/_c.so", "libpear.so"), elf("pear/libpear.so", "libdeep.so"), elf("pear/libdeep.so")]
    assert lost(consumer, distribution(*provider, name="pear", code={"pear/__init__.py": ""})) == set()
    assert lost(consumer, distribution(*provider[1:], name="pear", code={"pear/__init__.py": ""}))


def test_what_a_provider_imports_is_imported() -> None:
    """A module needs a library of a requirement's requirement, which the requirement loads."""
    code = {"jam/__init__.py": "import pear\n"}
    consumer = distribution(elf("jam/_core.so", "libfig.so"), code=code, requires=["pear"])
    fig = distribution(elf("fig/libfig.so"), name="fig", code={"fig/__init__.py": "import ctypes\nctypes.CDLL(path)\n"})
    for line, found in (("import fig\n", True), ("", False)):
        pear = distribution(name="pear", code={"pear/__init__.py": line}, requires=["fig"])
        assert (lost(consumer, pear, fig) == set()) is found
