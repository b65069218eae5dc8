"""The bracket around a change to a standing grant: intent, calls, outcome.

Law: changing needs a durable intent; removing goes on without one, and the gap is told afterwards.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.ids import new_id
from app.domain.lifecycle import MOVES, Step, move
from app.domain.objects import NetworkPolicy
from app.domain.policyspec import summarise
from app.domain.records import EndCause, Entry, GrantRecord, Happening, Intent, Json, Op, Outcome, Phase
from app.errors import RegistryError
from app.ports import Identity


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is about to be done to a grant, and why."""

    op: Op
    deadline: datetime
    reason: str
    cause: EndCause = EndCause.REVOKED
    """Of a removal: whether it is asked for, or due."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is under way."""

    session: Session
    identity: Identity
    grant: Grant
    record: GrantRecord
    intent_id: str

    def entry(self, happening: Happening, detail: Json) -> Entry:
        """Return an audit row of this change, now."""
        at = self.session.server_now(self.identity)
        return Entry(at, self.record.cluster, self.grant.id, happening, self.identity.username, detail)

    async def finish(self, outcome: Outcome, happening: Happening, detail: Json, record: GrantRecord) -> None:
        """Close the intent.

        Raises:
            RegistryError: it stays open, and the next start closes it.
        """
        await self.session.log.finish(self.intent_id, outcome, self.entry(happening, detail), record)


def parts_on_record(policies: Iterable[NetworkPolicy]) -> list[Json]:
    """Return what a record keeps of policies: where, which very object, and what it lets through."""
    return [
        {
            "namespace": policy.metadata.namespace,
            "name": policy.metadata.name,
            "uid": policy.metadata.uid,
            "spec": policy.spec or {},
        }
        for policy in policies
    ]


def with_uids(record: GrantRecord, policies: Iterable[NetworkPolicy]) -> GrantRecord:
    """Return the record with the UIDs of its policies; what was granted stays as it was kept."""
    uids = {(p.metadata.namespace, p.metadata.name): p.metadata.uid for p in policies}
    parts = [
        {**part, "uid": uids.get((part["namespace"], part["name"]), part.get("uid", ""))}
        for part in record.spec.get("parts", ())
    ]
    return replace(record, spec={**record.spec, "parts": parts})


def record_from_cluster(
    session: Session, grant: Grant, now: datetime, phase: Phase = Phase.ACTIVE
) -> GrantRecord:
    """Return what the registry would have kept, had it seen the grant made: read off its objects."""
    told = summarise(policy.spec or {} for policy in grant.policies)
    return GrantRecord(
        id=grant.id,
        cluster=session.cluster.server,
        context=session.cluster.context,
        namespaces=grant.namespaces,
        direction=told.direction,
        target=told.target,
        peers=told.peers,
        ports=told.ports,
        requested_by=grant.requested_by,
        reason=grant.reason,
        ticket=grant.ticket,
        incident=grant.incident,
        created_at=grant.created_at or now,
        deadline=grant.deadline() or now,
        phase=phase,
        spec={"parts": parts_on_record(grant.policies)},
    )


async def begin_change(session: Session, identity: Identity, grant: Grant, wanted: Wanted) -> Change:
    """Keep the intent of a change to a standing grant and return its bracket.

    The change's record is the grant as it stands, whatever this registry thought of it.

    Raises:
        RegistryError: no durable intent, so the change must not be made.
    """
    known = await session.log.grant(grant.id)
    found = known or record_from_cluster(session, grant, session.server_now(identity))
    return await begin_recorded(session, identity, grant, wanted, _as_standing(found, grant))


async def begin_recorded(
    session: Session, identity: Identity, grant: Grant, wanted: Wanted, record: GrantRecord
) -> Change:
    """Keep an intent with the record that is given.

    Raises:
        RegistryError: no durable intent, so the change must not be made.
    """
    now = session.server_now(identity)
    removes = wanted.op is Op.REVOKE
    detail: Json = {"owner": session.processes.own(), "parts": _named(record)}
    if removes:
        detail["cause"] = str(wanted.cause)
    intent = Intent(
        id=new_id(now),
        grant_id=grant.id,
        op=wanted.op,
        cluster=session.cluster.server,
        namespaces=grant.namespaces,
        actor=identity.username,
        at=now,
        deadline=wanted.deadline,
        detail=detail,
    )
    begun = replace(record, phase=move(record.phase, Step.ENDING)) if removes else record
    change = Change(session, identity, grant, begun, intent.id)
    asked = change.entry(
        Happening.REVOKING if removes else Happening.ASKED, {"op": str(wanted.op), "reason": wanted.reason}
    )
    try:
        await session.log.begin(intent, begun, asked)
    except asyncio.CancelledError:
        # What was handed to the registry is kept although nobody waits any more: nothing follows, so say so.
        await asyncio.shield(close_failed(change, "interrupted"))
        raise
    return change


def _named(record: GrantRecord) -> list[Json]:
    kept = ("namespace", "name", "uid")
    return [{key: part[key] for key in kept if key in part} for part in record.spec.get("parts", ())]


def _as_standing(record: GrantRecord, grant: Grant) -> GrantRecord:
    """Return the record of a grant just seen standing: the cluster knows better than the registry."""
    phase = record.phase if record.phase in (Phase.ACTIVE, Phase.ENDING) else Phase.ACTIVE
    deadline = grant.deadline() or record.deadline
    return replace(record, phase=phase, deadline=deadline, ended_at=None, end_cause=None)


async def close_failed(change: Change, why: str) -> tuple[str, ...]:
    """Close the intent of a change of which nothing is left; return the registry's failure as a warning."""
    phase = MOVES.get((change.record.phase, Step.FAILED), change.record.phase)
    undone = replace(change, record=replace(change.record, phase=phase))
    return await close_or_say(undone, Outcome.FAILED, Happening.FAILED, {"error": why})


async def close_or_say(
    change: Change, outcome: Outcome, happening: Happening, detail: Json
) -> tuple[str, ...]:
    """Close a change's intent with its record; return the registry's failure as a warning.

    It is no error: the cluster has changed, and the next start closes the intent.
    """
    try:
        await change.finish(outcome, happening, detail, change.record)
    except RegistryError as error:
        return (f"the cluster has changed, but the registry could not note it: {error.message}",)
    return ()
