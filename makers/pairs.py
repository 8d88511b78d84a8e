"""A wheel and the record of its build."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from abiding.project.build_record import BuildRecord, Shared, User
from makers.compiled import Pair


def recorded(pair: Pair, *, symbols: tuple[str, ...] = ("spam",), **changes: Any) -> Path:
    """A wheel as a build leaves it: with its record."""
    shared = {
        "library": pair.library.name, "file": pair.place, "sha256": hashlib.sha256(pair.library.read_bytes()).hexdigest(), "distribution": "prov", "version": "1.0",
        "requirement": "prov==1.0", "platforms": ("manylinux_2_28_x86_64",), "users": (User("ham/_ham.so", symbols),),
        **{key: value for key, value in changes.items() if key not in ("run_path", "requires", "tag", "more")},
    }  # fmt: skip
    record = BuildRecord("mesonpy", "0.22.1", "abi", "", libraries=(Shared(**shared),))
    member = {"ham-1.0.dist-info/abiding.json": record.to_json()}
    options = {key: changes[key] for key in ("requires", "tag") if key in changes}
    more = {**member, **changes.get("more", {})}
    return pair.consumer(changes.get("run_path", "$ORIGIN/../prov/lib"), more=more, **options)
