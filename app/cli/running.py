"""Run a use case: settings, connection, recovery, the event loop and signals, once for all verbs.

Law: the one place with ``asyncio.run``.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import TypeVar

import click

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


def one_context(loaded: settings.Settings) -> str | None:
    """Return the one context to work with; None is the kubeconfig's current one.

    Raises:
        InputError: several were given.
    """
    found = loaded.contexts
    if len(found) > 1:
        raise InputError(
            f"this works with one cluster, and {len(found)} contexts were given: {', '.join(found)}",
            field="context",
            fix="choose one with --context",
        )
    return found[0] if found else None


def settle_in() -> None:
    """Turn the garbage collector on, which was off while modules loaded; those it need never look at."""
    gc.freeze()
    gc.enable()


def run(work: Coroutine[None, None, T]) -> T:
    """Run a coroutine; SIGTERM and SIGHUP cancel it as Ctrl-C does, so that half-made work is undone.

    Raises:
        KeyboardInterrupt: Ctrl-C, which leaves ``^C`` in a terminal; click then begins a new line.
        click.Abort: another signal.
    """

    async def guarded() -> T:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays what it is
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            return await work
        except asyncio.CancelledError as error:
            for note in getattr(error, "__notes__", ()):  # what could not be undone
                talk.tell(note)
            raise

    settle_in()
    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise click.Abort from None


def is_agreed(question: str) -> bool:
    """Ask on the terminal and return whether the answer is yes.

    Nothing has begun that would have to be undone, so Ctrl-C and its kin end the question at once; the event
    loop, which waits for the answer too, would not see them.

    Raises:
        KeyboardInterrupt, click.Abort: interrupted, or there was no answer.
    """
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        talk.say("")  # leave the line where the question stands
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def with_session(flags: Flags, use: Callable[[Session], Awaitable[int]], *, recovers: bool = True) -> int:
    """Connect to the one cluster, finish what a dead process left, and run ``use``; return its code."""

    async def work() -> int:
        loaded = load_settings(flags)
        async with wiring.open_session(loaded, one_context(loaded)) as session:
            trouble = await recover_and_tell(session) if recovers else ""
            code = await use(session)
            # Said last: what ``use`` cannot do for the same reason it says better, and once.
            if trouble:
                talk.warn(trouble)
            return code

    return run(work())


async def _recover_if_any(reading: Reading, loaded: settings.Settings) -> str:
    """Finish what a dead process left, without paying for a registry that is not there."""
    if not _has_registry(loaded):
        return ""
    async with wiring.with_registry(reading, loaded) as session:
        return await recover_and_tell(session)


def _has_registry(loaded: settings.Settings) -> bool:
    return os.path.exists(loaded.registry)  # unlike Path.exists it never raises


async def recover_and_tell(session: Session) -> str:
    """Finish what a dead process left and say so; return what went wrong, which stops nothing, or nothing."""
    from app.commands.recover import recover

    try:
        for recovered in await recover(session):
            talk.say(str(recovered))
    except (ClusterError, RegistryError) as error:
        return f"unfinished work could not be looked at: {error.message}"
    return ""


async def each_context(
    loaded: settings.Settings, use: Callable[[Reading], Awaitable[T]]
) -> tuple[list[tuple[str, T]], list[tuple[str, NetgrantError]]]:
    """Run ``use`` on each context at once; return the answers and the failures, in the order asked."""
    names: tuple[str | None, ...] = loaded.contexts or (None,)

    async def one(name: str | None) -> tuple[str, T]:
        async with wiring.open_reading(loaded, name) as reading:
            trouble = await _recover_if_any(reading, loaded)
            answer = await use(reading)
            if trouble:
                talk.warn(trouble)
            return reading.cluster.context, answer

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
