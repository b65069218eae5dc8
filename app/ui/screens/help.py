"""The help screen: every key by screen, and what the signs of the table mean."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from app.commands.catalog import HELP, SCREENS, Key
from app.ui.cells import TOKENS
from app.ui.help_lines import help_lines, sections
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.sheets import sheet
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Lines


class HelpLines(Lines):
    """Lines that may look like the states of grants."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TOKENS.values())


class Help(Page):
    """Lines to scroll.

    Args:
        about: the keys of the screen that it is opened from, which come first.
    """

    KEYS: ClassVar[tuple[Key, ...]] = HELP
    BINDINGS: ClassVar[list[BindingType]] = bindings(HELP)
    CSS_PATH = [sheet("around.tcss")]  # noqa: RUF012 - Textual types it so
    AUTO_FOCUS = "HelpLines"

    def __init__(self, about: Iterable[Key]) -> None:
        super().__init__()
        self._about = tuple(about)

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        yield Static(Content("netgrant: keys and signs"), classes="page-title -title")
        yield HelpLines()
        yield KeyLine()

    def on_resize(self, event: Resize) -> None:
        """Wrap to the width there is."""
        read_only = self.net.backend.preferences.read_only
        found = sections(SCREENS, self._about, read_only=read_only)
        self.query_one(HelpLines).show(help_lines(found, event.size.width - 3))

    def action_back(self) -> None:
        """Close."""
        self.dismiss()
