"""The payments outage, as data: who runs where, what may talk to what, and which grants are already open.

Law: data only. A release of the payments API renamed a label that a policy selects, so its pods cannot reach
the database and crash, while the old ones carry on; people have opened temporary access to look. Addresses
from outside are of the documentation ranges.
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Port:
    """One container port, with the Service port in front of it (0: the same)."""

    name: str
    number: int
    protocol: str = "TCP"
    service: int = 0


@dataclass(frozen=True)
class Workload:
    """One workload and its pods."""

    namespace: str
    name: str
    ports: tuple[Port, ...]
    kind: str = "Deployment"
    replicas: int = 2
    labels: dict[str, str] = field(default_factory=dict)
    image: str = ""
    age_hours: float = 200.0
    is_host_network: bool = False

    @property
    def selector(self) -> dict[str, str]:
        """The labels that select its pods."""
        return {"app": self.name}

    @property
    def full_image(self) -> str:
        """The image of its only container."""
        return self.image or f"registry.example.com/{self.namespace}/{self.name}:1.8.2"


NAMESPACES: dict[str, dict[str, str]] = {
    "payments": {"team": "payments", "env": "prod"},
    "production": {"team": "platform", "env": "prod"},
    "ops": {"team": "sre", "env": "prod"},
    "monitoring": {"team": "sre", "env": "prod"},
    "ingress": {"team": "platform", "env": "prod"},
    "legacy": {"team": "none", "env": "prod"},
}
NODES = ("node-a", "node-b", "node-c")
HTTP = Port("http", 8080, service=80)
METRICS = Port("metrics", 9102)

WORKLOADS = (
    Workload("payments", "api", (HTTP, METRICS), replicas=3, labels={"tier": "backend"}),
    Workload("payments", "worker", (METRICS,), replicas=3, labels={"tier": "backend"}),
    Workload("payments", "checkout-web", (HTTP,), replicas=3, labels={"tier": "frontend"}),
    Workload(
        "production",
        "database",
        (Port("db", 5432), METRICS),
        "StatefulSet",
        replicas=3,
        labels={"tier": "data"},
        image="registry.example.com/postgres:17.2",
        age_hours=900,
    ),
    Workload("production", "cache", (Port("redis", 6379),), "StatefulSet", labels={"tier": "data"}),
    Workload(
        "production",
        "queue",
        (Port("amqp", 5672), Port("management", 15672)),
        "StatefulSet",
        replicas=3,
        labels={"tier": "data"},
        image="registry.example.com/rabbitmq:4.1",
    ),
    Workload("production", "catalog", (HTTP, METRICS), replicas=3, labels={"tier": "backend"}),
    Workload("production", "search", (HTTP, METRICS), labels={"tier": "backend"}),
    Workload("ops", "bastion", (Port("ssh", 22),), replicas=1, labels={"role": "bastion"}),
    Workload("ops", "toolbox", (Port("shell", 7681),), replicas=1, labels={"role": "debug"}),
    Workload("monitoring", "prometheus", (Port("web", 9090),), "StatefulSet", replicas=1),
    Workload("monitoring", "grafana", (Port("web", 3000),), replicas=1),
    Workload(
        "monitoring",
        "node-exporter",
        (Port("metrics", 9100),),
        "DaemonSet",
        replicas=len(NODES),
        is_host_network=True,
    ),
    Workload("ingress", "gateway", (Port("https", 8443, service=443), HTTP), age_hours=1500),
    Workload("legacy", "monolith", (Port("http", 8000, service=80),), replicas=1, age_hours=9000),
    Workload("kube-system", "coredns", (Port("dns", 53, "UDP"), Port("dns-tcp", 53)), age_hours=9000),
)
NEW_RELEASE = Workload(
    "payments",
    "api",
    (HTTP, METRICS),
    labels={"tier": "api"},
    image="registry.example.com/payments/api:2.14.0",
    age_hours=0.4,
)
"""The release that cannot start: its pods say ``tier: api``, and the database lets in ``tier: backend``."""


def _namespace(name: str) -> Json:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _pods(**labels: str) -> Json:
    return {"podSelector": {"matchLabels": labels}}


def _port(port: int | str, protocol: str = "TCP") -> Json:
    return {"protocol": protocol, "port": port}


def _allow(target: Json, sources: list[Json], *ports: Json) -> Json:
    return {**target, "policyTypes": ["Ingress"], "ingress": [{"from": sources, "ports": [*ports]}]}


_EVERYBODY: Json = {"podSelector": {}}
_DNS = [{"to": [_namespace("kube-system")], "ports": [_port(53, "UDP"), _port(53)]}]

POLICIES: dict[tuple[str, str], Json] = {
    ("payments", "default-deny"): {**_EVERYBODY, "policyTypes": ["Ingress"]},
    ("payments", "gateway-to-web"): _allow(_pods(app="checkout-web"), [_namespace("ingress")], _port("http")),
    ("payments", "web-to-api"): _allow(_pods(app="api"), [_pods(app="checkout-web")], _port("http")),
    ("payments", "scrape"): _allow(_EVERYBODY, [_namespace("monitoring")], _port("metrics")),
    ("production", "default-deny"): {**_EVERYBODY, "policyTypes": ["Ingress", "Egress"]},
    ("production", "dns"): {**_EVERYBODY, "policyTypes": ["Egress"], "egress": _DNS},
    ("production", "payments-to-database"): _allow(
        _pods(app="database"), [_namespace("payments") | _pods(tier="backend")], _port("db")
    ),
    ("production", "database-replication"): {
        **_pods(app="database"),
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [_pods(app="database")], "ports": [_port("db")]}],
        "egress": [{"to": [_pods(app="database")], "ports": [_port("db")]}],
    },
    ("production", "backends-to-cache"): _allow(
        _pods(app="cache"), [_pods(tier="backend"), _namespace("payments")], _port(6379)
    ),
    ("production", "workers-to-queue"): _allow(
        _pods(app="queue"), [_namespace("payments") | _pods(app="worker")], _port("amqp")
    ),
    ("production", "scrape"): _allow(_EVERYBODY, [_namespace("monitoring")], _port("metrics")),
    ("ops", "ssh-from-office"): _allow(
        _pods(app="bastion"),
        [{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.64/26"]}}],
        _port(22),
    ),
    ("monitoring", "default-deny"): {**_EVERYBODY, "policyTypes": ["Ingress"]},
    ("monitoring", "grafana-to-prometheus"): _allow(
        _pods(app="prometheus"), [_pods(app="grafana")], _port("web")
    ),
    # What this tool is for: somebody opened this forty days ago, for an hour.
    ("legacy", "tmp-debug-please-delete"): _allow(
        _pods(app="monolith"), [{"ipBlock": {"cidr": "0.0.0.0/0"}}], _port(8000)
    ),
}
OLD_HOLE = ("legacy", "tmp-debug-please-delete")


@dataclass(frozen=True)
class OpenGrant:
    """A grant that is open when the scene begins; minutes count from then."""

    namespace: str
    spec: Json
    by: str
    reason: str
    made_minutes_ago: float
    minutes_left: float
    ticket: str = "INC-4711"


OPEN_GRANTS = (
    OpenGrant(
        "production",
        _allow(_pods(app="database"), [{"ipBlock": {"cidr": "198.51.100.0/24"}}], _port(5432)),
        by="alice",
        reason="debug replication lag",
        made_minutes_ago=23,
        minutes_left=37,
    ),
    OpenGrant(
        "payments",
        _allow(_pods(app="api"), [_namespace("ops") | _pods(app="bastion")], _port("http")),
        by="alice",
        reason="reproduce the failing health check from the bastion",
        made_minutes_ago=12,
        minutes_left=108,
    ),
    OpenGrant(
        "production",
        _allow(_pods(app="queue"), [_namespace("ops") | _pods(app="toolbox")], _port("management")),
        by="alice",
        reason="drain the dead-letter queue by hand",
        made_minutes_ago=26,
        minutes_left=4,
    ),
    OpenGrant(
        "monitoring",
        _allow(_pods(app="prometheus"), [{"ipBlock": {"cidr": "192.0.2.16/28"}}], _port("web")),
        by="bob",
        reason="vendor looks at the latency graphs",
        made_minutes_ago=14,
        minutes_left=0.75,
        ticket="VEN-102",
    ),
)

OPERATOR_RULES: list[Json] = [
    {
        "apiGroups": [""],
        "resources": ["namespaces", "pods", "services", "events"],
        "verbs": ["get", "list", "watch"],
    },
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["get", "list", "watch"]},
    {
        "apiGroups": ["apps"],
        "resources": ["deployments", "replicasets", "statefulsets", "daemonsets"],
        "verbs": ["get", "list", "watch"],
    },
    {
        "apiGroups": ["networking.k8s.io"],
        "resources": ["networkpolicies"],
        "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
    {
        "apiGroups": ["batch"],
        "resources": ["jobs"],
        "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["get", "create", "update", "patch"],
    },
    {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
]
CLUSTER_OPERATORS = ("alice",)
"""They may do that everywhere."""
TEAM_OPERATORS = {"bob": ("payments", "monitoring")}
"""They may do that in some namespaces, and see nothing elsewhere."""
