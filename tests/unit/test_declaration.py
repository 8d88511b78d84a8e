"""The catalogue of what can be wrong with a declaration: reading the table is reading the messages."""

from __future__ import annotations

from textwrap import dedent

import pytest

from abiding.declaration import Declaration, FromSdist, Reason
from abiding.errors import DeclarationError
from abiding.pyproject import Pyproject


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
    ("wheel is no table", ("[tool.abiding.wheel]\ndependencies", "wheel"), [("bad-type", 12, "`wheel` is a table, not an array")]),
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
    ("wrong types in an entry", ('"libgmp==6.3.0"', '{ requires = "a", native = "yes", select = 1, variant = [], reason = 2, note = 3.5 }'), [
        ("bad-type", 13, "`reason` is a string, not an integer"),
        ("bad-type", 13, "`native` is a boolean, not a string"),
        ("bad-type", 13, "`select` is a glob or an array of globs, not an integer"),
        ("bad-type", 13, "`variant` is a string, not an array"),
        ("bad-type", 13, "`note` is a string, not a float"),
    ]),
    ("reason", ('"libgmp==6.3.0"', '{ requires = "a", reason = "preemptive" }'), [("bad-value", 13, "`preemptive` is not a value of `reason`")]),
    ("select", ('"libgmp==6.3.0"', '{ requires = "a", select = "win32" }'), [("bad-value", 13, "`win32` can't match a wheel's tag")]),
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
