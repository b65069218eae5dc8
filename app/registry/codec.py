"""How values become text in the registry: times, JSON and lists of names.

Law: text is canonical. Equal values give equal bytes, so that a hash over them means something, and
times have a fixed width, so that they sort as text.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from app.domain.records import Json
from app.errors import RegistryError


def stamp(at: datetime) -> str:
    """Return ``at`` as RFC 3339 in UTC, always with six decimals: ``2026-11-24T18:00:00.000000Z``.

    Raises:
        RegistryError: ``at`` has no time zone, so nobody could say when it was.
    """
    if at.utcoffset() is None:
        raise RegistryError(f"the time {at} has no time zone, the registry keeps UTC only")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unstamp(text: str) -> datetime:
    """Read back what ``stamp`` wrote; ValueError where it is no time, or has no zone to compare it in."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"the time {text} has no time zone")
    return found


def canonical(value: object) -> str:
    """Return ``value`` as JSON with sorted keys, no blanks and no escapes that UTF-8 can do without.

    Raises:
        RegistryError: ``value`` holds what JSON has no word for (a set, NaN, an object).
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RegistryError(f"a registry row cannot be written as JSON: {error}") from error


def decode_object(text: str) -> Json:
    """Read back a JSON object that ``canonical`` wrote; ValueError where it is none."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def decode_parts(text: str) -> Json:
    """Read back a JSON object whose ``parts``, if there are any, each have a namespace and a name.

    Raises:
        ValueError, KeyError, TypeError: it does not read so.
    """
    value = decode_object(text)
    for part in value.get("parts", ()):
        part["namespace"], part["name"]
    return value


def encode_names(names: tuple[str, ...]) -> str:
    """Return names as a JSON list, in their order."""
    return canonical(list(names))


def decode_names(text: str) -> tuple[str, ...]:
    """Read back what ``encode_names`` wrote."""
    return tuple(str(name) for name in json.loads(text))


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Read a stored row; one that netgrant did not write is a RegistryError that names ``what``."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError(
            f"{what} in the registry does not read as netgrant writes it: {error}",
            fix="put a backup of the registry in its place, or move it aside and start with an empty one",
        ) from error
