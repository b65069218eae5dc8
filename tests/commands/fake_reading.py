"""Who we are, what may be named, and which processes live: the ports that only answer questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.labels import parse_selector
from app.domain.objects import Pod, Service, Workload
from app.ports import Check, Identity
from tests.commands.fakes import FakeCluster
from tests.commands.tap import Tap


@dataclass
class FakeAccess:
    """Access: alice, who may do what is not denied."""

    cluster: FakeCluster
    username: str = "alice"
    groups: tuple[str, ...] = ("sre",)
    offset_error: timedelta = timedelta(seconds=1)
    denied: set[tuple[str, str]] = field(default_factory=set)
    """(verb, resource)."""
    denied_everywhere: bool = False
    version: str = "v1.36.3"
    address: str | None = None

    async def whoami(self) -> Identity:
        def answer() -> Identity:
            return Identity(self.username, self.groups, self.cluster.offset, self.offset_error)

        return await self.cluster.tap.passed("access.whoami", "", answer)

    async def may(self, checks: Sequence[Check]) -> tuple[bool, ...]:
        def answer() -> tuple[bool, ...]:
            return tuple(
                (check.verb, check.resource) not in self.denied
                and not (self.denied_everywhere and not check.namespace)
                for check in checks
            )

        return await self.cluster.tap.passed("access.may", "", answer)

    async def server_version(self) -> str:
        return await self.cluster.tap.passed("access.server_version", "", lambda: self.version)

    async def my_address(self) -> str | None:
        return await self.cluster.tap.passed("access.my_address", "", lambda: self.address)


@dataclass
class FakeLookup:
    """Lookup over plain dicts, by (namespace, name)."""

    tap: Tap
    namespaces: set[str] | None = None
    """None: these credentials may not know."""
    services: dict[tuple[str, str], Service] = field(default_factory=dict)
    workloads: dict[tuple[str, str, str], Workload] = field(default_factory=dict)
    all_pods: dict[tuple[str, str], Pod] = field(default_factory=dict)

    async def namespace_exists(self, name: str) -> bool | None:
        return await self.tap.passed(
            "lookup.namespace", name, lambda: None if self.namespaces is None else name in self.namespaces
        )

    async def service(self, namespace: str, name: str) -> Service | None:
        return await self.tap.passed(
            "lookup.service", f"{namespace}/{name}", lambda: self.services.get((namespace, name))
        )

    async def workload(self, kind: str, namespace: str, name: str) -> Workload | None:
        return await self.tap.passed(
            "lookup.workload",
            f"{kind} {namespace}/{name}",
            lambda: self.workloads.get((kind, namespace, name)),
        )

    async def pod(self, namespace: str, name: str) -> Pod | None:
        return await self.tap.passed(
            "lookup.pod", f"{namespace}/{name}", lambda: self.all_pods.get((namespace, name))
        )

    async def pods(self, namespace: str, selector: str) -> tuple[Pod, ...]:
        wanted = parse_selector(selector)

        def read() -> tuple[Pod, ...]:
            return tuple(
                pod
                for (where, _), pod in sorted(self.all_pods.items())
                if where == namespace and wanted.matches(pod.metadata.labels or {})
            )

        return await self.tap.passed("lookup.pods", f"{namespace} {selector}", read)


@dataclass
class FakeProcesses:
    """Processes: this one, and which others live."""

    token: str
    alive: set[str]

    def own(self) -> str:
        return self.token

    def is_running(self, token: str) -> bool:
        return token in self.alive
