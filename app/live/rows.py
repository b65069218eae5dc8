"""The grants of one cluster as rows, kept current object by object, and what has changed since last looked.

Law: pure; ``now`` is an argument, by server time. Only grants that an object or the time has touched are
judged again: ten thousand rows cost nothing while nothing happens to them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from app.domain.grant import Grant, join, next_turn
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import FullMeta, Job, NetworkPolicy
from app.domain.view import GrantRow, row_of
from app.live.projector import Change, RowChange, is_same

_Key = tuple[str, str]


class Rows:
    """All grants that stand in one cluster.

    Args:
        context: what the rows name as their cluster.
        expiring: how long before its end a grant counts as expiring.
    """

    def __init__(self, context: str, expiring: timedelta = timedelta(minutes=5)) -> None:
        self.context = context
        self._expiring = expiring
        self._policies: dict[str, dict[_Key, NetworkPolicy]] = {}
        self._jobs: dict[str, dict[_Key, Job]] = {}
        self._labels: dict[_Key, str] = {}
        self._grants: dict[str, Grant] = {}
        self._rows: dict[str, GrantRow] = {}
        self._stale: set[str] = set()
        self._turns: list[tuple[datetime, str]] = []
        self._changes: list[RowChange] = []
        self._readable: frozenset[str] | None = None  # the namespaces whose Jobs are known; None is all
        self.version = 0
        """Grows with each change of any row, the countdown left out."""

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[GrantRow]:
        return iter(self._rows.values())

    def get(self, grant_id: str) -> GrantRow | None:
        """Return the row as last judged, None where no such grant stands."""
        return self._rows.get(grant_id)

    def grant(self, grant_id: str) -> Grant | None:
        """Return the grant's objects, None where it does not stand."""
        return self._grants.get(grant_id)

    def note_jobs_readable(self, readable: bool | frozenset[str] | None) -> None:
        """Say where Jobs are known: elsewhere no dead-man switch can be called armed or not.

        Args:
            readable: the namespaces; True and None mean all, False none.
        """
        wanted = frozenset[str]() if readable is False else None if readable is True else readable
        if wanted != self._readable:
            self._readable = wanted
            self._stale.update(self._policies)

    def put_policy(self, policy: NetworkPolicy) -> None:
        """Hold a policy; one without the grant label is none of ours, or is no more."""
        key = _key(policy.metadata)
        grant_id = (policy.metadata.labels or {}).get(GRANT_LABEL, "")
        known = self._labels.get(key, "")
        if known and known != grant_id:
            self._drop_policy(known, key)
        if grant_id:
            self._labels[key] = grant_id
            self._policies.setdefault(grant_id, {})[key] = policy
            self._stale.add(grant_id)

    def drop_policy(self, policy: NetworkPolicy) -> None:
        """Forget a policy that is gone."""
        key = _key(policy.metadata)
        if grant_id := self._labels.get(key):
            self._drop_policy(grant_id, key)

    def _drop_policy(self, grant_id: str, key: _Key) -> None:
        self._labels.pop(key, None)
        held = self._policies[grant_id]
        held.pop(key, None)
        if not held:
            del self._policies[grant_id]
        self._stale.add(grant_id)

    def put_job(self, job: Job) -> None:
        """Hold a dead-man Job."""
        if grant_id := (job.metadata.labels or {}).get(GRANT_LABEL):
            self._jobs.setdefault(grant_id, {})[_key(job.metadata)] = job
            self._stale.add(grant_id)

    def drop_job(self, job: Job) -> None:
        """Forget a Job that is gone."""
        grant_id = (job.metadata.labels or {}).get(GRANT_LABEL, "")
        held = self._jobs.get(grant_id, {})
        if held.pop(_key(job.metadata), None) is not None:
            self._stale.add(grant_id)
            if not held:
                del self._jobs[grant_id]

    def retain_policies(self, is_kept: Callable[[_Key], bool]) -> None:
        """Forget all policies but those whose namespace and name pass."""
        for key, grant_id in [(key, found) for key, found in self._labels.items() if not is_kept(key)]:
            self._drop_policy(grant_id, key)

    def retain_jobs(self, is_kept: Callable[[_Key], bool]) -> None:
        """Forget all Jobs but those whose namespace and name pass."""
        for job in [job for held in self._jobs.values() for key, job in held.items() if not is_kept(key)]:
            self.drop_job(job)

    def advance(self, now: datetime) -> None:
        """Judge again what changed, and what the time has brought to a turn."""
        while self._turns and self._turns[0][0] <= now:
            self._stale.add(heappop(self._turns)[1])
        stale, self._stale = self._stale, set()
        for grant_id in stale:
            self._judge(grant_id, now)

    def _judge(self, grant_id: str, now: datetime) -> None:
        policies = self._policies.get(grant_id, {}).values()
        jobs = self._jobs.get(grant_id, {}).values()
        before = self._rows.get(grant_id)
        # A Job whose policies have been here and are gone is a grant that ended, not one half made.
        had_policies = before is not None and any(part.policy for part in before.parts)
        if not policies and (had_policies or not jobs):
            self._end(grant_id, before)
            return
        grant = self._joined(join(policies, jobs)[0])
        row = row_of(grant, now, self.context, self._expiring)
        self._grants[grant_id], self._rows[grant_id] = grant, row
        if (turn := next_turn(grant, now, self._expiring)) is not None:
            heappush(self._turns, (turn, grant_id))
        if before is None or not is_same(before, row):
            change = Change.STANDS if before is None else Change.CHANGED
            self._note(RowChange(change, row, before))

    def _joined(self, grant: Grant) -> Grant:
        """Return the grant with its parts marked whose Jobs are not known."""
        known = self._readable
        if known is None or all(name in known for name in grant.namespaces):
            return grant
        parts = (replace(part, jobs_readable=part.namespace in known) for part in grant.parts)
        return Grant(grant.id, tuple(parts))

    def _end(self, grant_id: str, before: GrantRow | None) -> None:
        if before is not None:
            del self._rows[grant_id], self._grants[grant_id]
            self._note(RowChange(Change.ENDED, before, before))

    def _note(self, change: RowChange) -> None:
        self._changes.append(change)
        self.version += 1

    def take_changes(self) -> tuple[RowChange, ...]:
        """Return what changed since this was last called, in the order in which it happened."""
        taken, self._changes = tuple(self._changes), []
        return taken

    def of(self, grant_ids: Iterable[str]) -> tuple[GrantRow, ...]:
        """Return the rows of those that stand."""
        return tuple(row for grant_id in grant_ids if (row := self._rows.get(grant_id)) is not None)


def _key(meta: FullMeta) -> _Key:
    return meta.namespace, meta.name
