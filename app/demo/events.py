"""Events as controllers write them."""

from typing import Any

from app.demo import kinds
from app.demo.clock import ServerClock, timestamp
from app.demo.resources import Object, Resource
from app.demo.status import ApiError
from app.demo.writes import Target, Writer


class Recorder:
    """Writes core/v1 Events about objects."""

    def __init__(self, writer: Writer, clock: ServerClock, component: str) -> None:
        self._writer = writer
        self._clock = clock
        self._component = component
        self._count = 0

    def record(self, resource: Resource, obj: Object, kind: str, reason: str, message: str) -> None:
        """Write one event of ``kind`` (Normal, Warning); in a namespace that is gone it is dropped."""
        meta, now = obj["metadata"], self._clock.now()
        self._count += 1
        # Unique without chance: several components may speak of one object in one microsecond.
        suffix = f"{int(now.timestamp() * 1e6):x}.{self._component}.{self._count}"
        namespace = meta.get("namespace", "default")
        event: dict[str, Any] = {
            "metadata": {"name": f"{meta['name'][:200]}.{suffix}"},
            "involvedObject": {
                "kind": resource.kind,
                "apiVersion": resource.api_version,
                "name": meta["name"],
                "namespace": namespace if resource.namespaced else "",
                "uid": meta["uid"],
                "resourceVersion": meta["resourceVersion"],
            },
            "reason": reason,
            "message": message,
            "source": {"component": self._component},
            "firstTimestamp": timestamp(now),
            "lastTimestamp": timestamp(now),
            "count": 1,
            "type": kind,
            "reportingComponent": self._component,
        }
        try:
            self._writer.create(Target(kinds.EVENTS, namespace), event)
        except ApiError as error:
            if error.code not in (403, 404):
                raise
