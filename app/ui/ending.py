"""Run the app on the terminal, and end it within a second when the system says so.

Law: signals are heard by Python's handlers and not by the loop's: the loop may be what is stuck, waiting to
draw on a terminal that is gone. Whatever hangs, the terminal is left as it was found.
"""

import asyncio
import os
import select
import signal
import sys
import termios
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from app.ui.signals import heeded

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

INTERRUPTED = 130
"""The exit code."""
_GRACE_SECONDS = 0.8
"""For a write under way; what it has not done by then the next start finds out, as after a crash."""
_LOOK_SECONDS = 1.0
_MAIN_SCREEN = b"\x1b[?1049l\x1b[?25h"
_RESTORE = (
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?7h"
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
)
"""Keyboard protocol, alternate screen, cursor, focus, paste, size, wrapping, mouse: as a shell has them."""


def run(app: "NetgrantApp") -> int:
    """Run the app until it is left or told to end; return the exit code.

    Raises:
        Exception: the fault that ended it; its terminal is a shell's again.
    """

    async def whole() -> int | None:
        ending = Ending(app)
        ending.listen()
        code = await app.run_async()
        return INTERRUPTED if ending.is_told else code

    code = asyncio.run(whole())
    if code == INTERRUPTED:
        _write(_MAIN_SCREEN)  # told early, Textual has not begun, and does not take back what was drawn first
    if app.fault is not None and code != INTERRUPTED:
        raise app.fault
    return code or app.return_code or 0


class Ending:
    """What becomes of an app when its process is told to end, or loses its terminal.

    Args:
        app: the app, about to run in the present loop.
    """

    def __init__(self, app: "NetgrantApp") -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()
        self._told = Event()
        self._before = _attributes()

    @property
    def is_told(self) -> bool:
        """Tell whether the process was told to end."""
        return self._told.is_set()

    def listen(self) -> None:
        """End when told to from now on.

        Where SIGHUP is ignored, and for a process that is not in its terminal's foreground, nothing says that
        the terminal is gone, so it is looked at, too: reading from it would return at once and for ever.
        """
        for number in heeded():
            signal.signal(number, self._heard)
        Thread(target=self._watch, name="ending", daemon=True).start()

    def _heard(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        """Leave as soon as what was begun has ended, and in any case soon."""
        if not self._told.is_set():
            self._told.set()
            with suppress(RuntimeError):  # the loop has ended, and with it the app
                self._loop.call_soon_threadsafe(self._app.exit, INTERRUPTED)

    def _watch(self) -> None:
        while not self._told.wait(_LOOK_SECONDS):
            if self._before is not None and _attributes() is None:
                self._end()
        Event().wait(_GRACE_SECONDS)
        if self._before is not None:
            _restore(self._before)
        os._exit(INTERRUPTED)


def _attributes() -> list[Any] | None:
    """Return how the terminal is set; None where there is none, or none any more."""
    try:
        return termios.tcgetattr(sys.__stdin__.fileno()) if sys.__stdin__ is not None else None
    except (termios.error, ValueError, OSError):
        return None


def _restore(attributes: list[Any]) -> None:
    """Give the terminal back."""
    with suppress(termios.error, ValueError, OSError):
        assert sys.__stdin__ is not None
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)
    _write(_RESTORE)


def _write(text: bytes) -> None:
    """Write to the terminal; one that takes nothing any more is not waited for."""
    with suppress(ValueError, OSError):
        screen = sys.__stderr__.fileno() if sys.__stderr__ is not None else -1
        if os.isatty(screen) and select.select([], [screen], [], 0)[1]:
            os.write(screen, text)
