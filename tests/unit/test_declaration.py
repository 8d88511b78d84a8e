"""The catalogue of what can be wrong with a declaration: reading the table is reading the messages."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from importlib.util import find_spec
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.project.declaration import Declaration, FromSdist
from abiding.project.entry import Reason
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from makers.declarations import COMPLETE, FAULTS, RIGHT
from makers.work import calls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def declaration(text: str) -> Declaration:
    return Declaration.read(Pyproject.parse(dedent(text)))


def test_complete_declaration_is_read() -> None:
    read = declaration(COMPLETE)
    assert (read.backend, read.backend_path) == ("backend:object.attribute", ("_build",))
    assert (read.from_sdist, read.metadata_version) == (FromSdist.REFUSE, "2.6")
    assert read.may_append
    assert read.variants == ("cuda",)
    assert read.wheels_differ == "OpenBLAS only for macOS 11"
    assert [one.name for one in read.differing] == ["numpy", "scipy-openblas32", "nvidia-nccl-cu13"]
    gmp, bound, threads, torch, openblas, nccl, cupy = read.entries
    assert (gmp.requires, gmp.reason, gmp.native) == ("libgmp==6.3.0", Reason.ABI, False)
    assert (bound.reason, bound.note) == (Reason.PRE_EMPTIVE, "2.4 works at the time of writing")
    assert threads.selects(["cp313-cp313t-linux_x86_64"])
    assert not threads.selects(["cp313-cp313-linux_x86_64"])
    assert (torch.requires, torch.name) == ("torch==x.x.*", "torch")
    assert openblas.native
    assert openblas.selects(["cp312-cp312-win32"])
    assert (nccl.variant, cupy.extra) == ("cuda", "gpu")
    assert cupy.template == 'cupy-cuda13x==14.*; extra == "gpu"'


def test_least_declaration() -> None:
    read = declaration('[tool.abiding]\nbuild-backend = "mesonpy"')
    assert read.entries == ()
    assert not read.may_append


@pytest.mark.parametrize(("change", "faults"), [pytest.param(*fault[1:], id=fault[0]) for fault in FAULTS])
def test_fault(change: tuple[str, str], faults: list[tuple[str, int, str]]) -> None:
    assert RIGHT.count(change[0]) >= 1
    with pytest.raises(DeclarationError) as caught:
        declaration(RIGHT.replace(*change, 1))
    assert [(one.rule, one.line, one.message) for one in caught.value.findings] == faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tool = 3", "`tool` has to be a table, and is an integer"),
        ("[[tool]]\nabiding = 1", "`tool` has to be a table, and is an array of tables"),
        ("tool = { abiding = [] }", "`tool.abiding` has to be a table, and is an array"),
        ("[tool]\nabiding = 1979-05-27", "`tool.abiding` has to be a table, and is a date or time"),
    ],
)
def test_no_table(text: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    assert [(one.rule, one.message) for one in caught.value.findings] == [("bad-type", message)]


def test_an_inline_table_is_a_table() -> None:
    assert declaration('tool = { abiding = { build-backend = "mesonpy" } }').backend == "mesonpy"


def test_what_may_be_given_and_dynamic() -> None:
    """Exactly what PEP 808 lists; of the rest, what only `dynamic` or only `[project]` has."""
    listed = [
        "authors",
        "maintainers",
        "classifiers",
        "dependencies",
        "entry-points",
        "scripts",
        "gui-scripts",
        "keywords",
        "license-files",
        "optional-dependencies",
        "urls",
        "import-names",
        "import-namespaces",
    ]
    single = ["version", "description", "readme", "requires-python", "license", "name", "license-file"]
    tables = dict.fromkeys(("optional-dependencies", "urls"), "{}")
    values = {**dict.fromkeys(listed, "[]"), **dict.fromkeys(single, '"1"'), **tables}
    given = "".join(f"{name} = {value}\n" for name, value in values.items())
    dynamic = ", ".join(f'"{name}"' for name in (*listed, *single))
    rest = '[tool.abiding]\nbuild-backend = "a"\n'
    with pytest.raises(DeclarationError) as caught:
        declaration(f"[project]\n{given}dynamic = [{dynamic}]\n{rest}")
    assert {one.rule for one in caught.value.findings} == {"bad-dynamic"}
    assert [one.message.split("`")[1] for one in caught.value.findings] == single
    names = ", ".join(f'"{name}"' for name in (*listed, *single) if name not in ("name", "license-file"))
    assert declaration(f'[project]\nname = "spam"\ndynamic = [{names}]\n{rest}')
    assert declaration(f"[project]\n{given}{rest}")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("dependency", "dependencies"),
        ("Dependencies", "dependencies"),
        ("optional_dependencies", "optional-dependencies"),
        ("license-file", "license-files"),
        ("descripton", "description"),
        ("requires-external", ""),  # a later standard may have it
        ("x" * 100_000, ""),
    ],
)
def test_a_misspelled_name_in_dynamic(name: str, meant: str) -> None:
    text = f'[project]\nname = "spam"\nversion = "1"\ndynamic = ["{name}"]\n[tool.abiding]\nbuild-backend = "mesonpy"\n'
    entry = '[tool.abiding.wheel]\ndependencies = ["numpy<3"]\n'
    if not meant:
        assert declaration(text)
        return
    for given in (text, text + entry) if meant == "dependencies" else (text,):
        with pytest.raises(DeclarationError) as caught:
            declaration(given)
        (finding,) = caught.value.findings
        assert (finding.rule, finding.hints) == ("bad-dynamic", (f"did you mean `{meant}`?",))
        # Who follows the hint gets on.
        meaning = given.replace(f'"{name}"', f'"{meant}"')
        assert declaration(meaning.replace("\ndynamic", "\ndependencies = []\ndynamic") if entry in given else meaning)


@pytest.mark.parametrize(
    ("table", "rule", "hint"),
    [
        ('[tool.abidng]\nbuild-backend = "mesonpy"', "no-declaration", "write `[tool.abiding]` for `[tool.abidng]`"),
        (
            '[tools.abiding]\nbuild-backend = "mesonpy"',
            "no-declaration",
            "write `[tool.abiding]` for `[tools.abiding]`",
        ),
        ('[abiding]\nbuild-backend = "mesonpy"', "no-declaration", "write `[tool.abiding]` for `[abiding]`"),
        ('[tool.abide]\nbuild-backend = "mesonpy"', "no-declaration", "write `[tool.abiding]` for `[tool.abide]`"),
        ("[tool.abides.wheel]\ndependencies = []", "no-declaration", "write `[tool.abiding]` for `[tool.abides]`"),
        ('[[abiding]]\nbuild-backend = "mesonpy"', "no-declaration", "write `[tool.abiding]` for `[abiding]`"),
        ('["tool.abiding"]\nx = 1', "no-declaration", 'write `[tool.abiding]` for `["tool.abiding"]`'),
        ("[project.tool.abiding]\nx = 1", "no-declaration", "write `[tool.abiding]` for `[project.tool.abiding]`"),
        ("[tool.black]\n[tools.other]", "no-declaration", 'add it:\n    [tool.abiding]\n    build-backend = "mesonpy"'),
        ('[tool.abiding]\nbackend = "mesonpy"', "unknown-key", "did you mean `build-backend`?"),
        (
            '[tool.abiding]\nbuild-backend = ""',
            "bad-value",
            'write `build-backend = "mesonpy"`',
        ),
        (
            '[tool.abiding]\nbuild-backend = "mesonpy"\ndependencies = ["numpy<3"]',
            "unknown-key",
            "lines for wheels belong under `[tool.abiding.wheel]`",
        ),
    ],
)
def test_what_is_astray_is_told_where_it_belongs(table: str, rule: str, hint: str) -> None:
    build = '[build-system]\nrequires = ["abiding", "meson-python"]\nbuild-backend = "abiding.backend"\n'
    with pytest.raises(DeclarationError) as caught:
        declaration(f'{build}[project]\nname = "spam"\nversion = "1"\n{table}\n')
    (finding,) = caught.value.findings
    assert (finding.rule, finding.hints) == (rule, (hint,))


WRAPPED = '[project]\nname = "spam"\nversion = "1"\n[tool.abiding]\nbuild-backend = "mesonpy"\n'


@pytest.mark.parametrize(
    ("table", "place", "meant"),
    [
        ('[tool.abidng.wheel]\ndependencies = ["numpy<3"]', "tool.abidng", "tool.abiding"),
        ('[tools.abiding.wheel]\ndependencies = ["numpy<3"]', "tools.abiding", "tool.abiding"),
        ("[tool.Abiding]\nx = 1", "tool.Abiding", "tool.abiding"),
        ('[abiding.wheel]\ndependencies = ["numpy<3"]', "abiding", "tool.abiding"),
        ("[abiding]\nx = 1", "abiding", "tool.abiding"),
        ("[Abiding]\nx = 1", "Abiding", "tool.abiding"),
        ("[abiding-wheel]\nx = 1", "abiding-wheel", "tool.abiding.wheel"),
        ("[tool.abiding-wheel]\nx = 1", "tool.abiding-wheel", "tool.abiding.wheel"),
        ("[tool.abiding_exports.libtoy]\nx = 1", "tool.abiding_exports", "tool.abiding.exports"),
        ("[tool.abiding-x]\nx = 1", "tool.abiding-x", "tool.abiding"),
        ('[tool."abiding.wheel"]\nx = 1', 'tool."abiding.wheel"', "tool.abiding.wheel"),
        ("[[tool.abiding-wheel]]\nx = 1", "tool.abiding-wheel", "tool.abiding.wheel"),
        ("[build-system.abiding]\nx = 1", "build-system.abiding", "tool.abiding"),
        ('[dependency-groups]\nabiding = ["numpy"]', "", ""),
        ('[dependency-groups]\nabiding = [{ include-group = "x" }]\nx = []', "", ""),
        ("[tool.building]\nx = 1", "", ""),
        ("[tool.black]\n[tool.uv.abiding]\n[other.abiding]", "", ""),
        ("[tool.uv.sources]\nabiding = { path = '.' }\n[tool.pixi.dependencies]\nabiding = '*'", "", ""),
    ],
)
def test_a_table_beside_the_right_one_is_not_dropped_without_a_word(table: str, place: str, meant: str) -> None:
    text = f"{WRAPPED}{table}\n"
    if not place:
        assert declaration(text)
        return
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.message) == ("unknown-key", f"`[{place}]` is not a table that is read")
    assert finding.hints == (f"what is in it belongs under `[{meant}]`",)
    assert finding.line == WRAPPED.count("\n") + 1


def test_each_table_that_is_astray_is_told() -> None:
    with pytest.raises(DeclarationError) as caught:
        declaration(f"{WRAPPED}[abiding]\nx = 1\n[tool.abiding-wheel]\nx = 1\n")
    assert [one.rule for one in caught.value.findings] == ["unknown-key"] * 2


def test_a_key_that_is_there_is_not_proposed_again() -> None:
    """Who renamed the other one would have it twice, which is no TOML."""
    with pytest.raises(DeclarationError) as caught:
        declaration(f'{WRAPPED}build-bakend = "x"\n')
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize("select", ["*", "*-*", '["cp*", "pp*", "graalpy*"]'])
def test_wheels_that_do_not_differ_need_no_reason(select: str) -> None:
    entry = f"{{ requires = 'a', select = {select if select.startswith('[') else repr(select)} }}"
    assert not declaration(RIGHT.replace('"libgmp==6.3.0"', entry)).differing


@pytest.mark.parametrize("select", ["*-win*", "*-macosx_*", "cp*-*", '["*-win*", "*linux*"]'])
@pytest.mark.parametrize("reason", ["", 'wheels-differ = "because"\n'])
def test_where_a_marker_can_say_it_no_reason_helps(select: str, reason: str) -> None:
    entry = f"{{ requires = 'a', select = {select if select.startswith('[') else repr(select)} }}"
    text = RIGHT.replace('"libgmp==6.3.0"', entry).replace("[tool.abiding]\n", f"[tool.abiding]\n{reason}", 1)
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    assert [one.rule for one in caught.value.findings] == ["could-be-a-marker"]


NEEDING_VERSION = ("setuptools.build_meta", "hatchling.build", "flit_core.buildapi", "mesonpy", "pdm.backend")
OTHERS = ("poetry.core.masonry.api", "pdm.pep517.api", "a")
BACKENDS = NEEDING_VERSION + OTHERS
NAMED = 'name = "spam"\n'
GIVEN = f'{NAMED}version = "1"\n'


@pytest.mark.parametrize(
    ("project", "rule", "message", "backends"),
    [
        (f"{NAMED}version = 1.0", "bad-type", "`project.version` has to be a string, and is a float", BACKENDS),
        (f"{NAMED}version = true", "bad-type", "`project.version` has to be a string, and is a boolean", BACKENDS),
        ('name = 1\nversion = "1"', "bad-type", "`project.name` has to be a string, and is an integer", BACKENDS),
        (f"{GIVEN}requires-python = 3.11", "bad-type", "`project.requires-python` has to be a string, and is a float", BACKENDS),
        (f"{GIVEN}keywords = 'a'", "bad-type", "`project.keywords` has to be an array, and is a string", BACKENDS),
        (f"{GIVEN}authors = ['a']", "bad-type", "`project.authors[0]` has to be a table, and is a string", BACKENDS),
        (f"{GIVEN}authors = [{{ name = 'a' }}, {{ name = 5, chat = 5 }}]", "bad-type",
            "`project.authors[1].name` has to be a string, and is an integer", BACKENDS),
        (f"{GIVEN}maintainers = [{{ email = ['a'] }}]", "bad-type",
            "`project.maintainers[0].email` has to be a string, and is an array", BACKENDS),
        (f"{GIVEN}readme = {{ file = 5, x = 5 }}", "bad-type", "`project.readme.file` has to be a string, and is an integer", BACKENDS),
        (f"{GIVEN}readme = {{ text = 'a', content-type = 5 }}", "bad-type",
            "`project.readme.content-type` has to be a string, and is an integer", BACKENDS),
        ('version = "1"', "missing-key", "`name` is missing: no backend takes a `[project]` without it", BACKENDS),
        (NAMED, "missing-key", "`version` is missing, and `project.dynamic` does not list it: `{}` refuses that", NEEDING_VERSION),
        # What there is nothing to say of, or another fault says it.
        (NAMED, "", "", OTHERS),
        (f'{NAMED}dynamic = ["version"]', "", "", BACKENDS),
        (f"{GIVEN}description = 'two\\nlines'\nreadme = {{ text = 'a' }}\nurls.a = 'b'", "", "", BACKENDS),
        # Some backends take any other key.
        (f"{GIVEN}authors = [{{ name = 'a', chat = 5 }}, {{ email = 'a', x = ['b'], y.z = 1 }}]", "", "", BACKENDS),
        (f"{GIVEN}maintainers = [{{ name = 'a', chat = 5 }}]", "", "", BACKENDS),
        (f"{GIVEN}readme = {{ text = 'a', file = 5, x = 5, charset = 5 }}", "", "", BACKENDS),
        (f"{GIVEN}readme = {{ file = 'a.md', x = ['b'] }}", "", "", BACKENDS),
        ("", "", "", BACKENDS),
        (f'{GIVEN}[tool.poetry]\nname = "spam"', "", "", BACKENDS),
        ('version = "1"\n[tool.poetry]\nname = "spam"', "", "", BACKENDS),
        (f'{NAMED}dynamic = ["verson"]', "bad-dynamic", "`verson` is not a field of `[project]`", BACKENDS),
        ('version = "1"\ndynamic = ["name"]', "bad-dynamic", "`name` can't be dynamic", BACKENDS),
    ],
)  # fmt: skip
def test_a_project_table_that_backends_refuse(project: str, rule: str, message: str, backends: tuple[str, ...]) -> None:
    """One error where they print a traceback; in an sdist that is published it stops nobody."""
    for backend in backends:
        pyproject = Pyproject.parse(f'[project]\n{project}\n[tool.abiding]\nbuild-backend = "{backend}"\n')
        warnings = Declaration.read(pyproject._replace(in_sdist=True)).warnings
        expected = [(rule, message.format(backend))] if rule else []
        assert [(one.rule, one.message) for one in warnings] == expected
        assert {one.severity for one in warnings} <= {Severity.WARNING}
        if not rule:
            assert Declaration.read(pyproject).backend == backend
            continue
        with pytest.raises(DeclarationError) as caught:
            Declaration.read(pyproject)
        assert [(one.rule, one.message) for one in caught.value.findings] == expected
        assert all(one.line and one.hints for one in caught.value.findings)


METADATA_READERS = ("mesonpy", "scikit_build_core.build", "py_build_cmake.build")
KNOWN = (
    *METADATA_READERS,
    "setuptools.build_meta",
    "pdm.backend",
    "hatchling.build",
    "flit_core.buildapi",
    "poetry.core.masonry.api",
    "maturin",
)
SPDX_READERS = ("mesonpy", "scikit_build_core.build", "setuptools.build_meta", "hatchling.build", "flit_core.buildapi")
KNOWS_LICENCES = find_spec("packaging.licenses") is not None  # since packaging 24.2
OF_PEP_639 = (
    "mesonpy",
    "scikit_build_core.build",
    "py_build_cmake.build",
    "setuptools.build_meta",
    "pdm.backend",
    "flit_core.buildapi",
)
READING_PYTHON = tuple(backend for backend in KNOWN if backend.partition(".")[0] not in ("flit_core", "poetry"))


@pytest.mark.parametrize(
    ("project", "message", "hint", "backends"),
    [
        ('requires-python = "3.11+"', "`3.11+` is not a list of version specifiers (PEP 440)", 'write `requires-python = ">=3.11"`', READING_PYTHON),
        ('requires-python = ">=3.8.*"', "`>=3.8.*` is not a list of version specifiers (PEP 440)", 'write `requires-python = ">=3.8"`', READING_PYTHON),
        ('requires-python = ">=3.8 <4"', "`>=3.8 <4` is not a list of version specifiers (PEP 440)", 'write `requires-python = ">=3.8,<4"`', READING_PYTHON),
        ('requires-python = "^3.8"', "`^3.8` is not a list of version specifiers (PEP 440)", 'write `requires-python = ">=3.8,<4"`', READING_PYTHON),
        ('requires-python = "foo"', "`foo` is not a list of version specifiers (PEP 440)", "for example `>=3.11` or `>=3.11,<4`", READING_PYTHON),
        ('license = "Mit License"', "`Mit License` is not an SPDX licence expression (PEP 639)", 'write `license = "MIT"`', SPDX_READERS),
        ('license = "Apache License, Version 2.0"', "`Apache License, Version 2.0` is not an SPDX licence expression (PEP 639)", 'write `license = "Apache-2.0"`', SPDX_READERS),
        ('license = "GPLv3+"', "`GPLv3+` is not an SPDX licence expression (PEP 639)", 'write `license = "GPL-3.0-or-later"`', SPDX_READERS),
        ('license = "GPLv3"', "`GPLv3` is not an SPDX licence expression (PEP 639)", 'write `license = "GPL-3.0-only"`', SPDX_READERS),
        ('license = "Proprietary"', "`Proprietary` is not an SPDX licence expression (PEP 639)", 'for example `"MIT"`, `"BSD-3-Clause"` or `"Apache-2.0"`; a licence without an SPDX id is `"LicenseRef-NAME"`', SPDX_READERS),
        ('license = "MIT"\nclassifiers = ["Topic :: x", "License :: x"]', "`License :: x` is given beside the licence expression (PEP 639)", "leave the classifier out: `license` says it", OF_PEP_639),
        ('license = { text = "MIT" }\nlicense-files = ["a"]', "`license` is a table, and `license-files` is given too (PEP 639)", 'write an SPDX expression instead of the table: `license = "MIT"`', (*OF_PEP_639, "poetry.core.masonry.api")),
        ("license = {}", "`license` has neither `text` nor `file`", 'give one of them, or an SPDX expression: `license = "MIT"`', KNOWN),
        ('license = { text = "MIT", file = "a" }', "`license` has both `text` and `file`", 'give one of them, or an SPDX expression: `license = "MIT"`', KNOWN[:-1]),
        ('optional-dependencies = { "b ad" = [] }', "`b ad` is not a name for an extra", "use ASCII letters and digits, with `-`, `_` and `.` between them", ("setuptools.build_meta", "hatchling.build", "flit_core.buildapi", "maturin")),
        ('entry-points.console_scripts.x = "a:b"', "`console_scripts` is not a group for `[project.entry-points]` (PEP 621)", "put what is in it under `[project.scripts]`", ("hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "maturin")),
        ('entry-points.gui_scripts.x = "a:b"', "`gui_scripts` is not a group for `[project.entry-points]` (PEP 621)", "put what is in it under `[project.gui-scripts]`", ("flit_core.buildapi", "poetry.core.masonry.api", "maturin")),
        # What backends take
        *((f'requires-python = "{text}"', "", "", ()) for text in ("", ">=3.8", ">=3.8,", ">= 3.8, <4", "==3.*", ">=v3.8", ">=3.11,!=3.12.*")),
        *((f'license = "{text}"', "", "", ()) for text in ("MIT", "mit", "GPL-3.0", "LicenseRef-x", "MIT AND (Apache-2.0 OR BSD-2-Clause)")),
        ('license = { text = "Mit License" }\nclassifiers = ["License :: x"]', "", "", ()),
        ('license = "MIT"\nclassifiers = ["Topic :: x", "Licence"]\nlicense-files = ["a"]', "", "", ()),
        ('optional-dependencies = { "A_b.c-D" = [] }', "", "", ()),
        ('entry-points.scripts.x = "a:b"', "", "", ()),
    ],
)  # fmt: skip
def test_a_value_that_the_standards_forbid(project: str, message: str, hint: str, backends: tuple[str, ...]) -> None:
    """An error with what to write where the wrapped backend refuses it: what that takes, we do."""
    if "SPDX licence" in message and not KNOWS_LICENCES:
        backends = ()
    for backend in (*KNOWN, "a", "sipbuild.api"):
        told = of_project(f'name = "spam"\nversion = "1"\n{project}', backend)
        assert told == ([(f"{message}: `{backend}` refuses it", (hint,))] if backend in backends else []), backend


@pytest.mark.parametrize(
    ("name", "version", "message", "backends"),
    [
        ("spam", "1.0-foo", "`1.0-foo` is not a version (PEP 440)", KNOWN),
        ("spam", "", "`` is not a version (PEP 440)", KNOWN),
        ("-spam", "1", "`-spam` is not a name for a distribution", tuple(backend for backend in KNOWN if backend.partition(".")[0] not in ("poetry", "maturin"))),
        *(("spam", version, "", ()) for version in ("1.0", "v1.0", "1.0-dev", "2024.01.02", " 1.0", "1!2+a_b")),
        *((name, "1", "", ()) for name in ("SPAM", "s", "a..b", "a_-b")),
    ],
)  # fmt: skip
def test_a_name_or_version_that_the_standards_forbid(
    name: str, version: str, message: str, backends: tuple[str, ...]
) -> None:
    for backend in (*KNOWN, "a", "sipbuild.api"):
        told = of_project(f'name = "{name}"\nversion = "{version}"', backend)
        assert [text for text, _ in told] == ([f"{message}: `{backend}` refuses it"] if backend in backends else [])


def test_a_value_that_a_backend_beside_a_measured_one_may_take() -> None:
    licence = 'name = "spam"\nversion = "1"\nlicense = "MIT"\nclassifiers = ["License :: x"]'
    assert of_project(licence, "pdm.backend")
    assert not of_project(licence, "pdm.pep517.api")


@pytest.mark.parametrize(
    ("requires", "is_told"),
    [
        ("abiding", True),
        ("meson-python>=0.17", True),
        ("meson-python!=0.18", True),
        ("other<1", True),
        ("meson-python<0.18", False),
        ("Meson_Python>=0.15,<=0.17", False),
        ("meson-python==0.17.*", False),
        ("meson-python~=0.17.0", False),
        ("meson-python @ file:///meson-python", False),
        ("meson-python<<0.18", True),
    ],
)
def test_a_value_that_an_older_backend_may_take(requires: str, *, is_told: bool) -> None:
    """Which is asked for by an upper bound: that of now refuses it, and 0.17 takes it."""
    told = of_project('name = "spam"\nversion = "1"\nrequires-python = "3.11+"', "mesonpy", requires)
    assert bool(told) == is_told


def of_project(project: str, backend: str, requires: str = "abiding") -> list[tuple[str, tuple[str, ...]]]:
    """Messages and hints on a `[project]`; in a published sdist they are warnings."""
    build = f'[build-system]\nrequires = ["{requires}"]\n'
    pyproject = Pyproject.parse(f'{build}[project]\n{project}\n[tool.abiding]\nbuild-backend = "{backend}"\n')
    warnings = Declaration.read(pyproject._replace(in_sdist=True)).warnings
    with pytest.raises(DeclarationError) if warnings else nullcontext() as caught:
        Declaration.read(pyproject)
    faults = caught.value.findings if caught else ()
    assert [fault._replace(severity=Severity.WARNING) for fault in faults] == list(warnings)
    assert all(fault.line and fault.rule == "bad-value" for fault in faults)
    return [(fault.message, fault.hints) for fault in warnings]


def stated(api: str, abi: str) -> str:
    """A project with these requirements, and those of wheels, each as the inside of a table."""
    return (
        '[project]\nname = "spam"\nversion = "1"\ndynamic = ["dependencies", "optional-dependencies"]\n'
        f'{api}\n[tool.abiding]\nbuild-backend = "mesonpy"\nwheels-differ = "why"\n[tool.abiding.wheel]\n{abi}'
    )


# What the project requires, what its wheels do, and the texts of the lines that exclude each other
CONTRADICTIONS = [
    ("", 'dependencies = ["a>=25", "a<24"]', [("a>=25", "a<24")]),
    ("", 'dependencies = ["a>2,<1"]', [("a>2,<1",)]),
    ('dependencies = ["a>=1,<3"]', 'dependencies = ["a!=1.*", "a!=2.*"]', [("a>=1,<3", "a!=1.*", "a!=2.*")]),
    ('dependencies = ["a>=2"]', 'dependencies = ["a==1.x"]', [("a>=2", "a==1.x")]),
    ("", 'dependencies = ["a>=2.x", "a<2"]', [("a>=2.x", "a<2")]),
    ("", 'dependencies = ["a>=x.x,<3", "a>=3"]', [("a>=x.x,<3", "a>=3")]),
    ('dependencies = ["a<24; python_version < \'3.12\'"]', 'dependencies = ["a>=25"]', [("a<24; python_version < '3.12'", "a>=25")]),
    ('optional-dependencies.x = ["a<24"]', 'dependencies = ["a>=25"]', [("a<24", "a>=25")]),
    ('dependencies = ["a<24"]\noptional-dependencies.x = []', 'optional-dependencies.x = ["a>=25"]', [("a<24", "a>=25")]),
    ('optional-dependencies.X_y = ["a<24"]', 'optional-dependencies.x-y = ["a>=25"]', [("a<24", "a>=25")]),
    ('optional-dependencies = { x = ["a<24"], y = ["spam[x]"] }', 'optional-dependencies.y = ["a>=25"]', [("a<24", "a>=25")]),
    ("", 'dependencies = [{ requires = "a>=25", select = "*-manylinux_2_28_*" }, "a<24"]', [("a>=25", "a<24")]),
    ("", 'dependencies = [{ requires = "a>=25", variant = "v" }, { requires = "a<24", variant = "v" }]', [("a>=25", "a<24")]),
    # The API level alone
    ('dependencies = ["a<1", "a>2"]', 'dependencies = ["b"]', [("a<1", "a>2")]),
    ('dependencies = ["a<1", "a>2"]', 'dependencies = ["a"]', [("a<1", "a>2")]),
    ('dependencies = ["a>2,<1"]', 'dependencies = ["b"]', [("a>2,<1",)]),
    # What no version can be, PEP 440 or not
    ("", 'dependencies = ["a<0"]', [("a<0",)]),
    # Wheels that more than one `select` is for
    ("", 'dependencies = [{ requires = "a<2", select = "*-manylinux*" }, { requires = "a>=2", select = "cp312-*" }]', [("a<2", "a>=2")]),
    ("", 'dependencies = [{ requires = "a<2", select = "*-manylinux_2_17_*" }, { requires = "a>=2", select = "*-manylinux2014_*" }]', [("a<2", "a>=2")]),
    ("", 'dependencies = [{ requires = "a<2", select = "*t-*" }, { requires = "a>=2", select = ["cp313-*", "cp314-*"] }]', [("a<2", "a>=2")]),
    ("", 'dependencies = [{ requires = "a<2", select = "*-musllinux_*" }, { requires = "a>=1,<3", select = "cp31?-*" }, { requires = "a!=1.*", select = "*_x86_64" }]', [("a<2", "a>=1,<3", "a!=1.*")]),
    # A wheel for 3.11 that is installed with later ones, too
    ('dependencies = ["a>=2; python_version >= \'3.12\'"]', 'dependencies = [{ requires = "a<2", select = "cp311-abi3-*" }]', [("a>=2; python_version >= '3.12'", "a<2")]),
    ('dependencies = ["a>=2; python_version >= \'3.12\'"]', 'dependencies = [{ requires = "a<2", select = ["cp311-cp311-*", "cp310-abi3-*"] }]', [("a>=2; python_version >= '3.12'", "a<2")]),
    ('dependencies = ["a>=2; sys_platform == \'linux\'"]', 'dependencies = [{ requires = "a<2", select = "cp311-cp311-*" }]', [("a>=2; sys_platform == 'linux'", "a<2")]),
]  # fmt: skip
NO_CONTRADICTIONS = [
    ('dependencies = ["a<1; sys_platform == \'win32\'", "a>2; sys_platform == \'linux\'"]', 'dependencies = ["b"]'),
    ("", 'dependencies = ["a>=x.x", "a<24"]'),
    ('requires-python = ">=3.12"\ndependencies = ["a<24; python_version < \'3.12\'"]', 'dependencies = ["a>=25"]'),
    ('dependencies = ["a<24; sys_platform == \'win32\'"]', 'dependencies = ["a>=25; sys_platform == \'linux\'"]'),
    ('optional-dependencies = { x = ["a<24"], y = [] }', 'optional-dependencies.y = ["a>=25"]'),
    ("", 'dependencies = [{ requires = "a>=25", select = "cp313-*" }, { requires = "a<24", select = "cp312-*" }]'),
    ("", 'dependencies = [{ requires = "a>=25", variant = "v" }, { requires = "a<24", variant = "w" }]'),
    ("", 'dependencies = [{ requires = "a<2", select = "*-musllinux*" }, { requires = "a>=2", select = "*-manylinux*" }]'),
    ("", 'dependencies = [{ requires = "a<2", select = "*t-*" }, { requires = "a>=2", select = "cp312-*" }]'),
    ("", 'dependencies = [{ requires = "a<2", select = "*-win32" }, { requires = "a>=2", select = "*_x86_64" }]'),
    ("", 'dependencies = [{ requires = "a<2", select = "*-hpux_*" }, { requires = "a>=2", select = "*-irix_*" }]'),
    ('dependencies = ["a>=2; python_version >= \'3.12\'"]', 'dependencies = [{ requires = "a<2", select = "cp311-cp311-*" }]'),
    ('dependencies = ["a>=2; python_version < \'3.11\'"]', 'dependencies = [{ requires = "a<2", select = "cp311-abi3-*" }]'),
    ('dependencies = ["a>=2; sys_platform == \'linux\'"]', 'dependencies = [{ requires = "a<2", select = "*-win_arm64" }]'),
    ('dependencies = ["a>=2; platform_machine == \'aarch64\'"]', 'dependencies = [{ requires = "a<2", select = "*_x86_64" }]'),
    ('dependencies = ["a>=2; platform_machine == \'AMD64\'"]', 'dependencies = [{ requires = "a<2", select = "*-macosx_11_0_*" }]'),
    ('dependencies = ["a>=2; platform_machine == \'AMD64\'"]', 'dependencies = ["a<2; sys_platform == \'darwin\'"]'),
    ('dependencies = ["a>=2; implementation_name == \'pypy\'"]', 'dependencies = [{ requires = "a<2", select = "cp311-*" }]'),
    ("", 'dependencies = ["a==1.0+x", "a>=1"]'),  # a local version
    # A wheel for 3.13 is installed with no other.
    ('dependencies = ["a<24; python_version < \'3.13\'"]', 'dependencies = [{ requires = "a>=25", select = "cp313-*" }]'),
]  # fmt: skip


@pytest.mark.parametrize(("api", "abi", "sets"), CONTRADICTIONS)
def test_lines_that_exclude_each_other(api: str, abi: str, sets: list[tuple[str, ...]]) -> None:
    with pytest.raises(DeclarationError) as caught:
        declaration(stated(api, abi))
    assert {one.rule for one in caught.value.findings} == {"unsatisfiable"}
    messages = [one.message for one in caught.value.findings]
    assert [tuple(message.split("satisfies ")[1].split("`")[1::2]) for message in messages] == sets


@pytest.mark.parametrize(("api", "abi"), NO_CONTRADICTIONS)
def test_lines_that_never_meet(api: str, abi: str) -> None:
    assert declaration(stated(api, abi)).entries


@pytest.mark.parametrize(
    ("api", "abi", "is_error"),
    [
        ('dependencies = ["a>=2"]', 'dependencies = ["a<2"]', True),
        ("dependencies = [\"a>=2; os_name == 'nt'\"]", "dependencies = [\"a<2; os_name == 'nt'\"]", True),
        ("", 'dependencies = ["a>=2", "a<2"]', False),
        ('optional-dependencies.x = ["a>=2"]', 'dependencies = ["a<2"]', False),
        ("dependencies = [\"a>=2; os_name == 'nt'\"]", 'dependencies = ["a<2"]', False),
    ],
)
def test_which_contradictions_are_errors_in_an_sdist(api: str, abi: str, is_error: bool) -> None:
    pyproject = Pyproject.parse(stated(api, abi))._replace(in_sdist=True)
    try:
        found: Sequence[Finding] = Declaration.read(pyproject).warnings
    except DeclarationError as exc:
        found = exc.findings
    assert [(one.rule, one.severity) for one in found] == [
        ("unsatisfiable", Severity.ERROR if is_error else Severity.WARNING)
    ]


def test_faults_that_are_new_are_warnings_in_an_sdist() -> None:
    """A published sdist must not stop building with a newer version; what was an error is one."""
    text = RIGHT.replace("dynamic = [", 'dynamic = ["version", ')
    text = text.replace('"libgmp==6.3.0"', '"libgmp==6.3.0", { requires = "a", variant = "b" }')
    read = Declaration.read(Pyproject.parse(text)._replace(in_sdist=True))
    assert [(one.rule, one.severity) for one in read.warnings] == [
        ("bad-dynamic", Severity.WARNING),
        ("unexplained-difference", Severity.WARNING),
    ]
    assert declaration(RIGHT).warnings == ()
    wrong = text.replace("libgmp==6.3.0", "libgmp = 6")
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(wrong)._replace(in_sdist=True))
    assert [one.rule for one in caught.value.findings] == ["bad-requirement"]


def test_of_very_many_faults_the_first_are_told() -> None:
    with pytest.raises(DeclarationError) as caught:
        declaration(RIGHT + "".join(f"k{number} = 1\n" for number in range(5000)))
    assert len(caught.value.findings) == bounds.FAULTS
    assert caught.value.closing == "4,900 more faults are not shown; nothing was built"


LINES = '[project]\nname = "spam"\ndynamic = ["dependencies", "optional-dependencies"]\n{}[tool.abiding]\nbuild-backend = "a"\n{}'
MANY: dict[str, Callable[[list[int]], tuple[str, str]]] = {
    "entries": lambda these: (
        f"dependencies = {[f'a{one}' for one in these]}\n",
        f"wheel.dependencies = {[f'b{one}' for one in these]}\n",
    ),
    "entries for one distribution": lambda these: (
        f"dependencies = {[f'a>{one}' for one in these]}\n",
        f"wheel.dependencies = {[f'a<{one}.5' for one in these]}\n",
    ),
    "unknown keys": lambda these: ("", "".join(f"k{one} = 1\n" for one in these)),
    "unknown extras": lambda these: (
        "[project.optional-dependencies]\n" + "".join(f"extra-{one} = []\n" for one in these),
        "[tool.abiding.wheel.optional-dependencies]\n" + "".join(f"extre-{one} = ['a']\n" for one in these),
    ),
    "extras": lambda these: (
        "[project.optional-dependencies]\n" + "".join(f"extra-{one} = []\n" for one in these),
        "[tool.abiding.wheel.optional-dependencies]\n" + "".join(f"extra-{one} = ['a']\n" for one in these),
    ),
    "misspelled keys of entries": lambda these: ("", f"wheel.dependencies = [{'{ require = 1 }, ' * len(these)}]\n"),
    "dynamic": lambda these: ("".join(f"d{one} = 1\n" for one in these), ""),
}  # fmt: skip


@pytest.mark.parametrize("shape", MANY)
def test_reading_takes_work_as_the_file_grows(shape: str) -> None:
    """Eight times as much of everything takes eight times the work, not sixty-four times."""

    def work(n: int) -> int:
        text = LINES.format(*MANY[shape](list(range(n))))
        if shape == "dynamic":
            text = text.replace("dynamic = [", "dynamic = [" + "".join(f'"d{one}", ' for one in range(n)))
        pyproject = Pyproject.parse(text)

        def read() -> None:
            with suppress(DeclarationError):
                lint(Declaration.read(pyproject), pyproject)

        return calls(read)

    work(1)  # what is imported late is no part of it
    assert work(2000) < 8 * work(250) * 3  # of many requirements not all are remembered


def test_all_faults_come_in_one_go() -> None:
    text = RIGHT.replace('"mesonpy"', "3").replace("libgmp==6.3.0", "libgmp = 6").replace('"abi"', '"abj"')
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    assert [one.rule for one in caught.value.findings] == ["bad-type", "bad-value", "bad-requirement"]


def test_extra_of_a_project_that_leaves_them_open() -> None:
    """Where the extras are only dynamic, nobody can say yet which there are."""
    text = RIGHT.replace("optional-dependencies = { gpu = [] }\n", "")
    text += 'optional-dependencies.gpu = ["cupy"]\n'
    assert declaration(text).entries[1].extra == "gpu"


def test_markers_that_may_never_meet_are_no_contradiction() -> None:
    text = RIGHT.replace(
        '["numpy>=1.26"]', "[\"numpy<2; python_version < '3.12'\", \"numpy>=2; python_version >= '3.12'\"]"
    )
    assert declaration(text.replace("libgmp==6.3.0", "numpy>=2.1; python_version >= '3.12'")).entries
    with pytest.raises(DeclarationError, match="satisfies both"):
        declaration(text.replace("libgmp==6.3.0", "numpy>=2.1; python_version < '3.12'"))


def test_without_a_project_table_everything_is_dynamic() -> None:
    text = RIGHT[RIGHT.index("[tool.abiding]") :]
    assert declaration(text).may_append
    assert not declaration(text.replace('"libgmp==6.3.0"', "")).may_append


# What `[project]` requires, which the wrapped backend may not look at

LARGE = "9" * 5000


@pytest.mark.parametrize(
    ("api", "abi", "rule"),
    [
        ("dependencies = 3", '["a"]', "bad-type"),
        ("dependencies = [3]", '["a"]', "bad-type"),
        ("dependencies = {}", '["a"]', "bad-type"),
        ("optional-dependencies = []", "[]", "bad-type"),
        ("optional-dependencies.x = 'a'", "[]", "bad-type"),
        ("optional-dependencies.x = [1.5]", "[]", "bad-type"),
        ("dependencies = ['-r/etc/passwd']", '["a"]', "bad-requirement"),
        ("dependencies = ['-r/etc/passwd']", "[]", "bad-requirement"),
        ("dependencies = ['--index-url https://example.org']", "[]", "bad-requirement"),
        ("dependencies = ['./folder']", "[]", "bad-requirement"),
        ("dependencies = ['']", "[]", "bad-requirement"),
        ("dependencies = ['numpy=2.1']", "[]", "bad-requirement"),
        ("dependencies = ['numpy>=2.1 and more']", "[]", "bad-requirement"),
        ("dependencies = ['numpy>=x.x']", "[]", "bad-requirement"),
        ("optional-dependencies.x = [\"a; os_name = 'nt'\"]", "[]", "bad-requirement"),
        ("dependencies = [\"a; os_name === 'posix'\"]", "[]", "bad-requirement"),
        ("dependencies = ['a b']", '["a"]', "bad-requirement"),
        (f"dependencies = ['a>={LARGE}']", '["a"]', "bad-requirement"),
        ("dependencies = ['a']", '["spam==2"]', "unsatisfiable"),
        ("dependencies = ['spam>1']", '["a"]', "unsatisfiable"),
        ("optional-dependencies.x = ['Spam[y]<1']", '["a"]', "unsatisfiable"),
        ("", '["a<0"]', "unsatisfiable"),
        ("", '["a>=x.x,<x"]', "unsatisfiable"),
        ("", f'["a<x+{LARGE}"]', "bad-requirement"),
        ("", f'["a=={LARGE}.x"]', "bad-requirement"),
        ("", '["a>=0!x.x"]', "bad-requirement"),
        ("", '["a\\n>=1"]', "bad-requirement"),
        ("", "[\"a; os_name == '\\u2028'\"]", "bad-requirement"),
        ("", "[\"a; os_name == '=?utf-8?q?posix?='\"]", "bad-requirement"),
        ("", '["a===banana"]', "bad-requirement"),
        ("", "[\"a; os_name === 'posix'\"]", "bad-requirement"),
        ("dependencies = [\"a; os_name === 'posix'\"]", '["b"]', "bad-requirement"),
        ("dependencies = [\"a; python_version ~= '3'\"]", '["b"]', "bad-requirement"),
        ("optional-dependencies.x = [\"a; 'x' in extras\"]", '["b"]', "bad-requirement"),
    ],
)
def test_what_cannot_be_required(api: str, abi: str, rule: str) -> None:
    """One clear error each, whose words fit a screen; in an sdist that is published it stops nobody."""
    text = stated(api, f"dependencies = {abi}")
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    (finding,) = caught.value.findings
    assert finding.rule == rule
    assert len(finding.message) < 500
    assert finding.line
    if api:
        warnings = Declaration.read(Pyproject.parse(text)._replace(in_sdist=True)).warnings
        assert [(one.rule, one.severity) for one in warnings] == [(rule, Severity.WARNING)]


@pytest.mark.parametrize(
    ("api", "abi"),
    [
        ("dependencies = ['  a >= 1  ', 'A.b_c[x]', 'a ; os_name == \"nt\"', 'b@ https://example.org/b']", "[]"),
        ("dependencies = ['a(>=1)']", '["a"]'),
        ("optional-dependencies.x = ['spam[y]', 'spam[y]==1']", '["a"]'),
        ("optional-dependencies.x = ['spam[y]==1.0']", '["a"]'),
        ("", '["spam"]'),  # idle, and pip installs it
        ("", '["a>=0"]'),
        ("", '["a<1"]'),
    ],
)
def test_what_can_be_required(api: str, abi: str) -> None:
    assert declaration(stated(api, f"dependencies = {abi}")).backend


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('dynamic = ["dependencies", "optional-dependencies"]\n', "", "does not list `dependencies` and `optional-dependencies`"),
        ('dynamic = ["dependencies", "optional-dependencies"]', "dynamic = 'dependencies'", "is not an array of strings with"),
        ('dynamic = ["dependencies", "optional-dependencies"]', "dynamic = [1]", "is not an array of strings with"),
        ('"numpy>=1"', '"numpy>=1", "numpy>=2", "numpy>=3"', ""),
        ('"numpy<9"', '"numpy<0.5"', "both `numpy<0.5` and any of `numpy>=1` or `numpy!=0.1,>0.6`"),
        ("[project]", "[[project]]", "`project` has to be a table, and is an array of tables"),
        ("[project.optional-dependencies]", "[[project.optional-dependencies]]", "`project.optional-dependencies` has to be a table"),
        ('"b"', '"b_"', "uv does not take the requirement `b_`"),
        ('"b"', '"b===one"', "uv does not take the requirement `b===one`"),
    ],
)  # fmt: skip
def test_one_bad_line_is_one_error(old: str, new: str, message: str) -> None:
    text = ONE_ERROR.replace(old, new, 1)
    assert text != ONE_ERROR
    if not message:
        declaration(text)
        return
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    (finding,) = caught.value.findings
    assert message in finding.message


ONE_ERROR = """\
[project]
name = "spam"
version = "1"
dynamic = ["dependencies", "optional-dependencies"]
dependencies = ["numpy>=1", "numpy!=0.1,>0.6"]
[project.optional-dependencies]
x = ["a"]
[tool.abiding]
build-backend = "mesonpy"
[tool.abiding.wheel]
dependencies = ["numpy<9", "b"]
[tool.abiding.wheel.optional-dependencies]
x = ["a<2"]
"""


def test_lines_under_one_that_excludes_them_all_are_quoted() -> None:
    text = ONE_ERROR.replace('"numpy<9"', '"numpy<0.5"')
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    (finding,) = caught.value.findings
    assert finding.hints == ("change `numpy<0.5`, or each of the others",)
    assert {one.line for one in finding.excerpts} == {5, 11}
    declaration(text.replace('"numpy<0.5"', '"numpy<9"'))


@pytest.mark.parametrize(("number", "hint"), [("2.4", '`metadata-version = "2.4"`'), ("2.1", '"…"'), ("3", '"…"')])
def test_a_metadata_version_without_quotes(number: str, hint: str) -> None:
    text = RIGHT.replace("[tool.abiding]\n", f"[tool.abiding]\nmetadata-version = {number}\n")
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(text))
    (finding,) = caught.value.findings
    assert finding.rule == "bad-type"
    assert hint in finding.hints[0]
