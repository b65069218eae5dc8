"""kill -9 at each step of extend, revoke and adopt: the next start brings registry and cluster in step."""

from datetime import timedelta

import pytest

from tests.e2e import register
from tests.e2e.command import opening
from tests.e2e.failpoints import Point, Victim
from tests.e2e.witness import GRANT_LABEL, Witness, moment

pytestmark = pytest.mark.cluster

POLICIES, JOBS = "networkpolicies", "jobs"
EXPIRES_AT = "netgrant.dev/expires-at"


def record(victim: Victim) -> tuple[object, ...]:
    """Phase, deadline and cause of the end of the one grant on record."""
    (row,) = register.rows(victim.netgrant.registry, "SELECT phase, deadline, end_cause FROM grants")
    return row


@pytest.mark.parametrize("change", ["longer", "shorter"])
@pytest.mark.parametrize(
    "point",
    [
        Point("before", "PATCH", JOBS),
        Point("after", "PATCH", JOBS),
        Point("before", "PATCH", POLICIES),
        Point("after", "PATCH", POLICIES),
    ],
    ids=str,
)
def test_moving_a_deadline(
    victim: Victim, witness: Witness, namespace: str, point: Point, change: str
) -> None:
    grant_id = victim.netgrant.grant(namespace, "5m")
    before = witness.deadline(namespace)
    sooner = before - timedelta(minutes=1)
    how = ("--for", "5m") if change == "longer" else ("--until", sooner.isoformat())
    victim.dies_at(point, "extend", grant_id, *how, "--reason", "another plan")
    witness.all_timed(namespace)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    witness.all_timed(namespace)
    deadline = witness.deadline(namespace)
    is_moved = (point.when, point.resource) != ("before", JOBS)
    assert (deadline != before) == is_moved
    assert moment(witness.policy(namespace)["metadata"]["annotations"][EXPIRES_AT]) == deadline
    phase, on_record, _ = record(victim)
    assert phase == "active"
    assert moment(str(on_record)) == deadline


@pytest.mark.parametrize(
    "point",
    [
        Point("before", "DELETE", POLICIES),
        Point("after", "DELETE", POLICIES),
        Point("before", "DELETE", JOBS),
        Point("after", "DELETE", JOBS),
    ],
    ids=str,
)
def test_revoking(victim: Victim, witness: Witness, namespace: str, point: Point) -> None:
    grant_id = victim.netgrant.grant(namespace)
    victim.dies_at(point, "revoke", grant_id, "--reason", "done")
    witness.all_timed(namespace)
    assert register.open_intents(victim.netgrant.registry) == ["revoke"]
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    assert witness.is_empty(namespace)
    assert record(victim)[::2] == ("ended", "revoked")


@pytest.mark.parametrize(
    ("point", "stands"),
    [
        (Point("before", "POST", JOBS), False),
        (Point("after", "POST", JOBS), False),
        (Point("before", "PATCH", POLICIES), False),
        (Point("after", "PATCH", POLICIES), True),
    ],
    ids=str,
)
def test_adopting(
    victim: Victim, witness: Witness, standing: tuple[str, str], point: Point, stands: bool
) -> None:
    namespace, made = standing
    victim.dies_at(point, *adopting(namespace))
    witness.all_timed(namespace)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    found = witness.policy(namespace)["metadata"]
    assert found["uid"] == made
    if stands:
        witness.all_timed(namespace)
        assert register.phases(victim.netgrant.registry) == {found["labels"][GRANT_LABEL]: "active"}
    else:
        assert witness.jobs(namespace) == []
        assert "labels" not in found
        assert "ownerReferences" not in found
        assert set(register.phases(victim.netgrant.registry).values()) == {"failed"}


def test_an_adopted_policy_whose_timer_was_stopped_meanwhile_is_not_deleted(
    victim: Victim, witness: Witness, standing: tuple[str, str]
) -> None:
    """Undoing an adoption must never mean deleting what stood before: others may depend on it."""
    namespace, made = standing
    victim.dies_at(Point("after", "PATCH", POLICIES), *adopting(namespace))
    witness.suspend_job(namespace)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    found = witness.policy(namespace)["metadata"]
    assert found["uid"] == made
    assert GRANT_LABEL not in found.get("labels", {})
    assert "ownerReferences" not in found
    assert witness.jobs(namespace) == []
    assert set(register.phases(victim.netgrant.registry).values()) == {"failed"}


def test_what_ended_while_nobody_lived_is_not_made_again(
    victim: Victim, witness: Witness, namespace: str
) -> None:
    victim.dies_at(Point("after", "POST", POLICIES), *opening(namespace, "3s"))
    witness.await_empty(namespace)
    victim.netgrant("list").ok()
    assert register.open_intents(victim.netgrant.registry) == []
    assert witness.is_empty(namespace)
    assert record(victim)[::2] == ("ended", "expired")
    rows = register.rows(victim.netgrant.registry, "SELECT outcome FROM intents")
    assert rows == [("uncertain",)]  # it did stand, and the registry must not say that it did not


def adopting(namespace: str) -> list[str]:
    return ["adopt", "-n", namespace, "debug", "--for", "5m", "--reason", "left over"]
