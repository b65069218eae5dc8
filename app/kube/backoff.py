"""How long to wait before asking again: 0.8 s doubling to 30 s, each stretched by up to its own length.

Law: as client-go's reflector does it, so that many clients of one failing server spread out, and a server
that fails now and then is not punished for a failure of long ago.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Jitter = Callable[[], float]
"""Returns a number in [0, 1), as ``random.random`` does."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The shape of the waiting times, in seconds."""

    first_seconds: float = 0.8
    last_seconds: float = 30.0
    factor: float = 2.0
    reset_seconds: float = 120.0
    """A quiet time after which the next failure counts as the first one."""


class Backoff:
    """Counts failures and turns each into a waiting time."""

    def __init__(self, jitter: Jitter, curve: Curve | None = None) -> None:
        self._jitter = jitter
        self._curve = curve or Curve()
        self._next_seconds = self._curve.first_seconds
        self._resumes_at: datetime | None = None

    def delay(self, now: datetime) -> float:
        """Return how many seconds to wait after a failure at ``now``: [0.8, 1.6) at first, [30, 60) at last.

        The time that counts as quiet begins when the wait that was returned before has passed.
        """
        curve = self._curve
        if self._resumes_at is not None and now - self._resumes_at >= timedelta(seconds=curve.reset_seconds):
            self._next_seconds = curve.first_seconds
        base = self._next_seconds
        self._next_seconds = min(base * curve.factor, curve.last_seconds)
        seconds = base * (1.0 + self._jitter())
        self._resumes_at = now + timedelta(seconds=seconds)
        return seconds
