"""What needs a library that only an extra brings: its absence is one clear message, whatever it was wanted for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding.findings.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["needing"]


@contextmanager
def needing(extra: str, work: str) -> Iterator[None]:
    """Turn the absence of a library, for `work` that the extra of this name is for, into `MissingExtraError`."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "abiding").startswith("abiding"):
            raise
        message = f"{work} needs `{exc.name}`, which is not installed"
        raise MissingExtraError.of(message, f"pip install 'abiding[{extra}]'") from exc
