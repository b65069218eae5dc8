"""Dead-man Jobs on the API server (batch/v1): the port DeadlineWriter."""

from app.domain.objects import Job
from app.kube.objects import Objects
from app.kube.resources import JOBS
from app.kube.wire import Wire
from app.ports import Receipt, Ref


class Deadlines(Objects[Job]):
    """Implements DeadlineWriter."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, JOBS)

    async def set_deadline(self, ref: Ref, active_deadline_seconds: int) -> Receipt[Job]:
        """Set the seconds from the Job's startTime to its end, on this very object."""
        return await self.patch(ref, {"spec": {"activeDeadlineSeconds": active_deadline_seconds}})
