"""The loop that drives the controllers: what changed, then what is due, then sleep.

Law: a controller is plain and synchronous: it is told of changes, and asked to act at a moment; it answers
with the moment when it wants to be asked again. It writes as clients do, never into the store directly.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.demo.clock import ServerClock
from app.demo.kinds import RESOURCES
from app.demo.resources import Resource
from app.demo.storage import Change, Store


class Controller(Protocol):
    """One control loop."""

    def observe(self, resource: Resource, change: Change) -> None:
        """Take note of a change; act later."""

    def step(self, now: datetime) -> datetime | None:
        """Do what is due; return when there is more to do, or None if only a change can bring some."""


class ControllerLoop:
    """Runs controllers over one store, in the order given; what is there already is news to them."""

    def __init__(self, store: Store, clock: ServerClock, controllers: Sequence[Controller]) -> None:
        self._clock = clock
        self._controllers = controllers
        self._changes: deque[tuple[Resource, Change]] = deque()
        self._changed = asyncio.Event()
        for resource in RESOURCES:
            for record in store.records(resource):
                self._changes.append((resource, Change(record.version, record.key, None, record)))
        store.listen(self._note)

    def _note(self, resource: Resource, change: Change) -> None:
        self._changes.append((resource, change))
        self._changed.set()

    def settle(self) -> datetime | None:
        """Let all controllers act until nothing changes any more; return when more is due."""
        while True:
            while self._changes:
                resource, change = self._changes.popleft()
                for controller in self._controllers:
                    controller.observe(resource, change)
            wishes = [controller.step(self._clock.now()) for controller in self._controllers]
            if not self._changes:
                return min(filter(None, wishes), default=None)

    async def run(self) -> None:
        """Settle, sleep until something changes or is due, and again; until cancelled."""
        while True:
            self._changed.clear()
            due = self.settle()
            if due is None:
                await self._changed.wait()
            else:
                await self._clock.wait(self._changed, (due - self._clock.now()).total_seconds())
