"""A small cluster in memory: NetworkPolicies, Jobs with their controllers, access, look-ups.

Law: it obeys the ports' words, and the time is the fake clock's. Controllers have always just run: before
each call, whatever the time that has passed should have brought about has happened.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Generic, TypeVar

import msgspec

from app.domain.labels import parse_selector
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Json
from app.errors import ConflictError, ExistsError, ForbiddenError, NotFoundError
from app.ports import Receipt, Ref
from tests.commands.tap import Tap

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
K = TypeVar("K", bound=NetworkPolicy | Job)
T = TypeVar("T")


class FakeClock:
    """This machine's clock; who sleeps wakes at once, and the time has passed."""

    def __init__(self) -> None:
        self.time = START
        self.slept = 0.0

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.time += timedelta(seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Kept:
    """One object as the server holds it."""

    manifest: Json
    polls: int = 0
    """How often it was read."""

    @property
    def meta(self) -> Json:
        found: Json = self.manifest["metadata"]
        return found


@dataclass
class FakeCluster:
    """The state behind the ports, and the controllers."""

    clock: FakeClock
    tap: Tap
    offset: timedelta = timedelta()
    """The server's clock minus this machine's."""
    starts_after: int = 1
    """At which reading of a Job the Job controller has started it."""
    suspends: bool = False
    """Whether a queueing controller suspends each new Job."""
    controllers: bool = True
    """Whether the Job, TTL and garbage controllers run."""
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    """(method, namespace): what these credentials may not do; ``*`` is the list of all namespaces."""
    admit: Callable[[Json], None] = lambda manifest: None
    """Admission: may change what is created."""
    admit_patch: Callable[[Json], None] = lambda manifest: None
    """Admission: may change what the next patch makes of an object."""
    objects: dict[tuple[str, str, str], Kept] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    def now(self) -> datetime:
        return self.clock.now() + self.offset

    def run_controllers(self) -> None:
        """Bring about what is due: deadlines end Jobs, and what has no owner any more goes."""
        if not self.controllers:
            return
        for key, kept in list(self.objects.items()):
            if key[0] == "Job" and self._is_over(kept):
                del self.objects[key]
        alive = {kept.meta["uid"] for kept in self.objects.values()}
        for key, kept in list(self.objects.items()):
            owners = {owner["uid"] for owner in kept.meta.get("ownerReferences") or ()}
            if owners and not owners & alive:
                self.remove(key)

    def _is_over(self, kept: Kept) -> bool:
        spec, start = kept.manifest["spec"], kept.manifest.get("status", {}).get("startTime")
        if start is None or spec.get("suspend") or spec.get("activeDeadlineSeconds") is None:
            return False
        return self.now() >= datetime.fromisoformat(start) + timedelta(seconds=spec["activeDeadlineSeconds"])

    def remove(self, key: tuple[str, str, str]) -> None:
        """Delete an object; one with finalizers only gets a deletionTimestamp."""
        kept = self.objects[key]
        if kept.meta.get("finalizers"):
            kept.meta["deletionTimestamp"] = _text(self.now())
        else:
            del self.objects[key]

    def start_if_due(self, kept: Kept) -> None:
        """Let the Job controller set startTime when it has been looked at often enough."""
        kept.polls += 1
        due = kept.polls >= self.starts_after and not kept.manifest["spec"].get("suspend")
        if due and self.controllers and "startTime" not in kept.manifest.setdefault("status", {}):
            kept.manifest["status"]["startTime"] = _text(self.now().replace(microsecond=0))

    def add(self, kind: str, manifest: Json) -> Kept:
        """Keep a new object, with the fields that the server sets."""
        made = deepcopy(manifest)
        meta = made["metadata"]
        meta["uid"] = f"uid-{next(self.numbers)}"
        meta["resourceVersion"] = str(next(self.numbers))
        meta["creationTimestamp"] = _text(self.now().replace(microsecond=0))
        kept = Kept(made)
        self.objects[kind, meta["namespace"], meta["name"]] = kept
        return kept

    def edit(self, namespace: str, name: str, change: Callable[[Json], None], kind: str = "") -> None:
        """Change an object behind netgrant's back."""
        kept = self.objects[kind or "NetworkPolicy", namespace, name]
        change(kept.manifest)
        kept.meta["resourceVersion"] = str(next(self.numbers))

    def of(self, kind: str, namespace: str | None = None) -> list[Json]:
        """The objects of a kind, as JSON."""
        self.run_controllers()
        return [
            kept.manifest
            for (its, where, _), kept in sorted(self.objects.items())
            if its == kind and namespace in (None, where)
        ]


def _as_it_is(manifest: Json) -> None:
    """Change nothing."""


def _text(moment: datetime) -> str:
    return moment.isoformat()


def merge(target: Json, patch: Json) -> None:
    """Apply a JSON merge patch (RFC 7386)."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(target.get(key), dict):
                target[key] = {}
            merge(target[key], value)
        else:
            target[key] = value


class FakeWriter(Generic[K]):
    """What PolicyWriter and DeadlineWriter share."""

    def __init__(self, cluster: FakeCluster, port: str, kind: type[K]) -> None:
        self._cluster = cluster
        self._port = port
        self._kind = kind

    async def get(self, namespace: str, name: str) -> K | None:
        def read() -> K | None:
            kept = self._cluster.objects.get((self._kind.__name__, namespace, name))
            if kept is None:
                return None
            if self._kind is Job:
                self._cluster.start_if_due(kept)
            return self._value(kept)

        return await self._passed("get", namespace, name, read)

    async def list(self, namespace: str | None, selector: str) -> tuple[K, ...]:
        wanted = parse_selector(selector)

        def read() -> tuple[K, ...]:
            return tuple(
                self._value(kept)
                for (kind, where, _), kept in sorted(self._cluster.objects.items())
                if kind == self._kind.__name__
                and namespace in (None, where)
                and wanted.matches(kept.meta.get("labels") or {})
            )

        return await self._passed("list", namespace or "*", "", read)

    async def create(self, manifest: Json, *, dry_run: bool = False) -> Receipt[K]:
        meta = manifest["metadata"]

        def write() -> Receipt[K]:
            if (self._kind.__name__, meta["namespace"], meta["name"]) in self._cluster.objects:
                raise ExistsError(f"{meta['name']} already exists", status=409, reason="AlreadyExists")
            admitted = deepcopy(manifest)
            self._cluster.admit(admitted)
            if self._kind is Job and self._cluster.suspends:
                admitted["spec"]["suspend"] = True
            kept = self._cluster.add(self._kind.__name__, admitted)
            answer = Receipt(self._value(kept), f"audit-{kept.meta['uid']}")
            if dry_run:
                del self._cluster.objects[self._kind.__name__, meta["namespace"], meta["name"]]
            return answer

        method = "rehearse" if dry_run else "create"
        return await self._passed(method, meta["namespace"], meta["name"], write)

    async def patch(self, ref: Ref, patch: Json, *, version: str = "") -> Receipt[K]:
        def write() -> Receipt[K]:
            kept = self._cluster.objects.get((self._kind.__name__, ref.namespace, ref.name))
            if kept is None:
                raise NotFoundError(f"{ref.name} not found", status=404)
            if kept.meta["uid"] != ref.uid or version not in ("", kept.meta["resourceVersion"]):
                raise ConflictError(f"{ref.name} is another object, or a newer one", status=409)
            merge(kept.manifest, deepcopy(patch))
            admit, self._cluster.admit_patch = self._cluster.admit_patch, _as_it_is
            admit(kept.manifest)
            kept.meta["resourceVersion"] = str(next(self._cluster.numbers))
            return Receipt(self._value(kept), f"audit-{kept.meta['resourceVersion']}")

        return await self._passed("patch", ref.namespace, ref.name, write)

    async def delete(self, ref: Ref) -> str:
        def write() -> str:
            key = (self._kind.__name__, ref.namespace, ref.name)
            kept = self._cluster.objects.get(key)
            if kept is not None and kept.meta["uid"] == ref.uid:
                self._cluster.remove(key)
            return f"audit-delete-{ref.uid}"

        return await self._passed("delete", ref.namespace, ref.name, write)

    def _value(self, kept: Kept) -> K:
        return msgspec.convert(deepcopy(kept.manifest), self._kind)

    async def _passed(self, verb: str, namespace: str, name: str, carry_out: Callable[[], T]) -> T:
        method = f"{self._port}.{verb}"

        def allowed() -> T:
            if (method, namespace) in self._cluster.forbidden:
                raise ForbiddenError(f"may not {verb} {self._port} in {namespace}", status=403)
            self._cluster.run_controllers()
            answer = carry_out()
            self._cluster.run_controllers()
            return answer

        return await self._cluster.tap.passed(method, f"{namespace}/{name}".rstrip("/"), allowed)


class FakeDeadlines(FakeWriter[Job]):
    """DeadlineWriter."""

    async def set_deadline(self, ref: Ref, active_deadline_seconds: int) -> Receipt[Job]:
        return await self.patch(ref, {"spec": {"activeDeadlineSeconds": active_deadline_seconds}})
