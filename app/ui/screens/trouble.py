"""What opens where no cluster can be shown: what failed, why, and what can be done about it.

Law: trying goes on beneath; the screen leaves by itself once there is something to show.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from app.commands.catalog import TROUBLE, Key
from app.commands.key_names import key_name
from app.live.cluster import LiveCluster, Stage
from app.ui import routes
from app.ui.cells import pad
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.sheets import sheet
from app.ui.troubles import Account, account
from app.ui.view import View
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Chooser, Line

_OFFERED = ("retry", "login", "contexts", "demo", "history", "quit")


class Trouble(Page):
    """An account of what failed, and choices.

    Args:
        cluster: the one that cannot be shown.
    """

    KEYS: ClassVar[tuple[Key, ...]] = TROUBLE
    BINDINGS: ClassVar[list[BindingType]] = bindings(TROUBLE)
    CSS_PATH = [sheet("around.tcss")]  # noqa: RUF012 - Textual types it so
    AUTO_FOCUS = "Chooser"

    def __init__(self, cluster: LiveCluster) -> None:
        super().__init__()
        self._cluster = cluster
        self._told: Account | None = None
        self._offered: list[Key] = []

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield Static(classes="page-title -title", id="trouble-title")
        with VerticalScroll(id="trouble", can_focus=False):
            yield Static(classes="-bad", id="trouble-what")
            yield Static(id="trouble-fix")
            yield Static(classes="-quiet", id="trouble-trying")
        yield Chooser()
        yield KeyLine()

    def show_view(self, view: View) -> None:
        """Say how it stands now, or leave."""
        if self.is_over:
            if self.is_current:
                self.dismiss()
            return
        told = account(self._cluster)
        if told == self._told:
            return
        if told.is_trying and self._told is not None:  # what failed last stays readable meanwhile
            told = Account(self._told.title, self._told.what, self._told.fix, True, self._told.may_log_in)
        self._told = told
        self._show(told)

    def on_screen_resume(self) -> None:
        """Leave if meanwhile another cluster was chosen."""
        self.call_after_refresh(self.show_view, self.net.feed.view)

    @property
    def is_over(self) -> bool:
        """Tell whether there is something to show, or something else is looked at."""
        return self._cluster not in self.net.feed.clusters or any(
            cluster.status.stage is Stage.FOLLOWING or cluster.is_synced for cluster in self.net.feed.clusters
        )

    def _show(self, told: Account) -> None:
        for name, text in (("title", told.title), ("what", told.what), ("fix", told.fix)):
            self.query_one(f"#trouble-{name}", Static).update(Content(text))
        trying = "Connecting …" if told.is_trying else "It is tried again by itself every now and then."
        self.query_one("#trouble-trying", Static).update(Content(trying))
        self._offered = [key for key in TROUBLE if key.action in _OFFERED and self._can(key.action)]
        self._offered.sort(
            key=lambda key: key.action != "login"
        )  # what may be asked can only be answered there
        chooser = self.query_one(Chooser)
        lines = [_line(key) for key in self._offered]
        if lines != chooser.lines:
            chooser.show(lines)
            chooser.choose(0)
        self.refresh_bindings()

    def _can(self, action: str) -> bool:
        return action != "login" or (self._told is not None and self._told.may_log_in)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out logging in where nothing could ask."""
        return self._can(action) and super().check_action(action, parameters)

    async def action_choose(self) -> None:
        """Do what the cursor stands on."""
        await self.run_action(self._offered[self.query_one(Chooser).cursor].action)

    def action_retry(self) -> None:
        """Connect at once."""
        self.net.feed.retry(self._cluster)

    def action_login(self) -> None:
        """Connect with the terminal free for a question."""
        from app.ui.lending import log_in

        work = log_in(self.net, self._cluster)  # it outlives this screen, which closes once there is a link
        self.app.run_worker(work, group="login", exclusive=True, exit_on_error=False)

    async def action_contexts(self) -> None:
        """Choose another cluster."""
        await routes.contexts(self)

    async def action_demo(self) -> None:
        """Show the embedded cluster."""
        await routes.demo(self)

    async def action_history(self) -> None:
        """Search the registry."""
        await routes.history(self)

    async def action_help(self) -> None:
        """Show all keys."""
        await routes.show_help(self)

    def action_back(self) -> None:
        """Look at the dashboard."""
        self.dismiss()

    async def action_quit(self) -> None:
        """Leave."""
        await routes.leave(self)


def _line(key: Key) -> Line:
    return ((f" {pad(key_name(key.keys.split(',')[0]), 7)}", "-own"), (key.help, ""))
