"""The catalogue of what can be wrong with a declaration: reading the table is reading the messages."""

from __future__ import annotations

import time
from contextlib import suppress
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.project.declaration import Declaration, FromSdist, Reason
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def declaration(text: str) -> Declaration:
    return Declaration.read(Pyproject.parse(dedent(text)))


COMPLETE = """\
    [project]
    name = "spam"
    version = "1.4.0"
    dependencies = ["numpy>=1.26"]
    optional-dependencies = { GPU = [] }
    dynamic = ["dependencies", "optional-dependencies"]

    [tool.abiding]
    build-backend = "backend:object.attribute"
    backend-path = ["_build"]
    from-sdist = "refuse"
    metadata-version = "2.6"
    wheels-differ = " OpenBLAS only for macOS 11 "

    [tool.abiding.wheel]
    dependencies = [
        "libgmp==6.3.0",
        { requires = "numpy<2.5", reason = "pre-emptive", note = "2.4 works at the time of writing" },
        { requires = "numpy>=2.1.3", select = "cp31?-cp31?t-*" },
        { requires = " torch==x.x.* " },
        { requires = "scipy-openblas32==0.3.30.0.8", native = true, select = ["*-macosx_11_0_*", "*-win32"] },
        { requires = "nvidia-nccl-cu13", variant = "cuda" },
    ]
    [tool.abiding.wheel.optional-dependencies]
    gpu = ["cupy-cuda13x==14.*"]
    """


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


RIGHT = """\
[project]
name = "spam"
version = "1.4.0"
dependencies = ["numpy>=1.26"]
dynamic = ["dependencies", "optional-dependencies"]
optional-dependencies = { gpu = [] }

[tool.abiding]
build-backend = "mesonpy"
from-sdist = "abi"

[tool.abiding.wheel]
dependencies = ["libgmp==6.3.0"]
"""

# name, what replaces what in a right declaration, then for each fault: rule, line, message
FAULTS = [
    ("no table", (RIGHT[RIGHT.index("[tool") :], '[build-system]\nbuild-backend = "abiding.backend"'), [("no-declaration", 9, "`[tool.abiding]` is missing: which backend is to be wrapped?")]),
    ("unknown key", ("from-sdist", "from-sdists"), [("unknown-key", 10, "`from-sdists` is not a key of `[tool.abiding]`")]),
    ("no backend", ('build-backend = "mesonpy"', ""), [("missing-key", 8, "`build-backend` is missing: which backend is to be wrapped?")]),
    ("backend misspelled", ("build-backend", "build-backnd"), [("unknown-key", 9, "`build-backnd` is not a key of `[tool.abiding]`")]),
    ("backend of a wrong type", ('"mesonpy"', "3"), [("bad-type", 9, "`build-backend` is a string, not an integer")]),
    ("backend of a wrong form", ('"mesonpy"', '"meson-python"'), [("bad-value", 9, "`meson-python` is not of the form `module` or `module:object.attribute`")]),
    ("itself", ('"mesonpy"', '"abiding.backend"'), [("bad-value", 9, "`abiding.backend` can't wrap itself")]),
    ("path outside", ("from-sdist", 'backend-path = ["a", "../b", "/c", 1]\nfrom-sdist'), [
        ("bad-value", 10, "`../b` is not a folder inside the source tree"),
        ("bad-value", 10, "`/c` is not a folder inside the source tree"),
        ("bad-type", 10, "an item of `backend-path` is a string, not an integer"),
    ]),
    ("from-sdist", ('from-sdist = "abi"', 'from-sdist = "abj"'), [("bad-value", 10, "`abj` is not a value of `from-sdist`")]),
    ("metadata version", ("from-sdist", 'metadata-version = "2.1"\nfrom-sdist'), [("bad-value", 10, "`2.1` is not a core metadata version that an sdist may have")]),
    ("wheel is no table", ("[tool.abiding.wheel]\ndependencies", "wheel"), [("bad-type", 12, "`tool.abiding.wheel` is a table, not an array")]),
    ("unknown key of wheel", ("[tool.abiding.wheel]", "[tool.abiding.wheel]\nrequires = []"), [("unknown-key", 13, "`requires` is not a key of `[tool.abiding.wheel]`")]),
    ("entries are no array", ('["libgmp==6.3.0"]', '"libgmp==6.3.0"'), [("bad-type", 13, "`dependencies` is an array, not a string")]),
    ("entry of a wrong type", ('"libgmp==6.3.0"', "17"), [("bad-type", 13, "an entry is a string or a table, not an integer")]),
    ("entry without requires", ('"libgmp==6.3.0"', "{ native = true }"), [("missing-key", 13, "the entry has no `requires`")]),
    ("entry misspelled", ('"libgmp==6.3.0"', '{ require = "a" }'), [("unknown-key", 13, "`require` is not a key of an entry")]),
    ("not a requirement", ('"libgmp==6.3.0"', '"libgmp = 6"'), [("bad-requirement", 13, "`libgmp = 6` is not a requirement (PEP 508)")]),
    ("not a template", ('"libgmp==6.3.0"', '"torch==x.y"'), [("bad-requirement", 13, "`torch==x.y` is not a requirement (PEP 508)")]),
    ("not of the notation", ('"libgmp==6.3.0"', '"torch==x.x.x+cu128"'), [("bad-requirement", 13, "`x+cu128` in `torch==x.x.x+cu128` is no part of a pinned version")]),
    ("URL", ('"libgmp==6.3.0"', '"a @ https://example.org/a.whl"'), [("url-requirement", 13, "`a @ https://example.org/a.whl` points to a URL, and no index accepts a wheel that does")]),
    ("extra in marker", ('"libgmp==6.3.0"', "\"a; extra == 'b'\""), [("extra-in-marker", 13, "`a; extra == 'b'` has `extra` in its marker")]),
    ("array of tables", ("[tool.abiding]", "[[tool.abiding]]"), [("bad-type", 8, "`tool.abiding` is a table, not an array of tables")]),
    ("empty table", (RIGHT[RIGHT.index("build-backend") :], ""), [("missing-key", 8, "`build-backend` is missing: which backend is to be wrapped?")]),
    ("empty backend", ('"mesonpy"', '""'), [("bad-value", 9, "`` is not of the form `module` or `module:object.attribute`")]),
    ("package as the backend", ("[tool.abiding]", '[build-system]\nbuild-backend = "abiding"\n[tool.abiding]'), [("bad-value", 9, "`abiding` has no hooks: the build backend is `abiding.backend`")]),
    ("object as the backend", ("[tool.abiding]", '[build-system]\nbuild-backend = "abiding:backend"\n[tool.abiding]'), [("bad-value", 9, "`abiding:backend` has no hooks: the build backend is `abiding.backend`")]),
    ("package as the wrapped backend", ('"mesonpy"', '"abiding"'), [("bad-value", 9, "`abiding` can't wrap itself")]),
    ("wheel is an array of tables", ("[tool.abiding.wheel]", "[[tool.abiding.wheel]]"), [("bad-type", 12, "`tool.abiding.wheel` is a table, not an array of tables")]),
    ("wheels-differ of a wrong type", ("from-sdist", "wheels-differ = true\nfrom-sdist"), [("bad-type", 10, "`wheels-differ` is a string, not a boolean")]),
    ("wheels-differ without a reason", ("from-sdist", 'wheels-differ = " "\nfrom-sdist'), [("bad-value", 10, "`wheels-differ` gives no reason")]),
    ("select without a reason", ('"libgmp==6.3.0"', '{ requires = "a", select = "*t-*" }, { requires = "b", variant = "c" }, { requires = "d", select = "*-win*" }'), [("could-be-a-marker", 13, '`select` says what the marker `sys_platform == "win32"` says'), ("unexplained-difference", 13, "wheels of one release differ by `select` and `variant`, and nothing says why")]),
    ("variant of an extra without a reason", ("[tool.abiding.wheel]", '[tool.abiding.wheel]\noptional-dependencies.gpu = [{ requires = "a", variant = "cuda" }]'), [("unexplained-difference", 13, "wheels of one release differ by `variant`, and nothing says why")]),
    ("dynamic name", ("dynamic = [", 'dynamic = ["name", '), [("bad-dynamic", 5, "`name` can't be dynamic")]),
    ("dynamic and given", ("dynamic = [", 'dynamic = ["keywords", "version", '), [("bad-dynamic", 5, "`version` can't be given and dynamic")]),
    ("wrong types in an entry", ('"libgmp==6.3.0"', '{ requires = "a", native = "yes", select = 1, variant = [], reason = 2, note = 3.5 }'), [
        ("bad-type", 13, "`reason` is a string, not an integer"),
        ("bad-type", 13, "`native` is a boolean, not a string"),
        ("bad-type", 13, "`select` is a glob or an array of globs, not an integer"),
        ("bad-type", 13, "`variant` is a string, not an array"),
        ("bad-type", 13, "`note` is a string, not a float"),
    ]),
    ("reason", ('"libgmp==6.3.0"', '{ requires = "a", reason = "preemptive" }'), [("bad-value", 13, "`preemptive` is not a value of `reason`")]),
    ("marker without an answer", ('"libgmp==6.3.0"', "\"a; 'x' == 'y'\", \"b; os_name ~= 'x'\", \"c; platform_version == 'extra'\", \"d; 'e' in extras\""), [
        ("bad-requirement", 13, "the marker of `a; 'x' == 'y'` has no answer"),
        ("bad-requirement", 13, "the marker of `b; os_name ~= 'x'` has no answer"),
        ("extra-in-marker", 13, "`d; 'e' in extras` has `extra` in its marker"),
    ]),
    ("select", ('"libgmp==6.3.0"', '{ requires = "a", select = "win32" }'), [("bad-value", 13, "`win32` can't match a wheel's tag"), ("unexplained-difference", 13, "wheels of one release differ by `select`, and nothing says why")]),
    ("unknown extra", ("[tool.abiding.wheel]", '[tool.abiding.wheel]\noptional-dependencies.gpi = ["a"]'), [("unknown-extra", 13, "the project has no extra `gpi`")]),
    ("not dynamic", ('dynamic = ["dependencies", "optional-dependencies"]', "dynamic = []"), [("not-dynamic", 4, "wheels are to require more than the sdist, but `project.dynamic` does not list `dependencies`")]),
    ("unsatisfiable", ("libgmp==6.3.0", "numpy<1.20"), [("unsatisfiable", 13, "no version of `numpy` satisfies both `numpy>=1.26` and `numpy<1.20`")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "faults"), [pytest.param(*fault[1:], id=fault[0]) for fault in FAULTS])
def test_fault(change: tuple[str, str], faults: list[tuple[str, int, str]]) -> None:
    assert RIGHT.count(change[0]) >= 1
    with pytest.raises(DeclarationError) as caught:
        declaration(RIGHT.replace(*change, 1))
    assert [(one.rule, one.line, one.message) for one in caught.value.findings] == faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tool = 3", "`tool` is a table, not an integer"),
        ("[[tool]]\nabiding = 1", "`tool` is a table, not an array of tables"),
        ("tool = { abiding = [] }", "`tool.abiding` is a table, not an array"),
        ("[tool]\nabiding = 1979-05-27", "`tool.abiding` is a table, not a date or time"),
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
    given = "".join(f"{name} = {'{}' if 'optional' in name else '[]'}\n" for name in (*listed, *single))
    dynamic = ", ".join(f'"{name}"' for name in (*listed, *single))
    rest = '[tool.abiding]\nbuild-backend = "mesonpy"\n'
    with pytest.raises(DeclarationError) as caught:
        declaration(f"[project]\n{given}dynamic = [{dynamic}]\n{rest}")
    assert {one.rule for one in caught.value.findings} == {"bad-dynamic"}
    assert [one.message.split("`")[1] for one in caught.value.findings] == single
    assert declaration(f"[project]\ndynamic = [{dynamic.replace(chr(34) + 'name' + chr(34) + ', ', '')}]\n{rest}")
    assert declaration(f"[project]\n{given}{rest}")


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


def stated(api: str, abi: str) -> str:
    """A project with these requirements, and those of wheels, each as the inside of a table."""
    return (
        '[project]\nname = "spam"\ndynamic = ["dependencies", "optional-dependencies"]\n'
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
        found: Sequence[Finding] = Declaration.read(pyproject).remarks
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
    assert [(one.rule, one.severity) for one in read.remarks] == [
        ("bad-dynamic", Severity.WARNING),
        ("unexplained-difference", Severity.WARNING),
    ]
    assert declaration(RIGHT).remarks == ()
    wrong = text.replace("libgmp==6.3.0", "libgmp = 6")
    with pytest.raises(DeclarationError) as caught:
        Declaration.read(Pyproject.parse(wrong)._replace(in_sdist=True))
    assert [one.rule for one in caught.value.findings] == ["bad-requirement"]


def test_of_very_many_faults_the_first_are_told() -> None:
    with pytest.raises(DeclarationError) as caught:
        declaration(RIGHT + "".join(f"k{number} = 1\n" for number in range(5000)))
    assert len(caught.value.findings) == bounds.FAULTS
    assert caught.value.closing == "4,900 more faults are not shown; nothing was built"


LINES = '[project]\ndynamic = ["dependencies", "optional-dependencies"]\n{}[tool.abiding]\nbuild-backend = "a"\n{}'
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
def test_reading_takes_time_as_the_file_grows(shape: str) -> None:
    """Eight times as much of everything takes eight times as long, not sixty-four times."""

    def seconds(n: int) -> float:
        text = LINES.format(*MANY[shape](list(range(n))))
        if shape == "dynamic":
            text = text.replace("dynamic = [", "dynamic = [" + "".join(f'"d{one}", ' for one in range(n)))
        pyproject = Pyproject.parse(text)
        started = time.process_time()
        with suppress(DeclarationError):
            lint(Declaration.read(pyproject), pyproject)
        return time.process_time() - started

    least = min(seconds(250) for _ in range(3))
    assert min(seconds(2000) for _ in range(2)) < 8 * least * 3 + 0.1


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
        ("dependencies = ['a b']", '["a"]', "bad-requirement"),
        (f"dependencies = ['a>={LARGE}']", '["a"]', "bad-requirement"),
        ("dependencies = ['a']", '["spam==2"]', "unsatisfiable"),
        ("dependencies = ['spam>1']", '["a"]', "unsatisfiable"),
        ("optional-dependencies.x = ['Spam[y]<1']", '["a"]', "unsatisfiable"),
        ("", '["a<0"]', "unsatisfiable"),
        ("", '["a>=x.x,<x"]', "unsatisfiable"),
        ("", f'["a<x+{LARGE}"]', "bad-requirement"),
        ("", f'["a=={LARGE}.x"]', "bad-requirement"),
    ],
)
def test_what_cannot_be_required(api: str, abi: str, rule: str) -> None:
    """One clear error each, whose words fit a screen; in an sdist that is published it stops nobody."""
    text = stated(f'version = "1"\n{api}', f"dependencies = {abi}")
    with pytest.raises(DeclarationError) as caught:
        declaration(text)
    (finding,) = caught.value.findings
    assert finding.rule == rule
    assert len(finding.message) < 500
    assert finding.line
    if api:
        remarks = Declaration.read(Pyproject.parse(text)._replace(in_sdist=True)).remarks
        assert [(one.rule, one.severity) for one in remarks] == [(rule, Severity.WARNING)]


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
    assert declaration(stated(f'version = "1"\n{api}', f"dependencies = {abi}")).backend
