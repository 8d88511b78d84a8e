"""Damage: bytes changed, cut out, repeated and put in, at places that Hypothesis chooses and can make fewer."""

from __future__ import annotations

from hypothesis import strategies as st

# What lengths, counts and offsets are broken with.
_EDGES = (0, 1, 7, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_numbers = st.builds(lambda value, size: (value & (256**size - 1)).to_bytes(size, "little"),
    st.sampled_from(_EDGES), st.sampled_from((1, 2, 4, 8)))  # fmt: skip


@st.composite
def _cuts(draw: st.DrawFn) -> tuple[str, float, int, bytes]:
    """One wound: what is done, how far into the bytes (0 to 1), over how many bytes, and with which new ones."""
    kind = draw(st.sampled_from(("change", "change", "change", "remove", "insert", "repeat", "cut off")))
    new = draw(_numbers | st.binary(max_size=24)) if kind in ("change", "insert") else b""
    return kind, draw(st.floats(0, 1)), draw(st.integers(0, 64)), new


wounds = st.lists(_cuts(), min_size=0, max_size=6)


def damaged(data: bytes, done: list[tuple[str, float, int, bytes]]) -> bytes:
    """`data` after all of it."""
    for kind, where, length, new in done:
        at = int(where * len(data))
        if kind == "change":
            data = data[:at] + new + data[at + len(new) :]
        elif kind == "insert":
            data = data[:at] + new + data[at:]
        elif kind == "remove":
            data = data[:at] + data[at + length :]
        elif kind == "repeat":
            data = data[: at + length] + data[at:]
        else:
            data = data[:at]
    return data
