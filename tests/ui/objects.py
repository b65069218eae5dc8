"""Objects of an incident, as a cluster would show them: grants in each state, pods, Services, events."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.durations import format_moment
from app.domain.labels import parse_selector
from app.domain.manifest import (
    EXPIRES_AT,
    GRANT_LABEL,
    MANAGED_BY,
    REASON,
    REQUESTED_BY,
    SPEC_HASH,
    TICKET,
)
from app.domain.objects import (
    Container,
    ContainerPort,
    ContainerStatus,
    Event,
    FullMeta,
    Job,
    JobSpec,
    JobStatus,
    Meta,
    Namespace,
    NetworkPolicy,
    ObjectReference,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    Service,
    ServicePort,
    ServiceSpec,
    Workload,
    WorkloadSpec,
)
from app.domain.peers import Block, Pods, parse_peer
from app.domain.policyspec import Direction, build_spec, spec_hash
from app.domain.portspec import parse_port
from app.domain.records import Json

NOW = datetime(2026, 11, 24, 10, 20, 54, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """The two objects of a grant."""

    policy: NetworkPolicy
    job: Job


def spec(target: str, source: str, port: str, direction: Direction = Direction.INGRESS) -> Json:
    """A policy's spec from what one would type."""
    peer = parse_peer(source)
    assert isinstance(peer, Pods | Block)
    return build_spec(direction, parse_selector(target), [peer], [parse_port(port)])


def grant(
    number: int,
    namespace: str,
    wish: Json,
    left: timedelta,
    *,
    by: str = "alice",
    reason: str = "debug replication lag",
    ticket: str = "INC-482",
    life: timedelta = timedelta(minutes=45),
    suspended: bool = False,
) -> Made:
    """A grant with ``left`` to go at NOW; its id ends in the number."""
    grant_id = f"01KAV8ZC3Q5M7X9Y2W4T6{number:05}"
    name = f"netgrant-grant-{number:05}"
    labels = {GRANT_LABEL: grant_id, MANAGED_BY: "netgrant"}
    end = NOW + left
    start = end - life
    notes = {REQUESTED_BY: by, REASON: reason, TICKET: ticket, EXPIRES_AT: format_moment(end)}
    job = Job(
        FullMeta(
            name=name,
            namespace=namespace,
            uid=f"job-{number}",
            creation_timestamp=start,
            labels=labels,
            annotations=notes,
        ),
        JobSpec(int(life.total_seconds()), 0, suspended, 0),
        JobStatus(start),
    )
    policy = NetworkPolicy(
        FullMeta(
            name=name,
            namespace=namespace,
            uid=f"policy-{number}",
            creation_timestamp=start,
            labels=labels,
            owner_references=(OwnerReference("batch/v1", "Job", name, f"job-{number}"),),
            annotations={**notes, SPEC_HASH: spec_hash(wish)},
        ),
        wish,
    )
    return Made(policy, job)


def pod(
    namespace: str,
    name: str,
    labels: dict[str, str],
    *,
    phase: str = "Running",
    ready: bool = True,
    restarts: int = 0,
    node: str = "node-a",
    age: timedelta = timedelta(days=9),
    port: ContainerPort | None = None,
) -> Pod:
    """A pod with one container."""
    meta = Meta(name, namespace, f"pod-{namespace}-{name}", creation_timestamp=NOW - age, labels=labels)
    container = Container(name.partition("-")[0], (port,) if port else None)
    status = PodStatus(phase, container_statuses=(ContainerStatus(container.name, ready, restarts),))
    return Pod(meta, PodSpec(node, containers=(container,)), status)


def event(
    about: Pod | NetworkPolicy | Job, seconds_ago: float, reason: str, message: str, *, count: int = 1
) -> Event:
    """Something that happened to an object."""
    meta, moment = about.metadata, NOW - timedelta(seconds=seconds_ago)
    reference = ObjectReference(type(about).__name__, meta.namespace, meta.name, meta.uid)
    name = f"{meta.name}.{reason.lower()}.{int(seconds_ago)}"
    kind = "Normal" if reason in ("Scheduled", "Started", "Granted") else "Warning"
    return Event(
        Meta(name, meta.namespace, f"event-{name}", creation_timestamp=moment),
        reference,
        kind,
        reason,
        message,
        count,
        moment,
    )


def namespace(name: str, **labels: str) -> Namespace:
    """A namespace."""
    return Namespace(Meta(name, uid=f"ns-{name}", labels={"kubernetes.io/metadata.name": name, **labels}))


def service(where: str, name: str, port: int, target: int | str, **selector: str) -> Service:
    """A Service in front of some pods."""
    meta = Meta(name, where, f"svc-{where}-{name}")
    return Service(meta, ServiceSpec("ClusterIP", selector, (ServicePort(port, "main", "TCP", target),)))


def workload(where: str, name: str, **labels: str) -> Workload:
    """A workload that selects some pods."""
    return Workload(Meta(name, where, f"work-{where}-{name}"), WorkloadSpec({"matchLabels": labels}))


MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DATABASE = grant(1, "production", spec("app=database", "198.51.100.0/24", "5432"), 27 * MINUTE + 14 * SECOND)
API = grant(
    2,
    "payments",
    spec("app=api", "ns=ops app=bastion", "8080"),
    48 * SECOND,
    by="bob",
    reason="debug the failing health check",
    ticket="",
)
LEGACY = grant(
    3,
    "legacy",
    spec("app=mq", "10.20.0.0/16", "5671"),
    -12 * SECOND,
    by="carol",
    reason="finalizer holds it",
    ticket="OPS-9",
)
CACHE = grant(
    4,
    "production",
    spec("app=cache", "app=loader", "6379"),
    58 * MINUTE,
    by="dave",
    reason="warm the cache by hand",
    ticket="INC-490",
    life=timedelta(hours=1),
    suspended=True,
)
GRANTS = (DATABASE, API, LEGACY, CACHE)
DB_PORT = ContainerPort(5432, "db")
PODS = (
    pod("production", "database-0", {"app": "database", "tier": "data"}, port=DB_PORT),
    pod(
        "production",
        "database-1",
        {"app": "database", "tier": "data"},
        ready=False,
        restarts=4,
        node="node-c",
        age=timedelta(minutes=11),
        port=DB_PORT,
    ),
    pod("production", "database-2", {"app": "database", "tier": "data"}, node="node-b", port=DB_PORT),
    pod("production", "cache-0", {"app": "cache", "tier": "data"}),
    pod("production", "cache-1", {"app": "cache", "tier": "data"}, node="node-b"),
    pod("production", "loader-5c9f-x2x7k", {"app": "loader"}),
    *(
        pod("payments", f"api-6d9f8-{n}", {"app": "api", "tier": "backend"}, port=ContainerPort(8080, "http"))
        for n in "abcd"
    ),
    pod("ops", "bastion-7f6c-q8zzp", {"app": "bastion", "role": "bastion"}),
    pod("legacy", "mq-0", {"app": "mq"}),
)
NAMESPACES = tuple(
    namespace(name, team=team)
    for name, team in (("production", "data"), ("payments", "pay"), ("ops", "sre"), ("legacy", "none"))
)
SERVICES = (
    service("production", "database", 5432, "db", app="database"),
    service("payments", "api", 80, 8080, app="api"),
)
STATEFUL_SETS = (workload("production", "database", app="database"),)
DEPLOYMENTS = (workload("payments", "api", app="api"), workload("ops", "bastion", app="bastion"))
EVENTS = (
    event(DATABASE.policy, 17 * 60, "Granted", "granted to alice until 10:48:08"),
    event(PODS[1], 47, "Unhealthy", "Readiness probe failed: connection refused", count=7),
    event(PODS[1], 5, "BackOff", "Back-off restarting failed container database"),
    event(PODS[0], 30, "Scheduled", "Successfully assigned production/database-0 to node-a"),
    event(PODS[3], 9, "Unhealthy", "cache-0 is another grant's business"),
)
