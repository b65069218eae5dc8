"""The driver of the terminal: Textual's, with keys that act one after the other, and no wait for the screen.

Law: a key is given to the app once the one before has had its effect. Over a slow line several come at once,
and ``/`` followed by a word must not open a dialog with each of its letters. Bytes that are no text (Latin-1,
the oldest mouse reports, a paste) end no app that counts access down, and a terminal that takes nothing for a
while (a line that hangs) does not hold it: what it missed is drawn anew once it takes something again.
"""

import asyncio
import os
import select
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump

_LOOK_SECONDS = 0.1
_MOST_WAITING = 20
"""Writes that may wait for the terminal; at 30 Textual would stand still."""
_PATIENCE_SECONDS = 5.0
"""How long an effect is waited for; what takes longer holds no key."""


def draw_whole(app: App[Any]) -> None:
    """Draw every cell again: what the terminal shows is not what it was given."""
    if app._screen_stack:
        screen = app.screen
        full = screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        app._display(screen, full)


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS."""

    def __init__(self, app: App[Any], **given: Any) -> None:
        super().__init__(app, **given)
        self._loop = asyncio.get_running_loop()
        self._keys = KeysInOrder(app)
        self._owes_picture = False
        self._is_leaving = False

    def write(self, data: str) -> None:
        """Write to the terminal, or leave it out while that takes nothing."""
        writer = self._writer_thread
        if writer is None or self._is_leaving or writer._queue.qsize() < _MOST_WAITING:
            super().write(data)
        elif not self._owes_picture:
            self._owes_picture = True
            self._loop.call_later(_LOOK_SECONDS, self._pay)

    def _pay(self) -> None:
        """Draw what was left out, once all that waits has been taken."""
        if self._is_leaving:
            return
        if self._writer_thread is not None and self._writer_thread._queue.qsize():
            self._loop.call_later(_LOOK_SECONDS, self._pay)
        else:
            self._owes_picture = False
            self._app.call_later(draw_whole, self._app)

    def stop_application_mode(self) -> None:
        """Give the terminal back; this must arrive, however long it takes."""
        self._is_leaving = True
        super().stop_application_mode()
        self._is_leaving = False

    def send_message(self, message: Message) -> None:
        """Hand over what was read, from the thread that reads."""
        if isinstance(message, Key | Paste):
            self._loop.call_soon_threadsafe(self._keys.put, message)
        else:
            super().send_message(message)

    def run_input_thread(self) -> None:
        """Pass on what is typed until told to stop, or until the terminal is gone."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = XTermParser(self._debug)
        while not self.exit_event.is_set():
            typed = ""
            if select.select([self.fileno], [], [], _LOOK_SECONDS)[0]:
                if not (piece := self._read()):
                    return
                typed = decode(piece)
            try:
                self._pass_on(parser, typed)
            except Exception:  # noqa: BLE001 - outermost: a sequence that no terminal sends must not end the app
                parser = XTermParser(self._debug)

    def _pass_on(self, parser: XTermParser, typed: str) -> None:
        for event in parser.feed(typed) if typed else ():  # nothing would mean its end
            self.process_message(event)
        for event in parser.tick():
            self.process_message(event)

    def _read(self) -> bytes:
        """Return what was typed; nothing where there is no terminal any more, which ``ending`` sees to."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""


class KeysInOrder:
    """Gives keys to the app, each when the one before is done with.

    Args:
        app: the app, in the present loop.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Key | Paste] = deque()
        self._giving: asyncio.Task[None] | None = None

    def put(self, event: Key | Paste) -> None:
        """Give a key in its turn."""
        self._waiting.append(event)
        if self._giving is None or self._giving.done():
            self._giving = asyncio.create_task(self._give(), name="keys")

    async def _give(self) -> None:
        while self._waiting:
            path = tuple(self._path())
            event = self._waiting.popleft()
            await self._app._post_message(event)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._effect(path)

    def _path(self) -> Iterator[MessagePump]:
        """Yield what a key passes: from the app to where the cursor is, and back while nobody takes it."""
        app = self._app
        yield app
        if app._screen_stack:
            yield from (app.focused or app.screen).ancestors_with_self
        yield app  # where bindings act, and from where a widget is given the cursor

    async def _effect(self, path: tuple[MessagePump, ...]) -> None:
        for pump in (*path, self._app):
            await _turn_of(pump)
        if self._app._screen_stack and self._app.screen not in path:
            await _turn_of(self._app.screen)  # a dialog has been opened: first it finds where its cursor is
            await _turn_of(self._app)


async def _turn_of(pump: MessagePump) -> None:
    """Wait until everything has been dealt with that the pump has been told so far, or until it is gone."""
    done = asyncio.Event()
    if not pump.call_later(done.set):
        return
    waiting = asyncio.create_task(done.wait())
    ends = {waiting} if pump._task is None else {waiting, pump._task}
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
