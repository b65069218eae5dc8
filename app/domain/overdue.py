"""Which grants should be gone by now, and stand because nothing in the cluster ended them.

Law: pure, by server time. In doubt a grant is not due: what cannot be read, or may yet be moved, is left to
somebody who looks.
"""

from datetime import datetime, timedelta

from app.domain.grant import OVERDUE_AFTER, Deadman, Grant, LivePart

CONTROLLERS_ACT_WITHIN = timedelta(seconds=30)
"""How long an armed switch is waited for: longer than the controllers need to elect a new leader."""


def is_due(grant: Grant, now: datetime) -> bool:
    """Tell whether every policy of the grant has passed its deadline, and nothing is taking them away.

    An armed Job is given time to act; where Jobs may not be read, or a deadline cannot be, the answer is no.
    """
    standing = [part for part in grant.parts if part.policy is not None]
    going = [part for part in standing if part.policy and part.policy.metadata.deletion_timestamp]
    return len(going) < len(standing) and all(_has_passed(part, now) for part in standing)


def _has_passed(part: LivePart, now: datetime) -> bool:
    dead, end = part.deadman(), part.end()
    if end is None or dead is Deadman.UNKNOWN or part.written_deadline() is None:
        return False
    grace = CONTROLLERS_ACT_WITHIN if dead is Deadman.ARMED else OVERDUE_AFTER
    return end + grace <= now
