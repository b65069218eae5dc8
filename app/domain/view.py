"""A live grant as one row: what the table, ``list -o json`` and the dashboard all show.

Law: pure; strings here come from the cluster already cleaned, and are for showing, not for parsing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.durations import format_moment
from app.domain.grant import Deadman, Grant, State, state_of
from app.domain.policyspec import summarise
from app.domain.records import Json

NET_LETTERS = {Deadman.ARMED: "J", Deadman.UNKNOWN: "?"}
"""The NETS column: J a running dead-man Job, ? Jobs may not be read; anything else is no net: –."""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One policy of a grant and what will end it."""

    namespace: str
    policy: str
    """Its name; empty where only the Job is left."""
    job: str
    deadman: Deadman
    job_deadline: datetime | None
    finalizers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One live grant, by server time ``now``."""

    id: str
    state: State
    deadline: datetime | None
    left: timedelta | None
    context: str
    namespaces: tuple[str, ...]
    direction: str
    target: str
    peers: str
    ports: str
    armed: bool
    nets: str
    requested_by: str
    approved_by: str
    reason: str
    ticket: str
    incident: str
    created_at: datetime | None
    drift: tuple[str, ...]
    adopted: bool
    parts: tuple[PartRow, ...]

    def to_json(self) -> Json:
        """Return the row as ``-o json`` prints it: stable names, RFC 3339 times, seconds as integers."""
        return {
            "id": self.id,
            "state": str(self.state),
            "deadline": _moment(self.deadline),
            "secondsLeft": None if self.left is None else round(self.left.total_seconds()),
            "context": self.context,
            "namespaces": list(self.namespaces),
            "direction": self.direction,
            "target": self.target,
            "peers": self.peers,
            "ports": self.ports,
            "armed": self.armed,
            "requestedBy": self.requested_by,
            "approvedBy": self.approved_by,
            "reason": self.reason,
            "ticket": self.ticket,
            "incident": self.incident,
            "createdAt": _moment(self.created_at),
            "drift": list(self.drift),
            "adopted": self.adopted,
            "parts": [
                {
                    "namespace": part.namespace,
                    "policy": part.policy,
                    "job": part.job,
                    "deadman": str(part.deadman),
                    "jobDeadline": _moment(part.job_deadline),
                    "finalizers": list(part.finalizers),
                }
                for part in self.parts
            ],
        }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else format_moment(value)


def _part_rows(grant: Grant) -> tuple[PartRow, ...]:
    return tuple(
        PartRow(
            namespace=part.namespace,
            policy=part.policy.metadata.name if part.policy else "",
            job=part.job.metadata.name if part.job else "",
            deadman=part.deadman(),
            job_deadline=part.job_deadline(),
            finalizers=(part.policy.metadata.finalizers or ()) if part.policy else (),
        )
        for part in grant.parts
    )


def row_of(grant: Grant, now: datetime, context: str, expiring: timedelta = timedelta(minutes=5)) -> GrantRow:
    """Return the grant's row.

    Args:
        grant: the joined objects.
        now: the server's time.
        context: the kubeconfig context it was read through.
        expiring: how long before its end a grant counts as expiring.
    """
    told = summarise(policy.spec or {} for policy in grant.policies)
    deadline, drift = grant.deadline(), grant.drift()
    parts = _part_rows(grant)
    letters = dict.fromkeys(NET_LETTERS.get(part.deadman, "–") for part in parts if part.policy)
    return GrantRow(
        id=grant.id,
        state=state_of(grant, now, expiring, drift),
        deadline=deadline,
        left=None if deadline is None else deadline - now,
        context=context,
        namespaces=grant.namespaces,
        direction=told.direction,
        target=told.target,
        peers=told.peers,
        ports=told.ports,
        armed=grant.is_armed(),
        nets="".join(letters) or "–",
        requested_by=grant.requested_by,
        approved_by=grant.approved_by,
        reason=grant.reason,
        ticket=grant.ticket,
        incident=grant.incident,
        created_at=grant.created_at,
        drift=drift,
        adopted=grant.is_adopted,
        parts=parts,
    )


def rests_on_terminal(row: GrantRow) -> bool:
    """Tell whether a policy of the grant will stand past its deadline unless a netgrant that runs ends it.

    What a finalizer holds no netgrant could end either; where Jobs may not be read, nobody can tell.
    """
    at_work = (Deadman.ARMED, Deadman.UNKNOWN)
    loose = (part for part in row.parts if part.policy and part.deadman not in at_work)
    return row.deadline is not None and any(not part.finalizers for part in loose)


def nets_shown(row: GrantRow, is_keeping: bool) -> str:
    """Return the NETS column: T in place of – where this terminal is the net.

    Args:
        row: the grant.
        is_keeping: whether this process ends what is overdue in that cluster.
    """
    return row.nets.replace("–", "T") if is_keeping and rests_on_terminal(row) else row.nets


def urgency(row: GrantRow) -> tuple[int, float]:
    """Return the sort key of the table: overdue first, then by time left."""
    return (0 if row.state is State.OVERDUE else 1, row.left.total_seconds() if row.left else 0.0)
