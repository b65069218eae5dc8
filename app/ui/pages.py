"""What every screen and dialog of netgrant shares: the app, the feed, and what read-only mode leaves out.

Law: a dialog is a function of the screen stack: it takes values, gives one back, and changes nothing itself.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.actions import SkipAction
from textual.await_complete import AwaitComplete
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget

from app.commands.catalog import Key
from app.live.cluster import LiveCluster
from app.ui.keys import writing_actions
from app.ui.view import RowKey, View

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

T = TypeVar("T")


class _Keyed(Screen[ScreenResultType]):
    """A screen whose keys stand in the catalog."""

    KEYS: ClassVar[tuple[Key, ...]] = ()

    @property
    def net(self) -> "NetgrantApp":
        """Return the app, as what it is."""
        return cast("NetgrantApp", self.app)

    def on_mount(self) -> None:
        """Hear of every change from now on, and of the present state."""
        self.net.feed.views.subscribe(self, self.show_view)
        self.show_view(self.net.feed.view)

    def show_view(self, view: View) -> None:
        """Show what has changed; called ten times a second at most, and each second."""

    def action_copy_text(self) -> None:
        """Copy what is selected; where nothing is, say how to leave, in front of a page too."""
        try:
            super().action_copy_text()
        except SkipAction:
            self.net.action_help_quit()

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """Return what stands there, but nothing that is gone and only still drawn.

        Textual asks what is pressed for its container, and would end on a message just taken off.
        """
        found, offset = super().get_widget_and_offset_at(x, y)
        is_here = found is self or (found is not None and found.parent is not None)
        return (found, offset) if is_here else (None, None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what writes where nothing may be written."""
        if self.net.backend.preferences.read_only and action in writing_actions(self.KEYS):
            return False
        return super().check_action(action, parameters)


class Page(_Keyed[None]):
    """A whole screen."""

    def note_done(self, keys: Iterable[RowKey]) -> None:
        """Take notice that what was asked for these grants is done: marks on them have served."""

    def narrow(self, text: str) -> None:
        """Filter what is listed, as if the text had been typed; a page that lists nothing does nothing."""

    def note_made(self, cluster: LiveCluster, grant_id: str) -> None:
        """Take notice that a grant was made from here: it may not be listed yet."""


class Dialog(_Keyed[T], ModalScreen[T], Generic[T]):
    """A screen in front of another that gives a value back; None is "nothing is to be done"."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with a value, once: a second Enter that was on its way would close the screen behind."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
