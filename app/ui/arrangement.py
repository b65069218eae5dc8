"""Which grants the table lists, and in which order.

Law: pure; works only when a row, the filter or the order has changed. A row that has not changed keeps its
``Shown``, its texts and its place in the order: of one change among ten thousand only that row is worked out.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from app.domain.grant import State
from app.domain.view import GrantRow
from app.live.cluster import LiveCluster, Memory
from app.live.filtering import Filter, labels_of, text_of
from app.ui.cursor import Key
from app.ui.view import Shown, View, is_remembered, rows_of


@dataclass(slots=True, eq=False)
class _Entry:
    """One row with what is worked out from it once."""

    shown: Shown
    ends: float
    """When it ends by our clock, in seconds since 1970; long ago where nobody can say."""
    text: str
    rank: tuple[object, ...] = ()
    """What it is sorted by, which no other shares."""
    is_listed: bool = True
    labels: tuple[Mapping[str, str], ...] | None = None

    def passes(self, wanted: Filter, *, has_clusters: bool) -> bool:
        """Tell whether the row passes the filter; its cluster's name counts where there are several."""
        text = f"{self.shown.row.context.lower()}\n{self.text}" if has_clusters else self.text
        if not wanted.takes_text(text):
            return False
        if not wanted.selectors:
            return True
        if self.labels is None:
            cluster, row = self.shown.cluster, self.shown.row
            self.labels = labels_of(row, None if is_remembered(cluster) else cluster.rows.grant(row.id))
        return wanted.takes_labels(self.labels)


_NEVER_TOLD = float("-inf")
_RANK = {state: rank for rank, state in enumerate(State)}

_ORDERS: Mapping[str, Callable[[_Entry], tuple[object, ...]]] = {
    "": lambda entry: (entry.shown.row.state is not State.OVERDUE, entry.ends),
    "left": lambda entry: (entry.ends,),
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


_Source = tuple[LiveCluster, Memory | None, int]
"""A cluster, what is remembered of it where that is shown, and by how much its clock is ahead."""


class Arrangement:
    """A filter, an order, and what they make of the newest view."""

    def __init__(self) -> None:
        self.filter = Filter()
        self.order = Order()
        self._entries: dict[Key, _Entry] = {}
        self._sorted: list[_Entry] = []
        """All of them, whether they pass or not."""
        self._states: Counter[State] = Counter()
        self._sources: tuple[_Source, ...] = ()
        self._versions: dict[LiveCluster, int] = {}
        self._done = self.filter, self.order
        """The filter and the order that the entries are worked out for."""
        self._arranged = Arranged()

    def arrange(self, view: View) -> Arranged:
        """Return the rows to list; the very same value as before where nothing has changed."""
        sources, done = _sources(view), self._done
        changed = self._changed(view) if sources == self._sources else None
        self._done = wanted = self.filter, self.order
        if changed is None:
            self._sources = sources
            self._take_all()
            self._filter_all()
            self._sort_all()
        else:
            if wanted[0] != done[0]:
                self._filter_all()
            if wanted[1].by != done[1].by:
                self._sort_all()
            self._take(changed)
        if changed is None or changed or wanted != done:
            self._tell()
        return self._arranged

    def _changed(self, view: View) -> list[Key] | None:
        """Return what has changed since last asked; None where it is too much to know."""
        found: list[Key] = []
        for cluster in view.clusters:
            since = cluster.rows.changed_since(self._versions.get(cluster, 0))
            if since is None:
                return None
            found += [(cluster, grant_id) for grant_id in since]
        self._versions = {cluster: cluster.rows.version for cluster in view.clusters}
        return found

    def _take_all(self) -> None:
        before, self._entries = self._entries, {}
        self._versions = {cluster: cluster.rows.version for cluster, _, _ in self._sources}
        for cluster, _, offset in self._sources:
            for row in rows_of(cluster):
                entry = before.get((cluster, row.id))
                if entry is None or entry.shown.row is not row:
                    entry = _Entry(Shown(cluster, row), _end(row, offset), text_of(row))
                entry.ends = _end(row, offset)
                self._entries[cluster, row.id] = entry
        self._states = Counter(entry.shown.row.state for entry in self._entries.values())

    def _take(self, changed: Iterable[Key]) -> None:
        """Take these rows anew, each at its place."""
        offsets = {cluster: offset for cluster, _, offset in self._sources}
        for key in changed:
            cluster, grant_id = key
            if is_remembered(cluster):
                continue
            if (before := self._entries.pop(key, None)) is not None:
                self._states[before.shown.row.state] -= 1
                del self._sorted[bisect_left(self._sorted, before.rank, key=_rank)]
            if (row := cluster.rows.get(grant_id)) is not None:
                entry = _Entry(Shown(cluster, row), _end(row, offsets[cluster]), text_of(row))
                self._entries[key] = entry
                self._states[row.state] += 1
                self._filter((entry,))
                self._rank((entry,))
                insort(self._sorted, entry, key=_rank)

    def _filter_all(self) -> None:
        self._filter(self._entries.values())

    def _filter(self, entries: Iterable[_Entry]) -> None:
        wanted, has_clusters = self._done[0], len(self._sources) > 1
        for entry in entries:
            entry.is_listed = not wanted or entry.passes(wanted, has_clusters=has_clusters)

    def _sort_all(self) -> None:
        self._rank(self._entries.values())
        self._sorted = sorted(self._entries.values(), key=_rank)

    def _rank(self, entries: Iterable[_Entry]) -> None:
        by = _ORDERS[self._done[1].by]
        for entry in entries:
            entry.rank = (*by(entry), entry.shown.row.id, entry.shown.cluster.name)

    def _tell(self) -> None:
        rows = [entry.shown for entry in self._sorted if entry.is_listed]
        if self._done[1].is_turned:
            rows.reverse()
        self._arranged = Arranged(rows, len(self._entries), +self._states, self._entries)


def _sources(view: View) -> tuple[_Source, ...]:
    """Return what the rows come from; of two clusters the clocks are minded, to the second."""
    is_one = len(view.clusters) == 1
    return tuple(
        (
            cluster,
            cluster.memory if is_remembered(cluster) else None,
            0 if is_one else round(cluster.status.offset.total_seconds()),
        )
        for cluster in view.clusters
    )


def _end(row: GrantRow, offset: int) -> float:
    return _NEVER_TOLD if row.deadline is None else row.deadline.timestamp() - offset


_rank = attrgetter("rank")
