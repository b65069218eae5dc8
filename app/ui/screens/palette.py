"""The choice of a command by its name, after ``:``.

Law: it does nothing itself; its answer is what is to be done.
"""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.widgets import Input, Static

from app.commands.catalog import PALETTE, Key
from app.errors import NetgrantError
from app.ui.cells import QUIET, fit
from app.ui.keys import bindings
from app.ui.pages import Dialog
from app.ui.repertoire import Deed, Entry, Surroundings, entries, matching
from app.ui.sheets import sheet
from app.ui.theme import theme_names
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Chooser, Line

_MOST = 14
_NAME, _KEY = 16, 8


class CommandInput(Input):
    """Enter chooses, and the foot says so."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.choose", "do it")]


class Palette(Dialog[Deed]):
    """What is typed, and the commands that it may mean.

    Args:
        keys: of the screen behind.
    """

    KEYS: ClassVar[tuple[Key, ...]] = PALETTE
    BINDINGS: ClassVar[list[BindingType]] = bindings(PALETTE)
    CSS_PATH = [sheet("around.tcss")]  # noqa: RUF012 - Textual types it so
    AUTO_FOCUS = "CommandInput"

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__()
        self._keys = tuple(keys)
        self._contexts: tuple[str, ...] = ()
        self._entries: list[Entry] = []
        self._meant: list[Entry] = []

    def compose(self) -> ComposeResult:
        """The line, what it may mean, the keys."""
        with Vertical(id="palette"):
            with Horizontal(id="palette-line"):
                yield Static(Content(":"), id="palette-sign")
                yield CommandInput(
                    placeholder="a command, or letters of one", compact=True, select_on_focus=False
                )
            yield Chooser()
            yield KeyLine()

    def on_mount(self) -> None:
        """List everything, and the contexts once they are known."""
        super().on_mount()
        self.query_one(Chooser).can_focus = False
        self._gather()
        self.run_worker(self._load(), exit_on_error=False)

    async def _load(self) -> None:
        try:
            found = await self.net.backend.contexts()
        except NetgrantError:
            return  # the contexts screen says why; everything else can be chosen all the same
        self._contexts = tuple(item.name for item in found)
        self._gather()

    def _gather(self) -> None:
        spaces = {name for cluster in self.net.feed.clusters for name in cluster.inventory.namespaces}
        around = Surroundings(
            self._contexts,
            tuple(sorted(spaces)),
            theme_names(self.net),
            read_only=self.net.backend.preferences.read_only,
        )
        self._entries = entries(self._keys, around)
        self._list()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._list()

    def on_resize(self, _: Resize) -> None:
        """Draw the columns anew."""
        self._list()

    def _list(self) -> None:
        chooser = self.query_one(Chooser)
        self._meant = matching(self._entries, self.query_one(CommandInput).value)
        lines = [_line(entry) for entry in self._meant]
        if lines:
            chooser.show(lines)
        else:
            chooser.say([(("  no command is like that", QUIET),)])
        chooser.styles.height = max(1, min(len(lines), _MOST))
        chooser.choose(0)

    @property
    def _chosen(self) -> Entry | None:
        number = self.query_one(Chooser).cursor
        return self._meant[number] if number < len(self._meant) else None

    def action_move(self, step: int) -> None:
        """Go to another command."""
        self.query_one(Chooser).action_line(step)

    def action_complete(self) -> None:
        """Write the command out."""
        if (chosen := self._chosen) is not None:
            line = self.query_one(CommandInput)
            line.value = chosen.name
            line.cursor_position = len(chosen.name)

    def on_click(self, event: Click) -> None:
        """Choose the command that is clicked."""
        if event.widget is self.query_one(Chooser):
            self.action_choose()

    def action_choose(self) -> None:
        """Give the command as the answer; one that is off says why."""
        chosen = self._chosen
        if chosen is None:
            return
        if chosen.off:
            self.net.say(f"{chosen.name} is {chosen.off}", "warning")
        else:
            self.dismiss(chosen.deed)

    def action_back(self) -> None:
        """Give none."""
        self.dismiss(None)


def _line(entry: Entry) -> Line:
    if entry.off:
        return ((f"{fit(entry.name, _NAME)}  {fit(entry.key, _KEY)}  {entry.off}; {entry.help}", QUIET),)
    name = entry.name if len(entry.name) > _NAME else fit(entry.name, _NAME)
    key = "" if len(entry.name) > _NAME + _KEY else fit(entry.key, max(0, _KEY + _NAME - len(name)))
    return ((f"{name}  ", "-own"), (f"{key}  ", QUIET), (entry.help, ""))
