"""Connections for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.kube.connection import connect
from app.kube.exchange import Connection
from app.kube.wire import Call
from tests.kube.instant_clock import InstantClock
from tests.kube.kubeconfigs import Json, options

GET = Call("GET", "/api/v1/namespaces/a/pods", timeout_seconds=5)
CREATE = Call("POST", "/api/v1/namespaces/a/pods", body=b'{"a": 1}', timeout_seconds=5)
DELETE = Call("DELETE", "/api/v1/namespaces/a/pods/p", timeout_seconds=5)


@asynccontextmanager
async def connected(
    folder: Path, url: str, user: Json | None = None, **more: Any
) -> AsyncIterator[Connection]:
    """A connection to ``url`` that never waits, by a kubeconfig in ``folder``."""
    async with await connect(options(folder, url, user, **more), InstantClock()) as connection:
        yield connection
