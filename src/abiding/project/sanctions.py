"""Check that a project declares what allows its wheels to differ from its sdist or each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.words import joined_literals
from abiding.metadata import requirements
from abiding.project.keys import GROUPS
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.project_table import Project

__all__ = ["bad_dynamic", "needless_select", "not_dynamic", "unexplained_difference"]


_MOST_QUOTED = 3


def not_dynamic(faults: Faults, project: Project, entries: Iterable[tuple[str, Key]]) -> None:
    """Find entries, given with extra and key, that add to a name of `[project]` which is not in `dynamic`."""
    first: dict[str, Key] = {}
    for extra, key in entries:
        first.setdefault("optional-dependencies" if extra else "dependencies", key)
    # These are errors already, and correcting one corrects this one, too.
    misnamed = {name for _, _, name in project.misnamed_dynamic()}
    absent = {name: first[name] for name in sorted(first) if not project.may_append(name) and name not in misnamed}
    if not absent:
        return
    present = [name for name in absent if project.gives(name)]
    others = [name for name in sorted(project.dynamic) if name.lower() not in absent]
    dynamic = ", ".join(f'"{name}"' for name in [*others, *absent])
    hint = f"under `[project]`, write `dynamic = [{dynamic}]`"
    hint += " and `dependencies = []`" if "dependencies" in absent.keys() - present else ""
    names = joined_literals(absent)
    value = (project.table or {}).get("dynamic", [])
    odd = not isinstance(value, list) or not all(isinstance(item, str) for item in value)
    faults.problem(
        "not-dynamic",
        "wheels are to require more than the sdist, but `project.dynamic` "
        + (f"is not an array of strings with {names}" if odd else f"does not list {names}"),
        ("project", present[0]) if present and not odd else ("project", "dynamic"),
        also=tuple((key, "declared for wheels") for key in absent.values()),
        notes=("a name that is given and dynamic may grow in a wheel (PEP 808); one that is only given may not",),
        hints=(hint,),
    )


def needless_select(faults: Faults, requires: str, marker: str, entry: Key) -> None:
    """Find an entry whose `select` a marker could replace."""
    from abiding.metadata.markers import environments

    is_said = environments(requirements.marker_of(requires)).lies_within(environments(marker))
    with_marker = as_toml(requirements.with_marker(requires, marker.replace('"', "'")))
    line = f"`{with_marker}` in the group" if entry[0] == GROUPS else f"`requires = {with_marker}`"
    hint = (
        "leave `select` out: the line has a marker that says it" if is_said else f"leave `select` out, and write {line}"
    )
    faults.problem(
        "could-be-a-marker",
        f"`select` says what the marker `{marker}` says",
        entry,
        notes=("with a marker all wheels say the same, and a tool that reads one of them knows the others",),
        hints=(hint,),
        recent=True,
    )


def bad_dynamic(faults: Faults, project: Project) -> None:
    """Find the names in `project.dynamic` that are not allowed."""
    for index, name, suggestion in project.misnamed_dynamic():
        message = f"`{name}` is not a field of `[project]`"
        hints = (f"did you mean `{suggestion}`?",)
        faults.problem("bad-dynamic", message, ("project", "dynamic", index), hints=hints, recent=True)
    for index, name in project.wrongly_dynamic():
        is_given = project.gives(name)
        if name == "name":
            message, note = "`name` can't be dynamic", "a project has one name, before and after it is built (PEP 621)"
            hint = "leave it out of `project.dynamic`" if is_given else 'write it: `name = "…"` under `[project]`'
        else:
            message = f"`{name}` can't be given and dynamic"
            note = "only arrays and tables can be both, since only these can grow in a wheel (PEP 808)"
            hint = (
                f"leave it out of `project.dynamic`, or leave out `project.{name}`: the wrapped backend then fills it"
            )
        faults.problem(
            "bad-dynamic",
            message,
            ("project", "dynamic", index),
            also=((("project", name), "given"),) if is_given else (),
            notes=(note,),
            hints=(hint,),
            recent=True,
        )


def unexplained_difference(faults: Faults, means: Sequence[str], entries: Sequence[Key]) -> None:
    """Find entries, at these keys, by whose `means` wheels differ although `wheels-differ` gives no reason."""
    first, *others = entries
    faults.problem(
        "unexplained-difference",
        f"wheels of one release differ by {joined_literals(means)}, and nothing says why",
        first,
        also=tuple((key, "too") for key in others[:_MOST_QUOTED]),
        notes=(
            "uv, poetry and pdm each read one wheel of a release, not always the same, and take it for all of them",
        ),
        hints=(
            "use an environment marker if one fits, such as `sys_platform`: then all wheels say the same",
            'if none fits, say why: `wheels-differ = "…"` under `[tool.abiding]`',
        ),
        recent=True,
    )
