"""Follow the grants of one cluster for whoever prints them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.settings import Settings
from app.wiring.sessions import cluster_over, connection_to, limits, wall_clock

if TYPE_CHECKING:
    from app.domain.view import GrantRow
    from app.live.projector import RowChange


@dataclass(frozen=True, slots=True)
class Following:
    """Which grants to follow, through which context; None means all namespaces, empty the context's own."""

    context: str | None
    namespace: str | None
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the grants has shown."""

    changes: tuple["RowChange", ...]
    """Since the look before."""
    trouble: str
    """Why what was shown may be out of date or incomplete; empty while all is well."""


async def follow_grants(settings: Settings, following: Following) -> AsyncIterator[Sight]:
    """Yield every grant that stands, and from then on each that appears, changes or ends, until cancelled.

    There is a sight every second even if nothing has changed.

    Raises:
        ConfigError: there is nothing to connect to.
        ForbiddenError: NetworkPolicies may not be listed there.
    """
    from app.kube.following import GrantStores
    from app.live.projector import changes, project
    from app.live.timekeeper import Timekeeper

    clock = wall_clock()
    async with connection_to(settings, following.context, clock) as connection:
        cluster = cluster_over(connection, settings, clock)
        namespace = cluster.namespace if following.namespace == "" else following.namespace
        stores = GrantStores(connection, clock, namespace, following.selector)
        before: dict[str, GrantRow] = {}
        async with Timekeeper(cluster.access, clock) as time:
            async for scene in stores.scenes(cluster.context, limits(settings).expiring):
                after = project(scene, clock.now() + time.identity.offset)
                yield Sight(tuple(changes(before, after)), scene.trouble)
                before = after
