"""The bracket around a change to a standing grant: intent, calls, outcome.

Law: changing needs a durable intent; removing goes on without one, and the gap is told afterwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.ids import new_id
from app.domain.lifecycle import Step, move
from app.domain.policyspec import summarise
from app.domain.records import Entry, GrantRecord, Happening, Intent, Json, Op, Outcome, Phase
from app.errors import RegistryError
from app.ports import Identity


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
        spec={
            "parts": [
                {"namespace": p.metadata.namespace, "name": p.metadata.name, "spec": p.spec or {}}
                for p in grant.policies
            ]
        },
    )


async def begin_change(
    session: Session, identity: Identity, grant: Grant, op: Op, deadline: datetime
) -> Change:
    """Keep the intent of a change to a standing grant and return its bracket.

    Raises:
        RegistryError: no durable intent, so the change must not be made.
    """
    now = session.server_now(identity)
    known = await session.log.grant(grant.id)
    record = known or record_from_cluster(session, grant, now)
    if op is Op.REVOKE:
        record = replace(record, phase=move(_standing(record), Step.ENDING))
    else:
        record = replace(record, phase=_standing(record))
    intent = Intent(
        id=new_id(now),
        grant_id=grant.id,
        op=op,
        cluster=session.cluster.server,
        namespaces=grant.namespaces,
        actor=identity.username,
        at=now,
        deadline=deadline,
        detail={"owner": session.processes.own()},
    )
    change = Change(session, identity, grant, record, intent.id)
    asked = Happening.REVOKING if op is Op.REVOKE else Happening.ASKED
    await session.log.begin(intent, record, change.entry(asked, {"op": str(op)}))
    return change


def _standing(record: GrantRecord) -> Phase:
    """Return the phase of a grant that was just seen standing, whatever the registry thought."""
    return record.phase if record.phase in (Phase.ACTIVE, Phase.ENDING) else Phase.ACTIVE


async def close_or_say(
    change: Change, outcome: Outcome, happening: Happening, detail: Json
) -> tuple[str, ...]:
    """Close a change's intent; return the registry's failure as a warning, for the cluster has changed."""
    try:
        await change.finish(outcome, happening, detail, change.record)
    except RegistryError as error:
        return (f"the cluster has changed, but the registry could not note it: {error.message}",)
    return ()
