"""Two requirements mean the same exactly if a resolver could not tell them apart."""

from __future__ import annotations

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement

from abiding import requirements

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
    ],
)
def test_levels(api: str, abi: str, idle: tuple[str, ...], excluded: bool) -> None:
    first, second = Requirement(f"a{api}"), Requirement(f"a{abi}")
    assert requirements.idle_clauses(first, second) == idle
    assert requirements.excludes(first, second) is excluded


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
