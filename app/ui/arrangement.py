"""Which grants the table lists, and in which order.

Law: pure; works only when a row, the filter or the order has changed. A row that has not changed keeps its
``Shown``, its texts and its place in the order, so that one change among ten thousand is cheap.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.grant import State
from app.live.filtering import Filter, labels_of, text_of
from app.ui.cursor import Key
from app.ui.view import Shown, View, is_remembered, rows_of


@dataclass(slots=True, eq=False)
class _Entry:
    """One row with what is worked out from it once."""

    shown: Shown
    ends: float
    """When it ends by our clock, in seconds since 1970; long ago where nobody can say."""
    text: str = ""
    labels: tuple[Mapping[str, str], ...] | None = None

    def passes(self, wanted: Filter, *, has_clusters: bool) -> bool:
        """Tell whether the row passes the filter; its cluster's name counts where there are several."""
        if not self.text:
            self.text = text_of(self.shown.row)
        text = f"{self.shown.row.context.lower()}\n{self.text}" if has_clusters else self.text
        if not wanted.takes_text(text):
            return False
        if wanted.selectors and self.labels is None:
            cluster, row = self.shown.cluster, self.shown.row
            self.labels = labels_of(row, None if is_remembered(cluster) else cluster.rows.grant(row.id))
        return wanted.takes_labels(self.labels or ())


_NEVER_TOLD = float("-inf")
_RANK = {state: rank for rank, state in enumerate(State)}

_ORDERS: Mapping[str, Callable[[_Entry], object]] = {
    "": lambda entry: (entry.shown.row.state is not State.OVERDUE, entry.ends),
    "left": lambda entry: entry.ends,
    "state": lambda entry: (_RANK[entry.shown.row.state], entry.ends),
    "namespace": lambda entry: (entry.shown.row.namespaces, entry.ends),
    "target": lambda entry: (entry.shown.row.target, entry.ends),
    "by": lambda entry: (entry.shown.row.requested_by, entry.ends),
}


@dataclass(frozen=True, slots=True)
class Order:
    """By what the rows are sorted."""

    by: str = ""
    """``left``, ``state``, ``namespace``, ``target`` or ``by``; empty: the most urgent first."""
    is_turned: bool = False

    def then(self, by: str) -> "Order":
        """Return the order once it is asked for by this: the other way round where it is by this already."""
        return Order(by, by == self.by and not self.is_turned)


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """What came of it."""

    rows: Sequence[Shown] = ()
    """Those that pass, in order."""
    total: int = 0
    """How many stand in all."""
    states: Counter[State] = field(default_factory=Counter)
    """How many of all are in which state."""
    standing: Mapping[Key, object] = field(default_factory=dict)
    """The keys of all that stand."""


class Arrangement:
    """A filter, an order, and what they make of the newest view."""

    def __init__(self) -> None:
        self.filter = Filter()
        self.order = Order()
        self._entries: dict[Key, _Entry] = {}
        self._seen: object = None
        self._arranged = Arranged()

    def arrange(self, view: View) -> Arranged:
        """Return the rows to list; the very same value as before where nothing has changed."""
        sources = tuple((cluster, is_remembered(cluster), cluster.status.offset) for cluster in view.clusters)
        seen = view.version, self.filter, self.order, sources
        if seen != self._seen:
            self._seen = seen
            self._take(view)
            self._arranged = self._work_out(has_clusters=len(sources) > 1)
        return self._arranged

    def _take(self, view: View) -> None:
        before, self._entries = self._entries, {}
        for cluster in view.clusters:
            offset = cluster.status.offset.total_seconds()
            for row in rows_of(cluster):
                key = cluster, row.id
                entry = before.get(key)
                if entry is None or entry.shown.row is not row:
                    entry = _Entry(Shown(cluster, row), _NEVER_TOLD)
                if row.deadline is not None:
                    entry.ends = row.deadline.timestamp() - offset
                self._entries[key] = entry

    def _work_out(self, *, has_clusters: bool) -> Arranged:
        entries, wanted = self._entries.values(), self.filter
        passing = list(entries)
        if wanted:
            passing = [entry for entry in entries if entry.passes(wanted, has_clusters=has_clusters)]
        passing.sort(key=_ORDERS[self.order.by], reverse=self.order.is_turned)  # type: ignore[arg-type]
        return Arranged(
            [entry.shown for entry in passing],
            len(entries),
            Counter(entry.shown.row.state for entry in entries),
            self._entries,
        )
