"""The Textual application: a placeholder until the dashboard lands; it says what works today."""

from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from app.commands.catalog import VERBS


def sheet(name: str) -> Path:
    """Return the path of a style sheet: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "styles" / name
    return inside if inside.exists() else package.parent / "styles" / name


class NetgrantApp(App[None]):
    """What opens when netgrant is run without a command."""

    TITLE = "netgrant"
    CSS_PATH: ClassVar = [sheet("tokens.tcss"), sheet("placeholder.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "quit", "quit", id="quit", tooltip="Leave netgrant"),
    ]

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Show the verbs that work on the command line."""
        verbs = "\n".join(f"  netgrant {item.name:<11} {item.summary}" for item in VERBS)
        with VerticalScroll(id="page"):
            yield Static(Content("netgrant"), id="title", classes="-active")
            if self._hint:
                yield Static(Content(self._hint), id="hint")
            yield Static(Content("The dashboard is not here yet. All of this works today:"), id="lead")
            yield Static(Content(verbs), id="verbs", classes="-quiet")
        yield Footer()
