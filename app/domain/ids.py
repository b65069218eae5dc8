"""Grant ids and the object names that follow from them.

Law: a name is a function of the id alone plus a readable slug, so that a retry finds its own half-done work.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from app.domain.text import quote
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
    kept = slug(readable)[: _SLUG_LENGTH + 3 - max(3, len(tail))].rstrip("-")
    return f"{PREFIX}-{kept}-{grant_id[-_SUFFIX_LENGTH:].lower()}{tail}"


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
    if text in candidates:
        return text
    # A name is unique only within its namespace: adopted policies of two namespaces may share one.
    found = [i for i, names in candidates.items() if text in names or text.upper() == i.upper()]
    if not found and len(text) < _SHORTEST:
        raise InputError(
            f"{quote(wanted)} is too short to name a grant", fix="give at least 3 characters of its id"
        )
    found = found or [i for i in candidates if _is_piece(text.upper(), i.upper())]
    if len(found) > 1:
        raise InputError(
            f"{quote(wanted)} means {len(found)} grants: {', '.join(sorted(found)[:5])}",
            fix="give the id, or more characters of it",
        )
    return found[0] if found else None


def _is_piece(text: str, grant_id: str) -> bool:
    return grant_id.startswith(text) or grant_id.endswith(text)
