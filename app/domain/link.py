"""What can be said about the link to one kind of objects: is what we show complete, current, or neither."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    """How far what we hold of a kind may be believed."""

    LOADING = "loading"
    """No list has come yet: an empty view means nothing."""
    LIVE = "live"
    """Listed, and followed by a watch."""
    STALE = "stale"
    """Listed once; the link is lost, or may only be polled, and is being retried."""
    DENIED = "denied"
    """We may not list it (403); asked again now and then."""


@dataclass(frozen=True, slots=True)
class Link:
    """The state of one link."""

    state: LinkState
    since: datetime
    """When it entered the state, by our clock."""
    error: str = ""
    """The last failure in one line, empty while all is well."""
    failures: int = 0
    """How many failures in a row, 0 while all is well."""
