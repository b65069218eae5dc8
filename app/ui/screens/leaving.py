"""The two questions on the way out: about writes that are under way, and grants that only this terminal ends.

Law: they change nothing. What is shown is looked at anew while it is open; Enter and Esc alone mean to stay.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from app.commands.catalog import LEAVING, WAITING, Key
from app.domain.text import clean
from app.ui.asking import Asking
from app.ui.keys import bindings
from app.ui.telling import access, grants, left_told, said
from app.ui.view import Shown, View
from app.ui.widgets.about import About
from app.ui.widgets.lines import Line

PATIENCE_SECONDS = 10.0
"""How long whoever quits waits for writes."""
_LOOK_SECONDS = 0.1


class Answer(StrEnum):
    """What to do with the grants that only this terminal would end; None is to stay."""

    REVOKE = "revoke"
    LEAVE = "leave"


class Leaving(Asking[Answer]):
    """Which grants rest on this terminal, and what is to become of them.

    Args:
        chosen: the grants, one or more.
    """

    KEYS: ClassVar[tuple[Key, ...]] = LEAVING
    BINDINGS: ClassVar[list[BindingType]] = bindings(LEAVING)
    BACK = "Stay"

    def __init__(self, chosen: tuple[Shown, ...]) -> None:
        super().__init__(_question(len(chosen)), "Revoke now")
        self._chosen = chosen
        self._about = About()
        self._leave = Button(Content("[ Leave anyway ]"), id="leave", compact=True)

    def compose_body(self) -> Iterable[Widget]:
        """Yield the grants, and what leaving means."""
        yield self._about
        yield Static(
            Content(
                "Nothing in the cluster ends this at its deadline. Leave anyway, and it stays open until "
                "netgrant runs on this cluster again."
            ),
            classes="dialog-sentence",
        )

    async def on_mount(self) -> None:  # type: ignore[override] # Textual takes either
        """Begin where Enter changes nothing."""
        await self.query_one(".dialog-buttons", Horizontal).mount(self._leave, after=self._back)
        self.show_keys("r revoke   l leave   Esc stay")
        self._back.focus()

    def show_view(self, view: View) -> None:
        """Look again: what has ended needs no answer."""
        named = len(view.clusters) > 1
        self._about.show([line for shown in self._chosen for line in _lines(shown, view, named=named)])

    def action_revoke(self) -> None:
        """Revoke them, and leave."""
        self.dismiss(Answer.REVOKE)

    def action_leave(self) -> None:
        """Leave them as they are."""
        self.dismiss(Answer.LEAVE)

    def do(self) -> None:
        """Revoke: the button was chosen."""
        self.action_revoke()

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """A button."""
        if message.button is self._leave:
            message.stop()
            message.prevent_default()  # which is to go back
            self.action_leave()


class Waiting(Asking[bool]):
    """What is under way; closes by itself, with True once there is nothing to wait for any more."""

    KEYS: ClassVar[tuple[Key, ...]] = WAITING
    BINDINGS: ClassVar[list[BindingType]] = bindings(WAITING)
    BACK = "Stay"

    def __init__(self) -> None:
        super().__init__("Leaving once this has ended", "Leave now")
        self._writes = Static(classes="dialog-sentence")
        self._errors = 0

    def compose_body(self) -> Iterable[Widget]:
        """Yield what is waited for, and what leaving at once means."""
        yield self._writes
        yield Static(
            Content(
                f"At most {PATIENCE_SECONDS:.0f} seconds. Leave now, and it may or may not have happened: "
                "the registry knows what was begun, and the next start of netgrant finds out and finishes it."
            ),
            classes="dialog-sentence",
        )

    def on_mount(self) -> None:
        """Look until there is nothing to wait for."""
        self._errors = self.net.errors_told
        self.show_keys("l leave now   Esc stay")
        self._back.focus()
        self.set_interval(_LOOK_SECONDS, self._look)
        self.set_timer(PATIENCE_SECONDS, self.action_leave)

    def show_view(self, view: View) -> None:
        """Show what is left."""
        del view
        self._writes.update(Content(clean("; ".join(self.net.runner.under_way)) + " …"))

    def _look(self) -> None:
        if not self.net.runner.under_way:
            self.net.call_later(self._end)  # after what is told of it, which goes the same way

    def _end(self) -> None:
        """Leave if all went well; what did not must be read."""
        if not self.net.runner.under_way:
            self.dismiss(True if self.net.errors_told == self._errors else None)

    def action_leave(self) -> None:
        """Wait no longer."""
        self.dismiss(True)

    def do(self) -> None:
        """Wait no longer: the button was chosen."""
        self.action_leave()


def _question(count: int) -> str:
    rest, it = ("rests", "it") if count == 1 else ("rest", "them")
    return f"{grants(count)} {rest} on this terminal alone: what is to become of {it}?"


def _lines(shown: Shown, view: View, *, named: bool) -> list[Line]:
    """Return one grant: what it opens, what is left of it, and who asked; where several are, its cluster."""
    found = view.find(shown.key)
    row = (found or shown).row
    cluster = f"{clean(shown.cluster.name)}  " if named else ""
    what = f"{cluster}{', '.join(row.namespaces)}  {access(row)}"
    if found is None:
        return [((what, ""), ("   has ended", "-quiet"))]
    left = found.left(view.now)
    told = "" if left is None else f"   {left_told(left)}"
    return [((what, ""), (told, "-quiet")), ((f"  {said(row)}", "-quiet"),)]
