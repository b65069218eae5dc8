"""What may be set: each setting once, as data, and how its value is found.

Law: a flag beats the environment (``NETGRANT_*``), which beats the settings file (TOML), which beats the
default. The file is ``$NETGRANT_CONFIG``, else ``config.toml`` in the user's configuration directory; it
may be absent unless it was named. An empty variable counts as not set. A value that cannot be used is an
error that names where it stands and what would be right; so is a name that nobody knows. Secrets are no
settings.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from app.errors import ConfigError, InputError

ParseDuration = Callable[[str], timedelta]
"""Reads ``1h30m``; InputError where it cannot. An argument, for the domain is a sibling."""

OUTPUTS = ("table", "wide", "json", "yaml", "csv")
PREFIX = "NETGRANT_"
FILE_VARIABLE = "NETGRANT_CONFIG"

_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST = 4096  # of a path on Linux; nothing else that is set is longer
_NEAR = 0.7  # how alike a mistyped name must be


def default_registry() -> Path:
    """Return the registry's path where none is set: in the user's data directory."""
    import platformdirs  # 9 ms, so not before it is needed

    return platformdirs.user_data_path("netgrant", appauthor=False) / "registry.db"


def default_file() -> Path:
    """Return the settings file's path where none is named."""
    import platformdirs

    return platformdirs.user_config_path("netgrant", appauthor=False) / "config.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value; the defaults are those of SPECS."""

    contexts: tuple[str, ...] = ()
    """kubeconfig contexts; empty means the current one."""
    kubeconfig: str = ""
    """A path or a list of them as in KUBECONFIG; empty means the usual places."""
    namespace: str = ""
    """Empty means the context's."""
    registry: Path = field(default_factory=default_registry)
    max_ttl: timedelta = timedelta(hours=8)
    """The cap: the longest life of a grant, extensions included."""
    output: str = "table"
    """One of OUTPUTS."""
    timeout: timedelta = timedelta(seconds=30)
    """For one request to the API server."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting as documentation, command line and ``load`` see it."""

    name: str
    """The key in the file."""
    parse: Callable[[object, ParseDuration], object]
    """Checks a value of any source; InputError says what is wrong and what would be right."""
    default: str
    """In words, for a table."""
    help: str
    flag: str = ""
    """The option that beats it, empty where there is none."""
    attribute: str = ""
    """The field of Settings where it is not ``name``."""

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


def load(
    flags: Mapping[str, object], parse_duration: ParseDuration, environ: Mapping[str, str] | None = None
) -> Settings:
    """Find every setting's value.

    Args:
        flags: options by the name of their setting; None and empty values were not given.
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
    if flags.get(spec.name) not in (None, "", ()):
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
            near = _nearest(key.replace("-", "_").lower(), names)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(names)}"
            raise ConfigError(f"{path}: unknown setting {key!r}", fix=hint)


def _refuse_near_misses(variables: Mapping[str, str]) -> None:
    """Refuse a variable that is almost one of ours.

    Others are left alone: Kubernetes itself sets NETGRANT_PORT and the like beside a Service of that name.
    """
    suffixes = {spec.variable.removeprefix(PREFIX) for spec in SPECS} | {FILE_VARIABLE.removeprefix(PREFIX)}
    for name in variables:
        suffix = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and suffix not in suffixes:
            near = _nearest(suffix.upper(), sorted(suffixes))
            if near:
                raise ConfigError(f"unknown variable {name}", fix=f"did you mean {PREFIX}{near}?")


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(name, known, 1, _NEAR)), "")


def _text(value: object, limit: int = _LONGEST) -> str:
    if not isinstance(value, str):
        raise InputError(f"{_shown(value)} is not text", fix="put it in quotes")
    if len(value) > limit:
        raise InputError(f"{_shown(value)} is too long", fix=f"at most {limit} characters")
    if not value.strip() or not value.isprintable():
        raise InputError(f"{_shown(value)} is empty or holds control characters", fix="give plain text")
    return value.strip()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _paths(value: object, _: ParseDuration) -> str:
    parts = _text(value, 16 * _LONGEST).split(os.pathsep)
    return os.pathsep.join(_expanded(_text(part)) for part in parts if part)


def _path(value: object, _: ParseDuration) -> Path:
    return Path(_expanded(str(value) if isinstance(value, Path) else _text(value)))


def _expanded(text: str) -> str:
    path = os.path.expanduser(text)
    if path.startswith("~"):
        raise InputError(
            f"{_shown(text)} names a home directory that is not known", fix="write the whole path"
        )
    return path


def _contexts(value: object, _: ParseDuration) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise InputError(
            f"{_shown(value)} is not a context name", fix='write "staging" or ["staging", "production"]'
        )
    return tuple(dict.fromkeys(_text(part) for part in parts))


def _namespace(value: object, _: ParseDuration) -> str:
    text = _text(value)
    if not _NAMESPACE.fullmatch(text):
        raise InputError(
            f"{_shown(text)} is not a namespace name",
            fix="at most 63 lower-case letters, digits and dashes, a letter or digit at both ends",
        )
    return text


def _output(value: object, _: ParseDuration) -> str:
    text = _text(value)
    if text not in OUTPUTS:
        near = _nearest(text.lower(), list(OUTPUTS))
        hint = f"did you mean {near}? " if near else ""
        raise InputError(
            f"{_shown(text)} is not an output format", fix=f"{hint}there are: {', '.join(OUTPUTS)}"
        )
    return text


def _duration(value: object, parse_duration: ParseDuration) -> timedelta:
    if not isinstance(value, str):
        raise InputError(
            f"{_shown(value)} is not a duration", fix='write a number and its unit in quotes: "8h"'
        )
    return parse_duration(value)


SPECS: tuple[Spec, ...] = (
    Spec("context", _contexts, "the current one", "kubeconfig context, or several", "--context", "contexts"),
    Spec(
        "kubeconfig", _paths, "KUBECONFIG, else ~/.kube/config", "kubeconfig file, or several", "--kubeconfig"
    ),
    Spec("namespace", _namespace, "the context's", "namespace to act in", "--namespace"),
    Spec("registry", _path, "registry.db in the user's data directory", "local registry file", "--registry"),
    Spec("max_ttl", _duration, "8h", "longest life of a grant, extensions included"),
    Spec("output", _output, "table", f"format of lists: {', '.join(OUTPUTS)}", "--output"),
    Spec("timeout", _duration, "30s", "how long one request to the API server may take"),
)
"""Every setting there is, in the order of a documentation table."""
