"""What kubectl sees: the witness of every outcome, which shares no code with the product.

Law: nothing is cached; each question is a process of its own.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.rest import Json

GRANT_LABEL = "netgrant.dev/grant"
POLICY = "networkpolicies.networking.k8s.io"
JOB = "jobs.batch"


class Witness:
    """kubectl as the administrator."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def kubectl(self, *arguments: str) -> str:
        """Stdout of a command that must succeed."""
        done = self._plane.kubectl(*arguments)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def objects(self, kind: str, namespace: str, selector: str = "") -> list[Json]:
        """The objects of a kind in a namespace."""
        found = self.kubectl("get", kind, "-n", namespace, "-l", selector, "-o", "json")
        items: list[Json] = json.loads(found)["items"]
        return items

    def policies(self, namespace: str) -> list[Json]:
        """All NetworkPolicies there, ours or not."""
        return self.objects(POLICY, namespace)

    def jobs(self, namespace: str) -> list[Json]:
        """All Jobs there, ours or not."""
        return self.objects(JOB, namespace)

    def policy(self, namespace: str) -> Json:
        """The one NetworkPolicy there."""
        found = self.policies(namespace)
        assert len(found) == 1, [item["metadata"]["name"] for item in found]
        return found[0]

    def job(self, namespace: str) -> Json:
        """The one Job there."""
        found = self.jobs(namespace)
        assert len(found) == 1, [item["metadata"]["name"] for item in found]
        return found[0]

    def is_empty(self, *namespaces: str) -> bool:
        """Whether neither a policy nor a Job is in any of them."""
        return not any(self.policies(name) or self.jobs(name) for name in namespaces)

    def patch(self, item: Json, patch: Json) -> None:
        """Merge a patch into an object, as anybody with kubectl may."""
        meta = item["metadata"]
        where = ("-n", meta["namespace"], item["kind"], meta["name"])
        self.kubectl("patch", *where, "--type=merge", "-p", json.dumps(patch))

    def deadline(self, namespace: str) -> datetime:
        """When the Job there will fail: startTime plus activeDeadlineSeconds."""
        job = self.job(namespace)
        return moment(job["status"]["startTime"]) + timedelta(seconds=job["spec"]["activeDeadlineSeconds"])

    def all_timed(self, *namespaces: str) -> None:
        """Fails if any grant's policy stands without a Job that owns it and whose clock runs."""
        for namespace in namespaces:
            running = {
                job["metadata"]["uid"]
                for job in self.jobs(namespace)
                if job["status"].get("startTime") and not job["spec"].get("suspend")
            }
            for policy in self.objects(POLICY, namespace, GRANT_LABEL):
                owners = {owner["uid"] for owner in policy["metadata"].get("ownerReferences", ())}
                assert len(owners) == 1, policy
                assert owners <= running, f"no running timer: {policy}"

    def suspend_job(self, namespace: str) -> None:
        """Stop the clock of the one Job there, and wait until the job controller has taken note."""
        self.patch(self.job(namespace), {"spec": {"suspend": True}})

        def suspended() -> bool:
            conditions = self.job(namespace)["status"].get("conditions") or []
            return any(one["type"] == "Suspended" and one["status"] == "True" for one in conditions)

        eventually(suspended, what="a stopped clock")

    def await_empty(self, *namespaces: str) -> None:
        """Waits until nothing is left in the namespaces."""
        eventually(lambda: self.is_empty(*namespaces), what=f"nothing left in {', '.join(namespaces)}")


@dataclass
class Sightings:
    """Which grants' policies were seen when, by the clock of this machine, which is the server's too."""

    seen: dict[str, datetime] = field(default_factory=dict)
    """Namespace to the end of the first look that showed a policy there."""
    gone: dict[str, datetime] = field(default_factory=dict)
    """Namespace to the end of the first look that showed none there any more: it was gone no later."""

    def look(self, plane: ControlPlane) -> None:
        """Ask once."""
        done = plane.kubectl("get", POLICY, "-A", "-l", GRANT_LABEL, "-o", "json")
        if done.returncode != 0:  # not seen is not gone
            return
        now = datetime.now(UTC)
        there = {item["metadata"]["namespace"] for item in json.loads(done.stdout)["items"]}
        for name in there - self.seen.keys():
            self.seen[name] = now
        for name in self.seen.keys() - there - self.gone.keys():
            self.gone[name] = now

    def await_gone(self, namespace: str, *, seconds: float) -> datetime:
        """When no policy stood in the namespace any more."""
        eventually(lambda: namespace in self.gone, seconds=seconds, what=f"the end in {namespace}")
        return self.gone[namespace]


@contextmanager
def watching(plane: ControlPlane) -> Iterator[Sightings]:
    """Look again and again, as fast as kubectl can, from a thread of its own."""
    sightings, stop = Sightings(), Event()

    def loop() -> None:
        while not stop.is_set():
            sightings.look(plane)
            time.sleep(0.02)

    thread = Thread(target=loop, name="kubectl")
    thread.start()
    try:
        yield sightings
    finally:
        stop.set()
        thread.join()


def moment(text: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(text)
