"""Lend the terminal to a credential plugin that has a question, and take it back.

Law: while it is lent nothing of ours is written to it: Textual would queue thirty writes for nobody and then
stand still. Ctrl-C, which is a signal meanwhile, gives up the question and not the app.
"""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from app.domain.text import clean
from app.errors import RefusedError
from app.live.cluster import LiveCluster

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp


async def log_in(app: "NetgrantApp", cluster: LiveCluster) -> None:
    """Connect to the cluster while its credential plugin may ask on the terminal; Ctrl-C gives up."""
    given_up = True
    error: BaseException | None = None
    try:
        with app.batch_update(), app.suspend():
            try:
                _tell(f"netgrant connects to {clean(cluster.name)}. Answer what is asked; Ctrl-C comes back.")
                given_up = not await _unless_interrupted(app.feed.log_in(cluster))
            except BaseException as caught:  # noqa: BLE001 - else suspend would not take the terminal back
                error = caught
    except SuspendNotSupported:
        app.complain(
            RefusedError(
                "this terminal cannot be lent to a credential plugin",
                fix="log in with the plugin's own command, then try again",
            )
        )
        return
    app.screen.refresh(layout=True)
    if error is not None:
        raise error
    if given_up:
        app.feed.retry(cluster)


async def _unless_interrupted(work: Coroutine[Any, Any, None]) -> bool:
    """Await some work; return False if Ctrl-C ended it."""
    task = asyncio.ensure_future(work)
    with _interrupting(task):
        await asyncio.wait((task,))
    if task.cancelled():
        return False
    task.result()
    return True


@contextmanager
def _interrupting(task: "asyncio.Future[None]") -> Iterator[None]:
    """Let Ctrl-C cancel the task."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        yield
    finally:
        task.cancel()
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


def _tell(text: str) -> None:
    """Write a line to the terminal that is lent."""
    if sys.__stdout__ is not None:
        sys.__stdout__.write(f"{text}\n")
        sys.__stdout__.flush()
