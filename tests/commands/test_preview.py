"""A form is read while it is being filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.preview import Terms, Understood, field_of, understand
from app.commands.session import Limits
from app.domain.policyspec import Direction
from app.domain.proposal import Field, Proposal
from app.errors import InputError, NotFoundError, UnreachableError
from tests.commands.fakes import START
from tests.commands.world import World
from tests.ui import objects

SEED = Proposal(
    namespace="production",
    target="app=database",
    source="198.51.100.0/24",
    ports="5432/TCP",
    reason="debug replication lag",
)
EAST = timezone(timedelta(hours=2))


def world() -> World:
    found = World()
    found.lookup.namespaces = {"production", "ops", "payments"}
    for service in objects.SERVICES:
        found.lookup.services[service.metadata.namespace, service.metadata.name] = service
    for item in objects.DEPLOYMENTS:
        found.lookup.workloads["deployments", item.metadata.namespace, item.metadata.name] = item
    return found


async def read(where: World | None = None, /, **changes: Any) -> Understood:
    terms = Terms(Limits(), "alice", START, EAST)
    return await understand((where or world()).session().cluster, replace(SEED, **changes), terms)


def told(found: Understood) -> dict[Field, str]:
    return {place: trouble.message for place, trouble in found.troubles.items()}


async def test_the_seed_is_an_order_with_a_plan() -> None:
    found = await read()
    assert found.troubles == {}
    assert found.order is not None and found.order.ttl == timedelta(minutes=30)
    assert found.plan is not None and found.plan.deadline == START + timedelta(minutes=30)
    assert str(found.selected) == "app=database"
    assert [str(peer) for peer in found.peers or ()] == ["198.51.100.0/24"]


async def test_an_empty_form_misses_things_but_is_not_wrong() -> None:
    found = await read(namespace="", target="", source="", ports="", reason="", life="")
    assert all(trouble.is_missing for trouble in found.troubles.values())
    assert found.troubles.keys() == {
        Field.NAMESPACE,
        Field.TARGET,
        Field.SOURCE,
        Field.LIFE,
        Field.REASON,
    }
    assert found.order is None


@pytest.mark.parametrize(
    ("field", "text", "first_words"),
    [
        ("namespace", "Prod!", "'Prod!' is not a namespace's name"),
        ("namespace", "prod", "there is no namespace prod"),
        ("target", "app==(", "'(' is not a label value"),
        ("target", "ns=ops", "'ns=ops' must be pods of the namespace"),
        ("target", "deploy/nope", "there is no deployments/nope in namespace production"),
        ("target", "svc/database:1", "Service production/database has no port '1'"),
        ("source", "10.0.0.0/99", "'10.0.0.0/99' is not a CIDR"),
        ("source", "ns=ops deploy/nope", "there is no deployments/nope in namespace ops"),
        ("source", ";", "an empty peer would mean everybody"),
        ("source", "me", "'me': your address"),
        ("ports", "http2/QUIC", "'http2/QUIC': the protocol is TCP, UDP or SCTP"),
        ("ports", "0", "'0': a port is from 1 to 65535"),
        ("ports", ",", "'' is not a port"),
        ("life", "45", "'45' is not a duration"),
        ("life", "until 25:00", "'until 25:00' is not a time"),
        ("life", "9h", "a grant may live for 8h at most"),
        ("life", "until 2020-01-01T00:00Z", "'until 2020-01-01T00:00Z' is in the past"),
        ("reason", "x" * 2000, "reason is too long"),
        ("reason", "a\x1b[2J", "reason holds '\\x1b'"),
        ("ticket", "x" * 200, "ticket is too long"),
        ("incident", "\u202e", "incident holds"),
    ],
)
async def test_each_field_says_what_is_wrong_with_it(field: str, text: str, first_words: str) -> None:
    found = await read(**{field: text})
    assert found.order is None
    assert list(found.troubles) == [Field(field)]
    trouble = found.troubles[Field(field)]
    assert trouble.message.startswith(first_words)
    assert not trouble.is_missing
    assert "--" not in trouble.message + trouble.fix


async def test_one_mistake_hides_no_other() -> None:
    found = await read(target="app==(", source="10.0.0.0/99", ports="x_", life="soon", reason="")
    assert found.troubles.keys() == {
        Field.TARGET,
        Field.SOURCE,
        Field.PORTS,
        Field.LIFE,
        Field.REASON,
    }


async def test_a_side_that_can_be_read_is_told_though_the_other_cannot() -> None:
    found = await read(source="10.0.0.0/99")
    assert str(found.selected) == "app=database"
    assert found.peers is None
    found = await read(target="", source="ns=ops app=bastion; 198.51.100.7")
    assert found.selected is None
    assert [str(peer) for peer in found.peers or ()] == ["ns=ops app=bastion", "198.51.100.7/32"]


async def test_examples_are_written_as_the_form_wants_them() -> None:
    found = await read(source="Ns=ops!", life="soon")
    assert "'" not in found.troubles[Field.SOURCE].fix
    assert "'" not in found.troubles[Field.LIFE].fix


async def test_translations_are_told() -> None:
    found = await read(target="svc/database:5432", source="198.51.100.7/24", ports="")
    assert found.order is not None
    assert any("svc/database:5432 is app=database in production" in note for note in found.notes)
    assert any("has host bits set" in note for note in found.notes)


async def test_a_port_named_twice_is_trouble_of_the_ports() -> None:
    found = await read(target="svc/database:5432", ports="5432")
    assert found.troubles.keys() == {Field.PORTS}
    assert "both name the port" in told(found)[Field.PORTS]


async def test_egress_selects_the_sources() -> None:
    found = await read(direction=Direction.EGRESS, target="10.0.0.0/8; ns=ops", source="app=database")
    assert found.order is not None
    assert found.order.wishes[0].spec["policyTypes"] == ["Egress"]
    assert str(found.selected) == "app=database"
    assert [str(peer) for peer in found.peers or ()] == ["10.0.0.0/8", "ns=ops"]
    found = await read(direction=Direction.EGRESS, source="10.0.0.0/8", target="ns=ops")
    assert list(found.troubles) == [Field.SOURCE]


async def test_until_means_the_wall_clock_of_its_reader() -> None:
    found = await read(life="until 13:00")
    assert found.order is not None
    assert found.order.until == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


async def test_a_cluster_that_cannot_be_asked_is_trouble_of_what_was_asked() -> None:
    where = world()
    for number in (1, 2, 3):
        where.tap.fail("lookup.service", UnreachableError("no answer"), nth=number)
    found = await read(where, target="svc/database:5432", ports="")
    assert told(found) == {Field.TARGET: "no answer"}


async def test_what_may_not_be_known_is_no_trouble() -> None:
    where = world()
    where.lookup.namespaces = None
    assert (await read(where)).troubles == {}


def test_errors_know_their_field() -> None:
    assert field_of(InputError("x", field="until"), SEED) is Field.LIFE
    assert field_of(NotFoundError("--from: there is none"), SEED) is Field.SOURCE
    assert field_of(InputError("x", field="policy"), SEED) is Field.TARGET
    assert field_of(UnreachableError("no answer"), SEED) is None


@given(
    st.fixed_dictionaries({str(f): st.text(max_size=20) for f in Field if f not in ("context", "direction")})
)
async def test_nonsense_is_trouble_and_never_a_crash(texts: dict[str, str]) -> None:
    found = await read(**texts)
    assert (found.order is None) == bool(found.troubles or found.at_large)
