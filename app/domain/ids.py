"""Grant ids and the object names that follow from them.

Law: a name is a function of the id alone plus a readable slug, so that a retry finds its own half-done work.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from app.errors import InputError

PREFIX = "netgrant"
_SUFFIX_LENGTH = 10
_SLUG_LENGTH = 63 - len(PREFIX) - _SUFFIX_LENGTH - 2 - 3  # two hyphens, and room for "-NN"
_SHORTEST = 3


def new_id(now: datetime) -> str:
    """Return a fresh 26-character ULID: sorts by time, valid as a label value."""
    from ulid import ULID  # 10 ms, and only making a grant needs one

    return str(ULID.from_datetime(now))


def short(grant_id: str) -> str:
    """Return the tail of an id that people compare by eye (``…RST``'s six characters)."""
    return grant_id[-6:]


def slug(text: str) -> str:
    """Return ``text`` as a piece of an object name: lower case letters, digits, single hyphens."""
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    return found or "grant"


def object_name(grant_id: str, readable: str, number: int = 0) -> str:
    """Return the name of a grant's Job and policy, at most 63 characters.

    Args:
        grant_id: the grant.
        readable: anything that reminds of the target; made a slug.
        number: 0 for the first policy of a grant in its namespace, 1 for the next, …
    """
    tail = f"-{number + 1}" if number else ""
    return f"{PREFIX}-{slug(readable)}-{grant_id[-_SUFFIX_LENGTH:].lower()}{tail}"


def resolve(wanted: str, known: Iterable[tuple[str, Iterable[str]]]) -> str | None:
    """Return the one id that ``wanted`` means: an id, an object's name, or an id's unique head or tail.

    Args:
        wanted: what the user wrote.
        known: each id with the object names of its grant.

    Raises:
        InputError: it means several grants, or is too short to mean one.
    """
    text = wanted.strip()
    candidates = {grant_id: set(names) for grant_id, names in known}
    for grant_id, names in candidates.items():
        if text.upper() == grant_id or text in names:
            return grant_id
    if len(text) < _SHORTEST:
        raise InputError(
            f"{wanted!r} is too short to name a grant", fix="give at least 3 characters of its id"
        )
    found = [g for g in candidates if g.startswith(text.upper()) or g.endswith(text.upper())]
    if len(found) > 1:
        raise InputError(
            f"{wanted!r} means {len(found)} grants: {', '.join(sorted(found)[:5])}",
            fix="give more characters of the id",
        )
    return found[0] if found else None
