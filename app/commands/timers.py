"""Set the deadline of a running dead-man Job.

Law: a write whose answer was lost is looked up, and a Job that ended meanwhile is told from one that moved.
"""

import math
from datetime import datetime

from app.commands.session import Cluster
from app.commands.writes import ref, seen, unbroken
from app.domain.objects import Job
from app.errors import NotFoundError, UncertainError

_ENDS = ("Failed", "Complete")


def seconds_until(job: Job, deadline: datetime) -> int:
    """Return the activeDeadlineSeconds that end a started Job at ``deadline``, or within a second."""
    start = job.status.start_time
    return 0 if start is None else math.ceil((deadline - start).total_seconds())


def is_over(job: Job) -> bool:
    """Tell whether the Job has ended or is going: its deadline no longer means anything."""
    conditions = job.status.conditions or ()
    ended = any(condition.type in _ENDS and condition.status == "True" for condition in conditions)
    return ended or job.metadata.deletion_timestamp is not None


async def move_timer(cluster: Cluster, job: Job, seconds: int) -> Job:
    """Set a running Job's deadline, in seconds from its startTime, and return it as it is then.

    Raises:
        NotFoundError: it ended meanwhile.
        ClusterError: refused; UncertainError: neither the answer nor a second look says that it moved.
    """
    try:
        moved = (await unbroken(cluster.deadlines.set_deadline(ref(job), seconds))).value
    except UncertainError:
        found = await seen(cluster.deadlines.get(job.metadata.namespace, job.metadata.name))
        same = found is not None and found.metadata.uid == job.metadata.uid
        if found is None or not same or found.spec.active_deadline_seconds != seconds:
            raise
        moved = found
    if is_over(moved):
        raise NotFoundError(f"the dead-man Job {job.metadata.namespace}/{job.metadata.name} has ended")
    return moved
