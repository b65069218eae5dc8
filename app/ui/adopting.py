"""From the form that adopts to the use case and its end.

Law: the very policy that was chosen is adopted, through the session of its own cluster, or none.
"""

from app.commands.adopt import Adopted, Adoption, adopt
from app.errors import NetgrantError
from app.ui import outcomes
from app.ui.changes import connected
from app.ui.pages import Page
from app.ui.runner import Finished
from app.ui.screens.adopt import Adopt, Wanted
from app.ui.telling import both_clocks


def ask_adopt(page: Page) -> None:
    """Ask which policy is to end when, and put it under that deadline."""
    net = page.net
    clusters = tuple(cluster for cluster in net.feed.view.clusters if cluster.session is not None)

    def answered(wanted: Wanted | None) -> None:
        if wanted is not None:
            _adopt(page, wanted)

    net.push_screen(Adopt(clusters, net.backend.preferences.limits), answered)


def _adopt(page: Page, wanted: Wanted) -> None:
    cluster, meta = wanted.candidate.cluster, wanted.candidate.policy.metadata
    name = f"{meta.namespace}/{meta.name}"
    asked = Adoption(
        meta.namespace,
        meta.name,
        wanted.reason,
        wanted.life.ttl,
        wanted.life.until,
        wanted.ticket,
        uid=meta.uid,
    )

    async def work() -> Adopted:
        return await adopt(connected(cluster), asked)

    def done(finished: Finished[Adopted]) -> None:
        net = page.net
        if finished.value is None:
            error = finished.error or NetgrantError("it ended without a result")
            outcomes.tell_failures(net, "Not adopted", [(name, error)])
            return
        until = both_clocks(finished.value.deadline, cluster.server_now(net.backend.clock.now()))
        net.say(f"{name} is a grant now and will be removed at {until}")
        outcomes.warn(net, name, finished.value.warnings)
        page.note_made(cluster, finished.value.grant.id)

    page.net.runner.start(f"adopting {name}", work, done, ((cluster.name, meta.uid),))
