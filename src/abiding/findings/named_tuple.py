"""Named tuples as those of `typing`, whose class statements take a third of the time.

`typing` compiles the type of each field, and every hook of a build makes dozens of these classes. What comes of it is
the same otherwise, and the same to type checkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]


if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _Making(type):
        """Makes a tuple with the annotated fields, and gives it everything else in the body of the class."""

        def __new__(cls, name, _bases, body):  # noqa: ANN001, ANN204 (a type checker takes the class for that of `typing`)
            fields = body.get("__annotations__", ())  # one without fields has none
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body.pop("__module__"))  # noqa: PYI024
            for key, value in body.items():
                setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Making, "NamedTuple", (), {})
