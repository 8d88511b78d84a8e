"""The house: imports point down, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "src" / "abiding"

# From the floor up to the doors: what a package may import stands before it. Within a package, files go one way too.
ORDER = [
    "_version",
    "findings",
    "files",
    "archives",
    "metadata",
    "project",
    "edits",
    "artifacts",
    "native",
    "evidence",
    "providers",
    "releases",
    "builds",
    "proof",
    "survey",
    "report",
    "cli",
    "backend",
    "__init__",
    "__main__",
]
# Lines.
LONGEST_FILE = 300
# Pages, no code.
DATA = {"explanations"}


def nodes(file: Path) -> Iterator[ast.AST]:
    """All that a file says."""
    return ast.walk(ast.parse(file.read_text("utf-8")))


def module_of(file: Path) -> str:
    """The dotted name of a file; a package is its `__init__`."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def imports(module: str) -> set[str]:
    """The modules of abiding that a file imports, those for types and those within functions too."""
    found = set()
    for node in nodes(FILES[module]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "abiding":
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else str(node.module) for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "abiding"}
    return found - {module}


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def test_every_package_has_its_place() -> None:
    assert {package_of(module) for module in FILES} == set(ORDER)
    folders = {folder.name for folder in PACKAGE.iterdir() if folder.is_dir()} - {"__pycache__"}
    assert folders - DATA <= set(ORDER)


def test_no_file_is_called_as_what_its_package_defines() -> None:
    """Once the file is imported, the package has it under that name, and the other one no more."""
    packages = {file.parent: file for file in FILES.values() if file.name == "__init__.py"}
    assert PACKAGE / "native" in packages
    for folder, file in packages.items():
        defined = {node.name for node in nodes(file) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert not defined & {path.stem for path in folder.iterdir()}, folder.name


@pytest.mark.parametrize("module", FILES)
def test_imports_point_down(module: str) -> None:
    below = {*ORDER[: ORDER.index(package_of(module)) + 1]}
    above = {name for name in imports(module) if package_of(name) not in below}
    assert not above, f"{module} imports from above: {above}"


def test_files_do_not_import_in_circles() -> None:
    graph = {module: imports(module) for module in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        pytest.fail(f"a circle: {' -> '.join(exc.args[1])}")


def test_imports_are_seen() -> None:
    """What the two tests above rest on: an import within a function and one for types only are imports."""
    assert "abiding.releases.release" in imports("abiding")
    assert {"abiding.builds.build", "abiding.findings.errors"} <= imports("abiding.backend")
    assert "abiding.native.distribution" in imports("abiding.native.contents")


def imported(file: Path) -> set[str]:
    """The modules that a file outside the package imports, with what is taken from them."""
    package = ".".join(file.relative_to(CHECKOUT).parent.parts)
    found = set()
    for node in nodes(file):
        if isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, (package if node.level else "", node.module)))
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_tests_do_not_import_from_each_other() -> None:
    """What two of them need is made in `makers`, or stands in a module that has no test."""
    crossing = {
        str(file.relative_to(CHECKOUT)): names
        for file in (CHECKOUT / "tests").rglob("*.py")
        if (names := {name for name in imported(file) if re.search(r"(^|\.)test_\w+$", name)})
    }
    assert not crossing
    assert "makers.trees.Tree" in imported(CHECKOUT / "tests" / "unit" / "test_backend.py")


@pytest.mark.parametrize("folder", ["makers", "fuzz", "benchmarks", "lockfiles", "evidence"])
def test_nothing_but_tests_imports_tests(folder: str) -> None:
    files = sorted((CHECKOUT / folder).glob("*.py"))
    assert files
    assert not {file.name for file in files for name in imported(file) if name.split(".")[0] == "tests"}


def test_backend_is_light() -> None:
    """A front end starts a process for every hook: what is imported before it is needed is paid for every time."""
    code = "import sys; import abiding.backend; hasattr(abiding.backend, 'no_such'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=True)  # fmt: skip
    loaded = set(done.stdout.split())
    for heavy in ("packaging", "tomlkit", "tomllib", "zipfile", "tarfile", "email", "dataclasses", "re", "argparse"):
        assert heavy not in loaded


@pytest.mark.parametrize(("words", "commands"), [(["--version"], set()), (["explain", "--help"], {"explain"})])
def test_a_call_imports_no_other_commands(words: list[str], commands: set[str]) -> None:
    code = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules)))
from abiding.cli import _COMMANDS, main
main(sys.argv[1:])
"""
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    modules = set(done.stdout.splitlines()[-1].split())
    assert "abiding.cli.parser" in modules
    others = {"init", "show", "check", "survey", "explain", "unwrap"} - commands
    assert not modules & {f"abiding.cli.{name}" for name in others}
    assert not modules & {"multiprocessing", "tomlkit", "packaging"}


def test_asking_the_backend_for_what_it_does_not_have_imports_nothing() -> None:
    code = """
import sys, abiding.backend
before = set(sys.modules)
print([hasattr(abiding.backend, name) for name in ("no_such", "__path__", "__wrapped__", "build_wheel_metadata")])
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "[False, False, False, False]\n\n"


def calls_at_import(node: ast.AST) -> list[ast.Call]:
    """The calls that are made when a module is imported."""
    below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.FunctionDef, ast.Lambda))]
    own = [node] if isinstance(node, ast.Call) else []
    return own + [call for child in below for call in calls_at_import(child)]


def _uses_re(text: str) -> list[str]:
    names = (ast.unparse(call.func) for call in calls_at_import(ast.parse(text)))
    return [name for name in names if re.fullmatch(r"re\.(?!escape$)\w+", name)]


def test_importing_a_module_compiles_no_pattern() -> None:
    uses = {module: _uses_re(file.read_text("utf-8")) for module, file in FILES.items()}
    assert not {module: names for module, names in uses.items() if names}, (
        "make them with `pattern` of findings/patterns.py"
    )


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("A = re.compile('a')", ["re.compile"]),
        ("A = {'a': (re.compile('a'), 1)}", ["re.compile"]),
        ("class A:\n    b = re.sub('a', 'b', 'c')", ["re.sub"]),
        ("A = re.escape('a')", []),
        ("A = pattern('a')", []),
        ("def f():\n    return re.compile('a')", []),
        ("f = lambda: re.compile('a')", []),
    ],
)
def test_where_it_would_is_seen(text: str, uses: list[str]) -> None:
    assert _uses_re(text) == uses


def test_named_tuples_are_made_in_one_way() -> None:
    """Those of `typing` take three times as long to make, and a hook makes dozens."""
    makers = {
        module
        for module, file in FILES.items()
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and {"NamedTuple", "namedtuple"} & {alias.name for alias in node.names}
        if node.module != "abiding.findings.named_tuple"
    }
    assert makers == {"abiding.findings.named_tuple"}, "take it from there"


def test_core_metadata_is_read_from_its_bytes() -> None:
    """So its fields are those of its bytes; what has only fields is `Fields`."""
    makers = {
        module
        for module, file in FILES.items()
        for node in nodes(file)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "CoreMetadata"
    }
    assert not makers


def test_no_assertion_is_eaten_by_a_condition() -> None:
    """`assert a == b if c else d` asserts `d`, which holds if it is not empty, where `c` is false."""
    found = [
        f"{file.name}:{node.lineno}"
        for file in Path(__file__).resolve().parents[1].rglob("*.py")
        for node in nodes(file)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.IfExp)
    ]
    assert found == []


def test_values_of_findings_are_no_prose() -> None:
    """`expected` and `found` go into data: what is not a value is said in `expected_from`, or in the message."""
    prose = [
        f"{file.name}:{node.value.lineno}"
        for file in PACKAGE.rglob("*.py")
        for node in nodes(file)
        if isinstance(node, ast.keyword) and node.arg in ("expected", "found")
        for part in ast.walk(node.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search(r" |…", part.value)
    ]
    assert prose == []


def test_the_name_of_a_rule_decides_nothing() -> None:
    """What is asked of findings is asked in one place; elsewhere the name of a rule is but shown."""
    places = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file in PACKAGE.rglob("*.py")
        for node in nodes(file)
        if (isinstance(node, ast.Compare) and "rule" in map(_attribute, (node.left, *node.comparators)))
        or (isinstance(node, ast.Match) and _attribute(node.subject) == "rule")
    ]
    # On the command line a rule is what was typed, or nothing.
    assert {place.partition(":")[0] for place in places} == {"findings/rule_groups.py", "cli/explain.py"}, places


def _attribute(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


# What front ends, validate-pyproject and programs that import abiding ask for.
CALLED_FROM_OUTSIDE = {"abiding", "abiding.backend", "abiding.project.schema"}


# Of formats and of commands, which are imported by their names; and what is run by `python -m`.
CALLED_BY_NAME = {"main", "register", "render", "run"}


def test_nothing_is_there_for_tests_alone() -> None:
    """What a module defines is used in it or imported in the package: tests hold what it does, nobody calls the rest."""
    used = {name for module in FILES for name in _names_used(module)}
    unused = {
        f"{module}.{name}"
        for module, file in FILES.items()
        if module not in CALLED_FROM_OUTSIDE
        for definition in ast.parse(file.read_text("utf-8")).body
        for name in _defined(definition)
        if f"{module}.{name}" not in used and name not in CALLED_BY_NAME and not name.startswith("__")
    }
    assert not unused
    assert {"abiding.native.judge_wheels", "abiding.findings.bounds.CLAUSES", "abiding.native._names"} <= used


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    return (
        [target.id for target in node.targets if isinstance(target, ast.Name)] if isinstance(node, ast.Assign) else []
    )


def _names_used(module: str) -> Iterator[str]:
    """Yield the definitions that a file uses: its own, those it imports, and those of modules it imports."""
    places: dict[str, str] = {}
    for node in nodes(FILES[module]):
        if isinstance(node, ast.ImportFrom):
            places |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    yield from places.values()
    for node in nodes(FILES[module]):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield f"{module}.{node.id}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{places.get(node.value.id)}.{node.attr}"


def test_files_are_small() -> None:
    assert not {file.name for file in FILES.values() if len(file.read_text("utf-8").splitlines()) > LONGEST_FILE}


# Words that say what was done to a thing, or that it is a thing: which one, the reader has to look up.
EMPTY_NAMES = frozenset({"found", "one", "said", "told"})


@pytest.mark.parametrize("module", FILES)
def test_names_say_what_a_thing_is(module: str) -> None:
    """`found` is a term beside `expected`: the two values of a finding."""
    tree = ast.parse(FILES[module].read_text("utf-8"))
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    for scope in scopes:
        names = set(_names_bound(scope))
        empty = names & EMPTY_NAMES - ({"found"} if "expected" in names else set())
        assert not empty, f"`{scope.name}` of {module} calls something {empty}: say what it is"
    assert not EMPTY_NAMES & {scope.name for scope in scopes}


def test_a_function_that_judges_says_what() -> None:
    """Ten modules had a `judge`; where it is imported by name, nobody sees which."""
    functions = {
        f"{module}.{node.name}"
        for module, file in FILES.items()
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name in ("judge", "check")
    }
    assert functions == {"abiding.check"}


def test_names_are_seen() -> None:
    bound = _names_bound(ast.parse("for one, (found, _) in []: x = lambda said: (told.said, told(one=1))"))
    assert sorted(bound) == ["_", "found", "one", "said", "x"]


def _names_bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_each_class_has_a_name_of_its_own() -> None:
    names = Counter(name for file in FILES.values() for name in _classes(ast.parse(file.read_text("utf-8"))))
    assert not {name for name, number in names.items() if number > 1}


def test_types_are_seen() -> None:
    tree = ast.parse("class A: pass\nBoth = int | str\nc = 1 | 2\n_D = int | str\nE_F = 1 | 2\nclass _G: pass\nH = 1")
    assert list(_classes(tree)) == ["A", "Both"]


def _classes(tree: ast.Module) -> Iterator[str]:
    """Yield the public classes, and what stands for several of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            names = [name for name in map(ast.unparse, node.targets) if name[:1].isupper() and not name.isupper()]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


# What functions do. `Like` points to the function that does nearly the same.
VERBS = """
    Add Append Ask Begin Bound Build Call Change Check Choose Close Collect Commit Compare Compile Compress Copy
    Count Create Decide Decode Describe Digest Discard Divide Do Escape Exit Explain Fetch Fill Find Follow Forget Group
    Have Import Index Insert Join Judge Keep Lead Leave Let Like List Load Look Make Map Move Name Normalise Note Open
    Pad Parse Place Precompile Print Put Raise Read Record Redraw Reject Remember Remove Repair Replace Report Request
    Resolve Return Run Search Separate Show Sign Sort Spell Split Start Stop Store Sum Support Survey Take Try Turn
    Unpack Update Use Warn Wrap Write Yield
"""


def _begins_with_a_verb(docstring: str) -> bool:
    return docstring.split(maxsplit=1)[0].rstrip(",;.") in VERBS.split()


@pytest.mark.parametrize("module", FILES)
def test_a_docstring_begins_with_a_verb(module: str) -> None:
    """Of a function: what it does. A property is a thing, and its docstring names that."""
    found = [
        f"{node.name}: {docstring.splitlines()[0]}"
        for node in nodes(FILES[module])
        if isinstance(node, ast.FunctionDef) and (docstring := ast.get_docstring(node))
        if not _begins_with_a_verb(docstring)
        if not {"property", "cached_property"}.intersection(map(ast.unparse, node.decorator_list))
    ]
    assert not found, "or else a new verb"


@pytest.mark.parametrize(
    ("docstring", "begins"),
    [("Return the name.", True), ("Like `read`, without a limit.", True), ("Add, and tell.", True)]
    + [(text, False) for text in ("The name.", "Core metadata.", "PEP 517: build.", "`[project]`.", "Returns it.")],
)
def test_what_is_no_verb_is_seen(docstring: str, begins: bool) -> None:
    assert _begins_with_a_verb(docstring) is begins


# A relative clause that names nobody: `the memory of who unpacks it`.
_RIDDLE = re.compile(r"\b(?:by|for|from|of|than|to|with) who\b(?! in\b)")


@pytest.mark.parametrize("module", FILES)
def test_prose_names_who_it_is_about(module: str) -> None:
    text = FILES[module].read_text("utf-8")
    docstrings = [
        ast.get_docstring(node) or ""
        for node in nodes(FILES[module])
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    comments = [
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT
    ]
    assert [prose for prose in (*docstrings, *comments) if _RIDDLE.search(prose)] == []
