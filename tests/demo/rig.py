"""An embedded cluster without a socket or a loop: store, writers and controllers, on a set clock."""

from datetime import UTC, datetime, timedelta

from app.demo import kinds
from app.demo.clock import SetClock
from app.demo.collector import GarbageCollector
from app.demo.controllers import ControllerLoop
from app.demo.deletion import DeleteOptions, Deleter
from app.demo.job_controllers import JobController, TtlController
from app.demo.namespace_controller import Kubelets, NamespaceController
from app.demo.resources import Resource
from app.demo.storage import Store
from app.demo.writes import MERGE, Target, Writer
from tests.rest import Json

START = datetime(2026, 10, 1, 12, 0, 0, 500_000, tzinfo=UTC)
NAMESPACE = "production"
INERT_POD = {"restartPolicy": "Never", "containers": [{"name": "never-runs", "image": "pause"}]}


class Rig:
    """One store with one namespace in it; or another rig's store, with controllers of its own."""

    def __init__(self, window: int = 1000, store: Store | None = None) -> None:
        self.clock = SetClock(START)
        self.store = store or Store(window)
        self.writer = Writer(self.store, self.clock)
        self.deleter = Deleter(self.store, self.clock)
        if store is None:
            self.writer.create(Target(kinds.NAMESPACES), {"metadata": {"name": NAMESPACE}})
        self.controllers = ControllerLoop(
            self.store,
            self.clock,
            [
                JobController(self.store, self.writer, self.clock),
                TtlController(self.store, self.deleter),
                GarbageCollector(self.store, self.writer, self.deleter),
                NamespaceController(self.store, self.deleter),
                Kubelets(self.store, self.deleter),
            ],
        )

    def at(self, seconds: float) -> None:
        """Set the clock to ``seconds`` after the start, and let the controllers act."""
        self.clock.moment = START + timedelta(seconds=seconds)
        self.controllers.settle()

    def create(self, resource: Resource, name: str, **fields: object) -> Json:
        """Create an object in the namespace; return it as stored."""
        owners = fields.pop("owners", None)
        document = {"metadata": {"name": name, **({"ownerReferences": owners} if owners else {})}, **fields}
        return self.writer.create(Target(resource, NAMESPACE), document).record.obj

    def job(self, name: str = "timer", **spec: object) -> Json:
        """Create a dead-man Job of 60 s."""
        whole = {
            "parallelism": 0,
            "backoffLimit": 0,
            "activeDeadlineSeconds": 60,
            "ttlSecondsAfterFinished": 0,
            "template": {"spec": INERT_POD},
            **spec,
        }
        return self.create(kinds.JOBS, name, spec=whole)

    def policy(self, name: str = "hole", owners: list[Json] | None = None) -> Json:
        """Create a policy."""
        return self.create(kinds.NETWORK_POLICIES, name, owners=owners, spec={"podSelector": {}})

    def find(self, resource: Resource, name: str) -> Json | None:
        """Return an object as stored, or None."""
        record = self.store.get(resource, NAMESPACE, name)
        return record.obj if record else None

    def patch(self, resource: Resource, name: str, change: Json) -> Json:
        """Apply a merge patch."""
        return self.writer.patch(Target(resource, NAMESPACE, name), MERGE, change).record.obj

    def delete(self, resource: Resource, name: str, propagation: str = "Background") -> None:
        """Delete an object."""
        self.deleter.delete(Target(resource, NAMESPACE, name), DeleteOptions(propagation=propagation))

    def event_reasons(self) -> list[str]:
        """Return the reasons of all events, oldest first."""
        records = self.store.records(kinds.EVENTS, NAMESPACE)
        return [record.obj["reason"] for record in sorted(records, key=lambda record: record.version)]


def owned_by(job: Json, **more: object) -> Json:
    """Return a reference to a Job as owner."""
    meta = job["metadata"]
    return {"apiVersion": "batch/v1", "kind": "Job", "name": meta["name"], "uid": meta["uid"], **more}
