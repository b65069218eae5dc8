"""Single writes to the cluster that are never left in mid-air.

Law: a write that was sent is awaited to its end even by whoever is cancelled meanwhile. Cut off in flight it
could land later, behind the back of the one who cleans up.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.domain.records import Json
from app.errors import ClusterError, UncertainError
from app.ports import Receipt, Ref

T = TypeVar("T")
K = TypeVar("K", bound=NetworkPolicy | Job)


class Maker(Protocol[K]):
    """What PolicyWriter and DeadlineWriter have in common for making an object."""

    async def get(self, namespace: str, name: str) -> K | None:
        """Return the object, None where there is none."""
        ...

    async def create(self, manifest: Json, *, dry_run: bool = False) -> Receipt[K]:
        """Create the object."""
        ...


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work`` to its end, and only then raise CancelledError if it was asked for meanwhile.

    The CancelledError's cause is then what the work raised, if it did.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as cancelled:
        await asyncio.wait({task})
        if not task.cancelled():
            cancelled.__cause__ = task.exception()
        raise


async def seen(look: Awaitable[T | None]) -> T | None:
    """Look after an answer that was lost; None where looking fails too: then the write stays uncertain."""
    try:
        return await look
    except ClusterError:
        return None


async def make(maker: Maker[K], manifest: Json) -> K:
    """Create one of our objects; an answer that was lost is made good by looking, for the name is ours alone.

    Raises:
        ClusterError: it was refused; UncertainError: it was not answered, and is not there.
    """
    meta = manifest["metadata"]
    try:
        return (await unbroken(maker.create(manifest))).value
    except UncertainError:
        found = await seen(maker.get(meta["namespace"], meta["name"]))
        if found is None or (found.metadata.labels or {}).get(GRANT_LABEL) != meta["labels"][GRANT_LABEL]:
            raise
        return found


def ref(item: NetworkPolicy | Job) -> Ref:
    """Return the reference of this very object."""
    return Ref(item.metadata.namespace, item.metadata.name, item.metadata.uid)
