"""Two markers are the same exactly if no environment tells them apart; `packaging` says in which one is true."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName

from abiding.metadata import markers
from abiding.metadata.environments import Environments


def where(marker: str) -> Environments:
    return markers.environments(str(Marker(marker)))


def of_releases(marker: str) -> Environments:
    return markers.of_releases(str(Marker(marker)))


SAME = [
    # To the letter
    ("python_version === '3.10'", "python_version == '3.10'"),
    ("'3.10' === python_version", "python_version == '3.10'"),
    ("python_full_version === '3.10.0'", "python_full_version == '3.10.0'"),
    ("python_full_version === '3.10.0rc1'", "python_full_version == '3.10.0rc1'"),
    ("python_version === '3.10.0'", "python_version < '0'"),  # no Python says that
    ("python_full_version === '3.10'", "os_name == 'nt' and os_name != 'nt'"),
    ("python_version not in '3.10'", "python_version != '3.10'"),
    # Strings
    ("'a' == 'a' and os_name == 'nt'", "os_name == 'nt'"),
    ("'a' == 'b' or os_name == 'nt'", "os_name == 'nt'"),
    ("'a' != 'b' and os_name == 'nt'", "os_name == 'nt'"),
    ("'x' in 'xyz' and os_name == 'nt'", "os_name == 'nt'"),
    ("'3.10' >= '3.9' and os_name == 'nt'", "os_name == 'nt'"),
    ("'1.0' == '1' and os_name == 'nt'", "os_name == 'nt'"),
    # What maturin, uv_build and poetry-core make of markers.
    ("python_version < '3.11'", "python_full_version < '3.11'"),
    ("python_version <= '3.11'", "python_version < '3.12'"),
    ("python_version <= '3.11'", "python_full_version < '3.12'"),
    ("python_version == '3.14'", "python_full_version == '3.14.*'"),
    ("python_version != '3.9'", "python_full_version != '3.9.*'"),
    ("python_version == '3'", "python_full_version == '3.0.*'"),
    ("python_version < '3.11rc1'", "python_full_version < '3.11'"),
    ("python_version <= '3.11' or python_version > '3.12'", "python_full_version != '3.12.*'"),
    ("python_version > '2' or python_version <= '2'", ""),
    ("sys_platform == 'win32' and sys_platform == 'linux'", "python_version < '0'"),
    ("os_name != 'a' and os_name in 'b c'", "os_name in 'b c'"),
    ("sys_platform not in 'linux darwin'", "sys_platform != 'darwin' and sys_platform != 'linux'"),
    (
        "platform_machine not in 'a, b' and platform_machine != 'c'",
        "platform_machine != 'a' and platform_machine != 'b' and platform_machine != 'c'",
    ),
    (
        "platform_release >= '5'",
        "platform_release >= '5' and sys_platform != 'a' or platform_release >= '5' and sys_platform == 'a'",
    ),
    (
        "(os_name == 'a' or os_name == 'b') and extra == 'x'",
        "os_name == 'a' and extra == 'x' or os_name == 'b' and extra == 'x'",
    ),
    # Values that hang together.
    ("platform_system == 'Darwin'", "sys_platform == 'darwin'"),
    ("platform_system != 'Linux'", "sys_platform != 'linux'"),
    ("platform_system == 'Windows'", "os_name == 'nt'"),
    ("platform_system == 'Emscripten'", "sys_platform == 'emscripten'"),
    ("os_name == 'posix' and sys_platform == 'darwin'", "sys_platform == 'darwin'"),
    ("os_name == 'nt' and sys_platform == 'linux'", "python_version < '0'"),
    ("platform_python_implementation == 'PyPy'", "implementation_name == 'pypy'"),
    (
        "implementation_name == 'cpython' and implementation_version >= '3.8'",
        "implementation_name == 'cpython' and python_full_version >= '3.8'",
    ),
    # Spelling.
    ("'x' == os_name", 'os_name == "x"'),
    ("'3.8' <= python_version", "python_version >= '3.8'"),
    ("'5.0' < platform_release", "platform_release > '5.0'"),
    (
        "os.name == 'x' and python_implementation == 'y'",
        "((platform_python_implementation == 'y')) and (os_name == 'x')",
    ),
    ("extra == 'A_b'", "extra == 'a-b'"),
    ("python_version in '3.8, 3.9'", "python_version == '3.8' or python_version == '3.9'"),
    ("python_version not in '2.7'", "python_version != '2.7'"),
    ("python_version >= '3.9' and python_version >= '3.8'", "python_version >= '3.9'"),
    ("'linux' in sys_platform or sys_platform == 'linux'", "'linux' in sys_platform"),
    ("'a' in sys_platform or 'ab' in sys_platform", "'a' in sys_platform"),
    ("'a' in sys_platform and 'ab' in sys_platform", "'ab' in sys_platform"),
    ("'b' in sys_platform and 'ab' in sys_platform", "'ab' in sys_platform"),
    ("os_name < 'a' and os_name == 'b'", "os_name == 'b' and os_name < 'a'"),
]
BY_PRE_RELEASES = [
    ("python_version >= '3.15'", "python_full_version >= '3.15'"),
    ("python_version ~= '3.9'", "python_full_version >= '3.9' and python_full_version < '4'"),
    ("python_version > '3.10'", "python_full_version >= '3.11'"),
    ("python_version > '3.10.2'", "python_full_version >= '3.11'"),
    ("python_version in '3.10 3.11'", "python_full_version >= '3.10' and python_full_version < '3.12'"),
    ("python_full_version > '3.10.1'", "python_full_version >= '3.10.2'"),
    ("python_full_version < '3.12'", "python_full_version < '3.12.0rc1'"),
]
DIFFERENT = [
    ("python_version === '3.10'", "python_version == '3.1'"),
    ("python_full_version === '3.10.0'", "python_version == '3.10'"),
    ("python_full_version === '3.10.0+'", "python_full_version == '3.10.0'"),
    ("'b' < 'a'", ""),  # strings have no order
    ("'b' < 'a'", "os_name == 'nt' and os_name != 'nt'"),
    ("'3.10' < '3.9'", ""),
    ("python_full_version > '3.10'", "python_version > '3.10'"),
    ("python_full_version <= '3.10'", "python_version <= '3.10'"),
    ("python_full_version == '3.14'", "python_version == '3.14'"),
    ("python_full_version == '3.14'", "python_full_version == '3.14.*'"),
    ("python_version > '3'", "python_version >= '3'"),
    ("python_version >= '3.1'", "python_version >= '3.10'"),
    ("python_version == '3.1'", "python_version in '3.1 3.10'"),
    ("python_full_version in '3.10.12'", "python_full_version == '3.10.12'"),
    ("python_version >= '3.9'", "implementation_version >= '3.9'"),
    ("implementation_version >= '3.8'", "python_full_version >= '3.8'"),
    ("os_name == 'posix'", "sys_platform != 'win32'"),
    ("platform_system == 'FreeBSD'", "sys_platform == 'freebsd'"),
    ("platform_machine == 'AMD64'", "platform_machine == 'amd64'"),
    ("platform_machine in 'x86_64'", "platform_machine == 'x86_64'"),
    ("'linux' in sys_platform", "sys_platform == 'linux'"),
    ("sys_platform in 'linux darwin'", "'linux darwin' in sys_platform"),
    ("'win' in sys_platform", "sys_platform == 'win32' or sys_platform == 'cygwin'"),
    ("extra == 'a'", "extra == 'a' and extra != 'b'"),  # both may be asked for
    ("extra == 'a' and extra == 'b'", "python_version < '0'"),
    ("extra == 'a'", ""),
    ("os_name == 'a' or os_name == 'b' and os_name == 'c'", "(os_name == 'a' or os_name == 'b') and os_name == 'c'"),
    # What has no value is the same as itself alone.
    ("'os_name' == 'x'", "os_name == 'x'"),
    ("os_name == sys_platform", "os_name == 'sys_platform'"),
    ("os_name == sys_platform", "python_version < '0'"),
    ("'and' in os_name", "'or' in os_name"),
    ("'and' in os_name", "os_name in 'and'"),
    ("os_name < 'a'", "os_name < 'b'"),
    ("os_name <= 'a'", "os_name == 'a'"),
    ("python_version >= 'a'", "python_version >= 'b'"),
    ("python_version > '3.8.*'", "python_version > '3.9.*'"),
    ("python_version ~= '3'", "python_version ~= '4'"),
    ("python_full_version == '3.8.1+a'", "python_full_version == '3.8.1+b'"),
    ("python_full_version === '3.8.0'", "python_full_version === '3.9.0'"),
    ("platform_release == '5'", "platform_release != '6'"),
    ("platform_release != 'a'", "platform_release == 'a' and platform_release != 'a'"),
    ("platform_version == 'a (b)'", "platform_version == 'a'"),
    ("""os_name == "a'b" """, "os_name == 'a' and os_name == 'b'"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: str, other: str) -> None:
    assert where(one) == (where(other) if other else Environments.all())
    assert hash(where(one)) == hash(where(other) if other else Environments.all())


@pytest.mark.parametrize(("one", "other"), BY_PRE_RELEASES)
def test_only_pre_releases_tell_them_apart(one: str, other: str) -> None:
    assert where(one) != where(other)
    assert of_releases(one) == of_releases(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert where(one) != (where(other) if other else Environments.all())
    assert of_releases(one) != (of_releases(other) if other else Environments.all())


@pytest.mark.parametrize(("one", "other"), SAME + BY_PRE_RELEASES + DIFFERENT)
def test_a_marker_is_the_same_as_itself(one: str, other: str) -> None:
    for marker in filter(None, (one, other)):
        assert where(f"{marker} or {marker}") == where(marker)
        assert where(f"{marker} and {marker}") == where(marker) or " or " in marker


# Held against `packaging`: over environments as systems have them, and markers of their values.

SYSTEMS = [
    ("posix", "linux", "Linux"),
    ("posix", "darwin", "Darwin"),
    ("nt", "win32", "Windows"),
    ("posix", "cygwin", "CYGWIN_NT-10.0"),
    ("posix", "freebsd14", "FreeBSD"),
    ("posix", "emscripten", "Emscripten"),
    ("posix", "sunos5", "SunOS"),
    ("java", "java17", "Java"),
]
IMPLEMENTATIONS = [
    ("CPython", "cpython", ""),
    ("PyPy", "pypy", "7.3.13"),
    ("GraalVM", "graalpy", "24.1.0"),
    ("RustPython", "rustpython", "0.4.0"),
]
VERSIONS = [
    "2.7",
    "3",
    "3.0",
    "3.9",
    "3.9.1",
    "3.9.0",
    "3.10",
    "3.10.0rc1",
    "3.10.2",
    "3.10.0a1.dev1",
    "3.10.2.post1",
    "3.11.0.0",
    "3.11.0.1",
    "4",
    "1!3.9",
]
PYTHONS = [
    f"{short}.{rest}"
    for short in ("2.7", "3.0", "3.8", "3.9", "3.10", "3.11", "4.0")
    for rest in ("0a1", "0b2", "0rc1", "0rc2", "0", "1", "2rc1", "2", "3")
]
MACHINES = ["x86_64", "AMD64", "arm64", "aarch64"]

NAMES = {
    "os_name": ["nt", "posix", "java"],
    "sys_platform": ["linux", "darwin", "win32", "cygwin", "freebsd14"],
    "platform_system": ["Linux", "Darwin", "Windows", "FreeBSD"],
    "platform_machine": MACHINES,
    "platform_python_implementation": ["CPython", "PyPy", "Jython"],
    "implementation_name": ["cpython", "pypy", "x"],
}


def quoted(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return words.map(lambda word: f'"{word}"')


def comparisons() -> st.SearchStrategy[str]:
    either = [
        st.tuples(
            st.sampled_from(["python_version", "python_full_version", "implementation_version"]),
            st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
            quoted(st.sampled_from(VERSIONS)),
        ),
        st.tuples(
            st.sampled_from(["python_version", "python_full_version"]),
            st.sampled_from(["==", "!="]),
            quoted(st.sampled_from(["3.*", "3.9.*", "3.10.1.*", "3.10.0.0.*"])),
        ),
        st.tuples(st.just("python_version"), st.sampled_from(["~="]), quoted(st.sampled_from(["3.9", "3.9.0", "2.0"]))),
        st.tuples(
            st.sampled_from(["python_version", "python_full_version"]),
            st.sampled_from(["in", "not in"]),
            quoted(st.sampled_from(["3.9", "2.7, 3.8", "3.9.1 3.10.0rc1 3.10.2", "3.10, 3.11"])),
        ),
        st.tuples(st.just("extra"), st.sampled_from(["==", "!="]), quoted(st.sampled_from(["a", "B_c"]))),
    ]
    for variable, names in NAMES.items():
        either.append(st.tuples(st.just(variable), st.sampled_from(["==", "!="]), quoted(st.sampled_from(names))))
        lists = st.lists(st.sampled_from(names), min_size=1, max_size=3).map(" ".join)
        either.append(st.tuples(st.just(variable), st.sampled_from(["in", "not in"]), quoted(lists)))
        either.append(
            st.tuples(
                quoted(st.sampled_from(["linux", "i", "win", "x", "6", "Py", "P"])),
                st.sampled_from(["in", "not in"]),
                st.just(variable),
            )
        )
    turned = st.tuples(
        quoted(st.sampled_from(VERSIONS)),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~="]),
        st.sampled_from(["python_version", "python_full_version"]),
    )
    return st.one_of(*either, turned).map(" ".join)


def joined(parts: Iterable[str], word: str) -> str:
    return f" {word} ".join(f"({part})" for part in parts)


MARKERS = st.recursive(
    comparisons(),
    lambda inner: st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])),
    max_leaves=6,
)


@st.composite
def an_environment(draw: st.DrawFn) -> dict[str, str]:
    system = draw(st.sampled_from(SYSTEMS))
    title, name, version = draw(st.sampled_from(IMPLEMENTATIONS))
    python = draw(st.sampled_from(PYTHONS))
    return {
        **dict(zip(("os_name", "sys_platform", "platform_system"), system, strict=True)),
        "platform_machine": draw(st.sampled_from(MACHINES)),
        "platform_python_implementation": title,
        "implementation_name": name,
        "implementation_version": version or python,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
    }


def only(environment: Mapping[str, str], extras: frozenset[str]) -> Environments:
    said = " and ".join(f'{variable} == "{value}"' for variable, value in environment.items())
    asked = " and ".join(f'extra {"==" if extra in extras else "!="} "{extra}"' for extra in ("a", "b-c"))
    return where(f"{said} and {asked}")


@settings(max_examples=400)
@given(MARKERS, st.lists(an_environment(), min_size=5, max_size=5), st.frozensets(st.sampled_from(["a", "b-c"])))
@example('"3.8" ~= python_version', [], frozenset())
def test_a_marker_is_true_where_packaging_says_so(
    marker: str, environments: list[dict[str, str]], extras: frozenset[str]
) -> None:
    found = where(marker)
    for environment in environments:
        point = only(environment, extras)
        said = Marker(marker).evaluate({**environment, "extra": extras})
        assert point.lies_within(found) is said
        assert point.meets(found) is said


@settings(max_examples=300)
@given(MARKERS, MARKERS)
def test_what_is_the_same_is_equal(one: str, other: str) -> None:
    first, second = where(one), where(other)
    apart = first & ~second | second & ~first
    assert (first == second) is not apart.meets(Environments.all())
    both, either = f"({one}) and ({other})", f"({one}) or ({other})"
    assert where(both) == where(f"({other}) and ({one})") == first & second
    assert where(either) == where(f"({other}) or ({one})") == first | second == ~(~first & ~second)
    assert where(f"({either}) and ({one})") == where(f"({both}) or ({one})") == first
    assert first.lies_within(second) is (first & second == first)
    assert ~~first == first


@settings(max_examples=200)
@given(MARKERS, MARKERS, an_environment())
def test_only_pre_releases_are_passed_over(one: str, other: str, environment: dict[str, str]) -> None:
    if of_releases(one) == of_releases(other) and environment["python_full_version"].replace(".", "").isdecimal():
        assert operator.eq(*(Marker(marker).evaluate(environment) for marker in (one, other)))
    if where(one) == where(other):
        assert of_releases(one) == of_releases(other)


WORDS = [
    "os_name",
    "python_version",
    "extra",
    '"and"',
    "'or'",
    '"os_name"',
    "'3.8'",
    "'x'",
    "'a\"b'",
    '"it\'s"',
    "'3.8.*'",
    "'not in'",
    "'('",
]


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(WORDS),
            st.sampled_from(["<", ">=", "==", "!=", "~=", "===", "in", "not in"]),
            st.sampled_from(WORDS),
        ).map(" ".join),
        min_size=1,
        max_size=3,
    ),
    an_environment(),
)
def test_what_may_have_no_value(parts: list[str], environment: dict[str, str]) -> None:
    marker = " and ".join(parts)
    assert where(marker) == where(" and ".join(parts[::-1]))
    for other in (f"{marker} and os_name == 'posix'", f"{marker} or python_version < '3'"):
        assert where(other) == where(f"({other})")
        if where(marker) == where(other):
            try:
                assert operator.eq(*(Marker(one).evaluate(environment) for one in (marker, other)))
            except (UndefinedComparison, UndefinedEnvironmentName):
                continue


# A marker of any size is read in its time.

PAIRS = " and ".join(f"(platform_version == '{n}' or platform_release == '{n}')" for n in range(60))
MANY = " or ".join(f"extra == 'e{n}'" for n in range(5000))
TANGLED = " or ".join(f"(platform_version == 'a{n}' and platform_version == 'b{n * 7919 % 97}')" for n in range(97))
LONG = [
    PAIRS,
    MANY,
    TANGLED,
    f"sys_platform in '{' '.join(map(str, range(20_000)))}'",
    f"python_version in '{'3.1' * 20_000}'",
]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("marker", LONG, ids=["pairs", "many", "tangled", "names", "versions"])
def test_a_marker_of_any_size_is_read_in_its_time(marker: str) -> None:
    """Pairs and tangles multiplied out would be more terms than there is memory for."""
    text = str(Marker(marker))
    found = markers.environments(text), markers.of_releases(text)
    assert found == (markers.environments(text), markers.of_releases(text))
    assert markers.environments(f"{text} and os_name == 'x'") != found[0]


@pytest.mark.parametrize("count", [10, 39])
def test_a_long_list_of_names(count: int) -> None:
    names = [f"n{number}" for number in range(count)]
    either = " or ".join(f"platform_machine == '{name}'" for name in names)
    assert where(f"platform_machine in '{' '.join(names)}'") == where(either)
    assert not markers.is_compared_as_text(str(Marker(either)))


def test_what_takes_too_long_is_compared_as_text() -> None:
    assert markers.is_compared_as_text(str(Marker(MANY)))
    assert not markers.is_compared_as_text(str(Marker(" or ".join(f"extra == 'e{n}'" for n in range(100)))))
    assert not markers.is_compared_as_text("os_name == sys_platform")
    assert not markers.is_compared_as_text("")


def test_what_would_take_too_long_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets that may have something in common are taken to have it, and none to lie in the other."""
    here, there = markers.environments("os_name == 'nt'"), markers.environments("os_name == 'posix'")
    narrower = markers.environments("os_name == 'nt' and python_version > '3.12'")
    assert (here.meets(there), narrower.lies_within(here)) == (False, True)
    monkeypatch.setattr("abiding.metadata.environments._STEPS", 0)
    assert (here.meets(there), narrower.lies_within(here)) == (True, False)
