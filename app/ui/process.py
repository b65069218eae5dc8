"""What a Textual app is as a process among others: a fault is one line, and ctrl+z goes to the shell.

Law: Textual's traceback shows every local value, credentials too; it is never drawn.
"""

from functools import partial
from typing import ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Resize
from textual.timer import Timer

from app.commands.catalog import ANYWHERE
from app.errors import NetgrantError
from app.ui.keyboard import TerminalDriver, draw_whole
from app.ui.keys import bindings

_REST_SECONDS = 0.1


class ProcessApp(App[int]):
    """An app whose end can be told in a line by whoever ran it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ANYWHERE, priority=True)

    _redraw: Timer | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return our own driver where Textual would take its own for this terminal."""
        found = super().get_driver_class()
        return TerminalDriver if issubclass(TerminalDriver, found) else found

    async def _on_resize(self, event: Resize) -> None:
        """Draw all anew once the size rests, even if it is the same again: a terminal forgets meanwhile."""
        await super()._on_resize(event)
        if self._redraw is not None:
            self._redraw.stop()
        self._redraw = self.set_timer(_REST_SECONDS, partial(draw_whole, self))

    @property
    def fault(self) -> Exception | None:
        """Return what ended the app unexpectedly; None if nothing did."""
        return self._exception

    def _fatal_error(self) -> None:
        """Leave after what ``fault`` says."""
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """Leave; what Textual's own threads would show is that the keyboard cannot be read."""
        if self._exception is None:
            self._handle_exception(NetgrantError("the keyboard cannot be read any more"))
        else:
            self._fatal_error()
