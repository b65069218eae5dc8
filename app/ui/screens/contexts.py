"""The choice of clusters: the kubeconfig's contexts, which of them are shown, and how far we are with each.

Law: what is shown is changed through the feed alone; no cluster is asked anything here.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from app.commands.catalog import CONTEXTS, Key
from app.domain.text import clean
from app.errors import NetgrantError
from app.ui import routes
from app.ui.backend import ContextChoice
from app.ui.candidates import Candidate, about, candidate_lines, candidates, head
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.sentences import told
from app.ui.sheets import sheet
from app.ui.view import View
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Chooser, text_of


class Contexts(Page):
    """Title, one line a cluster, and a sentence about the one that the cursor stands on."""

    KEYS: ClassVar[tuple[Key, ...]] = CONTEXTS
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS)
    CSS_PATH = [sheet("around.tcss")]  # noqa: RUF012 - Textual types it so
    AUTO_FOCUS = "Chooser"

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[ContextChoice, ...] = ()
        self._found: list[Candidate] = []
        self._trouble = ""

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield Static(Content("Which clusters are shown"), classes="page-title -title")
        yield Static(classes="page-head")
        yield Chooser()
        yield Static(classes="page-foot")
        yield KeyLine()

    def on_mount(self) -> None:
        """Ask the kubeconfig."""
        super().on_mount()
        self.run_worker(self._load(), exit_on_error=False)

    async def _load(self) -> None:
        try:
            self._choices = await self.net.backend.contexts()
        except NetgrantError as error:
            self._trouble = told(error)
        self._redraw()
        shown = [number for number, item in enumerate(self._found) if item.cluster is not None]
        self.query_one(Chooser).choose(shown[0] if shown else 0)

    def show_view(self, view: View) -> None:
        """Show how far we are with each."""
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        """Give the columns other widths."""
        self._redraw()

    def on_chooser_moved(self, event: Chooser.Moved) -> None:
        """Tell about another cluster."""
        event.stop()
        self._tell()

    def _redraw(self) -> None:
        self._found = candidates(self._choices, self.net.feed.clusters)
        width = self.size.width - 3
        self.query_one(".page-head", Static).update(Content(text_of(head(self._found, width))))
        self.query_one(Chooser).show(candidate_lines(self._found, width))
        self._tell()

    def _tell(self) -> None:
        chosen = self._chosen
        texts = (self._trouble, about(chosen) if chosen else "")
        self.query_one(".page-foot", Static).update(Content(clean(" ".join(filter(None, texts)))))

    @property
    def _chosen(self) -> Candidate | None:
        number = self.query_one(Chooser).cursor
        return self._found[number] if number < len(self._found) else None

    def action_only(self) -> None:
        """Show this cluster alone, and go where it is shown."""
        if (chosen := self._chosen) is not None:
            self.net.feed.show((chosen.wanted,))
            self.dismiss()

    def action_beside(self) -> None:
        """Show this cluster beside the others, or no more; one always is."""
        if (chosen := self._chosen) is None:
            return
        others = [cluster.wanted for cluster in self.net.feed.clusters if cluster is not chosen.cluster]
        if chosen.cluster is not None and not others:
            self.net.say("One cluster is always shown; Enter on another shows that one instead", "warning")
            return
        self.net.feed.show(others if chosen.cluster else (*others, chosen.wanted))
        self._redraw()

    def action_reconnect(self) -> None:
        """Connect to the cluster again."""
        if (chosen := self._chosen) is not None and chosen.cluster is not None:
            self.net.feed.retry(chosen.cluster)

    async def action_demo(self) -> None:
        """Start the embedded cluster and show it alone."""
        await routes.demo(self)

    async def action_help(self) -> None:
        """Show all keys."""
        await routes.show_help(self)

    def action_back(self) -> None:
        """Close."""
        self.dismiss()
