"""Rows kept object by object are those that all objects at once would give."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.grant import Deadman, State
from app.domain.manifest import EXPIRES_AT, GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.live.by_grant import Key
from app.live.projector import Change, Scene, is_same, project
from app.live.rows import GRACE, Rows
from tests.domain import odd_objects
from tests.domain.standing import GRANT, LIFE, NOW, job, policy

SECOND = timedelta(seconds=1)
OTHER = "01KAV8ZC3Q5M7X9Y2W4T6R8P0A"


def rows_of(*objects: NetworkPolicy | Job) -> Rows:
    rows = Rows("prod-eu")
    put(rows, *objects)
    return rows


def put(rows: Rows, *objects: NetworkPolicy | Job) -> None:
    for item in objects:
        if isinstance(item, Job):
            rows.put_job(item)
        else:
            rows.put_policy(item)


def state(rows: Rows) -> State | None:
    row = rows.get(GRANT)
    return row.state if row else None


def told(rows: Rows) -> list[tuple[Change, str]]:
    return [(change.change, change.row.id) for change in rows.take_changes()]


def test_a_grant_stands_changes_and_ends() -> None:
    rows = rows_of(policy(), job())
    assert rows.advance(NOW)
    assert told(rows) == [(Change.STANDS, GRANT)]
    assert [row.id for row in rows] == [GRANT] and len(rows) == 1
    rows.put_policy(policy(annotations={"netgrant.dev/reason": "another"}))
    rows.advance(NOW)
    (change,) = rows.take_changes()
    assert change.before is not None
    assert (change.before.reason, change.row.reason) == ("debug", "another")
    rows.drop_policy(policy())
    rows.drop_job(job())
    rows.advance(NOW)
    assert told(rows) == [(Change.ENDED, GRANT)]
    assert (rows.get(GRANT), rows.grant(GRANT), len(rows)) == (None, None, 0)


def test_nothing_is_judged_that_nothing_has_touched() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    before, version = rows.get(GRANT), rows.version
    rows.advance(NOW + 20 * SECOND)
    assert rows.get(GRANT) is before, "the countdown is no change"
    assert rows.version == version
    rows.put_policy(policy())
    rows.advance(NOW + 20 * SECOND)
    assert rows.get(GRANT) is before, "nor is the same object once more"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), State.ACTIVE),
        (LIFE - 300 * SECOND, State.EXPIRING),
        (LIFE, State.ENDING),
        (LIFE + 2 * SECOND, State.OVERDUE),
    ],
)
def test_time_alone_turns_a_state(after: timedelta, expected: State) -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    rows.advance(NOW + after)
    assert state(rows) is expected


def test_a_clock_that_was_wrong_is_believed_no_longer() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW + timedelta(hours=3))
    assert state(rows) is State.OVERDUE
    rows.advance(NOW)
    assert state(rows) is State.ACTIVE


def test_many_are_judged_in_parts() -> None:
    rows = Rows("x")
    for number in range(25):
        rows.put_policy(policy(name=f"p{number}", labels={GRANT_LABEL: f"{number:026}"}))
    assert [rows.advance(NOW, 10) for _ in range(3)] == [False, False, True]
    assert len(rows) == 25


def test_a_drift_that_passes_is_never_shown() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    rows.put_job(job(active_deadline_seconds=3600))  # an extension: the Job first, the policy a moment later
    rows.advance(NOW + SECOND)
    assert state(rows) is State.ACTIVE
    later = (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows.put_policy(policy(annotations={EXPIRES_AT: later}))
    rows.advance(NOW + GRACE + SECOND)
    row = rows.get(GRANT)
    assert row is not None
    assert (row.state, row.drift) == (State.ACTIVE, ())


def test_a_drift_that_lasts_is_shown_by_itself() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    rows.put_job(job(suspend=True))
    rows.advance(NOW + SECOND)
    row = rows.get(GRANT)
    assert row is not None
    assert (row.state, row.drift, row.armed) == (State.ACTIVE, (), False), "what it is worth is said at once"
    rows.advance(NOW + SECOND + GRACE)
    assert state(rows) is State.DRIFTED


def test_a_calm_row_near_its_end_expires() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    rows.put_job(job(suspend=True))
    rows.advance(NOW + LIFE - 60 * SECOND)
    assert state(rows) is State.EXPIRING


def test_a_drift_found_at_first_sight_is_shown_at_once() -> None:
    rows = rows_of(policy(), job(suspend=True))
    rows.advance(NOW)
    assert state(rows) is State.DRIFTED


def test_a_job_that_is_still_on_its_way_is_waited_for() -> None:
    rows = rows_of(policy())
    rows.advance(NOW)
    assert state(rows) is State.ACTIVE
    rows.advance(NOW + GRACE)
    assert state(rows) is State.DRIFTED


def test_jobs_that_come_to_be_known_show_their_drift_at_once() -> None:
    rows = Rows("x")
    rows.note_jobs_readable(False)
    put(rows, policy(), policy("other"))
    rows.advance(NOW)
    row = rows.get(GRANT)
    assert row is not None
    assert {part.deadman for part in row.parts} == {Deadman.UNKNOWN}
    put(rows, job())
    rows.note_jobs_readable(frozenset({"production"}))
    rows.advance(NOW)
    row = rows.get(GRANT)
    assert row is not None
    assert {part.namespace: part.deadman for part in row.parts} == {
        "production": Deadman.ARMED,
        "other": Deadman.UNKNOWN,
    }
    rows.note_jobs_readable(True)
    rows.advance(NOW)
    assert state(rows) is State.DRIFTED


def test_a_job_without_a_policy_is_a_grant_being_made_until_it_has_had_one() -> None:
    rows = rows_of(job())
    rows.advance(NOW)
    assert state(rows) is State.PENDING
    rows.put_policy(policy())
    rows.advance(NOW)
    rows.drop_policy(policy())
    rows.advance(NOW)
    assert state(rows) is None
    rows.put_job(job(suspend=True))
    rows.advance(NOW)
    assert state(rows) is None, "its Job may change as it likes: the access has ended"
    rows.put_policy(policy())
    rows.advance(NOW)
    assert rows.get(GRANT) is not None


def test_a_label_that_names_another_grant_moves_the_object() -> None:
    rows = rows_of(policy(), job())
    rows.advance(NOW)
    put(rows, policy(labels={GRANT_LABEL: OTHER}), job(labels={GRANT_LABEL: OTHER}))
    rows.advance(NOW)
    assert [row.id for row in rows] == [OTHER]
    put(rows, policy(labels=None))
    rows.drop_job(job(labels=None))
    rows.advance(NOW)
    assert len(rows) == 0


def test_what_a_new_list_does_not_hold_is_forgotten() -> None:
    rows = rows_of(policy(), job(), policy("other"), job("other"))
    rows.advance(NOW)
    rows.retain_policies(lambda key: key[0] == "other")
    rows.retain_jobs(lambda key: key[0] == "other")
    rows.advance(NOW)
    row = rows.get(GRANT)
    assert row is not None
    assert row.namespaces == ("other",)


def test_what_may_not_be_seen_any_more_has_not_ended() -> None:
    rows = rows_of(policy(), policy("other"), policy("away", labels={GRANT_LABEL: OTHER}))
    rows.advance(NOW)
    rows.take_changes()
    version = rows.version
    rows.lose_sight(lambda key: key[0] == "other")
    rows.advance(NOW)
    assert [row.namespaces for row in rows] == [("other",)]
    assert told(rows) == [(Change.CHANGED, GRANT)]
    assert rows.version == version + 2
    rows.put_policy(policy("away", labels={GRANT_LABEL: OTHER}))
    rows.advance(NOW)
    rows.drop_policy(policy("away"))
    rows.advance(NOW)
    assert told(rows) == [(Change.STANDS, OTHER), (Change.ENDED, OTHER)]


@dataclass
class Model:
    """The same objects, held plainly."""

    policies: dict[Key, NetworkPolicy] = field(default_factory=dict)
    jobs: dict[Key, Job] = field(default_factory=dict)

    def scene(self) -> Scene:
        held = (tuple(items[key] for key in sorted(items)) for items in (self.policies, self.jobs))
        policies, jobs = held
        return Scene(policies, jobs, True, "prod-eu", timedelta(minutes=5))  # type: ignore[arg-type]


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "put", "drop"]), odd_objects.POLICIES | odd_objects.JOBS)
    | st.tuples(st.just("advance"), st.integers(0, 2400)),
    max_size=14,
)


def apply(rows: Rows, model: Model, verb: str, item: NetworkPolicy | Job) -> None:
    key = item.metadata.namespace, item.metadata.name
    if isinstance(item, Job):
        (rows.put_job if verb == "put" else rows.drop_job)(item)
        held: dict[Key, object] = model.jobs  # type: ignore[assignment]
    else:
        (rows.put_policy if verb == "put" else rows.drop_policy)(item)
        held = model.policies  # type: ignore[assignment]
    if verb == "put":
        held[key] = item
    else:
        held.pop(key, None)


@given(OPERATIONS, st.lists(st.integers(0, 1200), min_size=1, max_size=4))
def test_rows_are_those_of_all_objects_at_once(
    operations: list[tuple[str, NetworkPolicy | Job | int]], waits: list[int]
) -> None:
    rows, model, now = Rows("prod-eu"), Model(), NOW
    for verb, value in operations:
        if isinstance(value, int):
            now += value * SECOND
            rows.advance(now)
        else:
            apply(rows, model, verb, value)
    rows.advance(now)
    now += GRACE  # a drift that has lasted so long is shown
    for wait in (0, *waits):
        now += wait * SECOND
        rows.advance(now)
        expected = project(model.scene(), now)
        found = {row.id: row for row in rows}
        assert expected.keys() <= found.keys()
        for grant_id, row in found.items():
            if grant_id in expected:
                assert is_same(row, expected[grant_id])
            else:
                assert row.state is State.PENDING
