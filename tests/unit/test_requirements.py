"""Two requirements mean the same exactly if a resolver could not tell them apart."""

from __future__ import annotations

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement

from abiding.metadata import narrowing, requirements

SAME = [
    ("aiosignal >=1.1.2", "aiosignal (>=1.1.2)"),
    ("async_timeout<5.0", "Async-Timeout < 5.0"),
    ("a==1.0", "a==1.0.0"),
    ("a~=1.0", "a>=1.0,==1.*"),
    ("a>=1,<2", "a<2,>=1"),
    ("a[b_c,D]", "a[d,B.C]"),
    ("sphinx >=4 ; extra == 'docs'", 'sphinx>=4; extra == "docs"'),
    ("enum34 ; (python_version <= \"3.4\") and extra == 'test'", 'enum34; python_version <= "3.4" and extra == "test"'),
    ("a; os_name == 'x' and python_version > '3'", "a; python_version > '3' and os_name == 'x'"),
    ("a; os_name == 'x' or os_name == 'y'", "a; os_name == 'y' or os_name == 'x' or os_name == 'x'"),
    ("a; 'x' == os_name", "a; os_name == 'x'"),
    ("a; '3.8' <= python_version", "a; python_version >= '3.8'"),
    ("a; os_name=='a' and (os_name=='b' and os_name=='c')", "a; os_name=='c' and os_name=='b' and os_name=='a'"),
    ("a; os_name=='a' or os_name=='b' and os_name=='c'", "a; (os_name=='c' and os_name=='b') or os_name=='a'"),
    ("pytz (>=2011k)", "pytz  (>=2011k)"),
]
DIFFERENT = [
    ("a", "b"),
    ("a", "a>=0"),
    ("a>=1", "a>1"),
    ("a[b]", "a"),
    ("a; os_name == 'x'", "a"),
    ("a; os_name == 'x' or os_name == 'y'", "a; os_name == 'x' and os_name == 'y'"),
    ("a; (os_name=='a' or os_name=='b') and os_name=='c'", "a; os_name=='a' or os_name=='b' and os_name=='c'"),
    ("a; '3' < python_version", "a; python_version < '3'"),
    ("a; sys_platform in 'linux darwin'", "a; 'linux darwin' in sys_platform"),
    ("a @ https://example.org/a", "a @ https://example.org/b"),
    ("pytz (>=2011k)", "pytz (>=2012k)"),
]


NOT_A_MARKER = """a; os_name == "\\x22'" """


def test_a_string_with_both_kinds_of_quotes_is_no_marker() -> None:
    with pytest.raises(InvalidRequirement, match="both kinds of quotes"):
        requirements.parse(NOT_A_MARKER)
    assert requirements.meaning(NOT_A_MARKER) != requirements.meaning("a")


@pytest.mark.parametrize(
    ("first", "second", "wherever"),
    [
        ("", "", True),
        ("", "os_name == 'nt'", True),
        ("os_name == 'nt'", "", False),
        ("python_version >= '3.12'", "python_version < '3.13'", False),
        ("python_version >= '3.12'", "python_full_version < '3.12'", False),
        ("python_version >= '3.8'", "python_full_version >= '3.9'", True),
        ("platform_system == 'Darwin'", "sys_platform != 'darwin'", False),
        ("'a' == 'b'", "os_name == 'nt'", False),
    ],
)
def test_where_one_is_required_if_the_other_is(first: str, second: str, wherever: bool) -> None:
    one, other = (Requirement(f"a; {marker}" if marker else "a") for marker in (first, second))
    assert requirements.applies_wherever(one, other) is wherever


@pytest.mark.parametrize(
    ("marker", "applies"),
    [
        ("sys_platform == 'no-such'", False),
        ("sys_platform != 'no-such'", True),
        ("'and' in os_name", False),
        ("extra == 'a'", False),
        # A question without an answer: whoever installs it will say so.
        ("'and' == 'or'", True),
        ("os_name ~= 'x'", True),
        ("'a' in extras", True),
    ],
)
def test_whether_it_is_required_here(marker: str, applies: bool) -> None:
    assert requirements.applies(Requirement(f"a; {marker}")) is applies


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("a; python_version >= '3.15'", "a; python_full_version >= '3.15'", True),
        ("a; python_version < '3.15'", "a; python_full_version < '3.15'", False),
        ("a; python_version >= '3.15'", "b; python_full_version >= '3.15'", False),
        ("a; python_version >= '3.15'", "a; python_version >= '3.14'", False),
        ("a (>=2011k)", "a  (>=2011k)", False),
    ],
)
def test_where_pre_releases_alone_make_a_difference(first: str, second: str, differ: bool) -> None:
    assert (
        requirements.differ_by_pre_releases(first, second)
        is requirements.differ_by_pre_releases(second, first)
        is differ
    )


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_meaning(one: str, other: str) -> None:
    assert requirements.meaning(one) == requirements.meaning(other)
    assert hash(requirements.meaning(one)) == hash(requirements.meaning(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_meaning(one: str, other: str) -> None:
    assert requirements.meaning(one) != requirements.meaning(other)


@pytest.mark.parametrize(
    ("api", "abi", "idle", "excluded"),
    [
        (">=1.26", ">=1.20", (">=1.20",), False),
        (">=1.26", "<2.5", (), False),
        (">=1.26", ">=1.20,<2.5", (">=1.20",), False),
        (">=1.26", ">=1.26", (), False),
        (">=1.26", "==2.*", (), False),
        (">=1.26", "<1", (), True),
        ("==1.*", ">=1.0", (">=1.0",), False),
        (">=2", "==2.0rc1", (), True),
        (">=2", "==2.*", (), False),
        (">=0.3.28", "==0.3.28.*", (), False),
        ("", "<3", (), False),
        (">=1", "===1.0", (), False),
        ("==1.0", "==2.0", (), True),
        (">=2.0rc1", ">=2.0rc2", (), False),
        (">=2.0rc1", ">=2.0", (), False),
        (">=2.0rc1,<3", ">=2.0,<2.5", (), False),
        (">=2.1rc1", "!=2.1rc2", (), False),
        (">=1", "!=2.0rc1", (), False),
        (">=1", "<3,!=2.0rc1,>=0.5", (">=0.5",), False),
        (">=1,!=2.0rc1", ">=0.5", (), False),
        ("<3.0rc1", "<3", (), False),
        (">=2.0rc1", ">=1.20", (">=1.20",), False),
        (">=1.26", ">=1.20,<3.0.dev0", (">=1.20",), False),
        (">=1.26", ">=1.25rc1", (), False),
    ],
)
def test_levels(api: str, abi: str, idle: tuple[str, ...], excluded: bool) -> None:
    first, second = Requirement(f"a{api}"), Requirement(f"a{abi}")
    assert narrowing.idle_clauses(first, second) == idle
    assert narrowing.excludes(first, second) is excluded


@pytest.mark.parametrize(
    ("api", "abi", "is_repeated"),
    [
        (">=1.26", ">=1.26", True),
        (">=1.26", ">=1.26.0", True),
        (">=1.26", ">=1.27", False),
        (">=2.0rc1", ">=2.0", False),
        (">=2.0rc1", ">=2.0rc2", False),
        (">=2.1rc1,<=2.1rc3", "==2.1rc2", False),
        (">=1", ">=1,!=2.0rc1", False),
        (">=1,!=2.0rc1", ">=1", False),
        (">=2.0rc1", ">=2.0rc1", True),
        (">=1,<3.0.dev0", "<3.0.dev0,>=1", True),
        ("==1.0", "===1.0", False),
        ("", ">=0", False),
    ],
)
def test_a_line_that_admits_the_same(api: str, abi: str, *, is_repeated: bool) -> None:
    """Who names a pre-release means it: it is not deleted for the releases alone."""
    assert narrowing.is_repeated(Requirement(f"a{api}"), Requirement(f"a{abi}")) is is_repeated


@pytest.mark.parametrize(
    ("api", "abi", "is_repeated"),
    [
        ("a>=1.23", "a>=1.23", True),
        ("a>=1.23,!=2", "a!=2.0,>=1.23.0", True),
        ("a[x]>=1", "a>=1", True),
        ("a>=1", "a[x]>=1", False),  # it asks for more
        ("a>=1", "a>=1,<2", False),
        ("a>=1", "a>=0.5", False),
        ("a===1", "a===1", False),
        ("a", "a", False),
    ],
)
def test_a_line_of_both_levels(api: str, abi: str, is_repeated: bool) -> None:
    assert narrowing.is_repeated(Requirement(api), Requirement(abi)) is is_repeated


@pytest.mark.parametrize("marker", ["", "os_name == 'x'", "os_name == 'posix' or os_name == 'y'", "os_name == 'posix'"])
def test_extra_joins_the_marker(marker: str) -> None:
    text = f"a>=1; {marker}" if marker else "a>=1"
    joined = Requirement(requirements.with_extra(text, "gpu"))
    for extra in ("gpu", "other"):
        environment = {**default_environment(), "extra": extra}
        wanted = extra == "gpu" and (not marker or Marker(marker).evaluate())
        assert joined.marker is not None
        assert joined.marker.evaluate({key: str(value) for key, value in environment.items()}) is wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a==" + "9" * 5000, "a number in its versions has too many digits"),
        ("a>=1,!=1." + "9" * 5000 + ".*", "a number in its versions has too many digits"),
        ("a; " + "(" * 3000 + "os_name == 'x'" + ")" * 3000, "nested"),  # packaging 26.4 says it itself
    ],
)
def test_what_packaging_can_not_work_with(text: str, message: str) -> None:
    with pytest.raises(InvalidRequirement, match=message):
        requirements.parse(text)
    assert requirements.meaning(text) == text
