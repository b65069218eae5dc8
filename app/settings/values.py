"""How each kind of value is checked and read, whichever source it came from.

Law: InputError says what is wrong and what would be right; nothing here knows where the value stands.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from app.errors import InputError

ParseDuration = Callable[[str], timedelta]
"""Reads ``1h30m``; InputError where it cannot. An argument, for the domain is a sibling."""

OUTPUTS = ("table", "wide", "json", "yaml", "csv")
TEMPLATE_FIELDS = (
    "context",
    "namespace",
    "direction",
    "target",
    "source",
    "ports",
    "life",
    "reason",
    "ticket",
    "incident",
)
"""What a template may hold: the fields of the form, as one would type them."""

_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST = 4096  # of a path on Linux; nothing else that is set is longer
_NEAR = 0.7  # how alike a mistyped name must be
_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0")


def nearest(name: str, known: list[str]) -> str:
    """Return the known name that was probably meant, empty if none is like it."""
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


def paths(value: object, _: ParseDuration) -> str:
    """Read a list of paths as PATH has them."""
    parts = _text(value, 16 * _LONGEST).split(os.pathsep)
    return os.pathsep.join(_expanded(_text(part)) for part in parts if part)


def path(value: object, _: ParseDuration) -> Path:
    """Read a path; ``~`` is filled in."""
    return Path(_expanded(str(value) if isinstance(value, Path) else _text(value)))


def _expanded(text: str) -> str:
    path = os.path.expanduser(text)
    if path.startswith("~"):
        raise InputError(
            f"{_shown(text)} names a home directory that is not known", fix="write the whole path"
        )
    return path


def _list(value: object, what: str, example: str) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise InputError(f"{_shown(value)} is not {what}", fix=f"write {example}")
    return tuple(dict.fromkeys(_text(part) for part in parts))


def contexts(value: object, _: ParseDuration) -> tuple[str, ...]:
    """Read the names of contexts."""
    return _list(value, "a context name", '"staging" or ["staging", "production"]')


def patterns(value: object, _: ParseDuration) -> tuple[str, ...]:
    """Read patterns of context names."""
    return _list(value, "a pattern of context names", '"prod-*" or ["prod-*", "live"]')


def namespace(value: object, _: ParseDuration) -> str:
    """Read the name of a namespace."""
    text = _text(value)
    if not _NAMESPACE.fullmatch(text):
        raise InputError(
            f"{_shown(text)} is not a namespace name",
            fix="at most 63 lower-case letters, digits and dashes, a letter or digit at both ends",
        )
    return text


def word(value: object, _: ParseDuration) -> str:
    """Read a name that is checked where it is used."""
    return _text(value)


def output(value: object, _: ParseDuration) -> str:
    """Read an output format."""
    text = _text(value)
    if text not in OUTPUTS:
        near = nearest(text.lower(), list(OUTPUTS))
        hint = f"did you mean {near}? " if near else ""
        raise InputError(
            f"{_shown(text)} is not an output format", fix=f"{hint}there are: {', '.join(OUTPUTS)}"
        )
    return text


def switch(value: object, _: ParseDuration) -> bool:
    """Read yes or no."""
    if isinstance(value, bool):
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    if text not in (*_YES, *_NO):
        raise InputError(f"{_shown(value)} is neither true nor false", fix="write true or false")
    return text in _YES


def duration(value: object, parse_duration: ParseDuration) -> timedelta:
    """Read a duration."""
    if not isinstance(value, str):
        raise InputError(
            f"{_shown(value)} is not a duration", fix='write a number and its unit in quotes: "8h"'
        )
    return parse_duration(value)


def durations(value: object, parse_duration: ParseDuration) -> tuple[timedelta, ...]:
    """Read several durations, the longest first; an empty list or ``none`` is none at all."""
    if value == "none":
        return ()
    parts = _list(value, "a list of durations", '["5m", "1m"], or [] for none')
    return tuple(sorted({parse_duration(part) for part in parts}, reverse=True))


def templates(value: object, _: ParseDuration) -> dict[str, dict[str, str]]:
    """Read ``[templates.NAME]`` tables: texts under known names."""
    if not isinstance(value, Mapping):
        raise InputError(f"{_shown(value)} is not a table", fix="write [templates.NAME] and its fields below")
    return {_text(name): _template(name, fields) for name, fields in value.items()}


def _template(name: str, fields: object) -> dict[str, str]:
    if not isinstance(fields, Mapping):
        raise InputError(
            f"{_shown(name)} is not a table", fix=f"write [templates.{name}] and its fields below"
        )
    return {_field(name, key): _template_text(name, key, text) for key, text in fields.items()}


def _field(name: str, key: str) -> str:
    if key not in TEMPLATE_FIELDS:
        near = nearest(key.replace("-", "_").lower(), list(TEMPLATE_FIELDS))
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(TEMPLATE_FIELDS)}"
        raise InputError(f"{_shown(name)} has an unknown field {_shown(key)}", fix=hint)
    return key


def _template_text(name: str, key: str, text: object) -> str:
    if text == "":
        return ""
    try:
        return _text(text)
    except InputError as error:
        raise InputError(f"{_shown(name)}, {key}: {error.message}", fix=error.fix) from error
