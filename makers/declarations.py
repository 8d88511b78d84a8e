"""Declarations: a complete one, right ones, and faults."""

from __future__ import annotations

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
    ("backend of a wrong type", ('"mesonpy"', "3"), [("bad-type", 9, "`build-backend` has to be a string, and is an integer")]),
    ("backend of a wrong form", ('"mesonpy"', '"meson-python"'), [("bad-value", 9, "`meson-python` is not of the form `module` or `module:object.attribute`")]),
    ("itself", ('"mesonpy"', '"abiding.backend"'), [("bad-value", 9, "`abiding.backend` can't wrap itself")]),
    ("path outside", ("from-sdist", 'backend-path = ["a", "../b", "/c", 1]\nfrom-sdist'), [
        ("bad-value", 10, "`../b` is not a folder inside the source tree"),
        ("bad-value", 10, "`/c` is not a folder inside the source tree"),
        ("bad-type", 10, "an item of `backend-path` has to be a string, and is an integer"),
    ]),
    ("from-sdist", ('from-sdist = "abi"', 'from-sdist = "abj"'), [("bad-value", 10, "`abj` is not a value of `from-sdist`")]),
    ("metadata version", ("from-sdist", 'metadata-version = "2.1"\nfrom-sdist'), [("bad-value", 10, "`2.1` is not a core metadata version that an sdist may have")]),
    ("wheel is no table", ("[tool.abiding.wheel]\ndependencies", "wheel"), [("bad-type", 12, "`tool.abiding.wheel` has to be a table, and is an array")]),
    ("unknown key of wheel", ("[tool.abiding.wheel]", "[tool.abiding.wheel]\nrequires = []"), [("unknown-key", 13, "`requires` is not a key of `[tool.abiding.wheel]`")]),
    ("entries are no array", ('["libgmp==6.3.0"]', '"libgmp==6.3.0"'), [("bad-type", 13, "`dependencies` has to be an array, and is a string")]),
    ("entry of a wrong type", ('"libgmp==6.3.0"', "17"), [("bad-type", 13, "an entry has to be a string or a table, and is an integer")]),
    ("entry without requires", ('"libgmp==6.3.0"', "{ native = true }"), [("missing-key", 13, "the entry has no `requires`")]),
    ("entry misspelled", ('"libgmp==6.3.0"', '{ require = "a" }'), [("unknown-key", 13, "`require` is not a key of an entry")]),
    ("not a requirement", ('"libgmp==6.3.0"', '"libgmp = 6"'), [("bad-requirement", 13, "`libgmp = 6` is not a requirement (PEP 508)")]),
    ("not a template", ('"libgmp==6.3.0"', '"torch==x.y"'), [("bad-requirement", 13, "`torch==x.y` is not a requirement (PEP 508)")]),
    ("not of the notation", ('"libgmp==6.3.0"', '"torch==x.x.x+cu128"'), [("bad-requirement", 13, "`x+cu128` in `torch==x.x.x+cu128` is not a part of a pinned version")]),
    ("URL", ('"libgmp==6.3.0"', '"a @ https://example.org/a.whl"'), [("url-requirement", 13, "`a @ https://example.org/a.whl` points to a URL, and no index accepts a wheel that does")]),
    ("extra in marker", ('"libgmp==6.3.0"', "\"a; extra == 'b'\""), [("extra-in-marker", 13, "`a; extra == 'b'` has `extra` in its marker")]),
    ("array of tables", ("[tool.abiding]", "[[tool.abiding]]"), [("bad-type", 8, "`tool.abiding` has to be a table, and is an array of tables")]),
    ("empty table", (RIGHT[RIGHT.index("build-backend") :], ""), [("missing-key", 8, "`build-backend` is missing: which backend is to be wrapped?")]),
    ("empty backend", ('"mesonpy"', '""'), [("bad-value", 9, "`` is not of the form `module` or `module:object.attribute`")]),
    ("package as the backend", ("[tool.abiding]", '[build-system]\nbuild-backend = "abiding"\n[tool.abiding]'), [("bad-value", 9, "`abiding` has no hooks: the build backend is `abiding.backend`")]),
    ("object as the backend", ("[tool.abiding]", '[build-system]\nbuild-backend = "abiding:backend"\n[tool.abiding]'), [("bad-value", 9, "`abiding:backend` has no hooks: the build backend is `abiding.backend`")]),
    ("package as the wrapped backend", ('"mesonpy"', '"abiding"'), [("bad-value", 9, "`abiding` can't wrap itself")]),
    ("wheel is an array of tables", ("[tool.abiding.wheel]", "[[tool.abiding.wheel]]"), [("bad-type", 12, "`tool.abiding.wheel` has to be a table, and is an array of tables")]),
    ("wheels-differ of a wrong type", ("from-sdist", "wheels-differ = true\nfrom-sdist"), [("bad-type", 10, "`wheels-differ` has to be a string, and is a boolean")]),
    ("wheels-differ without a reason", ("from-sdist", 'wheels-differ = " "\nfrom-sdist'), [("bad-value", 10, "`wheels-differ` gives no reason")]),
    ("select without a reason", ('"libgmp==6.3.0"', '{ requires = "a", select = "*t-*" }, { requires = "b", variant = "c" }, { requires = "d", select = "*-win*" }'), [("could-be-a-marker", 13, '`select` says what the marker `sys_platform == "win32"` says'), ("unexplained-difference", 13, "wheels of one release differ by `select` and `variant`, and nothing says why")]),
    ("variant of an extra without a reason", ("[tool.abiding.wheel]", '[tool.abiding.wheel]\noptional-dependencies.gpu = [{ requires = "a", variant = "cuda" }]'), [("unexplained-difference", 13, "wheels of one release differ by `variant`, and nothing says why")]),
    ("dynamic name", ("dynamic = [", 'dynamic = ["name", '), [("bad-dynamic", 5, "`name` can't be dynamic")]),
    ("dynamic and given", ("dynamic = [", 'dynamic = ["keywords", "version", '), [("bad-dynamic", 5, "`version` can't be given and dynamic")]),
    ("wrong types in an entry", ('"libgmp==6.3.0"', '{ requires = "a", native = "yes", select = 1, variant = [], reason = 2, note = 3.5 }'), [
        ("bad-type", 13, "`reason` has to be a string, and is an integer"),
        ("bad-type", 13, "`native` has to be a boolean, and is a string"),
        ("bad-type", 13, "`select` has to be a glob or an array of globs, and is an integer"),
        ("bad-type", 13, "`variant` has to be a string, and is an array"),
        ("bad-type", 13, "`note` has to be a string, and is a float"),
    ]),
    ("reason", ('"libgmp==6.3.0"', '{ requires = "a", reason = "preemptive" }'), [("bad-value", 13, "`preemptive` is not a value of `reason`")]),
    ("marker without an answer", ('"libgmp==6.3.0"', "\"a; 'x' == 'y'\", \"b; os_name ~= 'x'\", \"c; platform_version == 'extra'\", \"d; 'e' in extras\""), [
        ("bad-requirement", 13, "the marker of `a; 'x' == 'y'` can't be evaluated"),
        ("bad-requirement", 13, "the marker of `b; os_name ~= 'x'` can't be evaluated"),
        ("extra-in-marker", 13, "`d; 'e' in extras` has `extra` in its marker"),
    ]),
    ("select", ('"libgmp==6.3.0"', '{ requires = "a", select = "win32" }'), [("bad-value", 13, "`win32` can't match a wheel's tag"), ("unexplained-difference", 13, "wheels of one release differ by `select`, and nothing says why")]),
    ("unknown extra", ("[tool.abiding.wheel]", '[tool.abiding.wheel]\noptional-dependencies.gpi = ["a"]'), [("unknown-extra", 13, "the project has no extra `gpi`")]),
    ("not dynamic", ('dynamic = ["dependencies", "optional-dependencies"]', "dynamic = []"), [("not-dynamic", 4, "wheels are to require more than the sdist, but `project.dynamic` does not list `dependencies`")]),
    ("unsatisfiable", ("libgmp==6.3.0", "numpy<1.20"), [("unsatisfiable", 13, "no version of `numpy` satisfies both `numpy>=1.26` and `numpy<1.20`")]),
]  # fmt: skip
