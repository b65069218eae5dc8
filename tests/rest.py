"""A raw JSON client for the Kubernetes API: what goes over the wire and nothing else.

Law: it knows no kinds and no defaults, follows nothing and retries nothing, so a test sees exactly what the
server said. It is the tests' own witness and shares no code with the product.
"""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

Json = dict[str, Any]
Query = str | int | bool | None

READ_SECONDS = 30.0

PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


class RefusedError(AssertionError):
    """A reply that the test needed to be 2xx was not; the message shows the Status."""


@dataclass(frozen=True)
class Reply:
    """One answer of the server."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The Status' reason, or empty."""
        return str(self.body.get("reason", ""))

    @property
    def causes(self) -> list[str]:
        """Field names of the Status' causes, in order."""
        causes = (self.body.get("details") or {}).get("causes") or []
        return [cause.get("field", "") for cause in causes]

    def ok(self) -> Json:
        """The body of a 2xx reply.

        Raises:
            RefusedError: the reply was another.
        """
        if not 200 <= self.status < 300:
            raise RefusedError(f"HTTP {self.status}: {json.dumps(self.body)[:2000]}")
        return self.body


@dataclass(frozen=True)
class Credentials:
    """How a client proves who it is: a bearer token, or a certificate with its key."""

    token: str | None = None
    cert: Path | None = None
    key: Path | None = None


class Rest:
    """Requests to one server as one user; safe to use from several threads.

    Args:
        server: URL without a trailing slash.
        credentials: of the user; empty means anonymous.
        ca: the authority to verify an https server against.
    """

    def __init__(self, server: str, credentials: Credentials, ca: Path | None = None) -> None:
        self.server = server
        self._headers = {"Accept": "application/json", "User-Agent": "netgrant-tests"}
        if credentials.token is not None:
            self._headers["Authorization"] = f"Bearer {credentials.token}"
        context = tls_context(ca, credentials) if ca is not None else None
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(connect=5, read=READ_SECONDS),
            ssl_context=context,
        )

    def close(self) -> None:
        """Closes every pooled connection."""
        self._pool.clear()

    def get(self, path: str, **query: Query) -> Reply:
        """GET with query parameters as the API spells them (``labelSelector=…``)."""
        return self.send("GET", path, None, query=query)

    def post(self, path: str, body: Json, **query: Query) -> Reply:
        """POST of a JSON object."""
        return self.send("POST", path, body, query=query)

    def put(self, path: str, body: Json, **query: Query) -> Reply:
        """PUT of a JSON object."""
        return self.send("PUT", path, body, query=query)

    def delete(self, path: str, body: Json | None = None, **query: Query) -> Reply:
        """DELETE, with DeleteOptions as body where given."""
        return self.send("DELETE", path, body, query=query)

    def patch(self, path: str, body: Json | list[Json], kind: str = "merge", **query: Query) -> Reply:
        """PATCH of the kind ``merge``, ``json``, ``strategic`` or ``apply``."""
        return self.send("PATCH", path, body, content_type=PATCH_TYPES[kind], query=query)

    def send(
        self,
        method: str,
        path: str,
        body: Json | list[Json] | bytes | None,
        *,
        content_type: str = "application/json",
        query: Mapping[str, Query] | None = None,
    ) -> Reply:
        """Any request; bytes go out as they are, so that they may be malformed."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = dict(self._headers)
        if data is not None:
            headers["Content-Type"] = content_type
        url = f"{self.server}{path}?{_encode(query)}" if query else self.server + path
        raw = self._pool.request(method, url, body=data, headers=headers)
        return Reply(raw.status, _object(raw.data), dict(raw.headers))

    @contextmanager
    def watch(self, path: str, **query: Query) -> Iterator["Watch"]:
        """A watch stream; a wait for an event ends with TimeoutError after READ_SECONDS.

        Raises:
            RefusedError: the server answered with another status than 200.
        """
        url = f"{self.server}{path}?{_encode({'watch': True, **query})}"
        raw = self._pool.request("GET", url, headers=self._headers, preload_content=False)
        try:
            if raw.status != 200:
                raise RefusedError(f"HTTP {raw.status}: {raw.data[:2000]!r}")
            yield Watch(raw)
        finally:
            raw.close()  # never back into the pool: unread events would answer the next request


class Watch:
    """The events of one stream, in order."""

    def __init__(self, raw: urllib3.BaseHTTPResponse) -> None:
        self._chunks = raw.stream(65536, decode_content=True)
        self._buffer = b""

    def __iter__(self) -> Iterator[Json]:
        """Events until the server ends the stream.

        Raises:
            TimeoutError: nothing came for READ_SECONDS.
        """
        while (event := self.next()) is not None:
            yield event

    def next(self) -> Json | None:
        """The next event, or None when the server has ended the stream.

        Raises:
            TimeoutError: nothing came for READ_SECONDS.
        """
        while b"\n" not in self._buffer:
            try:
                self._buffer += next(self._chunks)
            except StopIteration:
                return None
            except urllib3.exceptions.ReadTimeoutError as error:
                raise TimeoutError("no watch event in time") from error
        line, self._buffer = self._buffer.split(b"\n", 1)
        return _object(line)

    def take(self, count: int) -> list[Json]:
        """Exactly the next ``count`` events.

        Raises:
            AssertionError: the stream ended before.
            TimeoutError: nothing came for READ_SECONDS.
        """
        events: list[Json] = []
        while len(events) < count:
            event = self.next()
            assert event is not None, f"the stream ended after {len(events)} of {count} events"
            events.append(event)
        return events


def tls_context(ca: Path, credentials: Credentials) -> ssl.SSLContext:
    """Verifies a server against ``ca`` alone and presents the certificate of the credentials."""
    context = ssl.create_default_context(cafile=ca)
    if credentials.cert is not None:
        context.load_cert_chain(credentials.cert, credentials.key)
    return context


def _encode(query: Mapping[str, Query]) -> str:
    return urlencode(
        {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in query.items()
            if value is not None
        }
    )


def _object(data: bytes) -> Json:
    """A JSON object; anything else is kept as text under ``raw``."""
    try:
        parsed = json.loads(data)
    except ValueError:
        return {"raw": data.decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {"raw": parsed}
