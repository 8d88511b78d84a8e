"""The settings of one build: level and variant, from `-C abiding.*` or the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import Slips, nearest
from abiding.project.level import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from abiding.findings.rules import Rule

__all__ = ["Settings"]


_PREFIX = "abiding."
_KNOWN = ("abiding.level", "abiding.variant")
# The command line does not override a file.
_ONCE = "say `{}` once: uv takes it from `config-settings` in pyproject.toml and uv.toml too, pip from its own file"


class Settings(NamedTuple):
    """The settings of one hook call.

    `level` is None where nobody asked for one: the declaration then decides. `level_option` and `variant_option` are
    how level and variant were asked for, as on a command line. `backend_config` is for the wrapped backend: the
    frontend's `config_settings` without ours, None if they were None. `warnings` name variables that may be misspelt.
    """

    level: Level | None
    variant: str
    backend_config: dict[str, Any] | None
    level_option: str = ""
    variant_option: str = ""
    warnings: tuple[Finding, ...] = ()

    @classmethod
    def read(
        cls, config_settings: Mapping[str, Any] | None, environ: Mapping[str, str], variants: Collection[str] = ()
    ) -> Settings:
        """Separate the frontend's settings (PEP 517 `config_settings`) into ours and the wrapped backend's.

        `variants` are those that the project declares. Raises `DeclarationError` for a setting of ours that does not
        exist or has an invalid value.
        """
        ours = {name: value for name, value in (config_settings or {}).items() if name.startswith(_PREFIX)}
        backend_config = None
        if config_settings is not None:
            backend_config = {name: value for name, value in config_settings.items() if name not in ours}
        problems = [_unknown_setting(name) for name in ours if name not in _KNOWN]
        problems += [_unknown_setting(name) for name in filter(Slips(_KNOWN).suggestion, backend_config or ())]
        level, variant = (_value(name, ours, environ, problems) for name in _KNOWN)
        admitted = zip(_KNOWN, (level, variant), (tuple(Level), variants), strict=True)
        misspelt = tuple(
            _misspelt_variables(environ, {_variable(name): values for name, value, values in admitted if not value})
        )
        problems += (finding for finding in misspelt if finding.severity is Severity.ERROR)
        level_option, variant_option = (f"-C {name}" if name in ours else _variable(name) for name in _KNOWN)
        if level not in ("", *Level):
            problems.append(_bad_level(level, level_option))
        if problems:
            raise DeclarationError(problems, "Nothing was built")
        level_option, variant_option = (
            f"{way}={value}" if value else "" for way, value in ((level_option, level), (variant_option, variant))
        )
        return cls(Level(level) if level else None, variant, backend_config, level_option, variant_option, misspelt)


def _variable(name: str) -> str:
    return name.upper().replace(".", "_")


def _value(name: str, ours: Mapping[str, Any], environ: Mapping[str, str], problems: list[Finding]) -> str:
    if name not in ours:
        return environ.get(_variable(name), "")
    value = ours[name]
    if isinstance(value, str):
        return value
    # pip and build collect a setting that is given twice into a list.
    values = ", ".join(f"`{item}`" for item in value) if isinstance(value, list) else f"`{value}`"
    hint = _ONCE.format(name) if isinstance(value, list) else f"give it as text: `-C {name}=VALUE`"
    problems.append(_problem("bad-setting", f"`{name}` takes one value, and was given {values}", f"-C {name}", hint))
    return ""


def _unknown_setting(name: str) -> Finding:
    close = nearest(name, _KNOWN)
    hints = [f"did you mean `{close}`?"] if close else []
    return _problem(
        "unknown-setting",
        f"`{name}` is not a setting of abiding",
        f"-C {name}",
        *hints,
        "the settings are `abiding.level` (`api` or `abi`) and `abiding.variant`",
    )


def _misspelt_variables(environ: Mapping[str, str], values: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Yield findings on variables that look like misspelt ones of ours, and have a value that ours may have.

    `values` are the possible values of each variable that is not set. A name that contains one of ours as a whole is
    only a warning, since it may belong to the project's own scripts.
    """
    known = {variable.removeprefix(_OURS): variable for variable in values}
    possible = {value.lower() for of_variable in values.values() for value in of_variable}
    names = [name for name in environ if name not in values and environ[name].strip().lower() in possible]
    slips = Slips(values if names else ())
    for name in sorted(names):
        close = nearest(name.removeprefix(_OURS), known, _LIKE) if name.startswith(_OURS) else ""
        meant = known[close] if close else slips.suggestion(name)
        if meant and environ[name].strip().lower() in map(str.lower, values[meant]):
            own = f"if `{name}` is your own variable, rename it, or set `{meant}` too: abiding then ignores `{name}`"
            yield Finding(
                "unknown-setting",
                Severity.WARNING if meant in name else Severity.ERROR,
                f"`{name}` is not a variable that abiding reads",
                artifact=name,
                hints=(f"did you mean `{meant}`?", own),
            )


_OURS = _variable(_PREFIX)
_LIKE = 0.75


def _bad_level(level: str, where: str) -> Finding:
    from abiding.findings.screen import by_anybody

    close = nearest(level, [*Level])
    hint = f"did you mean `{close}`?" if close else by_anybody("level")
    return _problem("bad-setting", f"`{level}` is not a level; a level is `api` or `abi`", where, hint)


def _problem(rule: Rule, message: str, where: str, *hints: str) -> Finding:
    return Finding(rule, Severity.ERROR, message, artifact=where, hints=hints)
