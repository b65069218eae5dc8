"""Follow grants: one reflector for their policies, one for their Jobs, one scene for each change.

Law: a kind that may not be read is said to be so; policies that may not be read end the following.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from app.domain.link import Link, LinkState
from app.domain.manifest import GRANT_LABEL
from app.domain.objects import Job, NetworkPolicy
from app.errors import ForbiddenError
from app.kube.reflector import Reflector, Surroundings
from app.kube.resources import JOBS, NETWORK_POLICIES, Target
from app.kube.store import Store
from app.kube.wire import Wire
from app.live.projector import Scene
from app.ports import Clock

_TICK_SECONDS = 1.0
"""Time itself changes states: a grant comes to expire without any event."""


class GrantStores:
    """The policies and Jobs of grants in one namespace or all, kept as the cluster has them."""

    def __init__(self, wire: Wire, clock: Clock, namespace: str | None, selector: str = "") -> None:
        labels = f"{GRANT_LABEL},{selector}" if selector else GRANT_LABEL
        self._policies: Store[NetworkPolicy] = Store()
        self._jobs: Store[Job] = Store()
        self._changed = asyncio.Event()
        around = Surroundings(clock, on_link=self._note_link)
        self._reflectors = (
            Reflector(wire, Target(NETWORK_POLICIES, namespace, labels), self._policies, around),
            Reflector(wire, Target(JOBS, namespace, GRANT_LABEL), self._jobs, around),
        )
        for store in (self._policies, self._jobs):
            store.subscribe(lambda _: self._changed.set())

    def _note_link(self, _: Link) -> None:
        self._changed.set()

    async def scenes(self, context: str, expiring: timedelta) -> AsyncIterator[Scene]:
        """Yield what stands, once complete and then at each change and each second, until closed.

        Raises:
            ForbiddenError: NetworkPolicies may not be listed.
        """
        tasks = [asyncio.create_task(reflector.run()) for reflector in self._reflectors]
        try:
            while True:
                for task in tasks:
                    if task.done():
                        task.result()
                if (scene := self._scene(context, expiring)) is not None:
                    yield scene
                await self._next_change()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _next_change(self) -> None:
        try:
            async with asyncio.timeout(_TICK_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def _scene(self, context: str, expiring: timedelta) -> Scene | None:
        """Return the scene, None while it is not complete."""
        policies, jobs = (reflector.link for reflector in self._reflectors)
        if policies.state is LinkState.DENIED:
            raise ForbiddenError(policies.error or "NetworkPolicies may not be listed", status=403)
        denied = jobs.state is LinkState.DENIED
        if not self._policies.synced or not (self._jobs.synced or denied):
            return None
        trouble = next(filter(None, map(_trouble, (policies, jobs))), "")
        return Scene(self._policies.values(), self._jobs.values(), not denied, context, expiring, trouble)


def _trouble(link: Link) -> str:
    """Say what is wrong with a link; one failure alone is not worth a word, for streams end all the time."""
    match link.state:
        case LinkState.STALE if link.failures > 1:
            return f"the connection is lost, what was shown may be out of date: {link.error}"
        case LinkState.DENIED:
            return f"Jobs may not be listed, whether a grant is armed is not known: {link.error}"
    return ""
