"""Once more: what is written into the form opens exactly what the grant opened."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.resolve import Opening, resolve
from app.domain.copying import of_grant, of_record
from app.domain.grant import Grant, join
from app.domain.policyspec import Direction, canonical_spec
from app.domain.proposal import Proposal
from app.domain.records import GrantRecord, Json, Phase
from app.errors import InputError
from tests.registry.samples import NOW
from tests.ui import objects

names = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
values = st.from_regex(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?)?", fullmatch=True)
keys = st.one_of(
    names, st.builds("{}.example/{}".format, names, names), st.sampled_from(["ns", "me", "10.0"])
)
terms = st.one_of(
    st.builds("{}={}".format, keys, values),
    st.builds("{}!={}".format, keys, values),
    st.builds("{} in ({},{})".format, keys, values, values),
    st.builds("{} notin ({})".format, keys, values),
    st.builds("!{}".format, keys),
)
labels = st.lists(terms, min_size=1, max_size=3).map(",".join)
blocks = st.sampled_from(["198.51.100.0/24", "10.0.0.0/8 except 10.1.0.0/16,10.2.0.0/16", "2001:db8::/32"])
pods = labels.map("pods:{}".format)
peers = st.one_of(
    pods,
    blocks,
    st.just("all pods"),
    names.map("ns={}".format),
    st.just("ns=*"),
    st.builds("ns={} {}".format, names, pods),
    st.builds("ns:{}={} all pods".format, names, names),
)
ports = st.one_of(
    st.integers(1, 65535).map(str),
    st.builds("{}-{}/UDP".format, st.integers(1, 100), st.integers(101, 65535)),
    names.filter(lambda name: len(name) <= 15 and "--" not in name).map("{}/TCP".format),
)
openings = st.builds(
    Opening,
    st.just("production"),
    st.one_of(pods, st.just("*")),
    st.lists(peers, min_size=1, max_size=3).map(tuple),
    st.lists(ports, max_size=3).map(tuple),
    st.sampled_from(Direction),
)


def built(opening: Opening) -> Json:
    return canonical_spec(asyncio.run(resolve(None, opening)).wish.spec)


def written(proposal: Proposal) -> Opening:
    """The form's fields as it reads them."""
    ingress = proposal.direction is Direction.INGRESS
    selected, others = (proposal.target, proposal.source) if ingress else (proposal.source, proposal.target)
    return Opening(
        proposal.namespace,
        selected,
        tuple(text.strip() for text in others.split(";")),
        tuple(text.strip() for text in proposal.ports.split(",") if text.strip()),
        proposal.direction,
    )


def record(*specs: Json, **changes: object) -> GrantRecord:
    parts = [{"namespace": "production", "name": f"p{n}", "spec": spec} for n, spec in enumerate(specs)]
    fields: dict[str, object] = {
        "id": "01KAV8ZC3Q5M7X9Y2W4T600001",
        "cluster": "https://192.0.2.10:6443",
        "context": "prod-eu1",
        "namespaces": ("production",),
        "direction": "ingress",
        "target": "",
        "peers": "",
        "ports": "",
        "requested_by": "alice",
        "reason": "debug",
        "created_at": NOW,
        "deadline": NOW + timedelta(minutes=45, seconds=1),
        "phase": Phase.ENDED,
        "ticket": "INC-1",
        "spec": {"parts": parts},
    }
    return GrantRecord(**fields | changes)  # type: ignore[arg-type]


@given(openings)
def test_what_is_proposed_builds_the_same_spec_again(opening: Opening) -> None:
    spec = built(opening)
    proposal = of_record(record(spec))
    assert built(written(proposal)) == spec
    assert proposal.namespace == "production"
    assert proposal.direction is opening.direction


def test_why_and_how_long_come_along_the_life_to_the_minute() -> None:
    proposal = of_record(record(objects.spec("app=db", "app=api", "5432")))
    assert (proposal.life, proposal.reason, proposal.ticket) == ("45m", "debug", "INC-1")
    assert proposal.context == "prod-eu1"


def test_a_live_grant_is_copied_from_its_policy() -> None:
    made = objects.DATABASE
    (grant,) = join([made.policy], [made.job])
    proposal = of_grant(grant, "prod-eu1")
    assert (proposal.target, proposal.source, proposal.ports) == (
        "app=database",
        "198.51.100.0/24",
        "5432/TCP",
    )
    assert (proposal.life, proposal.ticket, proposal.context) == ("45m", "INC-482", "prod-eu1")


SPEC = objects.spec("app=db", "app=api", "5432")
RULE = SPEC["ingress"][0]


@pytest.mark.parametrize(
    "spec",
    [
        {**SPEC, "policyTypes": ["Ingress", "Egress"]},
        {**SPEC, "ingress": [RULE, RULE]},
        {**SPEC, "ingress": []},
        {**SPEC, "ingress": [{}]},
        {**SPEC, "ingress": [{**RULE, "ports": [{"protocol": "UDP"}]}]},
        {**SPEC, "ingress": [{**RULE, "from": [{}]}]},
        {**SPEC, "podSelector": {"matchLabels": {"app": 5}}},
        {**SPEC, "later": "field"},
        {"podSelector": "x"},
    ],
)
def test_what_the_form_cannot_say_is_refused(spec: Json) -> None:
    with pytest.raises(InputError, match="more than the form can say"):
        of_record(record(spec))


def test_several_policies_are_refused_and_none_too() -> None:
    with pytest.raises(InputError, match="2 policies"):
        of_record(record(SPEC, SPEC))
    with pytest.raises(InputError, match="not known"):
        of_record(record({}))
    with pytest.raises(InputError, match="not known"):
        of_grant(Grant("x", ()), "prod")
