"""The scene for demos and tests: an outage of payments, with a few grants already open.

Law: the same seed gives the same scene; nothing here acts by itself before ``play`` is awaited.
"""

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from app.demo import incident, kinds
from app.demo.access import User
from app.demo.clock import SetClock
from app.demo.happenings import Happenings
from app.demo.seeding import Seeder
from app.demo.strategies import RBAC_GROUP

if TYPE_CHECKING:
    from app.demo.server import EmbeddedCluster

SEED = 4711
PAUSE_SECONDS = (1.5, 4.0)
"""Between two happenings, at speed 1: something is seen every few seconds."""
OPERATOR_ROLE = "netgrant-operator"


def load(cluster: "EmbeddedCluster", now: datetime | None = None, seed: int = SEED) -> None:
    """Fill an empty cluster with the scene as of ``now`` (the cluster's own time by default)."""
    moment = now or cluster.clock.now()
    random = Random(seed)
    seeder = Seeder(cluster.store, moment, random, incident.NODES)
    for name, labels in incident.NAMESPACES.items():
        seeder.create(kinds.NAMESPACES, "", {"metadata": {"name": name, "labels": labels}}, _days(300))
    for item in incident.WORKLOADS:
        seeder.workload(item)
    _release(cluster, seeder)
    for (namespace, name), spec in incident.POLICIES.items():
        ago = _days(40 if (namespace, name) == incident.OLD_HOLE else 200)
        seeder.create(kinds.NETWORK_POLICIES, namespace, {"metadata": {"name": name}, "spec": spec}, ago)
    for grant in incident.OPEN_GRANTS:
        seeder.grant(grant)
    _give_rights(seeder, cluster.options.users)
    past = SetClock(moment)
    happenings = Happenings(cluster.store, past, random)
    for minutes in range(18, 0, -2):
        past.moment = moment - timedelta(minutes=minutes)
        happenings.restart_crashing_pod()


async def play(cluster: "EmbeddedCluster", seed: int = SEED, speed: float = 1.0) -> None:
    """Let things happen until cancelled; ``speed`` 2 makes them come twice as often."""
    random = Random(seed)
    happenings = Happenings(cluster.store, cluster.clock, random)
    weights, actions = zip(*happenings.all(), strict=True)
    while True:
        await cluster.clock.sleep(random.uniform(*PAUSE_SECONDS) / speed)
        random.choices(actions, weights)[0]()


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _release(cluster: "EmbeddedCluster", seeder: Seeder) -> None:
    """Add the second ReplicaSet of the API, with two pods that never became ready."""
    item = incident.NEW_RELEASE
    deployment = cluster.store.get(kinds.DEPLOYMENTS, item.namespace, item.name)
    assert deployment is not None  # WORKLOADS holds it
    owner = seeder.replica_set(item, deployment)
    for number in range(item.replicas):
        seeder.pod(item, owner, number)


def _give_rights(seeder: Seeder, users: tuple[User, ...]) -> None:
    """Bind those users that this cluster has."""
    names = {user.name for user in users}
    role = {"metadata": {"name": OPERATOR_ROLE}, "rules": incident.OPERATOR_RULES}
    seeder.create(kinds.CLUSTER_ROLES, "", role)
    for name in sorted(names & {*incident.CLUSTER_OPERATORS}):
        seeder.create(kinds.CLUSTER_ROLE_BINDINGS, "", _binding(name))
    for name, namespaces in incident.TEAM_OPERATORS.items():
        for namespace in namespaces if name in names else ():
            seeder.create(kinds.ROLE_BINDINGS, namespace, _binding(name))


def _binding(user: str) -> incident.Json:
    return {
        "metadata": {"name": f"{OPERATOR_ROLE}-{user}"},
        "roleRef": {"apiGroup": RBAC_GROUP, "kind": "ClusterRole", "name": OPERATOR_ROLE},
        "subjects": [{"kind": "User", "name": user}],
    }
