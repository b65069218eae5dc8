"""End what is overdue and nothing in the cluster ended, while the dashboard is open: the second net.

Law: nothing is written in read-only mode. A look costs what is overdue and no more, however many stand. What
could not be ended is tried again, and told once.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from app.commands.ending import Ended
from app.commands.expire import expire
from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.view import GrantRow
from app.live.cluster import LiveCluster
from app.live.keeping import Keeping
from app.live.projector import Change
from app.ui import outcomes
from app.ui.feed import Happened
from app.ui.runner import Finished
from app.ui.sentences import told
from app.ui.telling import grants, name_of
from app.ui.view import RowKey, View

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

_SECONDS = 60.0
"""How long is seen what could not be ended: it stands open."""


class Keeper:
    """Hears the feed, and ends what is due.

    Args:
        app: through whose runner.
    """

    def __init__(self, app: "NetgrantApp") -> None:
        self._app = app
        self._keepings: dict[LiveCluster, Keeping] = {}
        self._told: set[RowKey] = set()
        """Of which it was said that they could not be ended."""

    def start(self) -> None:
        """Begin to hear, unless nothing may be written."""
        if not self._app.backend.preferences.read_only:
            self._app.feed.happenings.subscribe(self._app, self._note, immediate=True)
            self._app.feed.views.subscribe(self._app, self._look, immediate=True)

    def _note(self, happened: tuple[Happened, ...]) -> None:
        for cluster, change in happened:
            self._keepings.setdefault(cluster, Keeping()).note(change)
            if change.change is Change.ENDED:
                self._told.discard((cluster.name, change.row.id))

    def _look(self, view: View) -> None:
        for cluster in tuple(self._keepings):
            if cluster not in view.clusters:
                del self._keepings[cluster]
            elif cluster.session is not None:
                self._end(cluster, cluster.session, view)

    def _end(self, cluster: LiveCluster, session: Session, view: View) -> None:
        """Begin to end what is due there; what somebody changes at this moment waits for another turn."""
        due = self._keepings[cluster].take_due(cluster.rows, cluster.server_now(view.now))
        chosen = {(cluster.name, grant.id): grant for grant in due}
        works = {
            key: _work(session, grant) for key, grant in chosen.items() if not self._app.runner.is_busy(key)
        }
        if not works:
            return
        rows = {key: row for key in works if (row := cluster.rows.get(key[1])) is not None}

        def done(ends: dict[RowKey, Finished[Ended | None]]) -> None:
            self._tell(rows, ends)

        what = _named(rows.values())
        self._app.runner.start_each(f"ending {what}, overdue", works, done)

    def _tell(self, rows: dict[RowKey, GrantRow], ends: dict[RowKey, Finished[Ended | None]]) -> None:
        gone = [rows[key] for key, end in ends.items() if end.value and end.value.gone]
        if gone:
            it = "it" if len(gone) == 1 else "them"
            self._app.say(
                f"ended {_named(gone)}: overdue, and nothing in the cluster had ended {it}", "warning"
            )
            for key, end in ends.items():
                outcomes.warn(self._app, name_of(rows[key]), end.value.warnings if end.value else ())
        failed = {key: why for key, end in ends.items() if (why := _why(end))}
        new = [key for key in failed if key not in self._told]
        self._told.update(new)
        if new:
            more = f"; nor could {grants(len(new) - 1)} more, see the table" if len(new) > 1 else ""
            what = f"{name_of(rows[new[0]])} is overdue and could not be ended: {failed[new[0]]}{more}"
            self._app.say(what, "error", seconds=_SECONDS)


def _work(session: Session, grant: Grant) -> Callable[[], Awaitable[Ended | None]]:
    async def end() -> Ended | None:
        return await expire(session, grant)

    return end


def _named(rows: Iterable[GrantRow]) -> str:
    found = tuple(rows)
    return name_of(found[0]) if len(found) == 1 else grants(len(found))


def _why(end: Finished[Ended | None]) -> str:
    """Return why a grant still stands; empty if it does not."""
    if end.error is not None:
        return told(end.error)
    return "; ".join(end.value.blocked) if end.value else ""
