"""A gateway in front of the API server, where a request can be stopped to do something terrible first.

Law: the product knows nothing of it: no hook, no variable, only a kubeconfig with another address. What a
process has done before each of its requests is thereby all there is to be found after its death, and each
write can be cut in both ways: never received, and done but not answered.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import urllib3

from tests.controlplane import kubeconfig
from tests.controlplane.plane import ControlPlane
from tests.e2e.command import Done, Netgrant, finished
from tests.rest import Credentials, tls_context

Action = Callable[[], None]
_COLLECTION = re.compile(r"/(networkpolicies|jobs)(?:/|$)")
_PASSED_ON = ("Content-Type", "Accept", "User-Agent")
_PASSED_BACK = ("Content-Type", "Audit-Id", "Date")


@dataclass(frozen=True)
class Point:
    """A moment in the life of a command: the n-th real request of a kind, before or after the server acts."""

    when: Literal["before", "after"]
    """``before``: the server never gets it. ``after``: the server has done it, and nobody is told."""
    method: str
    resource: str
    number: int = 1
    rehearsal: bool = False
    """Whether dry runs are meant, which write nothing."""

    def __str__(self) -> str:
        ordinal = f"-{self.number}" if self.number > 1 else ""
        kind = "rehearsed-" if self.rehearsal else ""
        return f"{self.when}-{kind}{self.method}-{self.resource}{ordinal}"


@dataclass
class Gateway:
    """The address to use instead of the API server's, and what happens on the way."""

    kubeconfig: Path
    pool: urllib3.PoolManager
    plane: ControlPlane
    user: str = "admin"
    traps: dict[Point, Action] = field(default_factory=dict)
    counts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    is_closed: bool = False
    """Whether every connection is cut from now on, as if the network had gone."""

    def at(self, point: Point, action: Action) -> None:
        """Do something once, when the next command comes to a point; counting starts now."""
        with self.lock:
            self.traps = {point: action}
            self.counts.clear()

    def note(self, method: str, url: str) -> tuple[Action, Action]:
        """Count a request; return what is to be done before and after it."""
        parts = urlsplit(url)
        found = _COLLECTION.search(parts.path)
        resource, rehearsal = found.group(1) if found else "", "dryRun" in parse_qs(parts.query)
        with self.lock:
            self.counts[method, resource, rehearsal] += 1
            number = self.counts[method, resource, rehearsal]
            before, after = (
                self.traps.pop(Point(when, method, resource, number, rehearsal), _nothing)
                for when in ("before", "after")
            )
        return before, after

    def close(self) -> None:
        """As an action: the network goes away here."""
        self.is_closed = True


def _nothing() -> None:
    """What happens on the way as a rule."""


class Cut(Exception):
    """Raised by an action: the request goes no further, or its answer is not given."""


@dataclass(frozen=True)
class Victim:
    """The command line behind a gateway."""

    way: Gateway
    netgrant: Netgrant

    def as_user(self, user: str) -> "Victim":
        """The same, with the gateway acting as another user from now on."""
        self.way.user = user
        return self

    def dies_at(self, point: Point, *line: str) -> Done:
        """Run a command that SIGKILL ends at the point; fails if it never comes there."""
        children: list[subprocess.Popen[str]] = []

        def die() -> None:
            children[0].kill()
            raise Cut

        self.way.at(point, die)
        children.append(self.netgrant.start(*line))
        done = finished(children[0])
        assert done.code == -9, f"{point} was not reached; exit code {done.code}: {done.err}"
        return done


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a kept-alive connection of a killed process must not hold up the end
    gateway: Gateway

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class' types
        """Take it in silence that a killed process resets its connections."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def gateway(self) -> Gateway:
        """What this handler serves."""
        assert isinstance(self.server, _Server)
        return self.server.gateway

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        before, after = self.gateway.note(self.command, self.path)
        try:
            before()
            if self.gateway.is_closed:
                raise Cut
            reply = self._ask(body)
            after()
            self._answer(reply)
        except (Cut, OSError):  # OSError: the killed process cannot be answered
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = _pass

    def _ask(self, body: bytes) -> urllib3.BaseHTTPResponse:
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        token = self.gateway.plane.credentials(self.gateway.user).token
        headers["Authorization"] = f"Bearer {token}"
        return self.gateway.pool.request(
            self.command, self.gateway.plane.server + self.path, body=body or None, headers=headers
        )

    def _answer(self, reply: urllib3.BaseHTTPResponse) -> None:
        self.send_response_only(reply.status)
        for name in _PASSED_BACK:
            if name in reply.headers:
                self.send_header(name, reply.headers[name])
        self.send_header("Content-Length", str(len(reply.data)))
        self.end_headers()
        self.wfile.write(reply.data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def gateway(plane: ControlPlane, folder: Path) -> Iterator[Gateway]:
    """Stand between a command line and the plane, as the administrator, until the block ends."""
    pool = urllib3.PoolManager(maxsize=8, retries=False, ssl_context=tls_context(plane.ca, Credentials()))
    server = _Server(("127.0.0.1", 0), _Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    path = kubeconfig.write(
        folder / "gateway.kubeconfig", server=address, user="admin", credentials=Credentials(token="unused")
    )
    server.gateway = Gateway(path, pool, plane)
    thread = Thread(target=server.serve_forever, args=(0.05,), name="gateway")
    thread.start()
    try:
        yield server.gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.clear()
