"""pyproject.toml as a table, with the line of each value."""

from __future__ import annotations

import functools
import re
import tomllib
from bisect import bisect_right
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

from abiding.files.plain import read_for
from abiding.findings import bounds
from abiding.findings.errors import NO_SUCH_FILE, DeclarationError
from abiding.findings.finding import Excerpt, Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.project.keys import GROUPS, Key, at, table_at

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path

    from abiding.findings.rules import Rule
    from abiding.project.positions import Place

__all__ = ["BARE_KEY", "Pyproject", "as_shown", "as_toml", "key_text"]


# A name that needs no quotes in TOML.
BARE_KEY = pattern(r"[A-Za-z0-9_-]+")


class Pyproject(NamedTuple):
    """One pyproject.toml: its text, and its table. It is never written.

    `in_sdist` is whether a PKG-INFO is beside it, so that it is that of an sdist. `called` is its name in findings.
    `is_marked` is whether the file begins with a byte order mark, which the text is without.
    """

    text: str
    table: Mapping[str, Any]
    in_sdist: bool = False
    called: str = "pyproject.toml"
    is_marked: bool = False

    @classmethod
    def read(cls, folder: Path) -> Pyproject:
        """Read `pyproject.toml` in `folder`. Raises `DeclarationError` if it is not there, or as `decode` does."""
        try:
            data = read_for(folder / "pyproject.toml", bounds.PYPROJECT)
        except OSError as exc:
            if isinstance(exc, FileNotFoundError):
                raise _unreadable(NO_SUCH_FILE, "missing-file") from exc
            raise _unreadable(f"`pyproject.toml` can't be read: {exc.strerror}") from exc
        return cls.decode(data)._replace(in_sdist=(folder / "PKG-INFO").is_file())

    @classmethod
    def decode(cls, data: bytes) -> Pyproject:
        """Parse the bytes of a file.

        Raises `DeclarationError` if they are not UTF-8, not TOML, or too many.
        """
        if len(data) > bounds.PYPROJECT:
            raise _unreadable(f"`pyproject.toml` has more than {bounds.PYPROJECT:,} bytes, which is too many")
        try:
            return cls.parse(data.decode("utf-8-sig"))._replace(is_marked=data.startswith(BOM_UTF8))
        except UnicodeDecodeError as exc:
            from abiding.project.toml_errors import no_utf8

            raise no_utf8(data, exc) from exc

    @classmethod
    def parse(cls, text: str) -> Pyproject:
        """Parse a text. Raises `DeclarationError` if it is not TOML, or has an extremely long key."""
        # TOML allows CRLF, but tomllib on a str expects plain newlines.
        text = text.replace("\r\n", "\n")
        if any(line.count(".") >= bounds.KEY_PARTS for line in text.split("\n")):
            from abiding.project.long_keys import hold_keys

            hold_keys(text)
        try:
            return cls(text, tomllib.loads(text))
        except (ValueError, RecursionError) as exc:  # also for an integer of thousands of digits
            from abiding.project.toml_errors import no_toml

            raise no_toml(text, exc) from exc

    @property
    def declares(self) -> bool:
        """Whether there is a `[tool.abiding]`, even if it is no table."""
        return "abiding" in table_at(self.table, ("tool",))

    def get(self, key: Key) -> object:
        """Return the value at a path of table names; None where there is none."""
        return at(self.table, key)

    def line_of(self, key: Key) -> int | None:
        """Return the number of the line on which the value at `key` begins, or the nearest table around it."""
        place = _nearest(self.text, key)
        return bisect_right(_line_starts(self.text), place.start) if place else None

    def span(self, key: Key) -> tuple[int, int] | None:
        """Return the start and end of the value at `key` in the text; None if it is spread over several tables."""
        place: Place | None = _places(self.text)
        for part in key:
            place = place.inside.get(part) if place else None
        return (place.start, place.end) if place and place.end >= 0 else None

    def excerpt(self, key: Key, remark: str = "") -> tuple[Excerpt, ...]:
        """Return the quoted line of `key`, or its part from the value on if it is long; empty if it is not found."""
        place = _nearest(self.text, key)
        if place is None:
            return ()
        starts = _line_starts(self.text)
        number = bisect_right(starts, place.start)
        start = starts[number - 1]
        end = starts[number] if number < len(starts) else len(self.text)
        text = (
            self.text[start:end].strip() if end - start <= bounds.EXCERPT else _cut(self.text, start, place.start, end)
        )
        return (Excerpt(number, text, remark),)

    def finding(
        self,
        rule: Rule,
        message: str,
        key: Key,
        *,
        severity: Severity = Severity.ERROR,
        also: tuple[tuple[Key, str], ...] = (),
        notes: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
    ) -> Finding:
        """Return a finding about the value at `key`, which it quotes, and about the keys of `also`, each with a remark.

        For a line of a dependency group it also quotes the entry that uses it.
        """
        excerpts = self.excerpt(key)
        for other, remark in also:
            excerpts += self.excerpt(other, remark)
        excerpts += self._includes_of((key, *(other for other, _ in also)), {excerpt.line for excerpt in excerpts})
        return Finding(
            rule,
            severity,
            message,
            artifact=self.called,
            line=self.line_of(key),
            field=key_text(key),
            excerpts=excerpts,
            notes=notes,
            hints=hints,
            key=key,
        )

    def _includes_of(self, keys: Iterable[Key], quoted: Container[int]) -> tuple[Excerpt, ...]:
        """Return the lines by which an entry includes the dependency groups of keys, without those in `quoted`."""
        from abiding.project.group_includes import ways_to  # late: only errors need it

        groups = dict.fromkeys(str(key[1]) for key in keys if len(key) > 1 and key[0] == GROUPS)
        includes = dict.fromkeys(include for group in groups for include in ways_to(self.table, group))
        lines = {excerpt.line: excerpt for include in includes for excerpt in self.excerpt(include, "included here")}
        return tuple(excerpt for line, excerpt in lines.items() if line not in quoted)

    def restored(self, data: bytes) -> bytes:
        """Return the pyproject.toml for an sdist; `data` is the one that the wrapped backend put there.

        It is this file, unless the backend has changed it, for example to add a version from version control. Then
        only the names that the backend did not see are added to `project.dynamic` again.
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

    @property
    def build_requires(self) -> Iterator[tuple[Key, str]]:
        """Each requirement of `[build-system]`, with its key path; front ends refuse other types."""
        texts = self.get(("build-system", "requires"))
        for index, text in enumerate(texts if isinstance(texts, list) else ()):
            if isinstance(text, str):
                yield ("build-system", "requires", index), text


def as_shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table as the wrapped backend sees it: names with a value in `[project]` are not in `dynamic`.

    No backend accepts such names yet (PEP 808); to them the value is static. An empty `dynamic` is left out, because
    sip refuses it.
    """
    project = table.get("project")
    extended = _extended_names(project)
    if not isinstance(project, dict) or not extended:
        return dict(table)
    left = [name for name in project["dynamic"] if name not in extended]
    shown = {name: value for name, value in project.items() if name != "dynamic" or left}
    return {**table, "project": {**shown, **({"dynamic": left} if left else {})}}


def _extended_names(project: object) -> list[str]:
    """Return the names that are both given and dynamic."""
    if not isinstance(project, dict) or not isinstance(project.get("dynamic"), list):
        return []
    return [name for name in project["dynamic"] if isinstance(name, str) and name in project]


def _with_dynamic(text: str, table: dict[str, Any], own: dict[str, Any]) -> bytes:
    import tomlkit

    project = table.get("project")
    if not isinstance(project, dict):
        return text.encode("utf-8", "surrogateescape")
    names = project.get("dynamic", [])
    hidden = [name for name in _extended_names(own.get("project")) if name in project and name not in names]
    document = tomlkit.parse(text)
    document["project"]["dynamic"] = [*names, *hidden]
    return tomlkit.dumps(document).encode()


def as_toml(text: str) -> str:
    """Return a text as a TOML string on one line, in quotes that need no escaping, if possible."""
    if not {'"', "\\"} & set(text):
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def key_text(key: Key) -> str:
    """Return a key path as text: `tool.abiding.wheel.dependencies[1].requires`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _unreadable(message: str, rule: Rule = "bad-pyproject") -> DeclarationError:
    return DeclarationError(Finding(rule, Severity.ERROR, message, artifact="pyproject.toml"))


def _cut(text: str, start: int, value: int, end: int) -> str:
    """Return the part of a long line to quote, beginning at a value."""
    begin = start if value - start < bounds.EXCERPT // 2 else value
    stop = min(end, begin + bounds.EXCERPT)
    return ("… " if begin > start else "") + text[begin:stop].strip() + (" …" if stop < end else "")


@functools.lru_cache(maxsize=2)
def _places(text: str) -> Place:
    # Imported late, because only errors need it.
    from abiding.project.positions import places

    return places(text)


@functools.lru_cache(maxsize=2)
def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))


def _nearest(text: str, key: Key) -> Place | None:
    """Return the place of the value at `key`, or of the nearest table around it; None if there is none."""
    place, innermost = _places(text), None
    for part in key:
        if part not in place.inside:
            break
        place = innermost = place.inside[part]
    return innermost
