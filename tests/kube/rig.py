"""A reflector on a scripted wire and a virtual clock, running."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from app.domain.link import Link, LinkState
from app.domain.objects import Pod
from app.errors import InvalidError
from app.kube.reflector import Reflector, Surroundings, Timing
from app.kube.resources import PODS, Target
from app.kube.store import Changes, Store
from app.kube.wire import Call
from tests.kube.scripted_wire import NO_WATCH_LIST, Answer, Script, ScriptedWire, describe, names
from tests.kube.virtual_time import VirtualClock


@dataclass
class Rig:
    """What a test looks at."""

    clock: VirtualClock
    wire: ScriptedWire
    store: Store[Pod]
    reflector: Reflector[Pod]
    task: "asyncio.Task[None]"
    links: list[Link] = field(default_factory=list)
    told: list[Changes[Pod]] = field(default_factory=list)

    # Methods, not attributes: mypy takes an attribute to be the same after an await.
    def state(self) -> LinkState:
        return self.reflector.link.state

    def is_synced(self) -> bool:
        return self.store.synced

    @property
    def held(self) -> list[str]:
        return names(self.store)


@asynccontextmanager
async def running(
    script: Script, *, jitter: float = 0.0, timing: Timing | None = None, target: Target[Pod] | None = None
) -> AsyncIterator[Rig]:
    """Run a reflector of pods; at the end it must stop at once and leave no stream open."""
    clock, store, links, told = VirtualClock(), Store[Pod](), list[Link](), list[Changes[Pod]]()
    store.subscribe(told.append)
    wire = ScriptedWire(clock, script)
    surroundings = Surroundings(clock, lambda: jitter, links.append)
    reflector = Reflector(wire, target or Target(PODS), store, surroundings, timing)
    task = asyncio.create_task(reflector.run())
    try:
        yield Rig(clock, wire, store, reflector, task, links, told)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task  # raises what broke the reflector, if something did
        assert wire.open_streams == 0


def without_watch_list(script: Script) -> Script:
    """Answer as a server whose WatchList feature is off; all else goes to ``script``."""

    def answer(call: Call) -> Answer:
        if describe(call) == "watch-list":
            return InvalidError(NO_WATCH_LIST, status=422, reason="Invalid")
        return script(call)

    return answer
