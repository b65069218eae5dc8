"""The Textual app: sheets, theme, the feed, and the way from one screen to another."""

from typing import ClassVar

from textual.notifications import SeverityLevel

from app.domain.proposal import Proposal
from app.domain.text import clean_block
from app.errors import NetgrantError
from app.ui.alerting import Alerting
from app.ui.backend import Backend
from app.ui.feed import Feed
from app.ui.keeper import Keeper
from app.ui.pages import Dialog
from app.ui.process import ProcessApp
from app.ui.runner import Runner
from app.ui.sentences import told
from app.ui.sheets import sheet
from app.ui.theme import choose_theme

CLOSING_SECONDS = 10.0
"""How long whoever quits waits for writes; what has not ended then is found out at the next start."""

LONGEST_SAID = 600
"""Characters of a sentence that is shown for a moment."""


class NetgrantApp(ProcessApp):
    """What opens when netgrant is run without a command.

    Args:
        backend: clusters, registry and clock.
    """

    TITLE = "netgrant"
    CSS_PATH: ClassVar = [sheet("tokens.tcss"), sheet("dashboard.tcss"), sheet("detail.tcss")]
    ENABLE_COMMAND_PALETTE = False  # ours is opened by ``:`` and has the catalog's verbs

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.feed = Feed(self)
        self.runner = Runner(self)
        self.draft: Proposal | None = None
        """What was typed into the form for a new grant and not granted."""
        self.alerting = Alerting(self)
        self.keeper = Keeper(self)
        self.errors_told = 0
        """How often something was told that went wrong: whoever waits to leave then stays."""

    def on_mount(self) -> None:
        """Show the dashboard at once, and begin to follow behind it."""
        from app.ui.screens.dashboard import Dashboard

        choose_theme(self, self.backend.preferences.theme)
        self.feed.prepare(self.backend.preferences.contexts)
        self.push_screen(Dashboard())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.alerting.start()
        self.keeper.start()
        self.feed.start()
        self.feed.show(self.backend.preferences.contexts)

    def say(
        self, text: str, severity: SeverityLevel = "information", *, seconds: float | None = None
    ) -> None:
        """Show a sentence for a moment; whatever stands in it is shown as it is."""
        self.errors_told += severity == "error"
        shown = text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"  # else it covers the screen
        self.notify(clean_block(shown), severity=severity, timeout=seconds, markup=False)

    def complain(self, error: NetgrantError) -> None:
        """Show what went wrong and what to do."""
        self.say(told(error), "error", seconds=15)

    async def action_quit(self) -> None:
        """Leave, after asking where that would leave something undone."""
        from app.ui.leaving import leave

        leave(self)

    def action_help_quit(self) -> None:
        """Say how to leave: by habit this key is pressed for it, and to copy."""
        is_form = isinstance(self.screen, Dialog)
        self.say("Esc closes this, then q quits" if is_form else "Press q to quit")

    async def on_unmount(self) -> None:
        """Let go of clusters and registry, once what was begun has ended."""
        await self.runner.wait(CLOSING_SECONDS)
        await self.feed.stop()
        await self.backend.close()
