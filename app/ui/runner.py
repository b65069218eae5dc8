"""Run use cases for the screens, and tell what came of them.

Law: a write that has begun belongs to the app: no screen that closes, no worker that ends cancels it, and who
quits waits for it. What went wrong is told in a sentence; a grant is changed by one write at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app.domain.text import clean
from app.errors import NetgrantError, RefusedError, UncertainError
from app.ui.view import RowKey

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

T = TypeVar("T")

_TELL_AFTER_SECONDS = 0.5
_TELL_AGAIN_SECONDS = 5.0
_AT_ONCE = 8
"""How many grants are changed side by side."""

_FAULT = "what came of it is not known here: look at the table; the next start finds out the rest"

Work = Callable[[], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    """How a use case ended: with a value, or with an error, which InputError says the ``field`` of."""

    value: T | None = None
    error: NetgrantError | None = None

    @property
    def is_uncertain(self) -> bool:
        """Tell whether it was sent and nobody knows what came of it."""
        return isinstance(self.error, UncertainError)


async def attempt(work: Work[T]) -> Finished[T]:
    """Run a use case; what it raises becomes an error to tell."""
    try:
        return Finished(await work())
    except NetgrantError as error:
        return Finished(error=error)
    except Exception as bug:  # noqa: BLE001 - outermost: other grants count down here, and must go on to
        told = NetgrantError(
            f"a fault in netgrant itself: {type(bug).__name__}: {clean(str(bug))}", fix=_FAULT
        )
        told.__cause__ = bug
        return Finished(error=told)


class Runner:
    """The writes that are under way.

    Args:
        app: whose they are.
    """

    def __init__(self, app: "NetgrantApp") -> None:
        self._app = app
        self._tasks: dict[asyncio.Task[Any], str] = {}
        self._busy: set[RowKey] = set()
        self._is_let_go = False

    @property
    def under_way(self) -> tuple[str, ...]:
        """Return what is being done, oldest first: ``extending production app=database``."""
        return tuple(self._tasks.values())

    def is_busy(self, key: RowKey) -> bool:
        """Tell whether a grant is being changed."""
        return key in self._busy

    def start(
        self,
        title: str,
        work: Work[T],
        done: Callable[[Finished[T]], object] | None = None,
        about: Iterable[RowKey] = (),
    ) -> bool:
        """Begin a write and return at once; False if one of its grants is being changed already.

        Args:
            title: what is being done, for whoever waits: ``opening production app=database``.
            work: makes the coroutine of the use case.
            done: is given the end, in the app's own turn; without it an error is told, and nothing else.
            about: the grants that it changes.
        """
        keys = frozenset(about)
        if keys & self._busy:
            self._app.complain(_busy())
            return False
        self._begin(title, attempt(work), done or self._tell, keys)
        return True

    def start_each(
        self,
        title: str,
        works: Mapping[RowKey, Work[T]],
        done: Callable[[dict[RowKey, Finished[T]]], object],
    ) -> None:
        """Begin one write for each grant, some side by side, and return at once.

        ``done`` is given the end of every one; a grant that is being changed already ends as refused.
        """
        keys = frozenset(works) - self._busy
        self._begin(title, self._each(works, keys), done, keys)

    async def run(self, title: str, work: Work[T], about: Iterable[RowKey] = ()) -> T | None:
        """Run a write and return its value; None after saying what went wrong.

        Whoever awaits this may be cancelled: the write goes on.
        """
        ended: asyncio.Future[Finished[T]] = asyncio.get_running_loop().create_future()

        def note(finished: Finished[T]) -> None:
            self._tell(finished)
            if not ended.done():
                ended.set_result(finished)

        return (await ended).value if self.start(title, work, note, about) else None

    async def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait for all that is under way; return what has not ended by then."""
        if self._tasks and not self._is_let_go:
            await asyncio.wait(tuple(self._tasks), timeout=seconds)
        return self.under_way

    def when_idle(self, then: Callable[[], object]) -> None:
        """Call it once all that is under way now has ended; at once where nothing is."""
        left = set(self._tasks)
        if not left:
            then()

        def end(task: asyncio.Task[Any]) -> None:
            left.discard(task)
            if not left:
                then()

        for task in tuple(left):
            task.add_done_callback(end)

    def let_go(self) -> None:
        """Wait for nothing any more: whoever quits has been told what that means."""
        self._is_let_go = True

    def _begin(
        self,
        title: str,
        work: Coroutine[Any, Any, T],
        done: Callable[[T], object],
        keys: frozenset[RowKey],
    ) -> None:
        self._busy |= keys
        task = asyncio.create_task(work, name=title)
        self._tasks[task] = title
        task.add_done_callback(partial(self._end, done, keys))
        self._app.set_timer(_TELL_AFTER_SECONDS, partial(self._say_it_goes_on, task))

    def _end(self, done: Callable[[T], object], keys: frozenset[RowKey], task: "asyncio.Task[T]") -> None:
        del self._tasks[task]
        self._busy -= keys
        if not task.cancelled():  # else the process ends: the use case has undone what it could
            self._app.call_later(done, task.result())

    async def _each(
        self, works: Mapping[RowKey, Work[T]], free: frozenset[RowKey]
    ) -> dict[RowKey, Finished[T]]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(key: RowKey, work: Work[T]) -> Finished[T]:
            if key not in free:
                return Finished(error=_busy())
            async with gate:
                return await attempt(work)

        ends = await asyncio.gather(*(one(key, work) for key, work in works.items()))
        return dict(zip(works, ends, strict=True))

    def _say_it_goes_on(self, task: "asyncio.Task[Any]") -> None:
        """Say what takes long, every now and then, until it has ended."""
        if (title := self._tasks.get(task)) is None:
            return
        self._app.say(f"{title} …", seconds=_TELL_AGAIN_SECONDS)
        self._app.set_timer(_TELL_AGAIN_SECONDS, partial(self._say_it_goes_on, task))

    def _tell(self, finished: Finished[T]) -> None:
        if finished.error is not None:
            self._app.complain(finished.error)


def _busy() -> RefusedError:
    return RefusedError("this grant is being changed already", fix="wait until that has ended")
