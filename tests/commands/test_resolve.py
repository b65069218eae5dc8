"""Turning names into labels, ports and CIDRs, and saying what became of them."""

import re

import pytest

from app.commands.resolve import Opening, check, resolve
from app.commands.session import Cluster
from app.domain.policyspec import Direction
from app.errors import InputError, UnreachableError
from tests.commands.openings import CIDR, rules, selector, to, workload
from tests.commands.world import World

# ── what needs no cluster ────────────────────────────────────────────────────────────────────────────────


async def test_labels_and_cidrs_are_read_without_a_cluster() -> None:
    opening = Opening("production", "app=database", (CIDR,), ("5432/TCP",))
    assert not check(opening)
    found = await resolve(None, opening)
    assert found.wish.spec == {
        "podSelector": {"matchLabels": {"app": "database"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {"from": [{"ipBlock": {"cidr": CIDR}}], "ports": [{"port": 5432, "protocol": "TCP"}]},
        ],
    }
    assert (found.wish.namespace, found.wish.slug, found.notes) == ("production", "database", ())


async def test_all_pods_of_the_namespace() -> None:
    found = await to(None, " * ", "5432")
    assert (selector(found), found.wish.slug) == ({}, "all-pods")


async def test_several_peers_share_one_rule_where_the_ports_are_the_same() -> None:
    opening = Opening("production", "app=db", (CIDR, "ns=ops app=bastion"), ("5432", "5432", "53/UDP"))
    (rule,) = rules(await resolve(None, opening))
    assert len(rule["from"]) == 2
    assert [(port["port"], port["protocol"]) for port in rule["ports"]] == [(5432, "TCP"), (53, "UDP")]


@pytest.mark.parametrize("selected", ["deploy/api", "svc/db:5432", "pod/x"])
def test_names_need_a_cluster(selected: str) -> None:
    assert check(Opening("production", selected, (CIDR,)))
    assert check(Opening("production", "app=db", (selected,)))
    assert check(Opening("production", "app=db", ("me",)))


async def test_a_cluster_that_is_missing_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no cluster was given"):
        await to(None, "deploy/api")


@pytest.mark.parametrize(
    ("peer", "notes"),
    [
        ("198.51.100.7/24", ("198.51.100.7/24 has host bits set: 198.51.100.0/24 is meant",)),
        ("198.51.100.7", ()),
        ("198.51.100.7/32", ()),
        ("2001:DB8:0::/48", ()),  # written in another way, and the same
        ("2001:db8::1/48", ("2001:db8::1/48 has host bits set: 2001:db8::/48 is meant",)),
        (
            "10.0.0.0/8 except 10.1.2.3/16, 10.2.0.0/16",
            ("10.1.2.3/16 has host bits set: 10.1.0.0/16 is meant",),
        ),
        (
            "10.0.0.1/8 except 10.1.2.3/16",
            (
                "10.0.0.1/8 has host bits set: 10.0.0.0/8 is meant",
                "10.1.2.3/16 has host bits set: 10.1.0.0/16 is meant",
            ),
        ),
    ],
)
async def test_masked_host_bits_are_told(peer: str, notes: tuple[str, ...]) -> None:
    assert (await to(None, "app=db", peer=peer)).notes == notes


@pytest.mark.parametrize(
    ("opening", "field", "words"),
    [
        (Opening("n", "", (CIDR,)), "to", "--to '' must be pods of the namespace"),
        (Opening("n", CIDR, (CIDR,)), "to", "--to '198.51.100.0/24' must be pods of the namespace"),
        (Opening("n", "me", (CIDR,)), "to", "--to 'me' must be pods"),
        (Opening("n", "ns=ops app=x", (CIDR,)), "to", "--to 'ns=ops app=x' must be pods"),
        (Opening("n", "foo/bar", (CIDR,)), "to", "--to: 'foo/bar': unknown kind"),
        (Opening("n", "deploy/api:80", (CIDR,)), "to", "--to: 'deploy/api:80': only a Service has a port"),
        (Opening("n", "app=x", ()), "from", "--from is missing: who is the other side?"),
        (Opening("n", "app=x", (" ",)), "from", "--from: an empty peer would mean everybody"),
        (Opening("n", "app=x", ("10.0.0.0/99",)), "from", "--from: '10.0.0.0/99' is not a CIDR"),
        (Opening("n", "app=x", (CIDR,), ("99999",)), "port", "--port: '99999': a port is from 1 to 65535"),
        (Opening("n", "app=x", (CIDR,), ("53/ICMP",)), "port", "--port: '53/ICMP': the protocol is"),
        (Opening("n", "app=x", (), (), Direction.EGRESS), "to", "--to is missing"),
        (Opening("n", CIDR, (CIDR,), (), Direction.EGRESS), "from", "--from '198.51.100.0/24' must be pods"),
        (Opening("n", "svc/db:5432", (CIDR,), ("80",)), "port", "--port and svc/db:5432 both name the port"),
        (
            Opening("n", "app=x", ("svc/db:5432",), ("80",), Direction.EGRESS),
            "port",
            "--port and svc/db:5432 both name the port",
        ),
    ],
)
async def test_what_is_wrong_is_said_with_its_option(opening: Opening, field: str, words: str) -> None:
    for found in (lambda: check(opening), lambda: None):
        with pytest.raises(InputError, match=re.escape(words)) as raised:
            if found() is None:
                await resolve(None, opening)
        assert raised.value.field == field
        assert raised.value.fix


async def test_the_way_out_is_shown_to_who_turns_it_round() -> None:
    with pytest.raises(InputError) as raised:
        check(Opening("n", CIDR, ("app=x",)))
    assert "add --egress" in raised.value.fix


# ── me, and namespaces ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "cidr"), [("10.1.2.3", "10.1.2.3/32"), ("2001:db8::7", "2001:db8::7/128")]
)
async def test_me_is_my_address_alone(world: World, cluster: Cluster, address: str, cidr: str) -> None:
    world.access.address = address
    found = await to(cluster, "app=db", peer="me")
    assert rules(found)[0]["from"] == [{"ipBlock": {"cidr": cidr}}]
    assert found.notes == (f"me is {cidr}",)


async def test_me_where_nobody_can_know(cluster: Cluster) -> None:
    with pytest.raises(InputError, match="--from: 'me': your address") as raised:
        await to(cluster, "app=db", peer="me")
    assert raised.value.fix.startswith("give the CIDR")


@pytest.mark.parametrize("peer", ["ns=opps", "ns=opps app=bastion"])
async def test_a_namespace_that_does_not_exist_is_told(world: World, cluster: Cluster, peer: str) -> None:
    world.lookup.namespaces = {"ops"}
    assert (await to(cluster, "app=db", peer=peer)).notes == (
        f"there is no namespace opps now, so {peer} is nobody",
    )


@pytest.mark.parametrize("peer", ["ns=ops", "ns=*", "ns:team=sre", "app=x"])
async def test_what_exists_or_names_no_single_namespace_is_not(
    world: World, cluster: Cluster, peer: str
) -> None:
    world.lookup.namespaces = {"ops"}
    assert (await to(cluster, "app=db", peer=peer)).notes == ()


async def test_a_namespace_that_one_may_not_look_at_is_not_doubted(cluster: Cluster) -> None:
    assert (await to(cluster, "app=db", peer="ns=ops")).notes == ()


async def test_a_cluster_that_is_away_is_an_error(world: World, cluster: Cluster) -> None:
    world.tap.fail("lookup.workload", UnreachableError("no line"))
    with pytest.raises(UnreachableError):
        await to(cluster, "deploy/api")


async def test_what_is_told_twice_is_told_once(world: World, cluster: Cluster) -> None:
    workload(world, "deployments", "api", matchLabels={"app": "api"})
    found = await to(cluster, "deploy/api", peer="deploy/api")
    assert found.notes == ("deployments/api is app=api in production",)
