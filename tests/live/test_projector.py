"""From stores to rows, and from rows to what changed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.grant import Deadman, State
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.domain.view import GrantRow
from app.live.projector import Change, RowChange, Scene, changes, project
from tests.domain.standing import GRANT, LIFE, NOW, job, policy

EARLIER = "01KAV8ZC3Q5M7X9Y2W4T6R8P0A"


def scene(*objects: NetworkPolicy | Job, readable: bool = True) -> Scene:
    policies = tuple(item for item in objects if isinstance(item, NetworkPolicy))
    jobs = tuple(item for item in objects if isinstance(item, Job))
    return Scene(policies, jobs, readable, "prod-eu", timedelta(minutes=5))


def rows(*objects: NetworkPolicy | Job, seconds: int = 0, readable: bool = True) -> dict[str, GrantRow]:
    return project(scene(*objects, readable=readable), NOW + timedelta(seconds=seconds))


def of(grant_id: str) -> dict[str, str]:
    return {GRANT_LABEL: grant_id}


def told(before: dict[str, GrantRow], after: dict[str, GrantRow]) -> list[tuple[Change, str]]:
    return [(change.change, change.row.id) for change in changes(before, after)]


def test_rows_by_id() -> None:
    found = rows(policy(), job())
    assert list(found) == [GRANT]
    assert found[GRANT].armed
    assert found[GRANT].context == "prod-eu"
    assert rows() == {}


def test_how_early_expiring_is_said_comes_with_the_scene() -> None:
    wide = replace(scene(policy(), job()), expiring=LIFE)
    assert project(wide, NOW)[GRANT].state is State.EXPIRING


def test_a_job_whose_policies_are_not_held_is_left_out() -> None:
    found = rows(policy(), job(), job("b", labels=of(EARLIER)), job("c", labels=None))
    assert list(found) == [GRANT]
    assert rows(job()) == {}


def test_objects_that_are_not_ours_do_not_hide_ours() -> None:
    found = rows(
        policy("x", labels=None), policy("y", labels={"app": "z"}), policy(), job(), job("x", labels={})
    )
    assert list(found) == [GRANT]
    assert len(found[GRANT].parts) == 1


def test_jobs_that_may_not_be_read() -> None:
    assert rows(policy(), readable=False)[GRANT].parts[0].deadman is Deadman.UNKNOWN


def test_the_countdown_is_no_change() -> None:
    assert told(rows(policy(), job()), rows(policy(), job(), seconds=60)) == []


@pytest.mark.parametrize(("seconds", "state"), [(1500, "expiring"), (1800, "ending"), (1802, "overdue")])
def test_a_state_that_time_brought_about_is_one(seconds: int, state: str) -> None:
    before, after = rows(policy(), job()), rows(policy(), job(), seconds=seconds)
    assert list(changes(before, after)) == [RowChange(Change.CHANGED, after[GRANT])]
    assert after[GRANT].state == state


def test_what_somebody_did_is_a_change() -> None:
    before = rows(policy(), job())
    for after in (
        rows(policy(), job(active_deadline_seconds=7200)),
        rows(policy(), job(suspend=True)),
        rows(policy(spec={}), job()),
        rows(policy(deletion_timestamp=NOW), job()),
        rows(policy(annotations={"netgrant.dev/reason": "another"}), job()),
        rows(policy(), job(), readable=False),
    ):
        assert told(before, after) == [(Change.CHANGED, GRANT)]


def test_ends_come_first_and_show_the_row_as_it_was_last() -> None:
    before = rows(policy(), job())
    after = rows(policy(labels=of(EARLIER)), job(labels=of(EARLIER)))
    assert told(before, after) == [(Change.ENDED, GRANT), (Change.STANDS, EARLIER)]
    assert next(iter(changes(before, after))).row is before[GRANT]


def test_each_kind_of_change_in_the_order_of_ids() -> None:
    def both(moment: datetime, *ids: str) -> dict[str, GrantRow]:
        objects = [
            item for i in ids for item in (policy(i.lower(), labels=of(i)), job(i.lower(), labels=of(i)))
        ]
        return project(scene(*objects), moment)

    before, after = both(NOW, "C", "A", "D"), both(NOW + LIFE, "E", "B", "D")
    assert told(before, after) == [
        (Change.ENDED, "A"),
        (Change.ENDED, "C"),
        (Change.STANDS, "B"),
        (Change.CHANGED, "D"),
        (Change.STANDS, "E"),
    ]


def test_nothing_changes_between_equal_looks() -> None:
    assert told(rows(policy(), job()), rows(policy(), job())) == []
    assert told({}, {}) == []
