"""The life of a recorded grant, as a table.

Law: pure; every move is in MOVES, and what is not there cannot happen.
"""

from datetime import datetime
from enum import StrEnum

from app.domain.records import EndCause, Phase


class Step(StrEnum):
    """What can happen to a recorded grant."""

    MADE = "made"
    FAILED = "failed"
    CHANGED = "changed"
    ENDING = "ending"
    GONE = "gone"


MOVES: dict[tuple[Phase, Step], Phase] = {
    (Phase.INTENDED, Step.MADE): Phase.ACTIVE,
    (Phase.INTENDED, Step.FAILED): Phase.FAILED,
    (Phase.ACTIVE, Step.CHANGED): Phase.ACTIVE,
    (Phase.ACTIVE, Step.ENDING): Phase.ENDING,
    (Phase.ACTIVE, Step.GONE): Phase.ENDED,
    (Phase.ENDING, Step.ENDING): Phase.ENDING,
    (Phase.ENDING, Step.GONE): Phase.ENDED,
    (Phase.INTENDED, Step.ENDING): Phase.ENDING,
    (Phase.ENDING, Step.FAILED): Phase.ACTIVE,  # the cluster refused the removal: it stands as before
    # A grant that failed here may still be found standing: an answer was lost, the cluster is the truth.
    (Phase.FAILED, Step.MADE): Phase.ACTIVE,
}
"""Every move a recorded grant can make; what is not here cannot happen."""


def move(phase: Phase, step: Step) -> Phase:
    """Return the next phase.

    Raises:
        ValueError: the table has no such move.
    """
    try:
        return MOVES[phase, step]
    except KeyError:
        raise ValueError(f"a grant that is {phase} cannot be {step}") from None


def end_cause(deadline: datetime, seen_gone_at: datetime, revoked: bool) -> EndCause:
    """Return why a grant is gone, as far as it can be told from when that was seen."""
    if revoked:
        return EndCause.REVOKED
    return EndCause.EXPIRED if seen_gone_at >= deadline else EndCause.REMOVED
