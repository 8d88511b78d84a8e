from __future__ import annotations

from typing import Any

import pytest

from abiding.builds.settings import Settings
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Severity
from abiding.project.level import Level


@pytest.mark.parametrize("given", [None, {}, {"setup-args": ["-Dx=1"], "build-dir": "b", "level": "api"}])
def test_settings_that_are_not_ours_go_through(given: dict[str, Any] | None) -> None:
    assert Settings.read(given, {}) == Settings(None, "", given)


def test_ours_are_taken_out() -> None:
    given = {"abiding.level": "api", "abiding.variant": "cuda", "other": "1"}
    assert Settings.read(given, {"ABIDING_LEVEL": "abi"}) == Settings(
        Level.API, "cuda", {"other": "1"}, "-C abiding.level=api", "-C abiding.variant=cuda"
    )
    assert given.keys() == {"abiding.level", "abiding.variant", "other"}


def test_environment_stands_in() -> None:
    environ = {"ABIDING_LEVEL": "abi", "ABIDING_VARIANT": "mpi"}
    assert Settings.read(None, environ) == Settings(Level.ABI, "mpi", None, "ABIDING_LEVEL=abi", "ABIDING_VARIANT=mpi")


@pytest.mark.parametrize(
    ("given", "environ", "rule", "message", "hint"),
    [
        ({"abiding.levl": "api"}, {}, "unknown-setting", "`abiding.levl` is not a setting of abiding", "did you mean `abiding.level`?"),
        ({"abiding.level": "apo"}, {}, "bad-setting", "`apo` is not a level; a level is `api` or `abi`", "did you mean `api`?"),
        ({"abiding.level": "abii"}, {}, "bad-setting", "`abii` is not a level; a level is `api` or `abi`", "did you mean `abi`?"),
        ({"abiding.level": "wheel"}, {}, "bad-setting", "`wheel` is not a level; a level is `api` or `abi`", "for more, run `abiding explain level` where abiding is installed"),
        ({}, {"ABIDING_LEVL": " ABI"}, "unknown-setting", "`ABIDING_LEVL` is not a variable that abiding reads", "did you mean `ABIDING_LEVEL`?"),
        ({}, {"ABIDING_LEVL": "abi"}, "unknown-setting", "`ABIDING_LEVL` is not a variable that abiding reads", "did you mean `ABIDING_LEVEL`?"),
        ({}, {"ABIDING_VARIENT": "mpi"}, "unknown-setting", "`ABIDING_VARIENT` is not a variable that abiding reads", "did you mean `ABIDING_VARIANT`?"),
        ({"abiding_level": "abi"}, {}, "unknown-setting", "`abiding_level` is not a setting of abiding", "did you mean `abiding.level`?"),
        ({"Abiding-Variant": "mpi"}, {}, "unknown-setting", "`Abiding-Variant` is not a setting of abiding", "did you mean `abiding.variant`?"),
        ({"abidng.level": "abi"}, {}, "unknown-setting", "`abidng.level` is not a setting of abiding", "did you mean `abiding.level`?"),
        ({}, {"ABIDNG_LEVEL": "abi"}, "unknown-setting", "`ABIDNG_LEVEL` is not a variable that abiding reads", "did you mean `ABIDING_LEVEL`?"),
        ({}, {"abiding_level": "abi"}, "unknown-setting", "`abiding_level` is not a variable that abiding reads", "did you mean `ABIDING_LEVEL`?"),
        ({}, {"ABIDING-VARIANT": "mpi"}, "unknown-setting", "`ABIDING-VARIANT` is not a variable that abiding reads", "did you mean `ABIDING_VARIANT`?"),
        ({}, {"ABIDING_LEVEL": "API"}, "bad-setting", "`API` is not a level; a level is `api` or `abi`", "did you mean `api`?"),
        ({"abiding.level": ["api", "abi"]}, {}, "bad-setting", "`abiding.level` takes one value, and was given `api`, `abi`", "say `abiding.level` once"),
        ({"abiding.variant": True}, {}, "bad-setting", "`abiding.variant` takes one value, and was given `True`", "give it as text: `-C abiding.variant=VALUE`"),
    ],
)  # fmt: skip
def test_faults(given: dict[str, Any], environ: dict[str, str], rule: str, message: str, hint: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Settings.read(given, environ, ["mpi"])
    (finding,) = caught.value.findings
    assert (finding.rule, finding.message) == (rule, message)
    assert hint in finding.hints[0]


@pytest.mark.parametrize(
    "environ",
    [
        # Scripts of a CI have their own, as those of our action do.
        {"ABIDING_CHECK_LEVEL": "abi", "ABIDING_FAIL_ON": "error", "ABIDING_PATHS": "dist", "ABIDING_": ""},
        {"BUILDING_LEVEL": "2", "LEVEL": "abi", "": "", "BASH_FUNC_x%%": "() { :; }", "MY_ABIDING_LEVEL": "abi"},
        # What they say makes no sense as a setting of ours, or that is given.
        {"ABIDING_VARIANTS": "mpi cuda", "ABIDING_VARIANT_CPU": "no", "_ABIDING_LEVEL": "2", "ABIDING_LEVL": ""},
        {"ABIDING_LEVELS": "api abi", "ABIDING_VARIANTS": ""},
    ],
)
def test_variables_of_others_are_none_of_ours(environ: dict[str, str]) -> None:
    assert Settings.read(None, environ, ["mpi"]) == Settings(None, "", None)


@pytest.mark.parametrize(
    "name",
    [
        "ABIDING_LEVELS",
        "_ABIDING_LEVEL",
        "ABIDING_LEVEL_",
        "ABIDING_LEVEL_3",
        "ABIDING_VARIANTS",
        "ABIDING_VARIANT_CPU",
    ],
)
def test_a_variable_that_has_one_of_ours_whole_is_warned_of(name: str) -> None:
    """It may be another's, as `ABIDING_VARIANTS` is where a script goes through them."""
    value, meant = ("abi", "ABIDING_LEVEL") if "LEVEL" in name else ("mpi", "ABIDING_VARIANT")
    (finding,) = Settings.read(None, {name: value}, ["cuda", "mpi"]).warnings
    assert (finding.severity, finding.message) == (Severity.WARNING, f"`{name}` is not a variable that abiding reads")
    assert finding.hints[0] == f"did you mean `{meant}`?"
    for given, environ in ((None, {meant: value}), ({meant.lower().replace("_", "."): value}, {})):
        assert not Settings.read(given, {name: value, **environ}, ["cuda", "mpi"]).warnings


def test_unknown_setting_lists_those_that_exist() -> None:
    with pytest.raises(DeclarationError) as caught:
        Settings.read({"abiding.levl": "api"}, {})
    assert caught.value.findings[0].hints == (
        "did you mean `abiding.level`?",
        "the settings are `abiding.level` (`api` or `abi`) and `abiding.variant`",
    )
