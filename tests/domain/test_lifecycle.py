"""The life of a recorded grant, against a table written out by hand."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import MOVES, Step, end_cause, move
from app.domain.records import EndCause, Phase

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
# One row a phase: what each step, in the order of Step, makes of it; "-" cannot happen.
TABLE = """
              made     failed   changed  ending   gone
    intended  active   failed   -        ending   -
    active    -        -        active   ending   ended
    ending    -        active   -        ending   ended
    ended     -        -        -        -        -
    failed    active   -        -        -        -
"""


def _written() -> dict[tuple[Phase, Step], Phase]:
    steps, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {
        (Phase(phase), Step(step)): Phase(cell)
        for phase, *cells in rows
        for step, cell in zip(steps, cells, strict=True)
        if cell != "-"
    }


def test_the_table() -> None:
    assert _written() == MOVES


@pytest.mark.parametrize(("phase", "step"), [*product(Phase, Step)])
def test_a_move_is_in_the_table_or_impossible(phase: Phase, step: Step) -> None:
    if (phase, step) in MOVES:
        assert move(phase, step) is MOVES[phase, step]
        return
    with pytest.raises(ValueError, match=f"a grant that is {phase} cannot be {step}"):
        move(phase, step)


def test_what_has_ended_stays_so() -> None:
    assert not [phase for phase, _ in MOVES if phase is Phase.ENDED]


def test_each_phase_can_be_reached_and_each_open_one_can_end() -> None:
    def reachable(start: Phase) -> set[Phase]:
        found, new = {start}, {start}
        while new:
            new = {to for (phase, _), to in MOVES.items() if phase in new} - found
            found |= new
        return found

    assert reachable(Phase.INTENDED) == set(Phase)
    for phase in (Phase.INTENDED, Phase.ACTIVE, Phase.ENDING):
        assert Phase.ENDED in reachable(phase)


@given(st.lists(st.sampled_from(Step), max_size=8))
def test_no_walk_leaves_the_table(steps: list[Step]) -> None:
    phase = Phase.INTENDED
    for step in steps:
        try:
            phase = move(phase, step)
        except ValueError:
            assert (phase, step) not in MOVES
    assert phase in Phase


@pytest.mark.parametrize(
    ("seen_after_seconds", "revoked", "cause"),
    [
        (0, False, EndCause.EXPIRED),
        (5, False, EndCause.EXPIRED),
        (-1, False, EndCause.REMOVED),
        (-1, True, EndCause.REVOKED),
        (5, True, EndCause.REVOKED),
    ],
)
def test_why_it_is_gone(seen_after_seconds: int, revoked: bool, cause: EndCause) -> None:
    assert end_cause(NOW, NOW + timedelta(seconds=seen_after_seconds), revoked) is cause
