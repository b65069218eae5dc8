"""The two controllers behind a deadline: one fails Jobs that are overdue, one removes finished Jobs.

Law: a deadline counts from ``status.startTime``, which a Job has only while it is not suspended. No pods are
made: the Jobs of this cluster have parallelism 0.
Source: k8s.io/kubernetes pkg/controller/{job,ttlafterfinished}.
"""

from datetime import datetime, timedelta

from app.demo.clock import ServerClock, read_timestamp, timestamp
from app.demo.deletion import FOREGROUND, DeleteOptions, Deleter
from app.demo.events import Recorder
from app.demo.kinds import JOBS
from app.demo.resources import Object, Resource
from app.demo.status import ApiError
from app.demo.storage import Change, Key, Store
from app.demo.writes import Target, Writer

_OVERDUE = ("DeadlineExceeded", "Job was active longer than specified deadline")
_FINISHED = frozenset({"Complete", "Failed"})


class _JobLoop:
    """Jobs that changed or are due, one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: dict[Key, datetime | None] = {}
        """None means: at once."""

    def observe(self, resource: Resource, change: Change) -> None:
        """Look at a Job that changed."""
        if resource is JOBS:
            self._due[change.key] = None

    def step(self, now: datetime) -> datetime | None:
        """Look at all Jobs that are due."""
        for key in [key for key, due in self._due.items() if due is None or due <= now]:
            del self._due[key]
            record = self._store.get(JOBS, *key)
            due = self.sync(record.obj, now) if record else None
            if due is not None:
                self._due[key] = due
        return min(filter(None, self._due.values()), default=None)

    def sync(self, job: Object, now: datetime) -> datetime | None:
        """Bring one Job forward; return when to look again."""
        raise NotImplementedError


class JobController(_JobLoop):
    """Starts, suspends, resumes and fails Jobs."""

    def __init__(self, store: Store, writer: Writer, clock: ServerClock) -> None:
        super().__init__(store)
        self._writer = writer
        self._recorder = Recorder(writer, clock, "job-controller")

    def sync(self, job: Object, now: datetime) -> datetime | None:
        """Bring one Job forward; return its deadline."""
        spec, status = job["spec"], job["status"]
        if "managedBy" in spec or _condition(status, _FINISHED):
            return None
        if _condition(status, {"FailureTarget"}):
            self._fail(job, "Failed", now)
            self._recorder.record(JOBS, job, "Warning", *_OVERDUE)
            return None
        if spec["suspend"]:
            self._suspend(job, now)
            return None
        if _condition(status, {"Suspended"}):
            self._resume(job, now)
            return None
        if "startTime" not in status:
            self._write(job, {**status, "startTime": timestamp(now)})
            return None
        return self._check_deadline(job, now)

    def _check_deadline(self, job: Object, now: datetime) -> datetime | None:
        seconds = job["spec"].get("activeDeadlineSeconds")
        if seconds is None:
            return None
        try:
            deadline = read_timestamp(job["status"]["startTime"]) + timedelta(seconds=seconds)
        except OverflowError:
            return None
        if now < deadline:
            return deadline
        self._fail(job, "FailureTarget", now)
        return None

    def _fail(self, job: Object, kind: str, now: datetime) -> None:
        conditions = [*job["status"].get("conditions", ()), _make(kind, "True", *_OVERDUE, now)]
        self._write(job, {**job["status"], "conditions": conditions})

    def _suspend(self, job: Object, now: datetime) -> None:
        if _condition(job["status"], {"Suspended"}):
            return
        self._recorder.record(JOBS, job, "Normal", "Suspended", "Job suspended")
        status = {key: value for key, value in job["status"].items() if key != "startTime"}
        made = _make("Suspended", "True", "JobSuspended", "Job suspended", now)
        self._write(job, {**status, "conditions": [*_without(status, "Suspended"), made]})

    def _resume(self, job: Object, now: datetime) -> None:
        self._recorder.record(JOBS, job, "Normal", "Resumed", "Job resumed")
        made = _make("Suspended", "False", "JobResumed", "Job resumed", now)
        conditions = [*_without(job["status"], "Suspended"), made]
        self._write(job, {**job["status"], "startTime": timestamp(now), "conditions": conditions})

    def _write(self, job: Object, status: Object) -> None:
        counts: Object = {"terminating": 0, "uncountedTerminatedPods": {}, "ready": 0}
        meta = job["metadata"]
        target = Target(JOBS, meta["namespace"], meta["name"], "status")
        self._writer.replace(target, {**job, "status": {**status, **counts}})


class TtlController(_JobLoop):
    """Removes finished Jobs ``ttlSecondsAfterFinished`` after their end."""

    def __init__(self, store: Store, deleter: Deleter) -> None:
        super().__init__(store)
        self._deleter = deleter

    def sync(self, job: Object, now: datetime) -> datetime | None:
        """Remove one Job if its time is over; else return when it is."""
        meta, seconds = job["metadata"], job["spec"].get("ttlSecondsAfterFinished")
        finished = _condition(job["status"], _FINISHED)
        if seconds is None or finished is None or "deletionTimestamp" in meta:
            return None
        due = read_timestamp(finished["lastTransitionTime"]) + timedelta(seconds=seconds)
        if now < due:
            return due
        target = Target(JOBS, meta["namespace"], meta["name"])
        try:
            self._deleter.delete(target, DeleteOptions(propagation=FOREGROUND, uid=meta["uid"]))
        except ApiError as error:
            if error.code not in (404, 409):
                raise
        return None


def _condition(status: Object, kinds: set[str] | frozenset[str]) -> Object | None:
    for condition in status.get("conditions", ()):
        if condition["type"] in kinds and condition["status"] == "True":
            return dict(condition)
    return None


def _without(status: Object, kind: str) -> list[Object]:
    return [item for item in status.get("conditions", ()) if item["type"] != kind]


def _make(kind: str, status: str, reason: str, message: str, now: datetime) -> Object:
    at = timestamp(now)
    return {
        "type": kind,
        "status": status,
        "lastProbeTime": at,
        "lastTransitionTime": at,
        "reason": reason,
        "message": message,
    }
