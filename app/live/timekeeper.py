"""Ask a cluster who we are and what its clock says, and ask for its clock again each minute.

Law: a question that fails is asked again; what was answered before stands meanwhile.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Self

from app.errors import ClusterError
from app.ports import Access, Clock, Identity

AGAIN_SECONDS = 60.0
_SOON_SECONDS = 5.0


class Timekeeper:
    """Measures one cluster's clock now and then; as a context manager it has its first answer on entry.

    Args:
        access: whom to ask.
        clock: what to wait by.
        on_identity: given each answer.
    """

    def __init__(
        self, access: Access, clock: Clock, on_identity: Callable[[Identity], object] = lambda identity: None
    ) -> None:
        self._access = access
        self._clock = clock
        self._on_identity = on_identity
        self._wish = asyncio.Event()
        self._task: asyncio.Task[NoReturn] | None = None
        self.identity = Identity("")
        """The newest answer."""

    async def __aenter__(self) -> Self:
        """Ask for the first time, and go on behind the body.

        Raises:
            ClusterError: there was no answer.
        """
        await self.ask()
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def ask_soon(self) -> None:
        """Measure again now: a connection that was lost is back, a laptop may have slept."""
        self._wish.set()

    async def ask(self) -> None:
        """Ask once.

        Raises:
            ClusterError: there was no answer.
        """
        self.identity = await self._access.whoami()
        self._on_identity(self.identity)

    async def run(self) -> NoReturn:
        """Ask again each minute until cancelled."""
        seconds = AGAIN_SECONDS
        while True:
            await self._rest(seconds)
            try:
                await self.ask()
            except ClusterError:
                seconds = _SOON_SECONDS
            else:
                seconds = AGAIN_SECONDS

    async def _rest(self, seconds: float) -> None:
        rest = asyncio.ensure_future(self._clock.sleep(seconds))
        wish = asyncio.ensure_future(self._wish.wait())
        try:
            await asyncio.wait((rest, wish), return_when=asyncio.FIRST_COMPLETED)
        finally:
            rest.cancel()
            wish.cancel()
        self._wish.clear()
