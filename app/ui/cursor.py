"""Where the cursor stands in the table, and which grants are marked.

Law: pure. Both belong to grants and not to lines: rows may come, go and change places around them.
"""

from collections.abc import Container, Sequence

from app.live.cluster import LiveCluster
from app.ui.view import Shown

Key = tuple[LiveCluster, str]
"""The cluster and the grant's id: what tells a row from all others, whatever its context is called."""


def key_of(shown: Shown) -> Key:
    """Return the row's key."""
    return shown.cluster, shown.row.id


class Cursor:
    """The rows of the table as they are listed, one of them current, some of them marked."""

    def __init__(self) -> None:
        self.rows: Sequence[Shown] = ()
        self.index = 0
        """Of the current row; 0 where there is none."""
        self.marks: set[Key] = set()
        """Also of grants that the filter leaves out at the moment."""
        self._key: Key | None = None

    @property
    def current(self) -> Shown | None:
        """Return the row under the cursor, None where there are no rows."""
        return self.rows[self.index] if self.rows else None

    @property
    def marked(self) -> tuple[Shown, ...]:
        """Return the rows that are marked and listed, in their order."""
        return tuple(shown for shown in self.rows if key_of(shown) in self.marks) if self.marks else ()

    def show(self, rows: Sequence[Shown]) -> bool:
        """List other rows; the cursor stays with its grant, or near where that was. Tell whether it could."""
        self.rows = rows
        for index, shown in enumerate(rows):
            if self._key is not None and shown.row.id == self._key[1] and shown.cluster is self._key[0]:
                self.index = index
                return True
        self.move(self.index)
        return False

    def move(self, index: int) -> bool:
        """Move to a line, the nearest where there is none of that number; tell whether it moved."""
        self.index = max(0, min(index, len(self.rows) - 1))
        before, current = self._key, self.current
        self._key = key_of(current) if current else None
        return before != self._key

    def is_marked(self, shown: Shown) -> bool:
        """Tell whether a row is marked."""
        return bool(self.marks) and key_of(shown) in self.marks

    def mark(self) -> None:
        """Mark the current row, or take its mark off."""
        if self._key is not None:
            self.marks ^= {self._key}

    def keep_marks(self, standing: Container[Key]) -> None:
        """Take the marks off all grants but these."""
        self.marks = {key for key in self.marks if key in standing}
