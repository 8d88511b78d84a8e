"""The action and the component of this repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.pages import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTION, COMPONENT = CHECKOUT / "action.yml", CHECKOUT / "templates" / "check.yml"


def action() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(ACTION)
    return found


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    spec, jobs = YAML(typ="safe").load_all(COMPONENT)
    return spec["spec"], jobs


def filled(text: str, inputs: Mapping[str, str], begin: str, end: str) -> str:
    """The text, with inputs in place of expressions, as both services have it."""
    return re.sub(rf"{begin}\s*inputs\.([\w-]+)\s*{end}", lambda found: inputs[found[1]], text)
