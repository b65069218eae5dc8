"""Peers as people write them, as a policy has them, and back."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cidrs import cidr_error, parse_cidr
from app.domain.labels import Operator, Requirement, Selector, parse_selector
from app.domain.peers import (
    NAMESPACE_LABEL,
    Block,
    Me,
    Named,
    Peer,
    Pods,
    Written,
    namespace_named,
    parse_block,
    parse_peer,
    peer_from_object,
)
from app.errors import InputError
from tests.domain import wild_policies
from tests.domain.refusals import accepts, refusal
from tests.domain.selecting import SELECTORS

OPS = namespace_named("ops")
BASTION = parse_selector("app=bastion")
SRE = parse_selector("team=sre")


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    address = draw(st.ip_addresses())
    bits = address.max_prefixlen
    length = draw(st.integers(0, bits))
    outer = ipaddress.ip_network(f"{address}/{length}", strict=False)
    if cidr_error(str(outer)):  # an IPv4-mapped one
        outer = ipaddress.ip_network("2001:db8::/32")
        bits, length = 128, 32
    inner = []
    for _ in range(draw(st.integers(0, 2)) if length < bits else 0):
        longer = draw(st.integers(length + 1, bits))
        offset = draw(st.integers(0, outer.num_addresses - 1))
        inner.append(ipaddress.ip_network(f"{outer[offset]}/{longer}", strict=False))
    kept = [str(item) for item in inner if not cidr_error(str(item))]
    return Block(str(outer), tuple(kept))


PODS = st.builds(Pods, st.none() | SELECTORS, st.none() | SELECTORS | st.just(OPS)).filter(
    lambda peer: peer.pods is not None or peer.namespaces is not None
)


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("app=bastion", Pods(BASTION)),
        (" app = bastion ", Pods(BASTION)),
        ("all pods", Pods(Selector())),
        ("app", Pods(parse_selector("app"))),
        ("ns=ops", Pods(None, OPS)),
        ("ns=*", Pods(None, Selector())),
        ("ns:team=sre", Pods(None, SRE)),
        ("ns:team", Pods(None, parse_selector("team"))),
        ("ns:team in (a,b)", Pods(None, parse_selector("team in (a,b)"))),
        ("ns:a=b, team notin (c, d),!x", Pods(None, parse_selector("a=b,team notin (c,d),!x"))),
        ("ns=ops app=bastion", Pods(BASTION, OPS)),
        ("ns=ops\n  app=bastion", Pods(BASTION, OPS)),
        ("ns=* all pods", Pods(Selector(), Selector())),
        ("ns:team=sre app=bastion", Pods(BASTION, SRE)),
        ("ns:team in (sre) app in (bastion)", Pods(BASTION, SRE)),
        ("ns==ops", Pods(parse_selector("ns=ops"))),
        ("pods:ns=ops", Pods(parse_selector("ns=ops"))),
        ("ns=ops pods:me", Pods(parse_selector("me"), OPS)),
        ("pods:10.0.0.1", Pods(parse_selector("10.0.0.1"))),
        ("pods:team/backend", Pods(parse_selector("team/backend"))),
        ("app.kubernetes.io/name", Pods(parse_selector("app.kubernetes.io/name"))),
        ("deploy/tier=web", Pods(parse_selector("deploy/tier=web"))),
        ("me", Me()),
        ("deploy/api", Named("deployments", "api")),
        ("ns=ops deployment/api.v2", Named("deployments", "api.v2", "", OPS)),
        ("sts/db", Named("statefulsets", "db")),
        ("pod/db-0", Named("pods", "db-0")),
        ("svc/db:5432", Named("services", "db", "5432")),
        ("svc/db:postgres", Named("services", "db", "postgres")),
        ("198.51.100.0/24", Block("198.51.100.0/24")),
        ("198.51.100.7", Block("198.51.100.7/32")),
        ("198.51.100.7/24", Block("198.51.100.0/24")),
        ("2001:DB8::1", Block("2001:db8::1/128")),
        ("::/0", Block("::/0")),
        ("::1", Block("::1/128")),
        ("10.0.0.0/8 except 10.1.0.0/16", Block("10.0.0.0/8", ("10.1.0.0/16",))),
        ("10.0.0.0/8\texcept  10.1.0.0/16 , 10.2.3.4", Block("10.0.0.0/8", ("10.1.0.0/16", "10.2.3.4/32"))),
    ],
)
def test_peers_that_people_write(text: str, peer: Written) -> None:
    assert parse_peer(text) == peer


@pytest.mark.parametrize(
    "text",
    [
        # Nobody, or a variable that was empty, must never come to mean everybody.
        *("", " \n", "ns=", "ns= app=x", "ns=  ", "ns:", "ns: team=sre", "pods:", "ns=ops pods:", "pods: "),
        # One word away from something else.
        *("ns = ops", "ns=ops,app=x", "ns=Ops", "ns=ops.x", "ns=-ops", "ns=**", f"ns={'a' * 64}", "ns=ops:x"),
        *(
            "ns=ops me",
            "ns=ops 10.0.0.0/8",
            "ns=ops 10.0.0.1",
            "ns=ops ns=dev",
            "ns=ops ns:a=b",
            "ns:a=b ::1",
        ),
        *("ns:team in (a", "ns:a = b", "ns:=b", "ns:*", "ns:a,", "ns:é", "ns:pods/x=y/z"),
        *(
            "svc/x:",
            "svc/",
            "svc/x:5432:1",
            "svc/x/y",
            "svc/X",
            "svc/-x",
            "svc/x:Ä",
            "svc/x:80,81",
            "deploy/API",
        ),
        *("deploy/api:80", "pod/x:http", "pod/", "po/x.", "deploy/api\x00", "team/backend", "foo/bar:80"),
        *("Deploy/api", "svc /x", "svc/ x", "all  pods here", "me too", "ME!"),
        # Addresses of every kind that is none.
        *(
            "1.2.3",
            "1.2.3.4.5",
            "256.0.0.1",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/-1",
            "1.2.3.4/+8",
            "1.2.3.4/ 8",
        ),
        *("01.2.3.4", "1.2.3.4/255.255.255.0", "198.51.100.7/0.0.0.0", "1.2.3.4/0.0.0.255", "1.2.3.4/8/8"),
        *("10.0.0.1,10.0.0.2", "10.0.0.0-10.0.0.9", "10.0.0.1:80", "10.0.0.*", "10.0.0.1 10.0.0.2"),
        *(
            "fe80::1%eth0",
            "fe80::1%eth0/64",
            "fe80::/10 except fe80::1%eth0/128",
            "::ffff:10.0.0.1",
            ":",
            ":::",
        ),
        *(
            "::ffff:10.0.0.0/104",
            "1::2::3",
            "[::1]",
            "::1/129",
            "12345::",
            "http://10.0.0.1",
            "５.0.0.1",
            "٥",
        ),
        *("10.0.0.0/8 except", "10.0.0.0/8 except 10.0.0.0/8", "10.0.0.0/8 except 11.0.0.0/16", "5432"),
        *("10.0.0.0/8 except 0.0.0.0/0", "10.0.0.0/8 except ::/0", "10.0.0.0/8 except 10.1.0.0/16,"),
        *(
            "10.0.0.0/8 but 10.1.0.0/16",
            "10.0.0.0/8 except 10.1.0.0/16 except 10.2.0.0/16",
            "10.0.0.0/8, ::/0",
        ),
        *("except 10.0.0.0/8", "app=x,", "!", "(", "a b", "a\x1b=b", "\udcff", "x" * 100_000, "1." * 50_000),
        *("ns:" + "a," * 20_000, "ns:a in (" * 2_000, "ns:" + "a " * 20_000, ":" * 50_000, "ns=ops " * 5_000),
    ],
)
def test_other_peers_are_refused_in_a_line(text: str) -> None:
    refusal(lambda: parse_peer(text))


def test_each_option_that_comes_close_says_what_would_be_right() -> None:
    assert "198.51.100.0/24" in refusal(lambda: parse_peer("10.0.0.1,10.0.0.2")).fix
    assert "IPv4" in refusal(lambda: parse_peer("::ffff:10.0.0.1")).fix
    assert "svc/db:5432" in refusal(lambda: parse_peer("svc/x:")).fix
    assert "pods:team/backend" in refusal(lambda: parse_peer("team/backend")).fix
    assert "ns=NAME" in refusal(lambda: parse_peer("ns=")).fix
    assert "ns=NAME app=x" in refusal(lambda: parse_peer("ns=ops,app=x")).fix
    assert "--port" in refusal(lambda: parse_peer("deploy/api:80")).fix


@given(PODS | blocks())
def test_a_written_peer_is_read_back(peer: Peer) -> None:
    assert parse_peer(str(peer)) == peer


@given(PODS | blocks())
def test_a_peer_survives_its_object(peer: Peer) -> None:
    back = peer_from_object(peer.to_object())
    assert back.to_object() == peer.to_object()
    assert parse_peer(str(back)) == back


_WORDS = st.sampled_from(
    [
        *("ns=ops", "ns:a=b", "ns=*", "ns", "=", "app=x", "me", "pods:", "10.0.0.0/8", "except"),
        *("::1", "svc/db:80", "deploy/x", "all", "pods", "in", "(a,b)", ",", "!", "team/x", "0.0.0.0/0"),
        *("%eth0", "/", "10.1.0.0/16"),
    ]
)


@given(st.text() | st.lists(_WORDS, max_size=5).map(" ".join) | st.lists(_WORDS, max_size=4).map("".join))
def test_any_text_is_a_peer_or_refused(text: str) -> None:
    if not accepts(lambda: parse_peer(text)):
        return
    peer = parse_peer(text)
    if isinstance(peer, Block):
        assert all(cidr_error(cidr) == "" for cidr in (peer.cidr, *peer.excepts))
        assert text.strip()[0] in "0123456789:abcdefABCDEF"
    if isinstance(peer, Pods):
        assert peer.pods is not None or peer.namespaces is not None
        assert parse_peer(str(peer)) == peer
        # Everybody is only meant by somebody who said so.
        if peer.pods == Selector():
            assert "all pods" in text
        if peer.namespaces == Selector():
            assert "ns=*" in text


@given(st.ip_addresses(), st.integers(0, 128))
def test_host_bits_are_masked_as_the_server_wants_it(address: ipaddress.IPv4Address, length: int) -> None:
    text = f"{address}/{length}"
    if not accepts(lambda: parse_block(text)):
        assert cidr_error(str(parse_cidr(text)))
        return
    assert parse_block(text).cidr == str(parse_cidr(text))


@pytest.mark.parametrize(
    ("peer", "text"),
    [
        (Pods(BASTION), "app=bastion"),
        (Pods(Selector()), "all pods"),
        (Pods(None, Selector()), "ns=*"),
        (Pods(Selector(), OPS), "ns=ops all pods"),
        (Pods(parse_selector("ns=ops")), "pods:ns=ops"),
        (Pods(parse_selector("deploy/api")), "pods:deploy/api"),
        (Pods(parse_selector("10.0.0.1")), "pods:10.0.0.1"),
        (Pods(None, namespace_named("Not-A-Name")), f"ns:{NAMESPACE_LABEL}=Not-A-Name"),
        (
            Pods(None, Selector((Requirement(NAMESPACE_LABEL, Operator.IN, ("*",)),))),
            f"ns:{NAMESPACE_LABEL}=*",
        ),
        (Pods(None, Selector((Requirement(NAMESPACE_LABEL, Operator.IN, ("",)),))), f"ns:{NAMESPACE_LABEL}="),
        (Block("10.0.0.0/8", ("10.1.0.0/16", "10.2.0.0/16")), "10.0.0.0/8 except 10.1.0.0/16,10.2.0.0/16"),
    ],
)
def test_a_peer_is_never_written_as_another(peer: Peer, text: str) -> None:
    assert str(peer) == text


@pytest.mark.parametrize(
    "value",
    [
        *(None, "x", 5, [], {}, {"podSelector": None, "namespaceSelector": None}, {"ipBlock": {}}),
        *({"ipBlock": "10.0.0.0/8"}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": 5}}, {"podSelector": "x"}),
        {"podSelector": {}, "namespaceSelector": []},
        {"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}},
        {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Near"}]}},
    ],
)
def test_objects_that_are_no_peers_are_refused_in_a_line(value: object) -> None:
    refusal(lambda: peer_from_object(value))


@given(wild_policies.PEERS | wild_policies.JUNK)
def test_any_object_is_a_peer_or_refused(value: object) -> None:
    try:
        assert str(peer_from_object(value))
    except InputError:
        refusal(lambda: peer_from_object(value))
