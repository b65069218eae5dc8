"""The peers of bench/dashboard.py: a Textual app with nothing but a word in it, and Textual's own table.

Run ``python -m bench.peer_app empty`` or ``python -m bench.peer_app table ROWS``.
"""

import gc
import sys

gc.disable()  # as netgrant starts, so that the comparison is one of work

from textual.app import App, ComposeResult  # noqa: E402
from textual.widgets import DataTable, Static  # noqa: E402

COLUMNS = ("STATE", "LEFT", "NAMESPACE", "TARGET", "FROM", "PORT")


class Empty(App[None]):
    """One word."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static("hello")


class Table(App[None]):
    """Textual's DataTable with as many rows as netgrant has grants, on which nothing happens.

    Args:
        rows: how many.
    """

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Show it."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        table.add_rows(
            ("active", "27:14", f"team-{number % 40}", f"row-{number}", "198.51.100.0/24", "5432")
            for number in range(self._rows)
        )
        gc.freeze()
        gc.enable()


def main() -> None:
    """Run what was asked for."""
    app: App[None] = Table(int(sys.argv[2])) if sys.argv[1] == "table" else Empty()
    app.run()


if __name__ == "__main__":
    main()
