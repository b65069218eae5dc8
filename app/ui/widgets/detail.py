"""The pane with what there is to know of the grant under the cursor: activity, policy, history.

Law: nothing is made before its tab is opened, and a tab is told of another grant only once the cursor rests:
running down ten thousand rows costs nothing here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from app.live.cluster import LiveCluster
from app.live.own_words import Diary
from app.live.projector import RowChange
from app.ports import GrantLog
from app.ui.view import Shown, View
from app.ui.widgets.tab_bar import TabBar, TabName

if TYPE_CHECKING:
    from app.ui.widgets.pane import Means, Pane

REST_SECONDS = 0.12
"""How long the cursor must stay where it is before the tabs follow it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: what its line says, and what makes its content."""

    name: TabName
    make: "Callable[[Means], Pane]"


def _activity(means: "Means") -> "Pane":
    from app.ui.widgets.activity import Activity

    return Activity(means)


def _policy(means: "Means") -> "Pane":
    from app.ui.widgets.policy import Policy

    return Policy(means)


def _record(means: "Means") -> "Pane":
    from app.ui.widgets.record import Record

    return Record(means)


TABS = (
    Tab(TabName("activity", "1", "Activity"), _activity),
    Tab(TabName("policy", "y", "Policy"), _policy),
    Tab(TabName("record", "3", "History"), _record),
)


class Detail(Vertical):
    """Tabs about one grant.

    Args:
        log: the registry; it is asked when a tab that shows something of it is open.
        tabs: what there is to open.
    """

    def __init__(self, log: GrantLog, tabs: tuple[Tab, ...] = TABS, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._log = log
        self._diary = Diary()
        self._tabs = {tab.name.id: tab for tab in tabs}
        self._panes: dict[str, Pane] = {}
        self._front = tabs[0].name.id
        self._shown: Shown | None = None
        self._view: View | None = None
        self._told: dict[str, Shown | None] = {}
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Only the line of names; contents come when they are wanted."""
        yield TabBar([tab.name for tab in self._tabs.values()], self._front)

    @property
    def front(self) -> str:
        """Return the id of the tab in front."""
        return self._front

    @property
    def is_settled(self) -> bool:
        """Tell whether the tab in front shows the grant that was looked at last."""
        return self._resting is None

    def look_at(self, shown: Shown | None, view: View) -> None:
        """Show another grant, or none."""
        before, self._shown, self._view = self._shown, shown, view
        if self._resting is None and _key(before) == _key(shown) and self._panes:
            self._settle()
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._settle)

    def _settle(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if self._view is None:
            return
        self.query_one(TabBar).show(self._front, _about(self._shown))
        pane = self._pane()
        if self._front not in self._told or self._told[self._front] is not self._shown:
            self._told[self._front] = self._shown
            pane.look_at(self._shown, self._view)

    def _pane(self) -> "Pane":
        """Return the content of the tab in front, made now if it has not been yet."""
        from app.ui.widgets.pane import Means

        found = self._panes.get(self._front)
        if found is None:
            found = self._panes[self._front] = self._tabs[self._front].make(Means(self._log, self._diary))
            self.mount(found)
        for pane in self._panes.values():
            pane.display = pane is found
        return found

    def show_view(self, view: View) -> None:
        """Bring what is shown up to date."""
        self._view = view
        if self._resting is not None or self._front not in self._panes:
            return
        if self._shown is not None:
            newest = view.find(self._shown.key)
            if newest is not None and newest.row is not self._shown.row:
                self._shown = newest
                self._settle()
        self._panes[self._front].show_view(view)

    def happened(self, changes: Iterable[tuple[LiveCluster, RowChange]], view: View) -> None:
        """Keep what became of grants, for the streams of those who look at them later."""
        for cluster, change in changes:
            self._diary.note(cluster.name, change, cluster.server_now(view.now))

    def open(self, tab: str) -> None:
        """Bring a tab to the front, at once."""
        self._front = tab
        self._settle()

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """Open the tab that was clicked."""
        event.stop()
        self.open(event.tab)

    def pause(self) -> None:
        """Hold the stream of events, or let it go on."""
        self.open("activity")
        self._panes[self._front].pause()

    def filter_events(self) -> None:
        """Ask for a text that the events shown must hold."""
        self.open("activity")
        self._panes[self._front].ask()

    def clear(self) -> bool:
        """Take the filter of the tab in front back; tell whether there was one."""
        pane = self._panes.get(self._front)
        return pane is not None and pane.clear()

    def copyable(self) -> str:
        """Return what the tab in front has for the clipboard; empty where it has nothing."""
        pane = self._panes.get(self._front)
        return pane.copyable() if pane else ""


def _key(shown: Shown | None) -> object:
    return shown and shown.key


def _about(shown: Shown | None) -> str:
    if shown is None:
        return ""
    return f"{','.join(shown.row.namespaces)} {shown.row.target} …{shown.row.id[-6:]}"
