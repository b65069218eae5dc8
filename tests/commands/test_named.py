"""What a workload, a pod or a Service stands for, and what is told of it."""

import pytest

from app.commands.resolve import Opening, resolve
from app.commands.session import Cluster
from app.domain.objects import (
    ServicePort,
)
from app.domain.policyspec import Direction
from app.domain.records import Json
from app.errors import ForbiddenError, InputError, NotFoundError
from tests.commands.openings import CIDR, out, pod, ports, rules, selector, service, to, workload
from tests.commands.world import World

# ── workloads ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "kind"), [("deploy", "deployments"), ("sts", "statefulsets"), ("ds", "daemonsets")]
)
async def test_a_workload_is_its_selector(world: World, cluster: Cluster, word: str, kind: str) -> None:
    workload(world, kind, "api", matchLabels={"app": "api", "tier": "web"})
    found = await to(cluster, f"{word}/api", "8080")
    assert selector(found) == {"matchLabels": {"app": "api", "tier": "web"}}
    assert found.notes == (f"{kind}/api is app=api,tier=web in production",)
    assert found.wish.slug == "api"


async def test_a_workload_that_selects_by_expressions(world: World, cluster: Cluster) -> None:
    expression = {"key": "app", "operator": "In", "values": ["a", "b"]}
    workload(world, "deployments", "api", matchExpressions=[expression])
    assert selector(await to(cluster, "deploy/api")) == {"matchExpressions": [expression]}


async def test_a_workload_that_selects_everything_would_open_everything(
    world: World, cluster: Cluster
) -> None:
    workload(world, "deployments", "api")
    with pytest.raises(InputError, match="--to: deployments/api in production selects every pod"):
        await to(cluster, "deploy/api")


async def test_a_workload_whose_selector_cannot_be_read(world: World, cluster: Cluster) -> None:
    workload(world, "deployments", "api", matchExpressions=[{"key": "a", "operator": "Like"}])
    with pytest.raises(InputError, match=r"^--to: ") as raised:
        await to(cluster, "deploy/api")
    assert raised.value.field == "to"


@pytest.mark.parametrize(
    ("word", "resource"), [("deploy", "deployments"), ("svc", "services"), ("pod", "pods")]
)
async def test_what_does_not_exist_is_said_with_its_option(
    cluster: Cluster, word: str, resource: str
) -> None:
    with pytest.raises(
        NotFoundError, match=f"--to: there is no {resource}/api in namespace production"
    ) as raised:
        await to(cluster, f"{word}/api")
    assert raised.value.status == 404
    with pytest.raises(NotFoundError, match=f"--from: there is no {resource}/api in namespace ops"):
        await to(cluster, "app=db", peer=f"ns=ops {word}/api")


async def test_a_peer_is_looked_up_in_its_own_namespace(world: World, cluster: Cluster) -> None:
    workload(world, "deployments", "toolbox", "ops", matchLabels={"app": "toolbox"})
    found = await to(cluster, "app=db", peer="ns=ops deploy/toolbox")
    assert rules(found)[0]["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ops"}},
            "podSelector": {"matchLabels": {"app": "toolbox"}},
        }
    ]
    assert found.notes == ("deployments/toolbox is app=toolbox in ops",)


@pytest.mark.parametrize("peer", ["ns=* deploy/x", "ns:team=sre deploy/x"])
async def test_a_name_in_many_namespaces_is_no_name(cluster: Cluster, peer: str) -> None:
    with pytest.raises(InputError, match="--from: deployments/x can only be looked up in one") as raised:
        await to(cluster, "app=db", peer=peer)
    assert raised.value.field == "from"


# ── pods ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pod_of_a_stateful_set_is_told_apart_by_its_own_label(world: World, cluster: Cluster) -> None:
    for number in range(2):
        name = f"db-{number}"
        pod(world, name, {"app": "db", "statefulset.kubernetes.io/pod-name": name})
    found = await to(cluster, "pod/db-0")
    assert selector(found) == {"matchLabels": {"statefulset.kubernetes.io/pod-name": "db-0"}}
    assert found.notes == ("pod/db-0 is statefulset.kubernetes.io/pod-name=db-0 in production",)


async def test_other_pods_with_the_same_labels_are_told(world: World, cluster: Cluster) -> None:
    for letter in "abcde":
        pod(world, f"api-{letter}", {"app": "api", "pod-template-hash": "1"})
    (note,) = (await to(cluster, "pod/api-a")).notes
    assert note.endswith("; the same labels also select 4 more: api-b, api-c, api-d, …")


async def test_where_pods_may_not_be_listed_that_is_told(world: World, cluster: Cluster) -> None:
    pod(world, "api", {"app": "api"})
    world.tap.fail("lookup.pods", ForbiddenError("no", status=403))
    (note,) = (await to(cluster, "pod/api")).notes
    assert note.endswith("; whether the same labels select other pods may not be looked at")


async def test_a_pod_without_labels_cannot_be_selected(world: World, cluster: Cluster) -> None:
    pod(world, "bare", None)
    with pytest.raises(InputError, match="--to: pod production/bare has no labels"):
        await to(cluster, "pod/bare")


async def test_a_pod_on_its_nodes_network_is_told(world: World, cluster: Cluster) -> None:
    pod(world, "agent", {"app": "agent"}, host=True)
    (note,) = (await to(cluster, "pod/agent")).notes
    assert note.endswith("; it is on its node's network, where policies do not reach it by labels")


# ── Services ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (ServicePort(5432, target_port=15432), 15432),
        (ServicePort(5432, target_port="postgres"), "postgres"),
        (ServicePort(5432), 5432),
        (ServicePort(5432, target_port=0), 5432),
    ],
)
async def test_the_pods_port_behind_a_services(
    world: World, cluster: Cluster, port: ServicePort, expected: object
) -> None:
    service(world, "db", port)
    found = await to(cluster, "svc/db:5432")
    assert ports(found) == [expected]
    assert found.notes == (f"svc/db:5432 is app=db in production, pod port {expected}/TCP",)
    assert found.wish.slug == "db"


async def test_a_service_port_by_its_name_and_of_each_protocol(world: World, cluster: Cluster) -> None:
    dns = [ServicePort(53, "dns", "UDP"), ServicePort(53, "dns-tcp", "TCP"), ServicePort(9153, "metrics")]
    service(world, "dns", *dns)
    assert ports(await to(cluster, "svc/dns:metrics")) == [9153]
    (rule,) = rules(await to(cluster, "svc/dns:53"))
    assert [port["protocol"] for port in rule["ports"]] == ["UDP", "TCP"]
    assert ports(await to(cluster, "svc/dns")) == [53, 53, 9153]


async def test_two_services_ports_at_one_pod_port_are_one(world: World, cluster: Cluster) -> None:
    service(world, "web", ServicePort(80, "a", target_port=8080), ServicePort(8080, "b", target_port=8080))
    assert ports(await to(cluster, "svc/web")) == [8080]


async def test_a_service_without_ports_opens_all(world: World, cluster: Cluster) -> None:
    service(world, "headless")
    found = await to(cluster, "svc/headless")
    assert "ports" not in rules(found)[0]
    assert found.notes == ("svc/headless is app=headless in production, pod port all",)


async def test_a_port_that_the_service_does_not_have(world: World, cluster: Cluster) -> None:
    service(world, "db", ServicePort(5432, "pg"), ServicePort(9187))
    with pytest.raises(InputError, match="--to: Service production/db has no port '1'") as raised:
        await to(cluster, "svc/db:1")
    assert raised.value.fix == "its ports are: 5432 (pg), 9187"
    service(world, "none")
    with pytest.raises(InputError) as raised:
        await to(cluster, "svc/none:1")
    assert raised.value.fix == "its ports are: none"


async def test_a_service_without_a_selector(world: World, cluster: Cluster) -> None:
    service(world, "external", ServicePort(443), selector=False)
    with pytest.raises(InputError, match="--to: Service production/external selects no pods"):
        await to(cluster, "svc/external:443")


async def test_an_explicit_port_is_the_pods_and_a_mistaken_one_is_told(
    world: World, cluster: Cluster
) -> None:
    service(world, "web", ServicePort(80, target_port=8080), ServicePort(9000))
    found = await to(cluster, "svc/web", "80")
    assert ports(found) == [80]
    assert found.notes == (
        "svc/web is app=web in production; "
        "--port names the pod's port, and of the Service's 80 is 8080 there",
    )
    assert (await to(cluster, "svc/web", "8080")).notes == ("svc/web is app=web in production",)
    assert (await to(cluster, "svc/web", "9000")).notes == ("svc/web is app=web in production",)


async def test_a_service_as_the_source_brings_no_port(world: World, cluster: Cluster) -> None:
    """It is where the connections come from; its port is where it listens."""
    service(world, "web", ServicePort(80, target_port=8080))
    found = await to(cluster, "app=db", "5432", peer="svc/web")
    assert ports(found) == [5432]
    assert found.notes == ("svc/web is app=web in production",)
    found = await to(cluster, "app=db", peer="svc/web:80")
    assert "ports" not in rules(found)[0]
    assert found.notes == ("svc/web:80 is app=web in production; its port is not on this side",)


def _pods(peers: list[Json]) -> list[object]:
    return [peer.get("podSelector", {}).get("matchLabels") for peer in peers]


async def test_out_to_two_services_opens_each_on_its_own_ports_alone(world: World, cluster: Cluster) -> None:
    service(world, "web", ServicePort(80, target_port=8080))
    service(world, "db", ServicePort(5432))
    service(world, "replica", ServicePort(5432))
    found = await out(cluster, "svc/web:80", "svc/db:5432", "svc/replica:5432", CIDR)
    assert [(_pods(rule["to"]), rule.get("ports")) for rule in rules(found)] == [
        ([{"app": "web"}], [{"port": 8080, "protocol": "TCP"}]),
        ([{"app": "db"}, {"app": "replica"}], [{"port": 5432, "protocol": "TCP"}]),
        ([None], None),
    ]
    assert found.wish.spec["policyTypes"] == ["Egress"]


async def test_out_with_an_explicit_port_is_one_rule(world: World, cluster: Cluster) -> None:
    service(world, "web", ServicePort(80, target_port=8080))
    found = await out(cluster, "svc/web", CIDR, ports=("443",))
    assert len(rules(found)) == 1
    assert ports(found) == [443]


async def test_the_selected_side_of_a_way_out_brings_no_port(world: World, cluster: Cluster) -> None:
    service(world, "api", ServicePort(80))
    opening = Opening("production", "svc/api:80", (CIDR,), ("443",), Direction.EGRESS)
    found = await resolve(cluster, opening)
    assert ports(found) == [443]
    assert found.notes == ("svc/api:80 is app=api in production; its port is not on this side",)
