"""What would be written, and what the server says of it before it is.

Law: nothing is kept: every call is a dry run.
"""

from dataclasses import dataclass, replace

from app.commands.create import rehearse_one
from app.commands.draft import Draft
from app.commands.session import Session
from app.domain.manifest import Part, policy_manifest
from app.domain.objects import FullMeta, Job
from app.domain.records import Json
from app.errors import ClusterError, ForbiddenError

_ID = "<ID>"
_OWN_UID = "<its uid>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server says of a draft."""

    error: ClusterError | None = None
    """Why it would refuse; None if it accepts every object."""
    refused: str = ""
    """The kind of the object that it refuses."""

    @property
    def accepted(self) -> bool:
        """Tell whether the server would take all of it."""
        return self.error is None

    @property
    def has_no_timer(self) -> bool:
        """Tell whether the dead-man Job is what may not be made."""
        return self.refused == "Job" and isinstance(self.error, ForbiddenError)


async def try_out(session: Session, plan: Draft) -> Verdict:
    """Let the server judge every object by dry run, admission and quota too."""
    for manifest in plan.manifests():
        try:
            await rehearse_one(session, manifest)
        except ClusterError as error:
            return Verdict(error, manifest["kind"])
    return Verdict()


def preview(plan: Draft) -> tuple[Json, ...]:
    """Return the objects as they will be written; what only the writing brings about stands as ``<…>``.

    That is the grant's id, which is part of the names too, and the uid of the Job that owns the policies.
    """
    tail = plan.stamp.grant_id[-10:].lower()
    parts = tuple(Part(p.namespace, p.name.replace(tail, _ID), p.spec, p.labels) for p in plan.parts)
    shown = replace(plan, parts=parts, stamp=replace(plan.stamp, grant_id=_ID))
    policies = []
    for part in parts:
        owner = Job(FullMeta(name=shown.job_name(part.namespace), namespace=part.namespace, uid=_OWN_UID))
        policies.append(policy_manifest(shown.stamp, part, shown.deadline, owner))
    return (*shown.manifests()[: len(shown.namespaces)], *policies)
