"""A policy's spec: built, brought to its canonical form, hashed, and told in words."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.domain.labels import Selector, parse_selector
from app.domain.peers import Block, Pods, parse_peer
from app.domain.policy_schema import POLICY_SPEC
from app.domain.policyspec import (
    UNREADABLE,
    Direction,
    Summary,
    build_spec,
    canonical_spec,
    describe_peers,
    describe_rule_ports,
    describe_target,
    direction_of,
    spec_hash,
    summarise,
)
from app.domain.portspec import PortRange, parse_port
from app.domain.schema import decode
from app.domain.validation import validate_policy
from tests.domain import wild_policies
from tests.domain.refusals import refusal
from tests.domain.selecting import SELECTORS
from tests.rest import Json

SEED: Json = {
    "podSelector": {"matchLabels": {"app": "database"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}],
            "ports": [{"port": 5432, "protocol": "TCP"}],
        }
    ],
}


def test_the_example_that_it_all_began_with() -> None:
    built = build_spec(
        Direction.INGRESS,
        parse_selector("app=database"),
        [Block("198.51.100.0/24")],
        [PortRange(5432)],
    )
    assert built == canonical_spec(built) == SEED


PEERS = st.builds(Pods, SELECTORS, st.none() | SELECTORS) | st.just(Block("10.0.0.0/8", ("10.1.0.0/16",)))
PORTS = st.sampled_from(["5432", "53/UDP", "8000-8100", "http"]).map(parse_port)


@given(
    st.sampled_from(Direction),
    SELECTORS,
    st.lists(PEERS, min_size=1, max_size=3),
    st.lists(PORTS, max_size=3),
)
def test_what_is_built_is_canonical_and_taken_by_the_server(
    direction: Direction, selected: Selector, peers: list[Pods | Block], ports: list[PortRange]
) -> None:
    spec = build_spec(direction, selected, peers, ports)
    assert spec == canonical_spec(spec)
    manifest = {"metadata": {"name": "x", "namespace": "x"}, "spec": spec}
    assert validate_policy(manifest) == ()
    assert direction_of(spec) == str(direction)
    told = describe_target(spec)
    assert (
        told == "all pods"
        if selected == Selector()
        else parse_selector(told).to_object() == selected.to_object()
    )


@pytest.mark.parametrize("direction", Direction)
def test_no_peers_would_mean_everybody(direction: Direction) -> None:
    assert "everybody" in refusal(lambda: build_spec(direction, Selector(), [], [])).fix


# Specs as the API's types allow them, with every null and empty list that JSON may hold.
def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_TEXTS = st.sampled_from(["", "a", "b"])
_EXPRESSIONS = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b"]), "operator": st.sampled_from(["In", "Exists"])},
    optional={"values": _maybe(st.lists(_maybe(_TEXTS), max_size=2))},
)
_SELECTORS = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": _maybe(st.dictionaries(_TEXTS, _maybe(_TEXTS), max_size=2)),
        "matchExpressions": _maybe(st.lists(_EXPRESSIONS, max_size=2)),
    },
)
_PORTS = st.fixed_dictionaries(
    {},
    optional={
        "protocol": _maybe(st.sampled_from(["TCP", "UDP", ""])),
        "port": _maybe(st.sampled_from([0, 80, "http"])),
        "endPort": _maybe(st.sampled_from([0, 90])),
    },
)
_BLOCKS = st.fixed_dictionaries(
    {"cidr": st.just("10.0.0.0/8")}, optional={"except": _maybe(st.lists(st.just("10.1.0.0/16"), max_size=2))}
)
_PEERS = st.fixed_dictionaries(
    {},
    optional={
        "podSelector": _maybe(_SELECTORS),
        "namespaceSelector": _maybe(_SELECTORS),
        "ipBlock": _maybe(_BLOCKS),
    },
)


def _rules(side: str) -> st.SearchStrategy[Any]:
    rule = st.fixed_dictionaries(
        {},
        optional={
            side: _maybe(st.lists(_maybe(_PEERS), max_size=2)),
            "ports": _maybe(st.lists(_maybe(_PORTS), max_size=2)),
        },
    )
    return _maybe(st.lists(_maybe(rule), max_size=2))


SPECS = st.fixed_dictionaries(
    {},
    optional={
        "podSelector": _maybe(_SELECTORS),
        "ingress": _rules("from"),
        "egress": _rules("to"),
        "policyTypes": _maybe(st.lists(st.sampled_from(["Ingress", "Egress"]), max_size=2)),
    },
)


def stored(spec: Json) -> Json:
    """What a server keeps of ``spec``: decoded by the API's types, then defaulted as upstream does it."""
    found = decode(spec, POLICY_SPEC)
    assert found.error is None
    kept: Json = found.value
    for rule in (*kept.get("ingress", []), *kept.get("egress", [])):
        for port in rule.get("ports", []):
            if "protocol" not in port:
                port["protocol"] = "TCP"
    if not kept.get("policyTypes"):
        kept["policyTypes"] = ["Ingress", "Egress"] if kept.get("egress") else ["Ingress"]
    return kept


@given(SPECS)
@example({})
@example({"podSelector": None, "ingress": [None]})
@example({"podSelector": {}, "ingress": [{"from": [], "ports": []}], "egress": []})
@example({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": []}]}})
@example({"podSelector": {"matchLabels": {"a": None}}})
def test_the_canonical_form_is_what_a_server_stores(spec: Json) -> None:
    before = copy.deepcopy(spec)
    assert canonical_spec(spec) == stored(spec)
    assert spec == before


@given(SPECS)
def test_the_canonical_form_is_its_own(spec: Json) -> None:
    assert canonical_spec(canonical_spec(spec)) == canonical_spec(spec)


@given(SPECS, SPECS)
@example({}, {"policyTypes": ["Ingress"]})
@example({"ingress": [{}]}, {"ingress": [{"from": []}]})
@example({"ingress": [{}]}, {"ingress": []})
@example({"egress": [{}]}, {"egress": [{}], "policyTypes": ["Egress"]})
def test_hashes_are_equal_exactly_if_the_canonical_forms_are(one: Json, other: Json) -> None:
    assert (spec_hash(one) == spec_hash(other)) == (canonical_spec(one) == canonical_spec(other))
    assert spec_hash(canonical_spec(one)) == spec_hash(one)


@given(SPECS, st.data())
def test_any_edit_that_a_server_would_keep_is_seen(spec: Json, data: st.DataObject) -> None:
    edited = copy.deepcopy(canonical_spec(spec))
    places = [place for place in _places(edited) if place]
    place = data.draw(st.sampled_from(places))
    key = data.draw(st.sampled_from(sorted(place)))
    place[key] = data.draw(st.sampled_from(["other", 1, ["x"], {"x": "y"}]))
    assume(edited != canonical_spec(spec))
    assert spec_hash(edited) != spec_hash(spec)


def _places(value: Any) -> list[Json]:  # noqa: ANN401 (any JSON)
    if isinstance(value, dict):
        return [value, *(place for item in value.values() for place in _places(item))]
    return [place for item in value for place in _places(item)] if isinstance(value, list) else []


def test_a_field_of_a_later_api_counts_as_an_edit() -> None:
    edited = copy.deepcopy(SEED)
    edited["ingress"][0]["laterField"] = {"x": 1}
    assert spec_hash(edited) != spec_hash(SEED)


def test_a_hash_does_not_depend_on_the_order_of_keys() -> None:
    turned = json.loads(json.dumps(SEED), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(turned) != list(SEED)
    assert spec_hash(turned) == spec_hash(SEED)
    assert len(spec_hash(SEED)) == 64
    int(spec_hash(SEED), 16)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (SEED, Summary("ingress", "app=database", "198.51.100.0/24", "5432/TCP")),
        ({}, Summary("ingress", "all pods", "nobody", "none")),
        ({"ingress": []}, Summary("ingress", "all pods", "nobody", "none")),
        ({"ingress": [{}]}, Summary("ingress", "all pods", "anybody", "all")),
        ({"ingress": [None]}, Summary("ingress", "all pods", "anybody", "all")),
        ({"egress": [{}]}, Summary("both", "all pods", "anybody", "all")),
        ({"policyTypes": ["Egress"]}, Summary("egress", "all pods", "nobody", "none")),
        # Rules of a side that policyTypes leaves out do nothing.
        ({"policyTypes": ["Ingress"], "egress": [{}]}, Summary("ingress", "all pods", "nobody", "none")),
        ({"policyTypes": ["Egress"], "ingress": [{}]}, Summary("egress", "all pods", "nobody", "none")),
        ({"policyTypes": ["Ingress", "Ingress"]}, Summary("ingress", "all pods", "nobody", "none")),
        ({"policyTypes": ["Egress", "Ingress"]}, Summary("both", "all pods", "nobody", "none")),
        (
            {
                "ingress": [
                    {"from": [{"podSelector": {}}, {"namespaceSelector": {}}], "ports": [{"protocol": "UDP"}]}
                ]
            },
            Summary("ingress", "all pods", "all pods here, ns=*", "all UDP"),
        ),
        (
            {
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 1}]}],
                "egress": [
                    {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 1}, {"port": "x"}]}
                ],
            },
            Summary("both", "all pods", "10.0.0.0/8", "1/TCP, 1/TCP,x/TCP"),
        ),
        ({"ingress": [{"from": [{}, None]}]}, Summary("ingress", "all pods", "(unreadable peer)", "all")),
        (
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Near"}]}},
            Summary("ingress", UNREADABLE, "nobody", "none"),
        ),
        ({"policyTypes": ["Sideways"]}, Summary(UNREADABLE, "all pods", "nobody", "none")),
        ({"ingress": "x"}, Summary("ingress", "all pods", UNREADABLE, UNREADABLE)),
        ({"ingress": [5]}, Summary("ingress", "all pods", UNREADABLE, UNREADABLE)),
        ({"podSelector": 5, "policyTypes": 5}, Summary(UNREADABLE, UNREADABLE, UNREADABLE, UNREADABLE)),
    ],
)  # fmt: skip
def test_a_spec_in_words(spec: Json, told: Summary) -> None:
    assert summarise([spec]) == told


def test_several_specs_in_words_each_once() -> None:
    other = {**SEED, "podSelector": {}}
    assert summarise([SEED, other, SEED]) == Summary(
        "ingress", "app=database; all pods", "198.51.100.0/24", "5432/TCP"
    )
    assert summarise([]) == Summary("", "", "", "")


@given(st.lists(PEERS, min_size=1, max_size=3))
def test_described_peers_can_be_given_again(peers: list[Pods | Block]) -> None:
    spec = build_spec(Direction.INGRESS, Selector(), peers, [])
    if len(peers) == 1 and describe_peers(spec) != "all pods here":
        again = parse_peer(describe_peers(spec))
        assert isinstance(again, Pods | Block)
        assert again.to_object() == peers[0].to_object()
    assert describe_rule_ports(spec) == "all"


@given(wild_policies.SPECS | wild_policies.broken().map(lambda policy: policy.get("spec")))
@example(None)
@example([])
@example({"ingress": [{"from": [{"podSelector": {"matchLabels": {"a": 5}}}]}]})
@example({"ingress": [{"ports": [{"port": {"x": []}}, {"port": True, "endPort": "x"}]}]})
@example({"ingress": [{"ports": [[]]}]})
@example({"ingress": {"from": 1}})
@example({"policyTypes": {"Ingress": 1}})
@example({"policyTypes": "IngressEgress"})
def test_no_spec_from_a_cluster_breaks_the_list(spec: Any) -> None:  # noqa: ANN401
    told = summarise([spec])
    assert all(
        isinstance(text, str) and text for text in (told.direction, told.target, told.peers, told.ports)
    )
    assert len(spec_hash(spec)) == 64


def test_a_spec_without_a_bottom_is_unreadable() -> None:
    deep: Json = {}
    for _ in range(100_000):
        deep = {"podSelector": deep}
    assert len(spec_hash(deep)) == 64
    assert summarise([deep])
