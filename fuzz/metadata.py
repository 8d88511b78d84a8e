"""METADATA and PKG-INFO: fields in every shape, and what must hold for any bytes in such a file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from abiding.metadata import CoreMetadata
from fuzz.damage import damaged, wounds
from fuzz.watch import Violation, watched

_fields = st.sampled_from(
    ("Metadata-Version", "Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra", "Dynamic", "dynamic",
     "License-Expression", "License-File", "Classifier", "Project-URL", "Description", "X-Own", "Import-Name", "")
)  # fmt: skip
_values = st.sampled_from(
    ("2.1", "2.2", "2.4", "spam", "1.0", "numpy>=2", "numpy[a,b]>=1,<2; python_version>'3' and extra == 'x'",
    "Requires-Dist",
     "requires-dist", "numpy @ file:///x", "numpy==1." + "9" * 5000, "a" * 5000, "x\n  folded\n\tmore", "9" * 5000,
     "(" * 2000, "numpy; " + "(" * 500 + "os_name=='x'" + ")" * 500,
     "numpy; python_version in '" + "3." * 900 + "'", "1!2.0+x")
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


def hold(data: bytes) -> None:
    """Read the file and make every edit of it. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder, watched(Path(folder)):
        metadata = CoreMetadata.parse(data, "METADATA")
        if metadata.data != data:
            raise Violation("reading has changed the file")
        _ = metadata.version, metadata.dynamic, metadata.lowest_version
        longer = metadata.with_requirements(["added>=1"])
        # Without any field there is no metadata that a line could be added to, only a description.
        if metadata.fields and "added>=1" not in longer.all("Requires-Dist"):
            raise Violation("an added line is not there")
        if metadata.fields and len(longer.fields) != len(metadata.fields) + 1:
            raise Violation("adding a line has changed how many fields there are")
        for may_append in (True, False):
            edited = metadata.for_sdist(may_append=may_append, metadata_version="2.4")
            edited = edited.for_sdist(may_append=may_append)
            edited.as_built()
        metadata.without("Dynamic", "Requires-Dist").with_version("2.4").without_sanction()
