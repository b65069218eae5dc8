"""What to do after a failure: resume where the watch was, list again, or wait for a permission.

Law: a table; it waits for nothing and knows no reflector.
"""

from enum import Enum, auto

from app.errors import (
    ClusterError,
    ForbiddenError,
    ServerFaultError,
    ThrottledError,
    UnauthorizedError,
    UnreachableError,
)

_LONGEST_WISH_SECONDS = 300.0


class Remedy(Enum):
    """What the next attempt is."""

    RESUME = auto()
    """The watch, from the last version: nothing says that it is lost, and a list would only add load."""
    RELIST = auto()
    """The list: the version is gone, wrong or of no use."""
    WAIT = auto()
    """The list, after a long wait: we may not."""


def remedy(error: ClusterError) -> Remedy:
    """Return what ``error`` calls for."""
    if isinstance(error, ForbiddenError):
        return Remedy.WAIT
    if isinstance(error, UnreachableError | ThrottledError | UnauthorizedError):
        return Remedy.RESUME
    if isinstance(error, ServerFaultError) and error.status >= 500 and not is_too_large(error):
        return Remedy.RESUME
    return Remedy.RELIST


def is_too_large(error: ClusterError) -> bool:
    """Tell whether the server has not come as far as the version we asked for; restored, it never may."""
    return error.status == 504 and "too large resource version" in error.message.lower()


def wished_seconds(error: ClusterError) -> float:
    """Return how long the server asks us to stay away, at most 5 minutes, 0 where it does not say."""
    return min(error.retry_after_seconds, _LONGEST_WISH_SECONDS) if isinstance(error, ThrottledError) else 0.0
