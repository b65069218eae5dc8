"""What moving a deadline would mean, seen from the row: told while it is typed, before anybody is asked.

Law: pure, by server time; it foresees what the use case will say, which looks again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.commands.extend import check_deadline
from app.commands.session import Limits
from app.domain.durations import Life
from app.domain.grant import Deadman
from app.domain.view import GrantRow
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class Move:
    """One grant with another deadline."""

    before: datetime
    after: datetime
    now: datetime
    created_at: datetime | None
    error: InputError | None = None
    """Why it cannot be asked for."""

    @property
    def shortens(self) -> bool:
        """Tell whether access ends earlier than it does now."""
        return self.after < self.before

    @property
    def left(self) -> timedelta:
        """Return what is left then."""
        return self.after - self.now

    @property
    def life(self) -> timedelta:
        """Return how long it lives in all, extensions included."""
        return self.after - (self.created_at or self.now)


def why_fixed(row: GrantRow | None, now: datetime) -> str:
    """Return why a grant's deadline cannot be moved at all; empty if it can be."""
    if row is None:
        return "has ended meanwhile"
    loose = [part for part in row.parts if part.policy and part.deadman is not Deadman.ARMED]
    if loose or not row.armed:
        what = "; ".join(dict.fromkeys(str(part.deadman) for part in loose)) or "no policy"
        return f"its switch is not armed ({what}): revoke it and make a new grant"
    if row.deadline is None or row.deadline <= now:
        return "its deadline has passed: make a new grant"
    return ""


def foresee(row: GrantRow, life: Life, limits: Limits, now: datetime) -> Move:
    """Return what the new deadline would mean; ``life`` is added to the present one, or is the new one."""
    before = row.deadline or now
    after = life.end(before)
    error = None
    try:
        check_deadline(limits, row.created_at, after, now)
    except InputError as wrong:
        error = wrong
    return Move(before, after, now, row.created_at, error)
