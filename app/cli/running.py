"""Run a use case: settings, connection, recovery, the event loop and signals, once for all verbs.

Law: the one place with ``asyncio.run``.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import TypeVar

from app import settings, wiring
from app.cli import talk
from app.cli.options import Flags
from app.commands.session import Reading, Session
from app.domain.durations import parse_duration
from app.errors import ClusterError, InputError, NetgrantError, RegistryError

T = TypeVar("T")


def load_settings(flags: Flags) -> settings.Settings:
    """Return the settings with the command line's options over them.

    Raises:
        ConfigError: a settings file or a NETGRANT_ variable holds a wrong value.
    """
    return settings.load(flags.overrides(), parse_duration)


def local_now() -> datetime:
    """Return this machine's time, for what is read before a cluster was asked for its own."""
    return wiring.wall_clock().now()


def one_context(flags: Flags) -> str | None:
    """Return the one context to write to; None is the kubeconfig's current one.

    Raises:
        InputError: several were given.
    """
    found = flags.contexts or load_settings(flags).contexts
    if len(found) > 1:
        raise InputError(
            f"this changes one cluster, and {len(found)} contexts were given", field="context", fix="give one"
        )
    return found[0] if found else None


def run(work: Coroutine[None, None, T]) -> T:
    """Run a coroutine; SIGTERM cancels it as Ctrl-C does, so that half-made work is undone."""

    async def guarded() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def with_session(flags: Flags, use: Callable[[Session], Awaitable[int]], *, recovers: bool = True) -> int:
    """Connect to the one cluster, finish what a dead process left, and run ``use``; return its code."""

    async def work() -> int:
        async with wiring.open_session(load_settings(flags), one_context(flags)) as session:
            if recovers:
                await recover_and_tell(session)
            return await use(session)

    return run(work())


async def _recover_if_any(reading: Reading, loaded: settings.Settings) -> None:
    """Finish what a dead process left, without paying for a registry that is not there."""
    if loaded.registry.exists():
        async with wiring.with_registry(reading, loaded) as session:
            await recover_and_tell(session)


async def recover_and_tell(session: Session) -> None:
    """Finish what a dead process left and say so; a failure is told and does not stop what is to be done."""
    from app.commands.recover import recover

    try:
        for recovered in await recover(session):
            talk.say(str(recovered))
    except (ClusterError, RegistryError) as error:
        talk.warn(f"unfinished work could not be looked at: {error.message}")


async def each_context(
    flags: Flags, use: Callable[[Reading], Awaitable[T]]
) -> tuple[list[tuple[str, T]], list[tuple[str, NetgrantError]]]:
    """Run ``use`` on each context at once; return the answers and the failures, in the order asked."""
    loaded = load_settings(flags)
    names: tuple[str | None, ...] = flags.contexts or loaded.contexts or (None,)

    async def one(name: str | None) -> tuple[str, T]:
        async with wiring.open_reading(loaded, name) as reading:
            await _recover_if_any(reading, loaded)
            return reading.cluster.context, await use(reading)

    found = await asyncio.gather(*(one(name) for name in names), return_exceptions=True)
    good, bad = [], []
    for name, answer in zip(names, found, strict=True):
        if isinstance(answer, NetgrantError):
            bad.append((name or "current context", answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            good.append(answer)
    return good, bad
