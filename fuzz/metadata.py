"""METADATA and PKG-INFO: fields in every shape, real files with something put in, and what must hold for any of them.

Oracles are the readers that installers have: `packaging`, and the e-mail parser as pip calls it, with text, and as
`importlib.metadata` does. What `CoreMetadata.parse` does not refuse they read as it does, after an edit as well.
"""

from __future__ import annotations

import email
import email.errors
import email.header
import re
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from packaging.metadata import parse_email

from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.metadata.fields import headers_of
from abiding.metadata.readers import is_clear
from fuzz.damage import damaged, wounds
from fuzz.watch import Violation, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

_fields = st.sampled_from(
    ("Metadata-Version", "Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra", "Dynamic", "dynamic",
     "License-Expression", "License-File", "Classifier", "Project-URL", "Description", "X-Own", "Import-Name", "")
)  # fmt: skip
_values = st.sampled_from(
    ("2.1", "2.2", "2.4", "spam", "1.0", "numpy>=2", "numpy[a,b]>=1,<2; python_version>'3' and extra == 'x'",
    "Requires-Dist",
     "requires-dist", "numpy @ file:///x", "numpy==1." + "9" * 5000, "a" * 5000, "x\n  folded\n\tmore", "9" * 5000,
     "(" * 2000, "numpy; " + "(" * 500 + "os_name=='x'" + ")" * 500,
     "numpy; python_version in '" + "3." * 900 + "'", "1!2.0+x",
     "=?utf-8?q?evil?=", "evil; os_name == '=?utf-8?b?cG9zaXg=?='", "evil; os_name == '=?nobody?q?posix?='")
) | st.text(max_size=20)  # fmt: skip
_lines = st.builds(
    lambda field, value, end: f"{field}: {value}{end}",
    _fields,
    _values,
    st.sampled_from(("\n", "\n", "\r\n", "\r", "")),
)


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    head = draw(st.sampled_from(("Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n", "Name: spam\r\n", "")))
    text = (
        head + "".join(draw(st.lists(_lines, max_size=6))) + draw(st.sampled_from(("", "\n", "\n# Spam\n", "\n\n: x")))
    )
    return damaged(text.encode("utf-8", "surrogatepass"), draw(wounds))


documents = _documents()

# Real files: those of what is installed here, with a shorter text behind the fields.
_real = sorted(
    {
        re.sub(rb"(?s)(\r?\n\r?\n.{0,200}).*", rb"\1", path.read_bytes())
        for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info/METADATA")
    }
)
# What is put into them: odd ends of lines, lines that are none, fields, and what values can be written in.
_odd = st.sampled_from(
    ["\r", "\r\r\n", "\n", "\r\n", "\n\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\0", " ",
     "\t", "  \n", ":", ": x\n", "x\n", "From x\n", "From ", "\ufeff", "\xa0", "\udca0", "\udce4", "=?utf-8?q?evil?=",
     "=?x?b?e?=", "UNKNOWN", "Requires-Dist: evil\n", "Requires-Dist: evil", "requires-dist : evil\n",
     "Requires-Dist:\n", "Name: evil\n", "Requires-Python: >=99\n",
     "Dynamic: requires-dist\n", "\n Requires-Dist: evil\n",
     "Metadata-Version: 1.0\n", "Content-Type: multipart/mixed; boundary=x\n", "Content-Transfer-Encoding: base64\n"]
)  # fmt: skip
_places = st.sampled_from((r"^", r"(?=:)", r"(?<=:)", r"(?<=: )", r"$", r"\b"))


@st.composite
def _changed(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(_real))
    for _ in range(draw(st.integers(1, 4))):
        pattern = re.compile(draw(_places).encode(), re.MULTILINE)
        places = [found.start() for found in pattern.finditer(data, 0, 4000)]
        at = places[int(draw(st.floats(0, 1, exclude_max=True)) * len(places))] if places else 0
        data = data[:at] + draw(_odd).encode("utf-8", "surrogateescape") + data[at:]
    return data


real_documents = _changed()


def hold(data: bytes) -> None:
    """Read the file and make every edit of it. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder, watched(Path(folder)):
        try:
            metadata = CoreMetadata.parse(data, "METADATA")
        except ArchiveError:
            if is_clear(data, headers_of(data)):
                raise Violation("a file without anything odd is refused") from None
            return
        if metadata.data != data:
            raise Violation("reading has changed the file")
        _ = metadata.version, metadata.dynamic, metadata.lowest_version
        _agree(metadata)
        longer = metadata.with_requirements(["added>=1"])
        # Without any field there is no metadata that a line could be added to, only a description.
        if metadata.fields:
            if longer.all("Requires-Dist") != (*metadata.all("Requires-Dist"), "added>=1"):
                raise Violation("an added line is not there")
            if len(longer.fields) != len(metadata.fields) + 1 or longer.body != metadata.body:
                raise Violation("adding a line has changed something else")
            _agree(longer)
        for may_append in (True, False):
            edited = metadata.for_sdist(may_append=may_append, metadata_version="2.4")
            edited = edited.for_sdist(may_append=may_append)
            _agree(edited)
            edited.as_built()
        _agree(metadata.without("Dynamic", "Requires-Dist").with_version("2.4").without_sanction())


# What all readers agree on

_DECISIVE = {
    "metadata-version": "metadata_version",
    "name": "name",
    "version": "version",
    "requires-python": "requires_python",
    "requires-dist": "requires_dist",
    "provides-extra": "provides_extra",
    "dynamic": "dynamic",
}
_Reading = dict[str, list[str]]


def _agree(metadata: CoreMetadata) -> None:
    """Hold what is read against all other readers, and the file against being refused itself."""
    if metadata.fields and CoreMetadata.parse(metadata.data, "METADATA") != metadata:
        raise Violation("an edited file is read in another way than it was made")
    ours = {key: [value.strip() for value in metadata.all(key)] for key in _DECISIVE}
    for reader, theirs in _readings(metadata.data):
        if theirs != ours:
            different = [key for key in ours if ours[key] != theirs[key]]
            raise Violation(f"{reader} reads {different} as {[theirs[key] for key in different]}")
    for value in (value for values in ours.values() for value in values):
        if _decoded(value) != value:
            raise Violation(f"uv decodes a word in {value!r}, or refuses it")
    head = re.split(rb"(?:\A|\n)\r?\n", metadata.data, maxsplit=1)[0].decode("utf-8", "surrogateescape")
    names = re.compile(rf"(?ai)(?:{'|'.join(_DECISIVE)})\s*:")
    if sum(bool(names.match(line)) for line in head.splitlines()) != sum(map(len, ours.values())):
        raise Violation("a field that counts begins where not all see a line begin")


def _decoded(value: str) -> str | None:
    """A value with the words of e-mail decoded that are in it; None if one can't be."""
    try:
        return str(email.header.make_header(email.header.decode_header(value))) if "=?" in value else value
    except (email.errors.HeaderParseError, LookupError, ValueError):
        return None


def _readings(data: bytes) -> Iterator[tuple[str, _Reading]]:
    try:
        raw, unparsed = parse_email(data)
    except AssertionError:  # no text: it takes the description for parts of a message
        pass
    else:
        yield (
            "packaging",
            {
                key: [value.strip() for value in unparsed.get(key) or _listed(raw.get(name))]
                for key, name in _DECISIVE.items()
            },
        )
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return  # pip refuses it
    yield "pip", _of_message(email.message_from_string(text))
    # As a file that is opened as text.
    yield "importlib.metadata", _of_message(email.message_from_string(re.sub(r"\r\n?", "\n", text)))


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]


def _of_message(message: email.message.Message) -> _Reading:
    return {key: [str(value).strip() for value in message.get_all(key, [])] for key in _DECISIVE}
