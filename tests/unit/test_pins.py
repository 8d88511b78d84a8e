"""A pin takes parts of the installed version, and never excludes it."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from unittest.mock import patch

import pytest
from dynamic_metadata.plugins import pin_installed
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from abiding.findings.errors import DeclarationError
from abiding.metadata import filling, pins
from abiding.metadata.pinned import pin_of_installed, pin_of_local, pin_of_named
from abiding.project import lines
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject


def filled(text: str, version: str) -> filling.Filled:
    """The requirement, filled where `version` is installed."""
    with patch.object(importlib.metadata, "version", lambda _: version):
        return filling.fill(text)


@pytest.mark.parametrize(
    ("text", "has_pins", "sample"),
    [
        ("torch==x.x.*", True, "torch==1.1.*"),
        ("numpy>=x.x,<x+1", True, "numpy>=1.1,<1"),
        ("torch[cuda] >=x.x ; python_version>'3'", True, "torch[cuda]>=1.1; python_version>'3'"),
        ("xarray==1", False, "xarray==1"),
        ("libx==1.0", False, "libx==1.0"),
        ("foo[x]==2", False, "foo[x]==2"),
        ("foo; platform_machine == 'x'", False, "foo; platform_machine == 'x'"),
        ("x", False, "x"),
        ("x==x.x", True, "x==1.1"),
        ("a @ https://example.org/x", False, "a @ https://example.org/x"),
    ],
)
def test_pins_are_found(text: str, has_pins: bool, sample: str) -> None:
    assert pins.has_pins(text) is has_pins
    assert pins.sample(text) == sample
    Requirement(sample)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("torch==x.x.*", ""),
        ("torch>=2.x,<x.x+1", ""),
        ("torch>=2.0rc1,<x+1", ""),
        ("torch===x.x.x", ""),
        ("torch==x.x+cu128", "x+cu128"),
        ("torch==1!x.x", "1!x"),
        ("torch==x.x.xrc1", "xrc1"),
        ("torch==x.xrc1", "xrc1"),
        ("torch==1.0+x", ""),  # a local version
        ("torch==1.0+x.x", ""),
        ("torch<x+99999999", ""),
        ("torch<x+9999999999", "x+9999999…"),
    ],
)
def test_what_is_not_of_the_notation(text: str, part: str) -> None:
    assert pins.malformed(text) == part


# The line for each version, or what to write instead
FILLED = [
    ("==x.x.*", "2.9.1", "==2.9.*"),
    ("==x.x.*", "2.9.1+cu130", "==2.9.*"),
    (">=x.x,<x+1", "2.4.6", ">=2.4,<3"),
    ("==x.x.x", "24.2", "==24.2.0"),
    ("==x.x.x", "1.5.0.dev20260821+cu130", "==1.5.0.dev20260821"),
    ("==x.x", "1.5.0.dev1", "==1.5.dev1"),
    (">=x.x.x,<x+1", "2.0rc1", ">=2.0.0rc1,<3"),
    (">=x.x,<x+1", "2.0.1rc1", ">=2.0,<3"),
    ("==x.x.*", "2.0rc1", "==2.0.*"),
    ("~=x.x.x", "2.0rc1", "~=2.0.0rc1"),
    ("==x.x.x", "3.2.post2", "==3.2.0.post2"),
    ("<=x.x.x", "3.2.post2", "<=3.2.0.post2"),
    ("<=x.x.x", "2.0rc1", "<=2.0.0"),
    (">=x.x", "1.0a2.post3.dev4", ">=1.0a2.post3.dev4"),
    ("==x.x.*", "1!2.3.4", "==1!2.3.*"),
    (">=x.x,<x+1", "1!2.3.4", ">=1!2.3,<1!3"),
    ("==x.x.x", "1!2.3.4rc1+local", "==1!2.3.4rc1"),
    ("==x.x.x", "2.9.0+cu128", "==2.9.0"),
    ("===x.x.x", "2.9.0+cu128", "===2.9.0+cu128"),
    ("===x.x.x", "3.2.post2", "===3.2.post2"),
    (">=2.0rc1,<x+1", "2.4", ">=2.0rc1,<3"),
    ("!=x.x+1.*", "2.4", "!=2.5.*"),
    ("!=x.x.x", "2.0rc1", "!=2.0.0"),
]  # fmt: skip
EXCLUDED = [
    ("==x.x", "1.5.3", "==1.5", "==x.x.*"),
    ("===x.x", "1.5.3", "===1.5", "==x.x.*"),
    ("==x.x+1.*", "1.5.3", "==1.6.*", "==x.x.*"),
    ("==x.0.*", "1.5.3", "==1.0.*", "==x.*"),
    ("~=x.x+1", "1.5.3", "~=1.6", "~=x.x"),
    (">x.x.x", "1.5.3", ">1.5.3", ">=x.x.x"),
    (">x.x", "1.5.post1", ">1.5", ">=x.x"),
    (">x", "1.0+local", ">1", ">=x"),
    (">=x.x+1", "1.5.3", ">=1.6", ">=x.x"),
    ("<x", "1.5.3", "<1", "<x+1"),
    ("<x.x.x", "2.0rc1", "<2.0.0", "<x.x.x+1"),
    ("<=x.x", "1.5.3", "<=1.5", "<x.x+1"),
    ("<=2.x", "2.5.1", "<=2.5", "<2.x+1"),
    ("!=x.x.x", "1.5.3", "!=1.5.3", ""),
    ("==x.x,>=1", "1.5.3", "==1.5,>=1", "==x.x.*,>=1"),
]  # fmt: skip


@pytest.mark.parametrize(("specifiers", "version", "line"), FILLED)
def test_filled(specifiers: str, version: str, line: str) -> None:
    assert filled(f"a-b{specifiers}", version) == filling.Filled(f"a-b{line}", str(Version(version)))


@pytest.mark.parametrize(("specifiers", "version", "line", "instead"), EXCLUDED)
def test_a_pin_that_would_exclude_what_it_is_filled_from(
    specifiers: str, version: str, line: str, instead: str
) -> None:
    found = filled(f"a{specifiers}", version)
    assert (found.line, found.version, found.instead) == (f"a{line}", version, f"a{instead}")
    assert [excluding for excluding, _ in found.excluding] == [specifiers.partition(",")[0]]
    assert not pins.has_pins(found.instead) or not filled(found.instead, version).excluding


@pytest.mark.parametrize("specifiers", [">=x.x,<2", "==2.x.*", "<=2.x"])
def test_where_nothing_can_be_proposed(specifiers: str) -> None:
    found = filled(f"a{specifiers}", "3.1")
    assert found.excluding
    assert not found.instead


def test_the_rest_of_the_requirement_is_kept() -> None:
    major, minor, *_ = importlib.metadata.version("packaging").split(".")
    found = filling.fill("packaging[extra] ==x.x.*,<x+1; python_version>'3'")
    assert found.line == f"packaging[extra]=={major}.{minor}.*,<{int(major) + 1}; python_version>'3'"
    assert filling.fill("packaging (==x.x.*)").line == f"packaging=={major}.{minor}.*"


@pytest.mark.parametrize("raised", [FileNotFoundError("no METADATA"), KeyError("Version"), UnicodeError("no UTF-8")])
def test_an_installed_distribution_whose_metadata_is_broken(raised: Exception) -> None:
    """What finders raise for it, those of backports and of later Pythons among them."""

    def broken(_: str) -> str:
        raise raised

    with (
        patch.object(importlib.metadata, "version", broken),
        pytest.raises(ValueError, match="the installed `spam` has METADATA that can't be read"),
    ):
        filling.fill("spam==x.x")


@pytest.mark.parametrize(
    ("pin", "plugin", "message", "command"),
    [
        ("packaging==x.x.*", False, "`dynamic-metadata`, which fills", "pip install 'dynamic-metadata>=0.6'"),
        ("no-such-egg==x.x.*", False, "`dynamic-metadata`, which fills", "pip install 'dynamic-metadata>=0.6' no-such-egg"),
        ("no-such-egg==x.x.*", True, "`no-such-egg` is not installed", "pip install no-such-egg"),
        ("no-such-egg[a]>=2.x,<4; os_name != 'none'", True, "`no-such-egg` is not", "pip install 'no-such-egg[a]>=2,<4'"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_the_command(pin: str, plugin: bool, message: str, command: str) -> None:
    """All of it at once: without build isolation no front end installs it."""
    text = f'[tool.abiding]\nbuild-backend = "x"\n[tool.abiding.wheel]\ndependencies = ["{pin}"]\n'
    pyproject = Pyproject.parse(text)
    entries = Declaration.read(pyproject).entries
    hidden = {} if plugin else {"dynamic_metadata.plugins": None}
    with patch.dict(sys.modules, hidden), pytest.raises(DeclarationError) as caught:
        lines.filled(entries, pyproject)
    (finding,) = caught.value.findings
    assert message in finding.message
    assert finding.hints == (f"install it, which nobody else does without build isolation: `{command}`",)


def test_pins_that_can_not_be_filled() -> None:
    with pytest.raises(LookupError, match="`no-such-distribution` is not installed"):
        filling.fill("no-such-distribution==x.x")
    with pytest.raises(ValueError, match="must be the last component"):
        filling.fill("packaging==x.*.x")
    with pytest.raises(ValueError, match="the version `2011k`, which is not valid"):
        filled("pytz==x", "2011k")


def test_without_specifiers() -> None:
    assert pins.without_specifiers("torch[a] ==x.x.*; os_name == 'x'") == "torch[a]; os_name == 'x'"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("torch[a] ==x.x.*; os_name == 'x'", "torch[a]; os_name == 'x'"),
        ("a>=x.x,<3,!=2.5", "a<3,!=2.5"),
        ("a==2.x.*", "a==2.*"),
        ("a>=2.x", "a>=2"),
        ("a~=2.0.x", "a==2.0.*"),
        ("a<3.x", "a"),
    ],
)
def test_without_pins(text: str, rest: str) -> None:
    assert pins.without_pins(text) == rest


# Any version and any template

numbers = st.integers(0, 12)
versions = st.builds(
    lambda epoch, release, pre, post, dev, local: Version(
        f"{epoch}{'.'.join(map(str, release))}{pre}{post}{dev}{local}"
    ),
    st.sampled_from(["", "", "1!"]),
    st.lists(numbers, min_size=1, max_size=4),
    st.sampled_from(["", "", "a1", "b2", "rc1"]),
    st.sampled_from(["", "", ".post2"]),
    st.sampled_from(["", "", ".dev20260821"]),
    st.sampled_from(["", "", "+cu130", "+ubuntu.1"]),
)
clauses = st.builds(
    lambda operator, parts, star: operator + ".".join(parts) + (star if operator in ("==", "!=") else ""),
    st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~=", "==="]),
    st.lists(st.sampled_from(["x", "x", "x", "x+1", "0", "2"]), min_size=1, max_size=4),
    st.sampled_from(["", ".*"]),
)
templates = st.lists(clauses, min_size=1, max_size=3).map(",".join).filter(lambda text: pins.has_pins(f"a{text}"))


def is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


@given(versions, templates.filter(lambda text: is_requirement(pins.sample(f"a{text}"))))
def test_any_line_admits_what_it_was_filled_from_or_is_told_apart(version: Version, template: str) -> None:
    found = filled(f"a{template}", str(version))
    admits = Requirement(found.line).specifier.contains(version, prereleases=True)
    assert admits is not bool(found.excluding)
    assert found.version == str(version)
    if found.instead and pins.has_pins(found.instead):
        assert not filled(found.instead, str(version)).excluding
    # Beside what the plugin fills in itself there is never more than is needed.
    with patch.object(importlib.metadata, "version", lambda _: str(version)):
        plain = pin_installed.dynamic_metadata({"packages": [f"a{template}"]}, {})["dependencies"][0]
    if not version.epoch and Requirement(plain).specifier.contains(version, prereleases=True):
        assert found.line == plain


@given(versions, templates.filter(lambda text: is_requirement(pins.sample(f"a{text}"))))
@example(Version("0.dev20260821+cu130"), "==x,===x")
def test_any_filled_line_is_recognised(version: Version, template: str) -> None:
    line = filled(f"a{template}", str(version)).line
    assert pins.fits(f"a{template}", line)
    assert pins.fits(f"a{template}", "A (" + " , ".join(sorted(set(line[1:].split(",")))) + ")")
    assert not pins.fits(f"a{template}", line.replace("a", "b", 1))


# Recognising


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("egg==6.3.0", "egg (==6.3)"),
        ("torch==x.x.*", "torch==2.9.*"),
        ("torch==x.x.*; os_name == 'nt'", 'Torch (==2.9.*) ; os_name == "nt"'),
        ("numpy>=x.x,<x+1", "numpy<3,>=2.4"),
        ("numpy[dev]>=2.x", "numpy[dev]>=2.4"),
        ("numpy>=x", "numpy>=2rc1"),
        ("numpy>=x,<x+1", "numpy>=1!2rc1,<1!3"),
        ("a!=x.1,!=x.2,<x+1", "a<3,!=2.2,!=2.1"),
    ],
)
def test_fits(template: str, line: str) -> None:
    assert pins.fits(template, line)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("egg==6.3.0", "egg==6.3.1"),
        ("torch==x.x.*", "torch==2.9"),
        ("torch==x.x.*", "torch>=2.9.*"),
        ("torch==x.x.*", "torch==2.9.1.*"),
        ("torch==x.x.*", "torchvision==2.9.*"),
        ("torch==x.x.*", "torch==2.9.*; os_name == 'nt'"),
        ("numpy>=x.x,<x+1", "numpy>=2.4,<4"),
        ("numpy>=x.x,<x+1", "numpy>=2.4,<1!3"),
        ("numpy>=x.x,<x+1", "numpy>=2.4"),
        ("numpy>=x.x,<x+1", "numpy>=2.4,<3,!=2.5"),
        ("numpy>=2.x", "numpy>=1.4"),
        ("numpy<x+1", "numpy<3rc1"),
        ("numpy==x", "numpy==2+local"),
        ("a!=x.1,!=x.2", "a!=2.1,!=3.2"),
        ("a==x", "a==" + "9" * 5000),
    ],
)
def test_does_not_fit(template: str, line: str) -> None:
    assert not pins.fits(template, line)


def test_many_clauses_take_no_time() -> None:
    template = "a" + ",".join(f"!=x.{number}" for number in range(16))
    line = "a" + ",".join(f"!=2.{number}" for number in reversed(range(1, 17)))
    assert not pins.fits(template, line)
    assert not pins.fits(template + ",!=x", re.sub("$", ",!=1", line))


@pytest.mark.parametrize(
    ("text", "line", "instead"),
    [
        ("a>=x.x,<x", "a>=7.8,<7", "a>=x.x,<x+1"),
        ("a<x", "a<7", "a<x+1"),
        ("a<x.x.x", "a<7.8.9", "a<x.x.x+1"),
        ("a>=x+1", "a>=8", "a>=x"),
        ("a>=2.x,<2.x", "a>=2.8,<2.8", ""),
    ],
)
def test_what_no_version_can_fill(text: str, line: str, instead: str) -> None:
    found = filling.never_fits(text)
    assert found is not None
    assert (found.line, found.instead) == (line, instead)


@pytest.mark.parametrize(
    "text",
    ["a<3.x", "a==1.x", "a>=2.x,<4", "a>=x.x,<3", "a==x.x.*", "a==1.x.*", "a!=1.x", "a>=1.x,<2.x", "a~=x.x", "a>x.x",
     "a<=x+0", "a==0.x", "a==x.0", "a==x.x.x", "a===x.x", "a==x", "a>=x.x,<x.x+1", "a>=x.x,<x+1", "a<=x.x.x",
     "a==25.x.x", "a>=25.4.x,<26"],
)  # fmt: skip
def test_what_a_version_can_fill(text: str) -> None:
    assert filling.never_fits(text) is None


@pytest.mark.parametrize("text", ["a==1.0+x", "a==1.0+x.x", "a===1.0+x", "a==1.0+5.x", "a>=1,==1.0+x"])
def test_a_local_version_is_no_pin(text: str) -> None:
    """Oracle: `packaging` reads it as it is."""
    assert Requirement(text).specifier
    assert not pins.has_pins(text)
    assert pins.sample(text) == text


def test_beside_a_local_version_there_may_be_a_pin() -> None:
    assert pins.has_pins("a<x+1,!=1.0+x")
    assert pins.sample("a<x+1,!=1.0+x") == "a<1,!=1.0+x"


# The pin that stands for a line


@pytest.mark.parametrize(
    ("line", "version", "pin"),
    [
        ("egg==2.4.6", "2.4.6", "egg==x.x.x"),
        ("egg (==2.4.6)", "2.4.6", "egg (==x.x.x)"),
        ("egg[a] ==2.4.6 ; os_name=='posix'", "2.4.6", "egg[a] ==x.x.x ; os_name=='posix'"),
        ("egg==2.4.*", "2.4.6", "egg==x.x.*"),
        ("egg~=2.4.6", "2.4.6", "egg~=x.x.x"),
        ("egg>=2.4.6,<2.5", "2.4.6", "egg>=x.x.x,<x.x+1"),
        ("egg>=2.4.6,<3", "2.4.6", "egg>=x.x.x,<x+1"),
        ("egg>=2.4.6,<4", "2.4.6", "egg>=x.x.x,<4"),
        ("egg==2.4.6,!=2.4.7", "2.4.6", "egg==x.x.x,!=2.4.7"),
        ("egg==2.4", "2.4.0", "egg==x.x"),
        ("egg==2.0.0rc1", "2.0rc1", "egg==x.x.x"),
        ("egg==1!2.4", "1!2.4", "egg==x.x"),
        ("egg==1!2.4.*", "1!2.4.0", "egg==x.x.*"),
        ("egg>=1!2.4.6,<1!2.5", "1!2.4.6", "egg>=x.x.x,<x.x+1"),
        ("egg>=1!2.4.6,<1!3", "1!2.4.6", "egg>=x.x.x,<x+1"),
        ('egg==2.4.6; extra == "gpu"', "2.4.6", 'egg==x.x.x; extra == "gpu"'),
        (
            'egg==2.4.*; os_name == "nt" and extra == "gpu"',
            "2.4.6",
            'egg==x.x.*; os_name == "nt" and extra == "gpu"',
        ),
        ("egg==2.9.0", "2.9.0+cu1", "egg==x.x.x"),
        ("egg===2.9.0+cu1", "2.9.0+cu1", "egg===x.x.x"),
        # Lines that may be meant in every build, or that no pin becomes.
        ("egg", "2.4.6", ""),
        ("egg>=2", "2", ""),
        ("egg>=2.0", "2.0.0", ""),
        ("egg>=2,<3", "2.4.6", ""),
        ("egg==2.*", "2.4.6", ""),
        ("egg==2.4.5", "2.4.6", ""),
        ("egg!=2.4.6", "2.4.6", ""),
        ("egg<2.4.7,>2.4.5", "2.4.6", ""),
        ("egg==2.9.0+cu1", "2.9.0+cu1", ""),
        ("egg==1!2.4.*", "2.4.0", ""),
        ("egg==2.4.*", "1!2.4.0", ""),
        ("egg<1!3,==2.4.6", "2.4.6", "egg<1!3,==x.x.x"),
        ("egg==2.4.6; extra != 'gpu'", "2.4.6", ""),
        ("egg @ https://example.org/egg-2.4.6.zip", "2.4.6", ""),
        ("egg==2.4.6", "old", ""),
        ("no requirement", "2.4.6", ""),
    ],
)
def test_the_pin_of_what_is_installed(line: str, version: str, pin: str) -> None:
    """Filled in, it is the line."""
    with patch.object(importlib.metadata, "version", lambda _: version):
        assert pin_of_installed(line) == pin
    if pin:
        assert Requirement(filled(pin, version).line) == Requirement(line)


@pytest.mark.parametrize(
    ("line", "version", "pin"),
    [
        ("egg==2.9.0+cu1", "2.9.0+cu1", "egg===x.x.x"),
        ("egg==2.9.0+CU1", "2.9.0+cu1", "egg===x.x.x"),
        ('egg==2.9+cu1; os_name == "nt"', "2.9.0+cu1", 'egg===x.x.x; os_name == "nt"'),
        ('egg==2.9.0+cu1; extra == "gpu"', "2.9.0+cu1", 'egg===x.x.x; extra == "gpu"'),
        ("egg==2.9.0+cu2", "2.9.0+cu1", ""),
        ("egg==2.9.0", "2.9.0+cu1", ""),
        ("egg===2.9.0+cu1", "2.9.0+cu1", ""),
        ("egg==2.9.0", "2.9.0", ""),
    ],
)
def test_the_pin_of_a_local_version(line: str, version: str, pin: str) -> None:
    with patch.object(importlib.metadata, "version", lambda _: version):
        assert pin_of_local(line) == pin
    if pin:
        assert f"==={version}" in filled(pin, version).line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('egg==x.x; extra == "gpu"', ("egg==x.x", "gpu")),
        ('egg>=x.x,<x+1; os_name == "nt" and extra == "gpu"', ('egg>=x.x,<x+1 ; os_name == "nt"', "gpu")),
        ('egg>=1.1,<2; extra == "gpu"', ("egg>=1.1,<2", "gpu")),
        ("egg==x.x", None),
        ("egg", None),
    ],
)
def test_the_extra_of_a_pin(text: str, expected: tuple[str, str] | None) -> None:
    split = pins.split_extra(text)
    assert (split and (split[0].replace(" ;", ";"), split[1])) == (
        expected and (expected[0].replace(" ;", ";"), expected[1])
    )


def test_no_pin_of_what_is_not_installed() -> None:
    assert pin_of_installed("no-such-egg==1.0") == ""


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("egg==2.1.0", "egg==x.x.x"),
        ("egg==1!2.1.0", "egg==x.x.x"),
        ("egg==1!2.1.*", "egg==x.x.*"),
        ("egg==2.1.*", "egg==x.x.*"),
        ("egg==2.1.0,<2.2", "egg==x.x.x,<x.x+1"),
        ("egg==2.*", ""),
        ("egg>=2.1.0", ""),
        ("egg==2.1.0,==2.1.*", ""),
        ("egg==x.x.x", ""),
    ],
)
def test_the_pin_of_what_a_line_names(line: str, pin: str) -> None:
    assert pin_of_named(line) == pin
