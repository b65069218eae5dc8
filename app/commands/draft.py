"""An order for access, checked and named before anything is written.

Law: asks nobody and writes nothing; what passes here meets every rule that can be known without the server.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.commands.session import Limits, Session
from app.domain.durations import format_moment
from app.domain.ids import new_id
from app.domain.manifest import Part, Stamp, Wish, job_manifest, parts_of, policy_manifest
from app.domain.policyspec import summarise
from app.domain.records import GrantRecord, Json, Phase
from app.domain.validation import validate_policy
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    wishes: tuple[Wish, ...]
    reason: str
    ttl: timedelta | None = None
    """Life from the moment the timers start; or else …"""
    until: datetime | None = None
    """… the moment it ends, by the server's clock."""
    ticket: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that was checked and named, before anything is written."""

    parts: tuple[Part, ...]
    stamp: Stamp
    ttl_seconds: int
    now: datetime
    """The server's time when it was drafted."""

    @property
    def deadline(self) -> datetime:
        """Return when it would end if the timers started now."""
        return self.now + timedelta(seconds=self.ttl_seconds)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces, each once."""
        return tuple(dict.fromkeys(part.namespace for part in self.parts))

    def job_name(self, namespace: str) -> str:
        """Return the name of the namespace's Job: its first policy's."""
        return next(part.name for part in self.parts if part.namespace == namespace)

    def manifests(self) -> tuple[Json, ...]:
        """Return all objects in the order in which they are made; owners are not known yet."""
        jobs = [
            job_manifest(self.stamp, namespace, self.job_name(namespace), self.ttl_seconds)
            for namespace in self.namespaces
        ]
        return (*jobs, *(policy_manifest(self.stamp, part, self.deadline, None) for part in self.parts))

    def record(self, session: Session, phase: Phase, deadline: datetime) -> GrantRecord:
        """Return what the registry keeps of it."""
        told = summarise(part.spec for part in self.parts)
        return GrantRecord(
            id=self.stamp.grant_id,
            cluster=session.cluster.server,
            context=session.cluster.context,
            namespaces=self.namespaces,
            direction=told.direction,
            target=told.target,
            peers=told.peers,
            ports=told.ports,
            requested_by=self.stamp.requested_by,
            reason=self.stamp.reason,
            ticket=self.stamp.ticket,
            incident=self.stamp.incident,
            created_at=self.now,
            deadline=deadline,
            phase=phase,
            spec={"parts": [{"namespace": p.namespace, "name": p.name, "spec": p.spec} for p in self.parts]},
        )


class Timed(Protocol):
    """An order of any kind: why, and until when."""

    @property
    def reason(self) -> str:
        """Return why."""
        ...

    @property
    def ttl(self) -> timedelta | None:
        """Return the life asked for, or None."""
        ...

    @property
    def until(self) -> datetime | None:
        """Return the end asked for, or None."""
        ...


def life_of(limits: Limits, order: Timed, now: datetime) -> timedelta:
    """Return how long access would live, checked.

    Raises:
        InputError: no reason, no end or two, above the cap, or a deadline in the past.
    """
    if not order.reason.strip():
        raise InputError("access needs a reason", field="reason", fix="say why with --reason")
    if order.ttl is not None and order.until is None:
        life = order.ttl
    elif order.until is not None and order.ttl is None:
        life = order.until - now
    else:
        raise InputError(
            "until when? give either a duration or a moment", field="for", fix="give one of them"
        )
    if life < timedelta(seconds=1):
        raise InputError(
            f"the deadline has passed: the cluster's clock says {format_moment(now)}",
            field="until",
            fix="choose a later one",
        )
    limits.check_life(life)
    return life


def draft(limits: Limits, order: Order, username: str, now: datetime) -> Draft:
    """Check and name an order; writes nothing and asks nobody.

    Args:
        limits: the cap.
        order: what is asked for.
        username: who asks, as the cluster names them; empty where that is not known yet.
        now: the server's time.

    Raises:
        InputError: nothing asked for, no reason, too long, in the past, or a policy that the API server
            would refuse.
    """
    life = life_of(limits, order, now)
    if not order.wishes:
        raise InputError("nothing is asked for: no policy", field="policy")
    stamp = Stamp(new_id(now), username, order.reason.strip(), order.ticket, order.incident)
    found = Draft(parts_of(stamp.grant_id, order.wishes), stamp, math.ceil(life.total_seconds()), now)
    for manifest in found.manifests()[len(found.namespaces) :]:
        if errors := validate_policy(manifest):
            raise InputError("; ".join(map(str, errors[:5])), field="policy")
    return found
