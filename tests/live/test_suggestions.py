"""What is offered at the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.objects import ContainerPort
from app.domain.peers import Block, Me, parse_peer
from app.domain.policyspec import Direction
from app.domain.portspec import parse_port
from app.domain.proposal import Field, Proposal
from app.live.inventory import Inventory
from app.live.ranking import LIMIT
from app.live.suggestions import Suggester, Suggestion
from tests.ui import objects


def incident() -> Inventory:
    inventory = Inventory()
    for pod in objects.PODS:
        inventory.pods.put(pod)
    for space in objects.NAMESPACES:
        inventory.namespace_objects.put(space)
    for service in objects.SERVICES:
        inventory.services.put(service)
    for item in objects.STATEFUL_SETS:
        inventory.workloads["statefulsets"].put(item)
    for item in objects.DEPLOYMENTS:
        inventory.workloads["deployments"].put(item)
    return inventory


def offered(field: Field, text: str, *, cursor: int | None = None, egress: bool = False) -> list[Suggestion]:
    direction = Direction.EGRESS if egress else Direction.INGRESS
    fields = {"namespace": "production", "direction": direction, str(field): text}
    asked = Proposal(**fields)  # type: ignore[arg-type]
    place = len(text) if cursor is None else cursor
    return [*Suggester(incident()).offer(field, asked, place, objects.PODS[:3])]


def texts(field: Field, text: str, *, egress: bool = False) -> list[str]:
    return [item.text for item in offered(field, text, egress=egress)]


def put(field: Field, text: str, choice: str) -> str:
    item = next(item for item in offered(field, text) if item.text == choice)
    return item.put_into(text)[0]


def test_namespaces_by_what_is_typed_of_them() -> None:
    assert texts(Field.NAMESPACE, "") == ["legacy", "ops", "payments", "production"]
    assert texts(Field.NAMESPACE, "p") == ["payments", "production", "ops"]
    assert texts(Field.NAMESPACE, "prdctn") == ["production"]
    assert texts(Field.NAMESPACE, "production") == []


def test_nothing_typed_offers_keys_then_names() -> None:
    assert texts(Field.TARGET, "") == ["app=", "tier=", "sts/database", "svc/database:5432"]


def test_a_value_alone_finds_its_label() -> None:
    assert texts(Field.TARGET, "datab")[:2] == ["app=database", "sts/database"]


@pytest.mark.parametrize(
    ("typed", "choice", "whole"),
    [
        ("app=d", "database", "app=database"),
        ("app = d", "database", "app = database"),
        ("app!=d", "database", "app!=database"),
        ("tier=data,app=", "cache", "tier=data,app=cache"),
        ("tier=data,ap", "app=", "tier=data,app="),
        ("app in (database,ca", "cache", "app in (database,cache"),
        ("!ti", "tier", "!tier"),
        ("pods:app=lo", "loader", "pods:app=loader"),
        ("pod/database", "pod/database-2", "pod/database-2"),
    ],
)
def test_what_is_taken_goes_where_it_belongs(typed: str, choice: str, whole: str) -> None:
    assert put(Field.TARGET, typed, choice) == whole


@pytest.mark.parametrize(
    ("typed", "choice", "whole"),
    [
        ("ns=o", "ns=ops", "ns=ops"),
        ("ns=ops b", "app=bastion", "ns=ops app=bastion"),
        ("ns=ops role=", "bastion", "ns=ops role=bastion"),
        ("ns:te", "team=", "ns:team="),
        ("ns:team=s", "sre", "ns:team=sre"),
        ("ns:team=sre dep", "deploy/bastion", "ns:team=sre deploy/bastion"),
        ("app=loader; ns=op", "ns=ops", "app=loader; ns=ops"),
        ("198.51.100", "198.51.100.0/24", "198.51.100.0/24"),
        ("198.51.100.7", "198.51.100.7/32", "198.51.100.7/32"),
    ],
)
def test_the_other_side_may_be_elsewhere(typed: str, choice: str, whole: str) -> None:
    assert put(Field.SOURCE, typed, choice) == whole


@pytest.mark.parametrize("text", ["bast", "10.999", "app=database x", "ns=", "app in (database"])
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert texts(Field.TARGET, text) == []


def test_only_what_stands_before_the_cursor_counts_and_its_word_is_replaced() -> None:
    text = "app=cacxx; ns=ops"
    item = next(item for item in offered(Field.SOURCE, text, cursor=7) if item.text == "cache")
    assert item.put_into(text) == ("app=cache; ns=ops", 9)


def test_the_sides_change_roles_with_the_direction() -> None:
    assert "ns=ops" in texts(Field.SOURCE, "ops")
    assert "ns=ops" not in texts(Field.SOURCE, "ops", egress=True)
    assert "ns=ops" in texts(Field.TARGET, "ops", egress=True)


def test_ports_are_those_that_the_receiving_pods_declare() -> None:
    assert [(item.text, item.note) for item in offered(Field.PORTS, "")] == [
        ("5432/TCP", "db, 3 pods"),
        ("db/TCP", "5432 by its name, 3 pods"),
    ]
    assert put(Field.PORTS, "80, d", "db/TCP") == "80, db/TCP"


def test_counts_are_told_beside() -> None:
    assert [(item.text, item.note) for item in offered(Field.TARGET, "app=")] == [
        ("database", "3 pods"),
        ("cache", "2 pods"),
        ("loader", "1 pod"),
    ]


def test_other_fields_have_no_suggestions() -> None:
    for field in (Field.LIFE, Field.REASON, Field.TICKET, Field.INCIDENT):
        assert texts(field, "") == []


HOSTILE = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "[@click=app.quit]x[/]",
            "\x1b]52;c;eA==\x07",
            "a;b",
            "a,b",
            "ns",
            "me",
            "10",
            "deploy/x",
            "a b",
            "=",
            "",
        ]
    ),
)


@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), max_size=5), st.sampled_from(["", "a", "n", "d", "1"]))
def test_whatever_is_offered_can_be_read_as_what_it_is(
    things: list[tuple[str, str, str]], typed: str
) -> None:
    inventory = Inventory()
    for name, key, value in things:
        port = ContainerPort(80, value)
        inventory.pods.put(objects.pod("production", name, {key: value}, port=port))
        inventory.services.put(objects.service("production", name, 80, 80, **{key: value}))
        inventory.workloads["deployments"].put(objects.workload("production", name))
        inventory.namespace_objects.put(objects.namespace(name))
        inventory.pods.put(objects.pod(name, name, {key: value}))
    suggester = Suggester(inventory)
    labels = {(key, value) for _, key, value in things}
    for field in (Field.TARGET, Field.SOURCE, Field.PORTS, Field.NAMESPACE):
        asked = Proposal(**{"namespace": "production", str(field): typed})  # type: ignore[arg-type]
        found = suggester.offer(field, asked, len(typed), [*inventory.pods.of("production")])
        assert len(found) <= LIMIT
        for item in found:
            assert item.text.isprintable()
            if field is Field.PORTS:
                parse_port(item.text)
            elif field in (Field.TARGET, Field.SOURCE) and not item.goes_on:
                peer = parse_peer(item.put_into(typed)[0])
                assert not isinstance(peer, Block | Me)
                assert peer.namespaces is None or item.text.startswith("ns=")
                if "=" in item.text and peer.namespaces is None:
                    assert tuple(item.text.split("=", 1)) in labels


@given(st.text(max_size=30), st.data(), st.sampled_from(list(Field)))
def test_nonsense_offers_nothing_worse_than_nothing(text: str, data: st.DataObject, field: Field) -> None:
    if field in (Field.CONTEXT, Field.DIRECTION):
        return
    cursor = data.draw(st.integers(0, len(text)))
    for item in offered(field, text, cursor=cursor):
        value, place = item.put_into(text)
        assert 0 <= item.start <= cursor <= item.end <= len(text)
        assert value[:place].endswith(item.text)
