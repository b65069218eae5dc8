"""The embedded cluster: a Kubernetes API server in this process, on loopback, with its controllers.

Law: it listens on 127.0.0.1 only, over plain HTTP; its tokens are random and die with it. Importing this
module does not import aiohttp: starting a cluster does.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.demo import kinds
from app.demo.access import MASTERS, User
from app.demo.clock import ScaledClock, ServerClock
from app.demo.collector import GarbageCollector
from app.demo.controllers import Controller, ControllerLoop
from app.demo.deletion import Deleter
from app.demo.handlers import Handlers, Release
from app.demo.identity import PATH_PREFIX, Identities
from app.demo.job_controllers import JobController, TtlController
from app.demo.kubeconfig import write_kubeconfig
from app.demo.namespace_controller import Kubelets, NamespaceController
from app.demo.storage import Store
from app.demo.watch import Watcher
from app.demo.writes import Target, Writer

if TYPE_CHECKING:
    from app.demo.http import HttpServer

Result = TypeVar("Result")
FIRST_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
DEFAULT_USERS = (
    User("admin", (MASTERS,), "uid-admin"),
    User("alice", ("sre",), "uid-alice"),
    User("bob", ("sre",), "uid-bob"),
)


@dataclass(frozen=True)
class ClusterOptions:
    """How an embedded cluster behaves."""

    port: int = 0
    """0 takes a free one."""
    clock: ServerClock = field(default_factory=ScaledClock)
    users: tuple[User, ...] = DEFAULT_USERS
    """All but members of ``system:masters`` may do nothing until a binding says so."""
    version: str = "v1.36.3"
    history: int = 20_000
    """Changes of each resource that a watch may still start from."""
    bookmark_seconds: float = 60.0
    has_watch_list: bool = True
    has_kubelets: bool = False
    """Pods with a node end when they are deleted; without, they wait for ever, as where no node is."""
    has_controllers: bool = True


class EmbeddedCluster:
    """One cluster; ``start`` it in a running loop, or use ``running_cluster``."""

    def __init__(self, options: ClusterOptions | None = None) -> None:
        self.options = options or ClusterOptions()
        self.clock = self.options.clock
        self.tokens: dict[str, str] = {user.name: secrets.token_urlsafe(24) for user in self.options.users}
        self.store = Store(self.options.history)
        users = {self.tokens[user.name]: user for user in self.options.users}
        release = Release(self.options.version, self.options.has_watch_list)
        self._handlers = Handlers(self.store, self.clock, Identities(users), release)
        self._watcher = Watcher(self.store, self.clock, self.options.bookmark_seconds)
        self.writer = Writer(self.store, self.clock)
        self.deleter = Deleter(self.store, self.clock)
        for name in FIRST_NAMESPACES:
            self.writer.create(Target(kinds.NAMESPACES), {"metadata": {"name": name}})
        self._http: HttpServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._port = 0

    @property
    def url(self) -> str:
        """Where it listens; known once it has started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen and let the controllers act.

        Raises:
            OSError: the port is taken.
        """
        from app.demo.http import HttpServer

        self._loop = asyncio.get_running_loop()
        self._http = HttpServer(self._handlers, self._watcher, self.clock)
        self._port = await self._http.start(self.options.port)
        if self.options.has_controllers:
            loop = ControllerLoop(self.store, self.clock, self._controllers())
            self._tasks.append(asyncio.create_task(loop.run()))

    def _controllers(self) -> list[Controller]:
        found: list[Controller] = [
            JobController(self.store, self.writer, self.clock),
            TtlController(self.store, self.deleter),
            GarbageCollector(self.store, self.writer, self.deleter),
            NamespaceController(self.store, self.deleter),
        ]
        return [*found, Kubelets(self.store, self.deleter)] if self.options.has_kubelets else found

    def spawn(self, work: Callable[["EmbeddedCluster"], Coroutine[Any, Any, None]]) -> None:
        """Run ``work`` in the cluster's loop until it ends or the cluster stops; from any thread."""
        self.run(lambda: self._tasks.append(asyncio.create_task(work(self))))

    async def stop(self) -> None:
        """Cut all connections and end the controllers and whatever was spawned.

        Raises:
            Exception: what a controller or spawned work died of, once everything is closed.
        """
        if self._http is not None:
            await self._http.stop()
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def __aenter__(self) -> "EmbeddedCluster":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def run(self, function: Callable[[], Result]) -> Result:
        """Run ``function`` in the cluster's own loop, from any thread, and return what it returns."""
        loop = self._loop
        if loop is None or _running_loop() is loop:
            return function()

        async def call() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), loop).result()

    def forget_history(self) -> None:
        """Make every version but the present too old to watch or to page from, as a compaction does."""
        self.run(self.store.forget_history)

    def kubeconfig(self, path: Path, user: str) -> Path:
        """Write a kubeconfig for ``user`` to ``path``, readable by its owner alone."""
        return write_kubeconfig(path, self.url, user, self.tokens[user])

    def kubectl_config(self, path: Path, user: str) -> Path:
        """Write a kubeconfig that kubectl can use: it sends no token over HTTP, so the URL carries it."""
        return write_kubeconfig(path, f"{self.url}/{PATH_PREFIX}/{self.tokens[user]}", user, "")


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _end_all_tasks() -> None:
    """End what a cut connection left behind, so that the loop can be closed."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def running_cluster(
    options: ClusterOptions | None = None,
    prepare: Callable[[EmbeddedCluster], None] = lambda _: None,
) -> Iterator[EmbeddedCluster]:
    """Run a cluster in a thread of its own; ``prepare`` may fill it before it starts.

    Raises:
        OSError: the port is taken.
    """
    cluster = EmbeddedCluster(options)
    prepare(cluster)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="embedded-cluster", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(cluster.start(), loop).result()
        yield cluster
    finally:
        asyncio.run_coroutine_threadsafe(cluster.stop(), loop).result()
        asyncio.run_coroutine_threadsafe(_end_all_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
