"""What is said to be refused by uv or pip, they refuse; what is not, they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from makers import refused
from makers.archives import metadata, wheel_name, write_wheel
from makers.environments import Environment, uv

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]

NAME = wheel_name("py3-none-any")
ENTRY_POINTS = "spam-1.0.dist-info/entry_points.txt"
CONTENTS = [
    *((ENTRY_POINTS, text, by) for text, by in refused.SCRIPTS.items()),
    *((member, b"x", by) for member, by in refused.DATA.items() if by is not None),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheelhouse: Path) -> Environment:
    environment = Environment(tmp_path_factory.mktemp("refusals") / "environment", wheelhouse)
    return environment.make(["pip==26.3"])


def takes(environment: Environment, tool: str, *wheels: Path) -> bool:
    """Whether an installer installs wheels, without what they require."""
    begin = (environment.python, "-m", "pip", "install") if tool == "pip" else (*uv("pip", "install", "--no-cache"),)
    place = ("--python", environment.python) if tool == "uv" else ()
    options = ("--no-deps", "--no-index", "--target", wheels[0].parent / tool)
    return environment.run(*begin, *place, *options, *wheels, code=None).code == 0


@pytest.mark.parametrize("line", [*refused.TAKEN, *refused.REFUSED_BY_UV])
def test_requirements(line: str, environment: Environment, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, NAME, metadata(f"Requires-Dist: {line}"))
    assert takes(environment, "uv", wheel) is (line in refused.TAKEN)


@pytest.mark.parametrize(("member", "data", "by"), CONTENTS)
def test_contents(member: str, data: bytes, by: frozenset[str], environment: Environment, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, NAME, metadata(), more={member: data})
    tools = ("pip", "uv") if "pip" in by else ("uv",)
    assert {tool for tool in tools if not takes(environment, tool, wheel)} == by


def test_contents_that_pip_takes(environment: Environment, tmp_path: Path) -> None:
    """All in one go: it begins slowly."""
    wheels = []
    for number, (member, data, by) in enumerate(CONTENTS):
        if "pip" not in by:
            name = f"spam{number}"
            own = re.sub(r"^(spam)(?=[-.])", rf"\g<1>{number}", member, flags=re.IGNORECASE)
            said = metadata().replace(b"Name: spam", f"Name: {name}".encode())
            wheels.append(write_wheel(tmp_path, NAME.replace("spam", name), said, more={own: data}))
    assert len(wheels) > 50
    assert takes(environment, "pip", *wheels)
