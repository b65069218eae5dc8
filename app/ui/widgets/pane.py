"""What the content of each tab of the detail pane has in common.

Law: a pane is made when its tab is first opened, and is given values; it asks for nothing by itself.
"""

from dataclasses import dataclass, field

from textual.containers import Container

from app.live.own_words import Diary
from app.ports import GrantLog
from app.ui.view import Shown, View


@dataclass(frozen=True, slots=True)
class Means:
    """What panes are made with."""

    log: GrantLog
    """The registry; asked when a tab that shows something of it is in front."""
    diary: Diary = field(default_factory=Diary)


class Pane(Container):
    """The content of one tab, about one grant."""

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or none; called when the cursor has come to rest, or the grant has changed."""

    def show_view(self, view: View) -> None:
        """Bring what is shown up to date; called ten times a second at most, and each second."""

    def copyable(self) -> str:
        """Return what is worth having on the clipboard; empty where nothing is."""
        return ""

    def pause(self) -> None:
        """Hold what flows, or let it go on."""

    def ask(self) -> None:
        """Ask for a text that what is shown must hold."""

    def clear(self) -> bool:
        """Take back what ``ask`` asked for; tell whether there was anything to take back."""
        return False
