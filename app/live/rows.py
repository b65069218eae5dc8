"""The grants of one cluster as rows, kept current object by object, and what has changed since last looked.

Law: pure; ``now`` is an argument, by server time. Only grants that an object or the time has touched are
judged again: ten thousand rows cost nothing while nothing happens to them. Policies and Jobs come by two
streams that know nothing of each other: what does not fit together is believed once it has lasted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice

from app.domain.grant import OVERDUE_AFTER, Grant, State, join, next_turn
from app.domain.objects import Job, NetworkPolicy
from app.domain.view import GrantRow, row_of
from app.live.by_grant import ByGrant, Key
from app.live.projector import Change, RowChange, is_same

GRACE = OVERDUE_AFTER
"""How long a drift must last until it is shown: extending and ending a grant go through such states."""
_TOLD = 512
"""How many changes are remembered, for whoever looks now and then."""
_SET_BACK = timedelta(seconds=1)
"""By how much time may go back without all being judged anew: measurements of a clock differ by that."""


class Rows:
    """All grants that stand in one cluster.

    Args:
        context: what the rows name as their cluster.
        expiring: how long before its end a grant counts as expiring.
    """

    def __init__(self, context: str, expiring: timedelta = timedelta(minutes=5)) -> None:
        self.context = context
        self._expiring = expiring
        self._stale: dict[str, None] = {}  # in the order in which they were touched
        self._policies: ByGrant[NetworkPolicy] = ByGrant(self._stale)
        self._jobs: ByGrant[Job] = ByGrant(self._stale)
        self._readable: frozenset[str] | None = None  # the namespaces whose Jobs are known; None is all
        self._grants: dict[str, Grant] = {}
        self._rows: dict[str, GrantRow] = {}
        self._had_policies: set[str] = set()
        self._drifting: dict[str, datetime] = {}  # since when
        self._believed: set[str] = (
            set()
        )  # whose drift may be shown at once: their Jobs have just come to be known
        self._unseen: set[str] = set()  # of which nobody may say that they ended
        self._turns: list[tuple[datetime, str]] = []
        self._turn_of: dict[str, datetime] = {}
        self._judged_at: datetime | None = None
        self._changes: list[RowChange] = []
        self._changed: deque[str] = deque(maxlen=_TOLD)  # whose rows, the newest last
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
            self._believed.update(self._policies.grants)
            self._stale.update(dict.fromkeys(self._policies.grants))

    def put_policy(self, policy: NetworkPolicy) -> None:
        """Hold a policy; one without the grant label is none of ours, or is no more."""
        self._policies.put(policy)

    def drop_policy(self, policy: NetworkPolicy) -> None:
        """Forget a policy that is gone."""
        self._policies.drop(policy)

    def retain_policies(self, is_kept: Callable[[Key], bool]) -> None:
        """Forget all policies but those whose namespace and name pass."""
        self._policies.retain(is_kept)

    def lose_sight(self, is_kept: Callable[[Key], bool]) -> None:
        """Forget the policies that do not pass because we may not see them any more: no grant has ended."""
        before = set(self._policies.grants)
        self._policies.retain(is_kept)
        self._unseen.update(before.difference(self._policies.grants))

    def put_job(self, job: Job) -> None:
        """Hold a dead-man Job."""
        self._jobs.put(job)

    def drop_job(self, job: Job) -> None:
        """Forget a Job that is gone."""
        self._jobs.drop(job)

    def retain_jobs(self, is_kept: Callable[[Key], bool]) -> None:
        """Forget all Jobs but those whose namespace and name pass."""
        self._jobs.retain(is_kept)

    def advance(self, now: datetime, limit: int | None = None) -> bool:
        """Judge again what changed, and what the time has brought to a turn; return whether that was all.

        Args:
            now: the server's time.
            limit: how many grants to judge at most (60 µs each); None is all.
        """
        if self._judged_at is not None and now < self._judged_at - _SET_BACK:
            self._stale.update(dict.fromkeys(self._rows))
        self._judged_at = now
        while self._turns and self._turns[0][0] <= now:
            turn, grant_id = heappop(self._turns)
            if self._turn_of.get(grant_id) == turn:
                self._stale[grant_id] = None
        for grant_id in list(self._stale)[:limit]:
            del self._stale[grant_id]
            self._judge(grant_id, now)
        return not self._stale

    def _judge(self, grant_id: str, now: datetime) -> None:
        policies, jobs = self._policies.of(grant_id), self._jobs.of(grant_id)
        before = self._rows.get(grant_id)
        if policies:
            self._had_policies.add(grant_id)
            self._unseen.discard(grant_id)
        elif not jobs or grant_id in self._had_policies:
            # A Job whose policies have been here and are gone is a grant that ended, not one half made.
            self._end(grant_id, before)
            if not jobs:
                self._had_policies.discard(grant_id)
            return
        grant = self._joined(join(policies, jobs)[0])
        self._grants[grant_id] = grant
        row = self._calmed(row_of(grant, now, self.context, self._expiring), before is None, now)
        self._believed.discard(grant_id)
        self._plan(grant, now)
        if before is None or not is_same(before, row):
            self._rows[grant_id] = row
            change = Change.STANDS if before is None else Change.CHANGED
            self._changes.append(RowChange(change, row, before))
            self._count(grant_id)

    def _joined(self, grant: Grant) -> Grant:
        """Return the grant with its parts marked whose Jobs are not known."""
        known = self._readable
        if known is None or all(name in known for name in grant.namespaces):
            return grant
        parts = (replace(part, jobs_readable=part.namespace in known) for part in grant.parts)
        return Grant(grant.id, tuple(parts))

    def _calmed(self, row: GrantRow, is_new: bool, now: datetime) -> GrantRow:
        """Return the row without a drift that has not lasted long enough to be believed."""
        if not row.drift:
            self._drifting.pop(row.id, None)
            return row
        if row.id in self._believed or (is_new and not _awaits_its_job(self._grants[row.id])):
            self._drifting[row.id] = now - GRACE
        if now >= self._drifting.setdefault(row.id, now) + GRACE:
            return row
        state = row.state
        if state is State.DRIFTED:
            is_near = row.left is not None and row.left <= self._expiring
            state = State.EXPIRING if is_near else State.ACTIVE
        return replace(row, drift=(), state=state)

    def _plan(self, grant: Grant, now: datetime) -> None:
        """Remember when time alone may change the row."""
        turns = [next_turn(grant, now, self._expiring)]
        if (since := self._drifting.get(grant.id)) is not None:
            turns.append(since + GRACE)
        turn = min((turn for turn in turns if turn is not None and turn > now), default=None)
        if turn is None:
            self._turn_of.pop(grant.id, None)
        elif self._turn_of.get(grant.id) != turn:
            self._turn_of[grant.id] = turn
            heappush(self._turns, (turn, grant.id))

    def _end(self, grant_id: str, before: GrantRow | None) -> None:
        for held in (self._turn_of, self._drifting):
            held.pop(grant_id, None)
        if before is not None:
            del self._rows[grant_id], self._grants[grant_id]
            self._count(grant_id)
            if grant_id not in self._unseen:
                self._changes.append(RowChange(Change.ENDED, before, before))
        self._unseen.discard(grant_id)

    def _count(self, grant_id: str) -> None:
        self.version += 1
        self._changed.append(grant_id)

    def changed_since(self, version: int) -> frozenset[str] | None:
        """Return whose rows appeared, changed or went since a ``version``; None if that is too long ago."""
        count = self.version - version
        if not 0 <= count <= len(self._changed):
            return None
        return frozenset(islice(reversed(self._changed), count))

    def take_changes(self) -> tuple[RowChange, ...]:
        """Return what changed since this was last called, in the order in which it happened."""
        taken, self._changes = tuple(self._changes), []
        return taken

    def of(self, grant_ids: Iterable[str]) -> tuple[GrantRow, ...]:
        """Return the rows of those that stand."""
        return tuple(row for grant_id in grant_ids if (row := self._rows.get(grant_id)) is not None)


def _awaits_its_job(grant: Grant) -> bool:
    """Tell whether a policy is owned by an object that is not here: it may be on its way, or be gone."""
    return any(
        part.policy is not None and part.policy.metadata.owner_references and part.job is None
        for part in grant.parts
    )
