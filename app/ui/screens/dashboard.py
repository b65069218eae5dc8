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
        yield Detail(self.net.backend.log, id="detail")
        yield Footer()

    def show_view(self, view: View) -> None:
        """Show what has changed."""
        table, detail = self.query_one(GrantTable), self.query_one(Detail)
        table.show(tuple(view.rows()), view.now)
        detail.show_view(view)

    def on_grant_table_looked(self, event: GrantTable.Looked) -> None:
        """Look at the grant that the cursor came to."""
        self.query_one(Detail).look_at(event.shown, self.net.feed.view)

    def action_activity(self) -> None:
        """Show pods and events."""
        self.query_one(Detail).open("activity")

    def action_policy(self) -> None:
        """Show the policies."""
        self.query_one(Detail).open("policy")

    def action_record(self) -> None:
        """Show what the registry holds."""
        self.query_one(Detail).open("record")

    def action_pause(self) -> None:
        """Hold the stream of events, or let it go on."""
        self.query_one(Detail).pause()

    def action_filter_events(self) -> None:
        """Filter the events."""
        self.query_one(Detail).filter_events()

    async def action_quit(self) -> None:
        """Leave."""
        await self.net.action_quit()
