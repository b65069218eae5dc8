"""A cluster, a registry and the processes that use them, ready for a test."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.commands.create import Created, create
from app.commands.draft import Order
from app.commands.session import Cluster, Limits, Session
from app.domain.manifest import GRANT_LABEL, Wish
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Happening, Json, Phase
from tests.commands.fake_log import FakeLog
from tests.commands.fake_reading import FakeAccess, FakeLookup, FakeProcesses
from tests.commands.fakes import FakeClock, FakeCluster, FakeDeadlines, FakeWriter
from tests.commands.tap import Tap

SERVER = "https://192.0.2.10:6443"
SPEC: Json = {
    "podSelector": {"matchLabels": {"app": "database"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {
            "from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}],
            "ports": [{"port": 5432, "protocol": "TCP"}],
        }
    ],
}


@dataclass
class World:
    """Everything outside the use cases; ``session`` is what one process sees of it."""

    tap: Tap = field(default_factory=Tap)
    clock: FakeClock = field(default_factory=FakeClock)
    limits: Limits = field(default_factory=Limits)
    alive: set[str] = field(default_factory=lambda: {"first"})

    def __post_init__(self) -> None:
        self.cluster = FakeCluster(self.clock, self.tap)
        self.access = FakeAccess(self.cluster)
        self.lookup = FakeLookup(self.tap)
        self.log = FakeLog(self.tap)

    def session(self, process: str = "first") -> Session:
        """What one process is given; the registry and the cluster are shared."""
        self.alive.add(process)
        cluster = Cluster(
            server=SERVER,
            context="production",
            namespace="production",
            policies=FakeWriter(self.cluster, "policies", NetworkPolicy),
            deadlines=FakeDeadlines(self.cluster, "jobs", Job),
            access=self.access,
            lookup=self.lookup,
        )
        return Session(cluster, self.clock, self.log, FakeProcesses(process, self.alive), self.limits)

    def restarted(self, process: str = "second") -> Session:
        """The session of a new process; all others are dead."""
        self.alive.clear()
        self.tap.clear()
        return self.session(process)

    def policies(self, namespace: str | None = None) -> list[Json]:
        return self.cluster.of("NetworkPolicy", namespace)

    def jobs(self, namespace: str | None = None) -> list[Json]:
        return self.cluster.of("Job", namespace)

    def untimed(self) -> list[str]:
        """Policies with a grant's label that no running timer would end."""
        running = {
            job["metadata"]["uid"]
            for job in self.jobs()
            if job.get("status", {}).get("startTime") and not job["spec"].get("suspend")
        }
        return [
            policy["metadata"]["name"]
            for policy in self.policies()
            if GRANT_LABEL in (policy["metadata"].get("labels") or {})
            and not running & {owner["uid"] for owner in policy["metadata"].get("ownerReferences") or ()}
            and not policy["metadata"].get("deletionTimestamp")
        ]

    def is_empty(self) -> bool:
        """Whether the cluster holds no policy and no Job."""
        return not self.policies() and not self.jobs()

    def happenings(self) -> list[Happening]:
        return [row.entry.happening for row in self.log.rows]

    def last_detail(self) -> Json:
        return self.log.rows[-1].entry.detail

    def phases(self) -> list[Phase]:
        return [record.phase for record in self.log.records.values()]

    async def let_others_run(self) -> None:
        """Give way to what runs in the background."""
        await asyncio.sleep(0)

    async def granted(self, *namespaces: str, **changes: Any) -> Created:
        """Open access in some namespaces, then forget the trace."""
        made = await create(self.session(), order(*namespaces or ("production",), **changes))
        self.tap.clear()
        return made


def wish(namespace: str, slug: str = "database", labels: dict[str, str] | None = None) -> Wish:
    return Wish(namespace, SPEC, slug, labels or {})


def order(*namespaces: str, **changes: Any) -> Order:
    """Access to the database for half an hour in each namespace."""
    fields: dict[str, Any] = {"reason": "debug replication lag", "ttl": timedelta(minutes=30)}
    return Order(tuple(wish(name) for name in namespaces), **fields | changes)


def policy(namespace: str, name: str, **meta: Any) -> Json:
    """A NetworkPolicy that somebody else made."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": namespace, "name": name, **meta},
        "spec": SPEC,
    }
