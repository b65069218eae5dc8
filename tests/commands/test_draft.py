"""Checking and naming an order, before anything is written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.commands.draft import Order, draft, life_of
from app.commands.session import Limits, Reading
from app.domain.manifest import GRANT_LABEL, Wish
from app.domain.records import Phase
from app.errors import InputError
from app.ports import Identity
from tests.commands.fakes import START
from tests.commands.world import SPEC, World, order, wish

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reason": ""}, "reason", "needs a reason"),
        ({"reason": " \n "}, "reason", "needs a reason"),
        ({"ttl": None}, "for", "until when"),
        ({"until": START + HOUR}, "for", "until when"),
        ({"ttl": timedelta()}, "until", "has passed"),
        ({"ttl": -HOUR}, "until", "has passed"),
        ({"ttl": None, "until": START}, "until", "has passed"),
        ({"ttl": None, "until": START + timedelta(milliseconds=999)}, "until", "has passed"),
        (
            {"ttl": timedelta(hours=8, seconds=1)},
            "for",
            "8h at most, extensions included; this would be 8h1s",
        ),
        ({"ttl": None, "until": START + timedelta(hours=9)}, "for", "8h at most"),
    ],
)
def test_orders_that_are_wrong(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        draft(Limits(), order("production", **changes), "alice", START)
    assert raised.value.field == field


def test_an_order_for_nothing() -> None:
    with pytest.raises(InputError, match="nothing is asked for"):
        draft(Limits(), Order((), "debug", HOUR), "alice", START)


def test_a_policy_that_the_server_would_refuse_is_refused_here() -> None:
    bad = {**SPEC, "ingress": [{"ports": [{"port": 99999, "protocol": "TCP"}]}]}
    with pytest.raises(InputError, match="99999") as raised:
        draft(Limits(), Order((Wish("production", bad),), "debug", HOUR), "alice", START)
    assert raised.value.field == "policy"


def test_the_life_is_what_was_asked_for() -> None:
    assert life_of(Limits(), order(ttl=HOUR), START) == HOUR
    assert life_of(Limits(), order(ttl=None, until=START + HOUR), START) == HOUR
    assert life_of(Limits(max_ttl=HOUR), order(ttl=HOUR), START) == HOUR


def test_seconds_are_rounded_up_for_a_job_knows_no_fractions() -> None:
    plan = draft(Limits(), order("production", ttl=timedelta(seconds=1.2)), "alice", START)
    assert plan.ttl_seconds == 2
    assert plan.deadline == START + timedelta(seconds=2)


def test_jobs_come_before_policies_one_in_each_namespace() -> None:
    wishes = (wish("a"), wish("a", "replica"), wish("b"))
    plan = draft(Limits(), Order(wishes, "debug", HOUR), "alice", START)
    assert plan.namespaces == ("a", "b")
    manifests = plan.manifests()
    assert [item["kind"] for item in manifests] == ["Job", "Job"] + ["NetworkPolicy"] * 3
    assert plan.job_name("a") == plan.parts[0].name
    assert (
        len({(item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]) for item in manifests})
        == 5
    )
    assert {item["metadata"]["labels"][GRANT_LABEL] for item in manifests} == {plan.stamp.grant_id}
    assert all("ownerReferences" not in item["metadata"] for item in manifests)


def test_the_same_order_twice_is_two_grants() -> None:
    one, other = (draft(Limits(), order("a"), "alice", START) for _ in range(2))
    assert one.stamp.grant_id != other.stamp.grant_id


def test_what_is_kept_of_it(world: World) -> None:
    plan = draft(Limits(), order("a", "b", ticket="INC-1", incident="IR-2", reason=" lag "), "alice", START)
    record = plan.record(world.session(), Phase.INTENDED, plan.deadline)
    assert (record.requested_by, record.reason, record.ticket, record.incident) == (
        "alice",
        "lag",
        "INC-1",
        "IR-2",
    )
    assert (record.namespaces, record.direction, record.target) == (("a", "b"), "ingress", "app=database")
    assert [part["name"] for part in record.spec["parts"]] == [part.name for part in plan.parts]


def test_a_session_knows_the_servers_time(world: World) -> None:
    session = world.session()
    assert session.server_now(Identity("alice", (), HOUR)) == START + HOUR
    assert session.server_now(Identity("alice")) == START


def test_limits_are_plain_values(world: World) -> None:
    session = world.session()
    reading = Reading(session.cluster, session.clock, replace(Limits(), max_ttl=HOUR))
    reading.limits.check_life(HOUR)
    with pytest.raises(InputError, match="1h at most") as raised:
        reading.limits.check_life(HOUR + timedelta(seconds=1))
    assert raised.value.field == "for"
