"""The choice of a template to fill the form in from.

Law: it changes nothing; a template leaves alone what it says nothing about.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from app.commands.catalog import DIALOG, Key
from app.domain.proposal import Proposal, Template
from app.domain.text import clean
from app.ui.keys import bindings
from app.ui.pages import Dialog
from app.ui.sheets import sheet
from app.ui.widgets.lines import Chooser, Line

_EMPTY = "(nothing but the namespace)"


def filled(typed: Proposal, template: Proposal) -> Proposal:
    """Return what is typed with everything that a template says."""
    said = {item.name: getattr(template, item.name) for item in fields(template)}
    kept = {item.name: getattr(typed, item.name) for item in fields(typed)}
    return Proposal(**kept | {name: value for name, value in said.items() if value})


class Templates(Dialog[Proposal]):
    """One line for each template, and one to begin anew.

    Args:
        templates: from the settings.
        typed: what stands in the form.
    """

    KEYS: ClassVar[tuple[Key, ...]] = DIALOG
    BINDINGS: ClassVar[list[BindingType]] = bindings(DIALOG)
    CSS_PATH = [sheet("dialogs.tcss"), sheet("grant_form.tcss")]  # noqa: RUF012 - Textual types it so

    def __init__(self, templates: Sequence[Template], typed: Proposal) -> None:
        super().__init__()
        self._choices = [(item.name, filled(typed, item.proposal)) for item in templates]
        self._choices.append((_EMPTY, Proposal(context=typed.context, namespace=typed.namespace)))
        self._templates = tuple(templates)

    def compose(self) -> ComposeResult:
        """Title, lines, and where templates come from where there are none."""
        with Vertical(classes="dialog"):
            yield Static(Content("Fill the form in from a template"), classes="dialog-title -title")
            yield Chooser(id="templates")
            if not self._templates:
                yield Static(
                    Content("Templates are [templates.NAME] tables of the settings file."), classes="-quiet"
                )

    def on_mount(self) -> None:
        """Begin at the first."""
        super().on_mount()
        chooser = self.query_one(Chooser)
        chooser.show([_line(name, proposal) for name, proposal in self._choices])
        chooser.styles.height = min(len(self._choices), 12)
        chooser.focus()

    def action_submit(self) -> None:
        """Choose the line."""
        self.dismiss(self._choices[self.query_one(Chooser).cursor][1])

    def action_back(self) -> None:
        """Choose none."""
        self.dismiss(None)

    def key_enter(self) -> None:
        """Choose the line."""
        self.action_submit()


def _line(name: str, proposal: Proposal) -> Line:
    if name == _EMPTY:
        return ((f" {name}", "-quiet"),)
    what = f"{proposal.namespace} {proposal.target} ← {proposal.source} {proposal.ports}"
    return ((f" {clean(name)}  ", "-title"), (clean(what), "-quiet"))
