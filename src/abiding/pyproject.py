"""pyproject.toml as it stands: the table that it means, and the line on which each thing is written."""

from __future__ import annotations

import functools
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.errors import DeclarationError
from abiding.findings import Excerpt, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Key", "Pyproject", "as_shown", "key_text"]


def __dir__() -> list[str]:
    return __all__


# A TOML key path: table names, and indices into arrays.
Key = tuple[str | int, ...]

# Stands for a value while its line is looked up; nobody writes this by accident.
_SENTINEL = "abiding\u2007was\u2007here"


class Pyproject(NamedTuple):
    """One pyproject.toml: its text and the table that TOML reads in it. It is never written."""

    text: str
    table: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Pyproject:
        """Read `pyproject.toml` in `folder`.

        Raises `DeclarationError` if it is not there, not UTF-8, or not TOML.
        """
        try:
            text = (folder / "pyproject.toml").read_bytes().decode("utf-8-sig")
        except OSError as exc:
            raise _unreadable(f"`pyproject.toml` can't be read: {exc.strerror}") from exc
        except UnicodeDecodeError as exc:
            raise _unreadable("`pyproject.toml` is not UTF-8, which TOML asks for") from exc
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Pyproject:
        """Make the value from a text. Raises `DeclarationError` if the text is not TOML."""
        # TOML allows CRLF, but tomllib on a str expects plain newlines.
        text = text.replace("\r\n", "\n")
        try:
            return cls(text, tomllib.loads(text))
        except (ValueError, RecursionError) as exc:  # also for an integer of thousands of digits
            raise _unreadable(f"`pyproject.toml` is not valid TOML: {str(exc) or 'nested too deeply'}") from exc

    def line_of(self, key: Key) -> int | None:
        """The line (from 1) on which the value at `key` begins, or that of the nearest table around it."""
        return _line_of(self.text, key)

    def span(self, key: Key) -> tuple[int, int] | None:
        """Where the value at `key` begins and ends in the text; None where it is not written in one piece."""
        return _span(self.text, key)

    def excerpt(self, key: Key, remark: str = "") -> tuple[Excerpt, ...]:
        """The line of `key`, quoted; empty where it can't be found."""
        line = self.line_of(key)
        if line is None:
            return ()
        return (Excerpt(line, self.text.split("\n")[line - 1].strip(), remark),)

    def finding(
        self,
        rule: str,
        message: str,
        key: Key,
        *,
        severity: Severity = Severity.ERROR,
        also: tuple[tuple[Key, str], ...] = (),
        notes: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
    ) -> Finding:
        """A finding about the value at `key`, which is quoted, and the values at the keys of `also` with a remark."""
        excerpts = self.excerpt(key)
        for other, remark in also:
            excerpts += self.excerpt(other, remark)
        return Finding(
            rule,
            severity,
            message,
            artifact="pyproject.toml",
            line=self.line_of(key),
            field=key_text(key),
            excerpts=excerpts,
            notes=notes,
            hints=hints,
        )

    def restored(self, data: bytes) -> bytes:
        """The pyproject.toml that belongs into an sdist, where `data` is the one that the wrapped backend put there.

        That is this file, unless the backend has written something of its own into it, such as a version taken from
        version control; then only what it was not shown of `project.dynamic` is put back.
        """
        text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        if text == self.text:
            return data
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError):
            return data
        own = dict(self.table)
        shown = as_shown(own)
        if table in (own, shown):
            return self.text.encode()
        return _with_dynamic(text, table, own)


def as_shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table as the wrapped backend may see it: a name that `[project]` gives is not in `project.dynamic`.

    No backend accepts such names yet (PEP 808); to all of them the value is simply given.
    """
    project = table.get("project")
    if not isinstance(project, dict) or not isinstance(project.get("dynamic"), list):
        return dict(table)
    dynamic = [name for name in project["dynamic"] if name not in project]
    return {**table, "project": {**project, "dynamic": dynamic}}


def _with_dynamic(text: str, table: dict[str, Any], own: dict[str, Any]) -> bytes:
    import tomlkit

    project, mine = table.get("project"), own.get("project", {})
    if not isinstance(project, dict):
        return text.encode("utf-8", "surrogateescape")
    hidden = [name for name in mine.get("dynamic", []) if name in mine and name in project]
    document = tomlkit.parse(text)
    names = [*project.get("dynamic", []), *(name for name in hidden if name not in project.get("dynamic", []))]
    document["project"]["dynamic"] = names
    return tomlkit.dumps(document).encode()


def key_text(key: Key) -> str:
    """A key path as people write it: `tool.abiding.wheel.dependencies[1].requires`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _unreadable(message: str) -> DeclarationError:
    return DeclarationError(Finding("bad-pyproject", Severity.ERROR, message, artifact="pyproject.toml"))


@functools.lru_cache(maxsize=64)
def _line_of(text: str, key: Key) -> int | None:
    while key:
        span = _span(text, key)
        line = text.count("\n", 0, span[0]) + 1 if span else _header_line(text, key)
        if line:
            return line
        key = key[:-1]
    return None


def _span(text: str, key: Key) -> tuple[int, int] | None:
    # tomllib keeps no positions and tomlkit none either, but tomlkit writes back what it read: with another value in
    # this place, what stays the same is what is around it. Imported here because only an error pays for it.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document: Any = tomlkit.parse(text)
        holder = functools.reduce(lambda node, part: node[part], key[:-1], document)
        _ = holder[key[-1]]  # what is not there would be added
        holder[key[-1]] = _SENTINEL
        before, found, after = tomlkit.dumps(document).partition(f'"{_SENTINEL}"')
    except (TOMLKitError, LookupError, TypeError, ValueError, AttributeError):  # the last for a table among [[tables]]
        return None
    whole = found and text.startswith(before) and text.endswith(after)
    return (len(before), len(text) - len(after)) if whole else None


def _header_line(text: str, key: Key) -> int | None:
    """The line of a `[table]` header, whatever its spacing and quotes."""
    wanted = ".".join(str(part) for part in key)
    for number, line in enumerate(text.split("\n"), start=1):
        inside = line.strip()
        if inside.startswith("["):
            name = inside.split("#")[0].strip().strip("[]")
            if ".".join(part.strip().strip("\"'") for part in name.split(".")) == wanted:
                return number
    return None
