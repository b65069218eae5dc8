"""The tab with what the registry holds of a grant: its record, and each row of its life."""

from textual.app import ComposeResult

from app.domain.records import HistoryQuery
from app.errors import NetgrantError
from app.ui.view import Shown, View
from app.ui.widgets.lines import Lines, quiet
from app.ui.widgets.pane import Means, Pane
from app.ui.widgets.record_lines import entry_line, failure_lines, record_lines, unknown_lines

_MOST = 500
"""Rows of one grant; more are netgrant's own doing only if somebody extends it every minute."""


class Record(Pane):
    """Read anew whenever the grant has changed."""

    def __init__(self, means: Means) -> None:
        super().__init__()
        self._log = means.log
        self._shown: Shown | None = None

    def compose(self) -> ComposeResult:
        """One list of lines."""
        yield Lines(id="record")

    def on_mount(self) -> None:
        """Read what was asked for before there was anything to draw on."""
        self._begin()

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or another state of it."""
        is_other = (self._shown and self._shown.key) != (shown and shown.key)
        self._shown = shown
        if self.children:
            if is_other:
                self.query_one(Lines).show([quiet("… reading")])
                self.query_one(Lines).scroll_home(animate=False, immediate=True)
            self._begin()

    def _begin(self) -> None:
        if self._shown is None:
            self.query_one(Lines).show([quiet("No grant is chosen.")])
        else:
            self.run_worker(self._read(self._shown), group="record", exclusive=True, exit_on_error=False)

    async def _read(self, shown: Shown) -> None:
        try:
            record = await self._log.grant(shown.row.id)
            rows = await self._log.history(HistoryQuery(grant_id=shown.row.id, limit=_MOST + 1))
        except NetgrantError as error:
            self.query_one(Lines).show(failure_lines(error))
            return
        lines = [
            *(record_lines(record) if record else unknown_lines(shown.row)),
            *map(entry_line, rows[-_MOST:]),
        ]
        if len(rows) > _MOST:
            lines.append(quiet("older rows are left out: the history screen has them (h)"))
        self.query_one(Lines).show(lines)

    def copyable(self) -> str:
        """Return record and rows as text."""
        return self.query_one(Lines).text() if self.children else ""
