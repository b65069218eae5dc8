"""Fill an embedded cluster with objects that look as if they had been there for a while.

Law: objects are written as clients and controllers write them, with a clock that can be set to the past;
all chance comes from one seeded generator.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec

from app.demo import kinds
from app.demo.clock import SetClock, timestamp
from app.demo.incident import Json, OpenGrant, Port, Workload
from app.demo.resources import Resource
from app.demo.storage import Record, Store
from app.demo.writes import Target, Writer
from app.domain.manifest import Stamp, Wish, job_manifest, parts_of, policy_manifest
from app.domain.objects import Job

_HASH_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_WORKLOADS = {
    "Deployment": kinds.DEPLOYMENTS,
    "StatefulSet": kinds.STATEFUL_SETS,
    "DaemonSet": kinds.DAEMON_SETS,
}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Seeder:
    """Writes objects into ``store`` as of some time before ``now``."""

    def __init__(self, store: Store, now: datetime, random: Random, nodes: Sequence[str]) -> None:
        self._clock = SetClock(now)
        self._writer = Writer(store, self._clock)
        self._store = store
        self._now = now
        self._random = random
        self._nodes = nodes
        self._pods_made = 0

    def create(
        self, resource: Resource, namespace: str, document: Json, ago: timedelta = timedelta()
    ) -> Record:
        """Store an object that was made ``ago``."""
        self._clock.moment = self._now - ago
        return self._writer.create(Target(resource, namespace), document).record

    def set_status(self, resource: Resource, record: Record, status: Json) -> Record:
        """Give an object its status."""
        meta = record.obj["metadata"]
        target = Target(resource, meta.get("namespace", ""), meta["name"], "status")
        return self._writer.replace(target, {**record.obj, "status": status}).record

    def hash_text(self, length: int) -> str:
        """Return a random text as generated names have it."""
        return "".join(self._random.choice(_HASH_LETTERS) for _ in range(length))

    def workload(self, item: Workload) -> Record:
        """Store a workload with its Service, its EndpointSlice and its pods; return the pods' owner."""
        ago = timedelta(hours=item.age_hours)
        spec: Json = {
            "replicas": item.replicas,
            "selector": {"matchLabels": item.selector},
            "template": self._template(item, item.selector),
        }
        if item.kind == "StatefulSet":
            spec["serviceName"] = item.name
        labels = {**item.selector, **item.labels}
        made = self.create(
            _WORKLOADS[item.kind], item.namespace, {"metadata": _meta(item.name, labels), "spec": spec}, ago
        )
        self.set_status(_WORKLOADS[item.kind], made, {"replicas": item.replicas})
        owner = self.replica_set(item, made) if item.kind == "Deployment" else made
        pods = [self.pod(item, owner, number) for number in range(item.replicas)]
        self._service(item, pods, ago)
        return owner

    def replica_set(self, item: Workload, deployment: Record) -> Record:
        """Store a ReplicaSet of a Deployment: one release of it."""
        mark = self.hash_text(10)
        selector = {**item.selector, "pod-template-hash": mark}
        meta = _meta(f"{item.name}-{mark}", {**selector, **item.labels})
        meta["ownerReferences"] = [_owner(kinds.DEPLOYMENTS, deployment)]
        spec = {
            "replicas": item.replicas,
            "selector": {"matchLabels": selector},
            "template": self._template(item, selector),
        }
        ago = timedelta(hours=item.age_hours)
        return self.create(kinds.REPLICA_SETS, item.namespace, {"metadata": meta, "spec": spec}, ago)

    def _template(self, item: Workload, selector: dict[str, str]) -> Json:
        spec: Json = {
            "containers": [
                {
                    "name": item.name,
                    "image": item.full_image,
                    "ports": [_container_port(port) for port in item.ports],
                    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
                }
            ]
        }
        if item.is_host_network:
            spec["hostNetwork"] = True
        return {"metadata": {"labels": {**selector, **item.labels}}, "spec": spec}

    def pod(self, item: Workload, owner: Record, number: int, *, is_running: bool = True) -> Record:
        """Store a pod of a workload on the next node."""
        resource = kinds.REPLICA_SETS if item.kind == "Deployment" else _WORKLOADS[item.kind]
        base = owner.obj["metadata"]["name"]
        name = f"{base}-{number}" if item.kind == "StatefulSet" else f"{base}-{self.hash_text(5)}"
        template = owner.obj["spec"]["template"]
        meta = _meta(name, dict(template["metadata"]["labels"]))
        meta["ownerReferences"] = [_owner(resource, owner)]
        node = self._pods_made % len(self._nodes)
        self._pods_made += 1
        ago = timedelta(hours=item.age_hours * self._random.uniform(0.5, 1.0))
        spec = {**template["spec"], "nodeName": self._nodes[node]}
        record = self.create(kinds.PODS, item.namespace, {"metadata": meta, "spec": spec}, ago)
        host = f"10.0.{node}.10"
        address = host if item.is_host_network else f"10.244.{node}.{self._pods_made % 250 + 2}"
        status = running_status(record.obj, host, address, timestamp(self._clock.now()))
        return self.set_status(kinds.PODS, record, status) if is_running else record

    def _service(self, item: Workload, pods: list[Record], ago: timedelta) -> None:
        ports = [
            {
                "name": port.name,
                "port": port.service or port.number,
                "targetPort": port.name,
                "protocol": port.protocol,
            }
            for port in item.ports
        ]
        spec: Json = {"selector": item.selector, "ports": ports}
        service = self.create(
            kinds.SERVICES, item.namespace, {"metadata": _meta(item.name, item.selector), "spec": spec}, ago
        )
        meta = _meta(f"{item.name}-{self.hash_text(5)}", {"kubernetes.io/service-name": item.name})
        meta["ownerReferences"] = [_owner(kinds.SERVICES, service)]
        document = {
            "metadata": meta,
            "addressType": "IPv4",
            "endpoints": [_endpoint(pod) for pod in pods],
            "ports": [
                {"name": port.name, "port": port.number, "protocol": port.protocol} for port in item.ports
            ],
        }
        self.create(kinds.ENDPOINT_SLICES, item.namespace, document, ago)

    def grant(self, item: OpenGrant) -> None:
        """Store a grant as netgrant makes it: the Job, already running, and the policy that it owns."""
        ago = timedelta(minutes=item.made_minutes_ago)
        made = self._now - ago
        seconds = round((item.made_minutes_ago + item.minutes_left) * 60)
        grant_id = self._grant_id(made)
        stamp = Stamp(grant_id, item.by, item.reason, item.ticket)
        part = parts_of(grant_id, [Wish(item.namespace, item.spec)])[0]
        job = self.create(
            kinds.JOBS, item.namespace, job_manifest(stamp, item.namespace, part.name, seconds), ago
        )
        job = self.set_status(kinds.JOBS, job, {"startTime": timestamp(made)})
        owner = msgspec.convert(job.obj, Job)
        deadline = made.replace(microsecond=0) + timedelta(seconds=seconds)
        policy = policy_manifest(stamp, part, deadline, owner)
        self.create(kinds.NETWORK_POLICIES, item.namespace, policy, ago)

    def _grant_id(self, made: datetime) -> str:
        """Return a ULID whose random part comes from our own generator."""
        value = (int(made.timestamp() * 1000) << 80) | self._random.getrandbits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def _meta(name: str, labels: dict[str, str]) -> Json:
    return {"name": name, "labels": labels}


def _owner(resource: Resource, record: Record) -> Json:
    meta = record.obj["metadata"]
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _container_port(port: Port) -> Json:
    return {"name": port.name, "containerPort": port.number, "protocol": port.protocol}


def _endpoint(pod: Record) -> Json:
    meta = pod.obj["metadata"]
    return {
        "addresses": [pod.obj["status"]["podIP"]],
        "conditions": {"ready": True, "serving": True, "terminating": False},
        "nodeName": pod.obj["spec"]["nodeName"],
        "targetRef": {
            "kind": "Pod",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
        },
    }


def running_status(pod: Json, host: str, address: str, since: str) -> Json:
    """Return the status of a pod whose one container runs and is ready."""
    container = pod["spec"]["containers"][0]
    return {
        "phase": "Running",
        "conditions": [ready_condition(True, since)],
        "hostIP": host,
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": since,
        "qosClass": "Burstable",
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": since}},
                "lastState": {},
            }
        ],
    }


def ready_condition(is_ready: bool, since: str) -> Json:
    """Return a pod's Ready condition."""
    found = {"type": "Ready", "status": str(is_ready), "lastTransitionTime": since}
    return found if is_ready else {**found, "reason": "ContainersNotReady"}
