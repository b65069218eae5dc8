"""Tell what somebody should hear of: a sentence on the screen, a bell, and a mark at the grant.

Law: however much happens at once, there is one bell and a handful of sentences every few seconds; nothing is
left out of them. Nothing is written to a terminal that is lent to somebody else.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.domain.link import LinkState
from app.live.alerts import Alert, AlertKind, Watchman
from app.live.cluster import Kind, LiveCluster
from app.live.notices import Notice, Told, notices
from app.ui.feed import Happened
from app.ui.view import RowKey, View

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from app.ui.app import NetgrantApp

GATHER = timedelta(seconds=0.5)
"""How long to wait for more of the same before something is told."""
PAUSE = timedelta(seconds=3)
"""How long to gather after something was told."""
MARKED = timedelta(seconds=10)
"""How long a grant stays marked."""
OWN = timedelta(seconds=60)
"""How long a grant that is revoked here may take to go without a second sentence."""
_SECONDS = {AlertKind.OVERDUE: 30.0, AlertKind.DRIFTED: 30.0, AlertKind.LINK_LOST: 15.0}
_SHORT_SECONDS = 8.0
_SEVERITY: "dict[AlertKind, SeverityLevel]" = {
    AlertKind.OVERDUE: "error",
    AlertKind.DRIFTED: "error",
    AlertKind.SOON: "warning",
    AlertKind.LINK_LOST: "warning",
}


class Alerting:
    """Hears the feed, and tells.

    Args:
        app: where to tell it.
    """

    def __init__(self, app: "NetgrantApp") -> None:
        self._app = app
        self._watchmen: dict[LiveCluster, Watchman] = {}
        self._were_live: set[LiveCluster] = set()
        self._waiting: list[Told] = []
        self._tell_at: datetime | None = None
        """When what waits is told; None while nothing waits."""
        self._told_at: datetime | None = None
        self._marks: dict[RowKey, datetime] = {}
        self._expected: dict[RowKey, datetime] = {}
        self._is_lent = False

    def start(self) -> None:
        """Begin to hear."""
        self._app.feed.happenings.subscribe(self._app, self._note, immediate=True)
        self._app.feed.views.subscribe(self._app, self._look, immediate=True)
        self._app.app_suspend_signal.subscribe(self._app, self._hold, immediate=True)
        self._app.app_resume_signal.subscribe(self._app, self._go_on, immediate=True)

    def _hold(self, _: object) -> None:
        """Tell nothing: the terminal is lent, and what is written to it now blocks or garbles."""
        self._is_lent = True

    def _go_on(self, _: object) -> None:
        self._is_lent = False

    @property
    def marks(self) -> Mapping[RowKey, datetime]:
        """Return the grants that were told of just now, and until when they stay marked, by our clock."""
        return MappingProxyType(self._marks)

    def expect(self, keys: Iterable[RowKey]) -> None:
        """Say nothing of these grants' removal: it is our own doing, and whoever does it tells."""
        until = self._app.backend.clock.now() + OWN
        self._expected |= dict.fromkeys(keys, until)

    def _note(self, happened: tuple[Happened, ...]) -> None:
        """Hand each cluster's changes to whoever watches it."""
        by_cluster: dict[LiveCluster, list[Happened]] = {}
        for item in happened:
            by_cluster.setdefault(item[0], []).append(item)
        now = self._app.backend.clock.now()
        for cluster, items in by_cluster.items():
            alerts = self._watchman(cluster).watch((change for _, change in items), cluster.server_now(now))
            self._take(cluster, alerts, now)

    def _look(self, view: View) -> None:
        """See what the time has brought, and tell what waits."""
        self._forget(view)
        for cluster in view.clusters:
            now = cluster.server_now(view.now)
            self._take(cluster, self._watchman(cluster).watch((), now), view.now)
            self._take(cluster, self._link(cluster, now), view.now)
        if not self._waiting or self._is_lent:
            return
        if self._tell_at is None:
            quiet_until = self._told_at + PAUSE if self._told_at else view.now
            self._tell_at = max(view.now + GATHER, quiet_until)
        elif view.now >= self._tell_at:
            self._tell(view)

    def _watchman(self, cluster: LiveCluster) -> Watchman:
        if cluster not in self._watchmen:
            self._watchmen[cluster] = Watchman(self._app.backend.preferences.warn_before)
        return self._watchmen[cluster]

    def _link(self, cluster: LiveCluster, now: datetime) -> list[Alert]:
        """Watch the link, once it has been live: before, there is nothing to lose."""
        link = cluster.status.links.get(Kind.POLICIES)
        is_live = link is not None and link.state is LinkState.LIVE
        if is_live:
            self._were_live.add(cluster)
        return self._watchman(cluster).watch_link(is_live, now) if cluster in self._were_live else []

    def _take(self, cluster: LiveCluster, alerts: list[Alert], now: datetime) -> None:
        for alert in alerts:
            if alert.row is not None and alert.kind is AlertKind.REMOVED:
                until = self._expected.pop((cluster.name, alert.row.id), None)
                if until is not None and now <= until:
                    continue
            self._waiting.append((cluster.name, alert))
            if alert.row is not None and alert.kind not in (AlertKind.ENDED, AlertKind.REMOVED):
                self._marks[cluster.name, alert.row.id] = now + MARKED

    def _forget(self, view: View) -> None:
        """Let go of clusters that are not shown any more, and of marks that have had their time."""
        for cluster in tuple(self._watchmen):
            if cluster not in view.clusters:
                del self._watchmen[cluster]
                self._were_live.discard(cluster)
        for key in [key for key, until in self._marks.items() if until <= view.now]:
            del self._marks[key]

    def _tell(self, view: View) -> None:
        waiting, self._waiting = self._waiting, []
        self._tell_at, self._told_at = None, view.now
        found = notices(waiting, len(view.clusters))
        for notice in reversed(found):  # the newest sentence stands lowest, next to the eye
            self._say(notice)
        if any(notice.rings for notice in found):
            self._app.bell()

    def _say(self, notice: Notice) -> None:
        self._app.say(
            notice.text,
            _SEVERITY.get(notice.kind, "information"),
            seconds=_SECONDS.get(notice.kind, _SHORT_SECONDS),
        )
