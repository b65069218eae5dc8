"""What goes on while the incident lasts: restarts, a rollout, failing probes, a lagging replica.

Law: every happening is a short, whole story told in writes that a kubelet or a controller would make; it
finds its objects by label each time, for a user may have deleted them.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from app.demo import kinds
from app.demo.clock import ServerClock, timestamp
from app.demo.deletion import Deleter
from app.demo.events import Recorder
from app.demo.incident import NEW_RELEASE, NODES, WORKLOADS, Json, Workload
from app.demo.resources import Object
from app.demo.seeding import Seeder, ready_condition, running_status
from app.demo.storage import Record, Store
from app.demo.writes import MERGE, Target, Writer

_CATALOG = next(item for item in WORKLOADS if item.name == "catalog")
_BACK_OFF_SECONDS = (10, 20, 40, 80, 160, 300)


class Happenings:
    """The things that can happen; each is a method without arguments, safe to call at any time."""

    def __init__(self, store: Store, clock: ServerClock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random
        self._writer = Writer(store, clock)
        self._deleter = Deleter(store, clock)
        self._kubelet = Recorder(self._writer, clock, "kubelet")
        self._scheduler = Recorder(self._writer, clock, "default-scheduler")
        self._deployments = Recorder(self._writer, clock, "deployment-controller")
        self._operator = Recorder(self._writer, clock, "postgres-operator")

    def all(self) -> list[tuple[int, Callable[[], None]]]:
        """Return each happening with how often it comes, relative to the others."""
        return [
            (6, self.restart_crashing_pod),
            (3, self.fail_probe),
            (2, self.recover_probe),
            (2, self.lag_replica),
            (1, self.roll_catalog),
        ]

    def _pods(self, namespace: str, labels: dict[str, str]) -> list[Record]:
        found = self._store.records(kinds.PODS, namespace)
        return [item for item in found if labels.items() <= item.obj["metadata"].get("labels", {}).items()]

    def _set_status(self, pod: Object, status: Json) -> None:
        meta = pod["metadata"]
        target = Target(kinds.PODS, meta["namespace"], meta["name"], "status")
        self._writer.patch(target, MERGE, {"status": status})

    def crashing_pods(self) -> list[Record]:
        """Return the pods of the release that cannot start."""
        api = self._pods(NEW_RELEASE.namespace, NEW_RELEASE.selector)
        image = NEW_RELEASE.full_image
        return [item for item in api if item.obj["spec"]["containers"][0]["image"] == image]

    def restart_crashing_pod(self) -> None:
        """One pod of the new release starts, fails to log in to the database, and backs off again."""
        pods = self.crashing_pods()
        if not pods:
            return
        pod = self._random.choice(pods).obj
        self._set_status(pod, {"containerStatuses": [self._crashed(pod)]})
        count = restarts(pod) + 1
        self._kubelet.record(
            kinds.PODS,
            pod,
            "Warning",
            "BackOff",
            f"Back-off restarting failed container api in pod {pod['metadata']['name']} (restart {count})",
        )

    def _crashed(self, pod: Object) -> Json:
        now = self._clock.now()
        count = restarts(pod) + 1
        seconds = _BACK_OFF_SECONDS[min(count, len(_BACK_OFF_SECONDS)) - 1]
        started = timestamp(now - timedelta(seconds=3))
        ended = {
            "exitCode": 1,
            "reason": "Error",
            "startedAt": started,
            "finishedAt": timestamp(now),
            "message": "FATAL: could not connect to database.production:5432: connection timed out",
        }
        message = f"back-off {seconds}s restarting failed container"
        return {
            **container_status(pod),
            "ready": False,
            "started": False,
            "restartCount": count,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": message}},
            "lastState": {"terminated": ended},
        }

    def fail_probe(self) -> None:
        """A web pod misses its readiness probe."""
        self._flip_readiness(is_ready=False)

    def recover_probe(self) -> None:
        """A web pod that was not ready is ready again."""
        self._flip_readiness(is_ready=True)

    def _flip_readiness(self, *, is_ready: bool) -> None:
        pods = [item.obj for item in self._pods("payments", {"app": "checkout-web"})]
        pods = [pod for pod in pods if container_status(pod).get("ready") is not is_ready]
        if not pods:
            return
        pod = self._random.choice(pods)
        condition = ready_condition(is_ready, timestamp(self._clock.now()))
        status = {**container_status(pod), "ready": is_ready}
        self._set_status(pod, {"conditions": [condition], "containerStatuses": [status]})
        if not is_ready:
            message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
            self._kubelet.record(kinds.PODS, pod, "Warning", "Unhealthy", message)

    def lag_replica(self) -> None:
        """The operator of the database reports that a replica lags."""
        pods = self._pods("production", {"app": "database"})[1:]
        if pods:
            pod = self._random.choice(pods).obj
            seconds = self._random.randrange(20, 600)
            message = f"replica {pod['metadata']['name']} is {seconds} s behind its primary"
            self._operator.record(kinds.PODS, pod, "Warning", "ReplicationLag", message)

    def roll_catalog(self) -> None:
        """A pod of the catalog is replaced, as in a rollout: a new one comes up, the oldest goes."""
        pods = self._pods(_CATALOG.namespace, _CATALOG.selector)
        owner = self._replica_set(_CATALOG)
        if owner is None:
            return
        fresh = self._start_pod(_CATALOG, owner)
        name = owner.obj["metadata"]["name"]
        self._deployments.record(
            kinds.REPLICA_SETS,
            owner.obj,
            "Normal",
            "SuccessfulCreate",
            f"Created pod: {fresh['metadata']['name']}",
        )
        alive = [pod for pod in pods if "deletionTimestamp" not in pod.obj["metadata"]]
        if len(alive) >= _CATALOG.replicas:
            oldest = min(alive, key=lambda pod: str(pod.obj["metadata"]["creationTimestamp"])).obj
            meta = oldest["metadata"]
            message = f"Stopping container {_CATALOG.name} of {name}"
            self._kubelet.record(kinds.PODS, oldest, "Normal", "Killing", message)
            self._deleter.delete(Target(kinds.PODS, meta["namespace"], meta["name"]))

    def _replica_set(self, item: Workload) -> Record | None:
        found = self._store.records(kinds.REPLICA_SETS, item.namespace)
        labels = item.selector.items()
        return next((one for one in found if labels <= one.obj["metadata"]["labels"].items()), None)

    def _start_pod(self, item: Workload, owner: Record) -> Object:
        seeder = Seeder(self._store, self._clock.now(), self._random, [self._random.choice(NODES)])
        pod = seeder.pod(fresh(item), owner, 0, is_running=False).obj
        node = pod["spec"]["nodeName"]
        where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        message = f"Successfully assigned {where} to {node}"
        self._scheduler.record(kinds.PODS, pod, "Normal", "Scheduled", message)
        index = NODES.index(node)
        address = f"10.244.{index}.{self._random.randrange(100, 250)}"
        since = timestamp(self._clock.now())
        self._set_status(pod, running_status(pod, f"10.0.{index}.10", address, since))
        self._kubelet.record(kinds.PODS, pod, "Normal", "Started", f"Started container {item.name}")
        return pod


def fresh(item: Workload) -> Workload:
    """Return the workload as one that begins now."""
    return Workload(item.namespace, item.name, item.ports, item.kind, labels=item.labels, age_hours=0.0)


def container_status(pod: Object) -> Json:
    """Return the status of a pod's first container, or nothing."""
    statuses = pod["status"].get("containerStatuses") or [{}]
    return dict(statuses[0])


def restarts(pod: Object) -> int:
    """Return how often a pod's first container was restarted."""
    return int(container_status(pod).get("restartCount", 0))
