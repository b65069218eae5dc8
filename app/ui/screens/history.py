"""The history screen: who asked for what, when and why, and how it ended; it needs no cluster.

Law: the registry is asked in a worker, and only the newest question counts; nothing here writes to it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from app.commands.catalog import HISTORY, Key
from app.commands.written import as_csv, as_json
from app.domain.copying import of_record
from app.domain.history_query import EXAMPLE, parse_search, told
from app.domain.records import HistoryQuery, HistoryRow
from app.domain.telling import ENTRY_COLUMNS, entry_json, history_line
from app.domain.text import clean
from app.errors import InputError, NetgrantError
from app.ui import routes, saving, sentences
from app.ui.feed import Happened
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.sheets import sheet
from app.ui.widgets.history_lines import history_lines, row_lines
from app.ui.widgets.key_line import KeyLine
from app.ui.widgets.lines import Chooser, Line, Lines, quiet
from app.ui.widgets.record_lines import failure_lines

MOST = 2000
"""Rows that are shown at once: the newest."""
_TYPING_SECONDS = 0.25
_AGAIN_SECONDS = 1.0


class SearchInput(Input):
    """Escape empties it, then leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,down", "leave", show=False)]

    def action_leave(self) -> None:
        """Go to the rows; what is searched for stays."""
        self.screen.query_one("#rows").focus()


class HistoryScreen(Page):
    """Search line, rows newest first, and all there is of the row that is chosen."""

    KEYS: ClassVar[tuple[Key, ...]] = HISTORY
    BINDINGS: ClassVar[list[BindingType]] = bindings(HISTORY)
    CSS_PATH: ClassVar = [sheet("history.tcss")]
    AUTO_FOCUS = "#rows"

    def __init__(self) -> None:
        super().__init__()
        self._query = HistoryQuery(limit=MOST + 1)
        self._rows: tuple[HistoryRow, ...] = ()
        self._waiting: Timer | None = None
        self.is_settled = False
        """Whether what is shown answers what is asked."""

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield Static(id="history-head")
        with Horizontal(id="search-line"):
            yield Static(Content("/"), id="search-sign")
            yield SearchInput(placeholder=EXAMPLE, compact=True, select_on_focus=False, id="search")
        wrong = Static(id="search-wrong", classes="-bad")
        wrong.display = False
        yield wrong
        yield Chooser(id="rows")
        yield Lines(id="row")
        yield KeyLine()

    def on_mount(self) -> None:
        """Ask for the newest rows."""
        self.net.feed.happenings.subscribe(self, self._note)
        self._ask(0)

    def _note(self, happened: tuple[Happened, ...]) -> None:
        """Something became of a grant, so there may be new rows."""
        if self._waiting is None:
            self._ask(_AGAIN_SECONDS)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search once typing rests."""
        event.stop()
        self._ask(_TYPING_SECONDS)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search at once, and go to the rows."""
        event.stop()
        self._ask(0)
        self.query_one("#rows").focus()

    def _ask(self, seconds: float) -> None:
        self.is_settled = False
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if seconds:
            self._waiting = self.set_timer(seconds, self._search)
        else:
            self._search()

    def _search(self) -> None:
        """Read the search line and ask the registry; a term that means nothing is said, and nothing asked."""
        self._waiting = None
        try:
            self._query = parse_search(self.query_one("#search", Input).value, self.net.backend.clock.now())
        except InputError as error:
            self._complain(error)
            self.is_settled = True
            return
        self._query = replace(self._query, limit=MOST + 1)
        self.run_worker(self._load(self._query), group="history", exclusive=True, exit_on_error=False)

    def _complain(self, error: NetgrantError | None) -> None:
        wrong = self.query_one("#search-wrong", Static)
        wrong.display = error is not None
        wrong.update(Content("" if error is None else f"✗ {clean(sentences.told(error))}"))

    async def _load(self, query: HistoryQuery) -> None:
        try:
            found = await self.net.backend.log.search(query)
        except InputError as error:  # a piece of an id that fits several grants
            self._complain(error)
        except NetgrantError as error:
            self._show((), failure_lines(error), "History: the registry cannot be read")
        else:
            newest = found[-MOST:][::-1]
            lines = await asyncio.to_thread(history_lines, newest)
            self._show(newest, lines or [quiet(self._why_empty())], self._head(len(found)))
            self._complain(None)
        self.is_settled = True

    def _why_empty(self) -> str:
        asked = told(self._query)
        return (
            f"Nothing is found for  {asked}"
            if asked
            else "The registry holds nothing yet: nobody asked for a grant."
        )

    def _head(self, found: int) -> str:
        count = "1 row" if found == 1 else f"{found} rows"
        if found > MOST:
            count = f"the newest {MOST} rows; older ones: narrow the search (/)"
        return " · ".join(filter(None, ("History, UTC, newest first", count, told(self._query))))

    def _show(self, rows: Sequence[HistoryRow], lines: Sequence[Line], head: str) -> None:
        """Show an answer; the cursor stays with its row where that is among them."""
        chooser = self.query_one(Chooser)
        before = self.current
        seqs = [row.item.seq for row in rows]
        self._rows = tuple(rows)
        chooser.show(lines) if rows else chooser.say(lines)
        stays = before is not None and chooser.cursor > 0 and before.item.seq in seqs
        chooser.choose(seqs.index(before.item.seq) if before is not None and stays else 0)
        self.query_one("#history-head", Static).update(Content(head))
        self._show_row()

    @property
    def current(self) -> HistoryRow | None:
        """Return the row that is chosen."""
        at = self.query_one(Chooser).cursor
        return self._rows[at] if at < len(self._rows) else None

    def on_chooser_moved(self, event: Chooser.Moved) -> None:
        """Show all there is of the row."""
        event.stop()
        self._show_row()

    def _show_row(self) -> None:
        lines = self.query_one("#row", Lines)
        lines.display = self.current is not None
        lines.show(row_lines(self.current))
        lines.scroll_home(animate=False, immediate=True)

    def action_filter(self) -> None:
        """Type what to search for."""
        self.query_one("#search").focus()

    async def action_again(self) -> None:
        """Open the form filled in from the grant of the row."""
        row = self.current
        if row is None or row.record is None:
            self.net.say("The registry does not know what this row's grant opened", "warning")
            return
        try:
            proposal = of_record(row.record)
        except InputError as error:
            self.net.complain(error)
            return
        await routes.grant(self, proposal)

    def action_export(self, form: str) -> None:
        """Write the rows that are shown to a file."""
        if not self._rows:
            self.net.say("There is nothing to write", "warning")
            return
        self.run_worker(self._export(form, self._rows), group="export", exit_on_error=False)

    async def _export(self, form: str, rows: Sequence[HistoryRow]) -> None:
        name = saving.file_name("history", self.net.backend.clock.now(), form)
        try:
            text = await asyncio.to_thread(_written, form, rows)
            path = await saving.hand_over(self.app, text, name)
        except NetgrantError as error:
            self.net.complain(error)
        else:
            self.net.say(f"{len(rows)} rows written to {path}")

    def action_copy(self) -> None:
        """Copy the row."""
        if self.current is not None:
            self.net.copy_to_clipboard(history_line(self.current.item))
            self.net.say("Copied the row")

    async def action_help(self) -> None:
        """Show all keys."""
        await routes.show_help(self)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


def _written(form: str, rows: Sequence[HistoryRow]) -> str:
    """Return rows as ``netgrant history`` prints them, oldest first."""
    told_rows = [entry_json(row.item) for row in reversed(rows)]
    return as_json(told_rows) if form == "json" else as_csv(ENTRY_COLUMNS, told_rows)
