"""A grant as one row, and as the JSON that scripts read."""

import json
from datetime import timedelta

import pytest

from app.domain.grant import Deadman, State
from app.domain.manifest import EXPIRES_AT, INCIDENT, TICKET
from app.domain.view import GrantRow, PartRow, row_of, urgency
from tests.domain.standing import GRANT, LIFE, NOW, grant, job, policy

NAME = "netgrant-database-2w4t6r8p0n"


def row(*objects: object, seconds: float = 0, **options: bool) -> GrantRow:
    found = grant(*objects, **options)  # type: ignore[arg-type]
    return row_of(found, NOW + timedelta(seconds=seconds), "prod-eu")


def test_a_row() -> None:
    found = row(policy(annotations={TICKET: "INC-1", INCIDENT: "4711"}), job(), seconds=60)
    assert found == GrantRow(
        id=GRANT,
        state=State.ACTIVE,
        deadline=NOW + LIFE,
        left=timedelta(minutes=29),
        context="prod-eu",
        namespaces=("production",),
        direction="ingress",
        target="app=database",
        peers="198.51.100.0/24",
        ports="5432/TCP",
        armed=True,
        nets="J",
        requested_by="alice",
        approved_by="",
        reason="debug",
        ticket="INC-1",
        incident="4711",
        created_at=NOW,
        drift=(),
        adopted=False,
        parts=(PartRow("production", NAME, NAME, Deadman.ARMED, NOW + LIFE, ()),),
    )


def test_the_json_that_scripts_read() -> None:
    """These names and forms are documented and stay."""
    found = row(policy(), job(), seconds=0.4).to_json()
    assert found == json.loads(json.dumps(found))
    assert found == {
        "id": GRANT,
        "state": "active",
        "deadline": "2026-11-24T18:30:00Z",
        "secondsLeft": 1800,
        "context": "prod-eu",
        "namespaces": ["production"],
        "direction": "ingress",
        "target": "app=database",
        "peers": "198.51.100.0/24",
        "ports": "5432/TCP",
        "armed": True,
        "requestedBy": "alice",
        "approvedBy": "",
        "reason": "debug",
        "ticket": "",
        "incident": "",
        "createdAt": "2026-11-24T18:00:00Z",
        "drift": [],
        "adopted": False,
        "parts": [
            {
                "namespace": "production",
                "policy": NAME,
                "job": NAME,
                "deadman": "armed",
                "jobDeadline": "2026-11-24T18:30:00Z",
                "finalizers": [],
            }
        ],
    }


def test_what_is_not_known_is_null() -> None:
    found = row(job(creation_timestamp=None)).to_json()
    assert found["deadline"] is found["secondsLeft"] is found["createdAt"] is None
    assert found["direction"] == found["target"] == found["peers"] == found["ports"] == ""
    assert found["parts"][0]["policy"] == ""
    assert row(policy()).to_json()["parts"][0]["jobDeadline"] is None


def test_seconds_left_go_below_zero() -> None:
    assert row(policy(), job(), seconds=1812).to_json()["secondsLeft"] == -12


@pytest.mark.parametrize(
    ("found", "nets"),
    [
        (row(policy(), job()), "J"),
        (row(policy()), "–"),
        (row(policy(), job(suspend=True)), "–"),
        (row(policy(), jobs_readable=False), "?"),
        (row(policy("a"), policy("b"), job("a"), job("b")), "J"),
        (row(policy("a"), policy("b"), job("a")), "J–"),
        (row(job()), "–"),
        (row(policy("a"), job("a"), job("b")), "J"),
    ],
)
def test_the_nets_in_letters(found: GrantRow, nets: str) -> None:
    assert found.nets == nets
    assert found.armed == (nets == "J")


def test_finalizers_are_shown() -> None:
    assert row(policy(finalizers=("x/hold",)), job()).parts[0].finalizers == ("x/hold",)


def test_the_overdue_come_first_then_what_ends_soonest() -> None:
    soon = row(policy(), job(active_deadline_seconds=60))
    late = row(policy(), job())
    overdue = row(policy(), job(active_deadline_seconds=60), seconds=90)
    longer_overdue = row(policy(), job(active_deadline_seconds=60), seconds=900)
    untold = row(policy(annotations={EXPIRES_AT: "soon"}))
    assert untold.state is State.OVERDUE
    pending = row(job())
    rows = [late, untold, soon, pending, overdue, longer_overdue]
    assert sorted(rows, key=urgency) == [longer_overdue, overdue, untold, pending, soon, late]
    assert urgency(untold) == (0, 0.0)
    assert urgency(pending) == (1, 0.0)


def test_expiring_is_said_five_minutes_before_unless_told_otherwise() -> None:
    assert row(policy(), job(), seconds=1499).state is State.ACTIVE
    assert row(policy(), job(), seconds=1500).state is State.EXPIRING
