"""The dashboard's keys that lead elsewhere, each with what it is about: the marked grants, else the current.

Law: nothing is decided here but what is meant, and whether anything can be done about it now; where nothing
can, a sentence says why.
"""

from app.live.cluster import LiveCluster
from app.ui import routes
from app.ui.pages import Page
from app.ui.view import Shown, is_remembered


class GrantActions(Page):
    """A page with a grant that is current, and others that may be marked."""

    @property
    def current(self) -> Shown | None:
        """Return the grant under the cursor."""
        raise NotImplementedError

    @property
    def chosen(self) -> tuple[Shown, ...]:
        """Return the grants that are marked, else the one under the cursor."""
        raise NotImplementedError

    @property
    def followed(self) -> tuple[LiveCluster, ...]:
        """Return the clusters that are shown."""
        return self.net.feed.view.clusters

    async def action_grant(self) -> None:
        """Open the form for a new grant."""
        if self._can_write(self.followed):
            await routes.grant(self)

    async def action_again(self) -> None:
        """Open the form filled in from the current grant."""
        if (shown := self.one()) and self._can_write((shown.cluster,)):
            await routes.again(self, shown)

    async def action_extend(self) -> None:
        """Move deadlines."""
        if chosen := self._acted_on():
            await routes.extend(self, chosen)

    async def action_revoke(self) -> None:
        """End grants."""
        if chosen := self._acted_on():
            await routes.revoke(self, chosen)

    async def action_adopt(self) -> None:
        """Put a policy that stands under a deadline."""
        if self._can_write(self.followed):
            await routes.adopt(self)

    async def action_history(self) -> None:
        """Open the history."""
        await routes.history(self)

    async def action_contexts(self) -> None:
        """Choose clusters."""
        await routes.contexts(self)

    async def action_help(self) -> None:
        """Show all keys."""
        await routes.show_help(self)

    async def action_palette(self) -> None:
        """Choose a command by its name."""
        await routes.palette(self)

    async def action_quit(self) -> None:
        """Leave."""
        await routes.leave(self)

    def action_reconnect(self) -> None:
        """Connect again to what is not connected; else to the cluster of the current grant."""
        lost = tuple(cluster for cluster in self.followed if cluster.session is None)
        one = (self.current.cluster,) if self.current else self.followed[:1]
        for cluster in lost or one:
            self.net.feed.retry(cluster)
            self.net.say(f"Connecting to {cluster.name} again")

    def one(self) -> Shown | None:
        """Return the grant under the cursor; say so where there is none."""
        if self.current is None:
            self.net.say("There is no grant under the cursor", "warning")
        return self.current

    def _acted_on(self) -> tuple[Shown, ...]:
        """Return what is chosen, if all of it can be acted on now; else say why not."""
        chosen = self.chosen
        if not chosen:
            self.net.say("There is no grant under the cursor, and none is marked", "warning")
            return ()
        clusters = tuple(dict.fromkeys(shown.cluster for shown in chosen))
        away = next((cluster for cluster in clusters if cluster.session is None), None)
        if away is not None:
            self._say_away(away)
            return ()
        if old := next((cluster for cluster in clusters if is_remembered(cluster)), None):
            self.net.say(f"{old.name} has not told yet what stands; try again in a moment", "warning")
            return ()
        return chosen

    def _can_write(self, clusters: tuple[LiveCluster, ...]) -> bool:
        if any(cluster.session is not None for cluster in clusters):
            return True
        for cluster in clusters:
            self._say_away(cluster)
        return False

    def _say_away(self, cluster: LiveCluster) -> None:
        self.net.say(f"There is no connection to {cluster.name}; ctrl+r tries again at once", "warning")
