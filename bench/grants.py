"""Grants as a busy cluster has them: a policy and its dead-man Job each, on the pods of bench/pods.py.

Law: none of them ends within the hour's run of a benchmark, and each matches some pods.
"""

from datetime import UTC, datetime, timedelta

from app.domain.durations import format_moment
from app.domain.labels import parse_selector
from app.domain.manifest import Part, Stamp, job_manifest, policy_manifest
from app.domain.objects import FullMeta, Job
from app.domain.peers import Block, parse_peer
from app.domain.policyspec import Direction, build_spec
from app.domain.portspec import parse_port
from app.domain.records import GrantRecord, Json, Phase

LIFE = timedelta(hours=8)
_PEOPLE = ("alice", "bob", "carol", "dave", "erin")


def grant_id(number: int) -> str:
    """Return the id of grant ``number``."""
    return f"01KAV8ZC3Q5M7X9Y2W{number:08d}"


def deadline(number: int, now: datetime) -> datetime:
    """Return when it ends: in 70 minutes to under eight hours."""
    return (now + timedelta(minutes=70 + number % 400)).replace(microsecond=0)


def render_grant(number: int, version: int, now: datetime, note: str = "") -> tuple[Json, Json]:
    """Return policy and Job of grant ``number`` as they are at ``version``."""
    reason = f"look into replication lag, case {number}{note}"
    stamp = Stamp(
        grant_id(number),
        _PEOPLE[number % 5],
        reason,
        f"INC-{number % 977}",
        audit_head=f"{number}:" + "ab" * 32,
    )
    end = deadline(number, now)
    start = end - LIFE
    part = Part(namespace(number), f"netgrant-app-{number % 200}-{number:08d}", _spec(number))
    job = job_manifest(stamp, part.namespace, part.name, int(LIFE.total_seconds()))
    job["status"] = {"startTime": format_moment(start), "ready": 0}
    owner = Job(
        FullMeta(name=part.name, namespace=part.namespace, uid=f"{number:08x}-0000-4000-8000-00000000000a")
    )
    policy = policy_manifest(stamp, part, end, owner)
    for document, uid in ((policy, f"{number:08x}-0000-4000-8000-00000000000b"), (job, owner.metadata.uid)):
        document["metadata"] |= {
            "uid": uid,
            "resourceVersion": str(version),
            "creationTimestamp": format_moment(start),
        }
    return policy, job


def namespace(number: int) -> str:
    """Return where it stands."""
    return f"team-{number % 40}"


def _spec(number: int) -> Json:
    peer = parse_peer(f"198.51.{number % 256}.0/24")
    assert isinstance(peer, Block)
    selector = parse_selector(f"app=app-{number % 200}")
    return build_spec(Direction.INGRESS, selector, [peer], [parse_port(str(5000 + number % 1000))])


def remembered(number: int, cluster: str, context: str) -> GrantRecord:
    """Return what the registry holds of grant ``number``."""
    now = datetime.now(UTC)
    end = deadline(number, now)
    return GrantRecord(
        id=grant_id(number),
        cluster=cluster,
        context=context,
        namespaces=(namespace(number),),
        direction="ingress",
        target=f"app=app-{number % 200}",
        peers=f"198.51.{number % 256}.0/24",
        ports=f"{5000 + number % 1000}/TCP",
        requested_by=_PEOPLE[number % 5],
        reason=f"look into replication lag, case {number}",
        created_at=end - LIFE,
        deadline=end,
        phase=Phase.ACTIVE,
        ticket=f"INC-{number % 977}",
        spec={
            "parts": [{"namespace": namespace(number), "name": f"netgrant-app-{number % 200}-{number:08d}"}]
        },
    )
