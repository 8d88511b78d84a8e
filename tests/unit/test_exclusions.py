"""Requirements exclude each other if they are made together somewhere, and no version satisfies all."""

from __future__ import annotations

import pytest

from abiding.metadata.exclusions import exclusions, installable
from abiding.metadata.requires_dist import Line

# Lines of a project called spam, and the sets of them that exclude each other
EXCLUDING: list[tuple[list[str], list[list[int]]]] = [
    (["a>=25", "a<24"], [[0, 1]]),
    (["a>=25", "b<24"], []),
    (["A-b>=25", "a_B<24"], [[0, 1]]),
    (["a>=26.4", "a<26.4"], [[0, 1]]),
    (["a>=26.4", "a<=26.4"], []),
    (["a>2,<1"], [[0]]),
    (["a>2,<1", "a>3"], [[0]]),
    (["a>=1,<3", "a!=1.*", "a!=2.*"], [[0, 1, 2]]),
    (["a>=1,<3", "a!=1.*", "a!=2.*; sys_platform == 'win32'"], [[0, 1, 2]]),
    (["a>=1,<3", "a!=1.*; sys_platform == 'linux'", "a!=2.*; sys_platform == 'win32'"], []),
    (["a==1", "a==2", "a==3"], [[0, 1], [0, 2], [1, 2]]),
    (["a @ https://example.org/a", "a<1", "a>1"], [[1, 2]]),
    (["no = requirement", "a<1", "a>1"], [[1, 2]]),
    # Markers
    (["a>=25", "a<24; python_version < '3.12'"], [[0, 1]]),
    (["a>=25; python_version >= '3.12'", "a<24; python_version < '3.12'"], []),
    (["a>=25; python_version >= '3.12'", "a<24; python_full_version < '3.12'"], []),
    (["a>=25; python_version >= '3.11'", "a<24; python_version < '3.12'"], [[0, 1]]),
    (["a>=25; sys_platform == 'win32'", "a<24; platform_system == 'Linux'"], []),
    (["a>=25; os_name == 'posix'", "a<24; sys_platform == 'darwin'"], [[0, 1]]),
    (["a>=25; sys_platform == 'darwin'", "a<24; platform_machine in 'AMD64 ARM64'"], []),
    (["a>=25; sys_platform == 'darwin'", "a<24; 'arm' in platform_machine"], [[0, 1]]),
    (["a>=25; sys_platform == 'darwin'", "a<24; 'AMD' in platform_machine"], []),
    (["a>=25; sys_platform == 'darwin'", "a<24; 'sun' in platform_machine"], [[0, 1]]),
    (["a>=25; sys_platform != 'win32'", "a<24; platform_machine == 'AMD64'"], []),
    (["a>=25; os_name == 'posix'", "a<24; platform_machine == 'x86'"], []),
    (["a>=25; os_name == 'posix'", "a<24; platform_machine == 'amd64'"], [[0, 1]]),
    (["a>=25; sys_platform == 'linux'", "a<24; platform_machine != 'AMD64'"], [[0, 1]]),
    (["a>=25; platform_machine == 'AMD64'", "a<24; platform_machine == 'x86_64'"], []),
    (["a>=25; sys_platform == 'linux' or platform_machine == 'AMD64'", "a<24; sys_platform == 'win32'"], [[0, 1]]),
    (["a>=25; platform_release >= '5'", "a<24; platform_release < '5'"], []),  # can't be told
    (["a>=25; platform_release >= '5'", "a<24"], [[0, 1]]),
    (["a>=25; platform_release >= '5'", "a<24; platform_release >= '5'"], [[0, 1]]),
    # Extras
    (["a>=25", "a<24; extra == 'x'"], [[0, 1]]),
    (["a>=25; extra == 'x'", "a<24; extra == 'x'"], [[0, 1]]),
    (["a>=25; extra == 'y'", "a<24; extra == 'x'"], []),
    (["a>=25; extra == 'y'", "a<24; extra == 'x'", "spam[x,y]; extra == 'all'"], [[0, 1]]),
    (["a>=25; extra == 'y'", "a<24; extra == 'x'", "spam[x]; extra == 'y'"], [[0, 1]]),
    (["a>=25; extra == 'y'", "a<24; extra == 'x'", "spam[x]; extra == 'all'"], []),
    (["a>=25; extra == 'x' and python_version < '3.9'", "a<24; python_version >= '3.9'"], []),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "sets"), EXCLUDING)
def test_exclusions(texts: list[str], sets: list[list[int]]) -> None:
    found = exclusions(Line.read(text, "spam") for text in texts)
    assert [list(one.places) for one in found] == sets


# By `sys_platform`, what `platform.machine()` says there, of those that are known of.
EXISTING = {
    "android": {"aarch64", "armv7l", "armv8l", "i386", "i486", "i586", "i686", "riscv64", "x86_64"},
    "darwin": {"Power Macintosh", "arm64", "i386", "x86_64"},
    "emscripten": {"wasm32", "wasm64"},
    "linux": {"aarch64", "armv5tel", "armv6l", "armv7l", "armv8l", "i386", "i486", "i586", "i686", "ia64", "loongarch64",
              "mips", "mips64", "ppc", "ppc64", "ppc64le", "riscv64", "s390", "s390x", "sparc64", "x86_64"},
    "win32": {"AMD64", "ARM", "ARM64", "IA64", "x86"},
}  # fmt: skip
MACHINES = sorted({"amd64", "sun4v", ""}.union(*EXISTING.values()))


@pytest.mark.parametrize("system", [*EXISTING, "aix", "cygwin", "freebsd14", "ios"])
def test_machines_and_systems(system: str) -> None:
    """Oracle: the table of what exists; what is not known of may be anywhere, by names that Windows does not give."""
    for machine in MACHINES:
        lines = [f"a>=25; sys_platform == '{system}'", f"a<24; platform_machine == '{machine}'"]
        known = any(machine in machines for machines in EXISTING.values()) or machine == "amd64"
        exists = machine in EXISTING.get(system, ())
        may_exist = exists or not known or (system not in EXISTING and machine not in EXISTING["win32"])
        found = list(exclusions(Line.read(text, "spam") for text in lines))
        assert bool(found) is may_exist, machine


def test_the_extra_with_which_lines_meet_is_named() -> None:
    texts = ["a>=25; extra == 'y'", "a<24; extra == 'x'", "spam[x,y]; extra == 'all'", "b<1", "b>1"]
    found = exclusions(Line.read(text, "spam") for text in texts)
    assert [(one.name, one.extra) for one in found] == [("a", "all"), ("b", "")]


LOW, HIGH = "a<24; python_version < '3.13'", "a>=25"


@pytest.mark.parametrize(
    ("requires_python", "tags", "meet"),
    [
        ("", (), True),
        (">=3.12", (), True),
        (">=3.13", (), False),
        ("nonsense", (), True),
        # What can't be read says nothing; the tags go on to.
        ("nonsense", ("cp313-cp313-win_amd64",), False),
        (">=3.6.*", ("cp313-cp313-win_amd64",), False),
        (">=3.6.*", ("cp312-cp312-win_amd64",), True),
        (">=3.12; ", ("cp313-cp313-win_amd64",), False),
        ("", ("cp313-cp313-manylinux_2_28_x86_64",), False),
        ("", ("cp313-cp313t-win_amd64",), False),
        ("", ("cp312-cp312-win_amd64",), True),
        ("", ("cp312-abi3-win_amd64",), True),
        ("", ("cp313-abi3-win_amd64",), False),
        ("", ("py3-none-any",), True),
        ("", ("cp313-cp313-win_amd64", "cp312-cp312-win_amd64"), True),
    ],
)
def test_only_where_it_can_be_installed(requires_python: str, tags: tuple[str, ...], meet: bool) -> None:
    lines = [Line.read(text, "spam") for text in (LOW, HIGH)]
    assert bool(list(exclusions(lines, installable(requires_python, tags)))) is meet


def test_the_system_of_a_tag() -> None:
    lines = [Line.read(text, "spam") for text in ("a<24; sys_platform == 'darwin'", "a>=25")]
    for platform, meet in (("win_amd64", False), ("macosx_11_0_arm64", True), ("musllinux_1_2_x86_64", False)):
        assert bool(list(exclusions(lines, installable("", [f"cp313-cp313-{platform}"])))) is meet


# By its platform, what the machine may be called where a wheel can be installed.
CALLED = {
    "manylinux_2_28_x86_64": {"x86_64"},
    "musllinux_1_2_aarch64": {"aarch64"},
    "manylinux_2_28_i686": {"i686", "x86_64"},
    "macosx_11_0_arm64": {"arm64"},
    "macosx_10_9_x86_64": {"x86_64"},
    "macosx_10_9_universal2": {"arm64", "x86_64"},
    "win32": {"AMD64", "ARM64", "x86"},
    "win_amd64": {"AMD64", "ARM64"},
    "win_arm64": {"ARM64"},
}


@pytest.mark.parametrize("platform", CALLED)
def test_the_machine_of_a_tag(platform: str) -> None:
    within = installable("", [f"cp313-cp313-{platform}"])
    names = {
        name
        for name in ("AMD64", "ARM64", "aarch64", "arm64", "i686", "s390x", "x86", "x86_64")
        if list(exclusions([Line.read(f"a<2,>3; platform_machine == '{name}'", "spam")], within))
    }
    assert names >= CALLED[platform]
    # Python for 32 bits of Linux, and for both kinds of Mac, may be on machines of more names.
    assert names == CALLED[platform] or platform.endswith(("i686", "universal2"))


def test_many_lines_take_no_time() -> None:
    lines = [Line.read(f"a=={number}; python_version == '3.{number}'", "spam") for number in range(2000)]
    assert list(exclusions(lines)) == []


@pytest.mark.parametrize("shape", ["a!=1.{}", "a!=1.{}; python_version != '3.{}'", "a>={}"])
def test_lines_that_exclude_nothing_in_any_number(shape: str) -> None:
    assert list(exclusions(Line.read(shape.format(*[number] * 2), "spam") for number in range(1000))) == []


@pytest.mark.parametrize("more", [0, 7, 8, 40, 1000])
@pytest.mark.parametrize(
    "last",
    [
        ("a<1", "a>2"),
        ("a<1; sys_platform == 'win32'", "a>2; os_name == 'nt'"),
        ("a>=1,<3", "a!=1.*", "a!=2.*"),
        ("a>2,<1",),
    ],
)
def test_lines_that_exclude_each_other_behind_many_that_do_not(last: tuple[str, ...], more: int) -> None:
    texts = [*(f"a!=0.{number}" for number in range(more)), *last]
    found = list(exclusions(Line.read(text, "spam") for text in texts))
    assert [tuple(texts[place] for place in one.places) for one in found] == [last]


def test_as_many_lines_as_it_takes_are_named() -> None:
    """Oracle: without any of them there is a version."""
    texts = ["a>=1,<9", *(f"a!={number}.*" for number in range(40))]
    (found,) = exclusions(Line.read(text, "spam") for text in texts)
    assert {texts[place] for place in found.places} == {"a>=1,<9", *(f"a!={number}.*" for number in range(1, 9))}
