"""What is known of a cluster, fed over real HTTP, for the tests that look at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from app.commands.session import Cluster as Reached
from app.commands.session import Session
from app.domain.link import Link, LinkState
from app.domain.view import GrantRow
from app.kube.access import Reviews
from app.kube.backoff import Curve
from app.kube.choosing import ConnectOptions
from app.kube.connection import connect
from app.kube.deadlines import Deadlines
from app.kube.exchange import Connection
from app.kube.feeding import Feeding
from app.kube.lookup import Reader
from app.kube.policies import Policies
from app.kube.reflector import Timing
from app.kube.strands import Scope
from app.kube.wall_clock import WallClock
from app.live.cluster import Kind, LiveCluster
from tests.commands.fake_log import FakeLog
from tests.commands.fake_reading import FakeProcesses
from tests.commands.tap import Tap

FAST = Timing(pause_seconds=0.05, denied_seconds=0.1, curve=Curve(first_seconds=0.05, last_seconds=0.2))


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until ``condition`` is true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the other side is a server: it sets no event of ours
            await asyncio.sleep(0.02)


def session_over(connection: Connection) -> Session:
    """Return what verbs would act through, with a registry that holds nothing."""
    clock, tap = WallClock(), Tap()
    reached = Reached(
        server=connection.server,
        context=connection.context,
        namespace=connection.namespace,
        policies=Policies(connection),
        deadlines=Deadlines(connection),
        access=Reviews(connection, clock),
        lookup=Reader(connection),
    )
    return Session(reached, clock, FakeLog(tap), FakeProcesses("first", {"first"}))


@dataclass
class Fed:
    """A cluster that is being fed."""

    cluster: LiveCluster
    feeding: Feeding
    task: "asyncio.Task[None]"

    def rows(self) -> dict[str, GrantRow]:
        """The rows as of now, by grant id."""
        self.cluster.rows.advance(self.now)
        return {row.id: row for row in self.cluster.rows}

    @property
    def now(self) -> datetime:
        return self.cluster.server_now(WallClock().now())

    def link(self, kind: Kind) -> Link | None:
        return self.cluster.status.links.get(kind)

    def state(self, kind: Kind) -> LinkState | None:
        link = self.link(kind)
        return link.state if link else None

    async def live(self, *kinds: Kind) -> None:
        """Wait until these kinds are live."""
        await until(lambda: all(self.state(kind) is LinkState.LIVE for kind in kinds))

    async def ended(self) -> None:
        """Wait until the feeding has ended by itself; raises what it raised."""
        async with asyncio.timeout(20):
            await self.task


@asynccontextmanager
async def fed(
    kubeconfig: Path,
    *,
    scope: Scope | None = None,
    url: str = "",
    cluster: LiveCluster | None = None,
    timing: Timing = FAST,
) -> AsyncIterator[Fed]:
    """Feed a cluster.

    Args:
        kubeconfig: whose, and where.
        scope: where to look; everywhere by default.
        url: the server's address, where it is not the kubeconfig's.
        cluster: what to feed, where it is known already.
        timing: how patient the reflectors are.
    """
    live = cluster or LiveCluster(None)
    content = yaml.safe_load(kubeconfig.read_text())
    if url:
        content["clusters"][0]["cluster"]["server"] = url
    path = kubeconfig.with_name(f"fed-{kubeconfig.name}")
    path.write_text(yaml.safe_dump(content))
    options = ConnectOptions(kubeconfig=str(path), environ={"HOME": str(kubeconfig.parent)})
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(await connect(options))
        feeding = Feeding(connection, live, session_over(connection), scope or Scope(), timing)
        task: asyncio.Task[None] = asyncio.create_task(feeding.run())
        try:
            yield Fed(live, feeding, task)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
