"""The dashboard: what is open, for how long, and who will close it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer

from app.commands.catalog import DASHBOARD, Key
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.view import View
from app.ui.widgets.detail import Detail
from app.ui.widgets.grant_table import GrantTable


class Dashboard(Page):
    """Header, table, details."""

    KEYS: ClassVar[tuple[Key, ...]] = DASHBOARD
    BINDINGS: ClassVar[list[BindingType]] = bindings(DASHBOARD)

    def compose(self) -> ComposeResult:
        """Table above, details below."""
        yield GrantTable()
        yield Detail(id="detail")
        yield Footer()

    def show_view(self, view: View) -> None:
        """Show what has changed."""
        self.query_one(GrantTable).show(tuple(view.rows()), view.now)

    async def action_quit(self) -> None:
        """Leave."""
        await self.net.action_quit()
