"""See that the dead-man switch is armed before anything relies on it.

Law: reads only, and believes only what the server answers: a timer runs when its Job has a startTime, and it
ends a policy only if the policy came out of admission with that Job as its one owner.
"""

from datetime import datetime, timedelta

from app.commands.session import Session
from app.commands.undo import is_marked
from app.domain.grant import Deadman, LivePart, deadline_of
from app.domain.objects import Job, NetworkPolicy
from app.errors import RefusedError


async def await_started(session: Session, job: Job) -> Job:
    """Return the Job as soon as its clock runs.

    Raises:
        RefusedError: it was removed, suspended, or not started in time: the switch is not armed.
        ClusterError: it could not be looked at.
    """
    meta, last = job.metadata, session.clock.now() + timedelta(seconds=session.limits.arm_seconds)
    while True:
        found = await session.cluster.deadlines.get(meta.namespace, meta.name)
        if found is None or found.metadata.uid != meta.uid or found.metadata.deletion_timestamp is not None:
            raise RefusedError(f"the dead-man Job {meta.namespace}/{meta.name} was removed before it started")
        if deadline_of(found) is not None:
            return found
        if found.spec.suspend or session.clock.now() >= last:
            why = "is suspended (a queueing controller?)" if found.spec.suspend else "was not started in time"
            raise RefusedError(
                f"the dead-man Job {meta.namespace}/{meta.name} {why}: nothing would end the access",
                fix="check that kube-controller-manager runs and that nothing here suspends Jobs",
            )
        await session.clock.sleep(session.limits.poll_seconds)


def running_until(job: Job, now: datetime) -> datetime:
    """Return when a started Job will end what it owns.

    Raises:
        RefusedError: that time has come, or will never come.
    """
    end = deadline_of(job)
    if end is None or end <= now:
        raise RefusedError(
            f"the deadline passed before the dead-man Job in {job.metadata.namespace} could be relied on: "
            "the Jobs took too long to start",
            fix="ask for more time",
        )
    return end


def why_unarmed(policy: NetworkPolicy, job: Job, grant_id: str) -> str:
    """Return why this policy would not be ended by this Job; empty if it will be."""
    if not is_marked(policy, grant_id):
        return "without its grant label"
    found = LivePart(policy, job).deadman()
    return "" if found is Deadman.ARMED else str(found)
