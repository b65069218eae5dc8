"""Find each setting's value: flag, variable, file, default.

Law: whatever is wrong is told with the place where it stands.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from app.errors import ConfigError, InputError
from app.settings.specs import PREFIX, SPECS, Settings, Spec
from app.settings.values import ParseDuration, nearest

FILE_VARIABLE = "NETGRANT_CONFIG"
_NOT_GIVEN = (None, "", (), False)


def default_file() -> Path:
    """Return the settings file's path where none is named."""
    import platformdirs

    return platformdirs.user_config_path("netgrant", appauthor=False) / "config.toml"


def load(
    flags: Mapping[str, object], parse_duration: ParseDuration, environ: Mapping[str, str] | None = None
) -> Settings:
    """Find every setting's value.

    Args:
        flags: options by the name of their setting; None, False and empty values were not given.
        parse_duration: reads a duration.
        environ: the environment; default: this process'.

    Raises:
        InputError: a flag has a wrong value; ``field`` is the setting's name.
        ConfigError: a variable or the file has a wrong value or an unknown name, or the file cannot be read.
    """
    variables = os.environ if environ is None else environ
    _refuse_near_misses(variables)
    file, table = _read_file(variables)
    _refuse_unknown(file, table)
    values: dict[str, Any] = {}
    for spec in SPECS:
        found = _find(spec, flags, variables, (file, table))
        if found is None:
            continue
        value, where = found
        try:
            values[spec.attribute or spec.name] = spec.parse(value, parse_duration)
        except InputError as error:
            _complain(spec, where, error)
    return Settings(**values)


def _find(
    spec: Spec,
    flags: Mapping[str, object],
    variables: Mapping[str, str],
    file: tuple[Path, Mapping[str, object]],
) -> tuple[object, str] | None:
    """Return the value that counts and where it stands (empty: a flag)."""
    if flags.get(spec.name) not in _NOT_GIVEN:
        return flags[spec.name], ""
    if variables.get(spec.variable):
        return variables[spec.variable], spec.variable
    path, table = file
    return (table[spec.name], f"{path}: {spec.name}") if spec.name in table else None


def _complain(spec: Spec, where: str, error: InputError) -> NoReturn:
    if not where:
        raise InputError(
            f"{spec.flag or spec.name}: {error.message}", field=spec.name, fix=error.fix
        ) from error
    raise ConfigError(f"{where}: {error.message}", fix=error.fix) from error


def _read_file(variables: Mapping[str, str]) -> tuple[Path, dict[str, object]]:
    named = variables.get(FILE_VARIABLE)
    path = Path(os.path.expanduser(named)) if named else default_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if named:
            raise ConfigError(
                f"{FILE_VARIABLE} names {path}, which does not exist",
                fix=f"create it or unset {FILE_VARIABLE}",
            ) from error
        return path, {}
    except OSError as error:
        raise ConfigError(f"the settings file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the settings file {path} is not UTF-8 text") from error
    import tomllib

    try:
        return path, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"the settings file {path} is not TOML: {error}", fix='write for example: max_ttl = "8h"'
        ) from error


def _refuse_unknown(path: Path, table: Mapping[str, object]) -> None:
    names = [spec.name for spec in SPECS]
    for key in table:
        if key not in names:
            near = nearest(key.replace("-", "_").lower(), names)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(names)}"
            raise ConfigError(f"{path}: unknown setting {key!r}", fix=hint)


def _refuse_near_misses(variables: Mapping[str, str]) -> None:
    """Refuse a variable that is almost one of ours.

    Others are left alone: Kubernetes itself sets NETGRANT_PORT and the like beside a Service of that name.
    """
    known = [*(spec.variable for spec in SPECS if spec.variable), FILE_VARIABLE]
    suffixes = {name.removeprefix(PREFIX) for name in known}
    for name in variables:
        suffix = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and suffix not in suffixes:
            near = nearest(suffix.upper(), sorted(suffixes))
            if near:
                raise ConfigError(f"unknown variable {name}", fix=f"did you mean {PREFIX}{near}?")
