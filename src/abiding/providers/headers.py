"""The C declarations in the headers of a wheel, after the preprocessor, and which of them another one has changed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from abiding.native.contents import Contents

__all__ = ["Changed", "Declarations", "changes", "compiler", "declarations", "headers_of", "is_header", "reached"]


_HEADER = re.compile(r".*\.(?:h|hh|hpp|hxx)", re.IGNORECASE)
_MARKER = re.compile(r'# (\d+) "([^"]*)".*')
_TOKEN = re.compile(r"""[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\.?\d[\w.]*|\S""")
_KINDS = ("struct", "union", "class", "enum")
# A real header takes a tenth of that.
_SECONDS = 10


class Changed(NamedTuple):
    """A declaration that is another one now: what it is of (`struct toy_point`), and both texts, empty if gone."""

    name: str
    old: str
    new: str


class Declarations(NamedTuple):
    """What headers declare, by name, and why some, by their places, could not be preprocessed."""

    found: dict[str, str]
    failed: dict[str, str]


def compiler() -> list[str] | None:
    """The C compiler at hand, with its arguments: the one that `CC` names, or one of the usual names."""
    named = shlex.split(os.environ.get("CC", ""))
    found = shutil.which(named[0]) if named else next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    return [found, *named[1:]] if found else None


def is_header(place: str) -> bool:
    """Whether the file at a place is a header, by its name."""
    return bool(_HEADER.fullmatch(place))


def headers_of(contents: Contents) -> dict[str, bytes]:
    """The headers of a distribution, by their places, as far as they are looked at."""
    names = [place for place in contents.files if is_header(place)][: bounds.HEADERS]
    return {place: contents.read(contents.files[place]) for place in names}


def declarations(headers: Mapping[str, bytes], command: list[str]) -> Declarations:
    """What headers declare, by name: types with their bodies, functions with their arguments; nothing of the system's.

    A header that can't be preprocessed, because it needs others that are not there, declares nothing.
    """
    declared: dict[str, str] = {}
    failed: dict[str, str] = {}
    with TemporaryDirectory(prefix="abiding-") as name:
        folder = Path(name).resolve()
        for place, data in headers.items():
            file = folder.joinpath(*(part for part in PurePosixPath(place).parts if part not in {"..", "/"}))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        roots = sorted({root for place in headers for root in _roots(place)})
        options = [f"-I{folder / root}" for root in roots]
        for place in sorted(headers):
            language = "c" if place.lower().endswith(".h") else "c++"
            line = [*command, "-E", "-x", language, *options, str(folder / place)]
            text, error = _run(line, folder)
            declared |= _declared(_own(text, folder))
            if error:
                failed[place] = error.replace(f"{folder}{os.sep}", "")
    return Declarations(declared, failed)


def _roots(place: str) -> Iterator[str]:
    """The folders that a header may be included from: the ones called `include`, else its own."""
    parts = PurePosixPath(place).parent.parts
    places = [i for i, part in enumerate(parts) if part == "include"]
    yield "/".join(parts[: places[0] + 1] if places else parts)


def _run(line: list[str], folder: Path) -> tuple[str, str]:
    """What the preprocessor writes, or why it could not: a header of a few lines can ask for more than memory has."""
    with TemporaryFile() as written, TemporaryFile() as said:
        try:
            done = subprocess.run(
                line,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=said,
                check=False,
                timeout=_SECONDS,
                preexec_fn=_limited if os.name == "posix" else None,
            )
        except (OSError, subprocess.SubprocessError) as exc:
            return "", type(exc).__name__
        said.seek(0)
        error = _error(said.read(bounds.PREPROCESSED).decode("utf-8", "replace"), folder)
        written.seek(0)
        text = written.read(bounds.PREPROCESSED + 1)
        if len(text) > bounds.PREPROCESSED:
            return "", f"the preprocessor writes more than {bounds.PREPROCESSED >> 20} MiB"
        if done.returncode == 0:
            return text.decode("utf-8", "replace"), ""
    return "", error or f"the compiler ended with {done.returncode}"


def _limited() -> None:
    """Bound what a process and those that it starts may take and write; the compiler then ends with an error."""
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, bounds.PREPROCESSOR),
        (resource.RLIMIT_FSIZE, 2 * bounds.PREPROCESSED),
        (resource.RLIMIT_CPU, _SECONDS),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, hard))


_SAID = re.compile(r"(?:(.+?):\d+(?::\d+)?|[^:\s]+): (?:fatal )?error: ([^\n]{1,200})")


def _error(said: str, folder: Path) -> str:
    """The first error that a compiler names; of files elsewhere, which a header can include, nothing is repeated."""
    match = next(filter(None, map(_SAID.match, said.splitlines())), None)
    if match is None:
        return ""
    is_own = match[1] is None or Path(match[1]).is_relative_to(folder)
    return match[2].strip() if is_own else "something that it includes from elsewhere can't be preprocessed"


def _own(text: str, folder: Path) -> str:
    """The lines that come from files in a folder, by the preprocessor's own marks."""
    kept, own = [], False
    for line in text.splitlines():
        marker = _MARKER.fullmatch(line)
        if marker:
            own = Path(marker[2]).is_relative_to(folder)
        elif own and (packing := _PACKING.fullmatch(line)):
            kept.append(f"{_PACK} {packing[1]};")
        elif own and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept)


# How closely the fields of what follows lie: no declaration says it, and it changes all.
_PACKING = re.compile(r"#\s*pragma\s+pack\s*\(([^)]*)\)\s*")
_PACK = "__pack"


def _declared(text: str) -> dict[str, str]:
    bodies: dict[str, str] = {}
    packing = [""]
    for tokens in _statements(_TOKEN.findall(text)):
        if tokens[:1] == [_PACK]:
            _pack(packing, tokens[1:])
            continue
        named = _named(_bare(tokens))
        if named:
            says = _bare(tokens, _OF_WEIGHT)
            has_body = "{" in says
            bodies[named] = " ".join(says if has_body or "(" not in says else _without_names(says))
            if has_body and packing[-1]:
                bodies[named] += f" #pragma pack {packing[-1]}"
    return bodies


def _pack(packing: list[str], words: Sequence[str]) -> None:
    """Follow `#pragma pack`: what holds now stands last."""
    number = next((word for word in words if word.isdigit()), "")
    if "pop" in words:
        packing[:] = packing[:-1] or [""]
    elif "push" in words:
        packing.append(number or packing[-1])
    else:
        packing[-1] = number


# What may stand between the words of a declaration, with something in parentheses, and names nothing.
_ATTRIBUTES = frozenset(
    {"__attribute__", "__attribute", "__declspec", "alignas", "_Alignas", "__asm__", "__asm", "asm", "noexcept"}
)
# Those that say where fields lie, and how a function is called; compilers take them with underscores around them too.
_OF_WEIGHT = frozenset(
    {"alignas", "Alignas", "packed", "aligned", "align", "mode", "vector_size", "ms_struct", "gcc_struct"}
    | {"transparent_union", "scalar_storage_order", "no_unique_address"}
    | {"cdecl", "stdcall", "fastcall", "thiscall", "vectorcall", "regparm", "ms_abi", "sysv_abi"}
)
_WITHOUT_WEIGHT = frozenset({"__extension__", "noexcept", "final", "restrict", "__restrict", "__restrict__"})


def _bare(tokens: Sequence[str], telling: frozenset[str] = frozenset()) -> list[str]:
    """A declaration without attributes, but for those with a word that is `telling`."""
    kept: list[str] = []
    place = 0
    while place < len(tokens):
        stop = place + 1
        if tokens[place] in _ATTRIBUTES and tokens[stop : stop + 1] == ["("]:
            stop = _closed(tokens, stop)
        elif list(tokens[place : place + 2]) == ["[", "["]:
            stop = _closed(tokens, place)
        attribute = stop > place + 1 or tokens[place] in _WITHOUT_WEIGHT
        if not attribute or not telling.isdisjoint(token.strip("_") for token in tokens[place:stop]):
            kept += tokens[place:stop]
        place = stop
    return kept


def _closed(tokens: Sequence[str], start: int) -> int:
    """The place behind the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(tokens[place], 0)
        if depth == 0:
            return place + 1
    return len(tokens)


_TYPES = frozenset(
    {"void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "bool", "size_t"}
    | {"struct", "union", "enum", "const"}
)


def _without_names(tokens: list[str]) -> list[str]:
    """A function without the names of its arguments, which are nobody's concern."""
    start = tokens.index("(")
    head = [word for word in tokens[: start + 1] if word != "extern"]  # which a function is anyhow
    for place, token in enumerate(tokens[start + 1 :], start + 1):
        before, after = tokens[place - 1], tokens[place + 1] if place + 1 < len(tokens) else ""
        named = token.isidentifier() and token not in _TYPES and after in {",", ")", "["}
        if not (named and before not in {"(", ",", "struct", "union", "enum", "const"}):
            head.append(token)
    return head


def _statements(tokens: Iterable[str]) -> Iterator[list[str]]:
    """The declarations at the top of a file; what stands within `extern "C"` or a namespace is at the top as well."""
    statement: list[str] = []
    depth = 0
    for word in tokens:
        opens = word == "{" and depth == 0 and (statement[:1] == ["namespace"] or statement == ["extern", '"C"'])
        if opens or (word == "}" and depth == 0):  # the end of such a one
            statement = []
            continue
        depth += {"{": 1, "}": -1}.get(word, 0)
        if word == ";" and depth == 0:
            yield statement
            statement = []
            continue
        statement.append(word)
        if word == "}" and depth == 0 and "(" in statement[: statement.index("{")] and "=" not in statement:
            yield statement  # the definition of a function, which has no semicolon
            statement = []


def _named(tokens: list[str]) -> str:
    """What a declaration is of: `struct toy_point`, `toy_make()`; empty for one that says nothing of an interface."""
    own = [token for token in tokens if token not in {"typedef", "extern", "static", "inline", "const"}]
    kind = own[0] if own and own[0] in _KINDS else ""
    is_type = tokens[:1] == ["typedef"]
    if kind and "{" in own:
        words = own[2:] if own[:2] in (["enum", "class"], ["enum", "struct"]) else own[1:]
        name = words[0] if words[0] not in {"{", ":"} else tokens[-1] if is_type else ""
        return f"{kind} {name}" if name.isidentifier() else ""
    if "{" in own or own[:1] in (["_Static_assert"], ["static_assert"]):
        return ""
    name = _declarator(own)
    if not name.isidentifier():
        return ""
    if is_type:
        return f"typedef {name}"
    if "(" in own and not _is_pointer(own):
        return f"{name}()"
    return name if tokens[:1] == ["extern"] and len(own) > 1 else ""


def _is_pointer(own: list[str]) -> bool:
    """Whether what is declared is a pointer to a function, `int (*name)(void)`, and no function."""
    return "(" in own and own[own.index("(") + 1 :][:1] == ["*"]


def _declarator(own: list[str]) -> str:
    """The name that a declaration gives."""
    if _is_pointer(own):
        return next((token for token in own[own.index("(") + 1 :] if token.isidentifier()), "")
    stop = next((place for place, token in enumerate(own) if token in {"(", "[", "=", ","}), len(own))
    return own[stop - 1] if stop else ""


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Changed, ...]:
    """The declarations that are others now, or are gone."""
    return tuple(
        Changed(name, text, new.get(name, ""))
        for name, text in old.items()
        if new.get(name) != text and not (name.startswith("enum ") and _is_longer(text, new.get(name, "")))
    )


def reached(declarations: Mapping[str, str], symbols: Collection[str]) -> frozenset[str]:
    """The declarations that the functions with these names lead to, by the types in them; all, if none is declared."""
    by_word: dict[str, list[str]] = {}
    for name in declarations:
        by_word.setdefault(name.rpartition(" ")[2].removesuffix("()"), []).append(name)
    waiting = [name for symbol in symbols for name in by_word.get(symbol, ())]
    if not waiting:
        return frozenset(declarations)
    found = set(waiting)
    while waiting:
        words = _TOKEN.findall(declarations[waiting.pop()])
        more = {name for word in words for name in by_word.get(word, ())} - found
        found |= more
        waiting += more
    return frozenset(found)


def _is_longer(old: str, new: str) -> bool:
    """Whether an enumeration has got values behind the ones that it had, which changes none of them."""
    first, second = (re.fullmatch(r"(.*?)\{(.*?),?\s*\}(.*)", text) for text in (old, new))
    if not (first and second) or (first[1], first[3]) != (second[1], second[3]):
        return False
    return f"{second[2].strip()} ,".startswith(f"{first[2].strip()} ,")
