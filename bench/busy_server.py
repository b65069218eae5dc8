"""An API server with many pods and grants on which something happens all the time, in a process of its own.

Serves what the dashboard asks for: lists in pages, watch-lists, watches, the version, who one is. Of a
hundred events 74 are changes of pods, 25 are Events in the namespaces that somebody watches, one is a changed
policy.

Law: the first line on stdout is the port; nothing is rendered twice, so that the server is never what is
measured.
"""

import argparse
import asyncio
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from app.domain.durations import format_moment
from app.domain.records import Json
from bench.grants import namespace, render_grant
from bench.pods import encode, render_pod

_PIECE = 256
_BEAT_SECONDS = 0.01
_RULES = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
_REVIEWS: dict[str, Json] = {
    "selfsubjectreviews": {"userInfo": {"username": "alice@example.test", "groups": ["sre"]}},
    "selfsubjectaccessreviews": {"allowed": True},
    "selfsubjectrulesreviews": {"resourceRules": _RULES, "nonResourceRules": [], "incomplete": False},
}


@dataclass
class Shelf:
    """The documents of one kind, and who watches them."""

    items: dict[tuple[str, str], bytes] = field(default_factory=dict)
    watchers: dict[asyncio.Queue[bytes], str] = field(default_factory=dict)
    """Each with the namespace it asked for; empty is all."""

    def change(self, change: str, document: Json) -> None:
        """Hold a document's new state and tell whoever watches."""
        meta = document["metadata"]
        where, encoded = str(meta["namespace"]), encode(document)
        self.items[where, str(meta["name"])] = encoded
        line = b'{"type":"%s","object":%s}\n' % (change.encode(), encoded)
        for queue, wanted in self.watchers.items():
            if wanted in ("", where):
                queue.put_nowait(line)

    def of(self, wanted: str) -> list[bytes]:
        """Return the documents of a namespace; empty is all."""
        return [item for (where, _), item in self.items.items() if wanted in ("", where)]


class Busy:
    """The cluster.

    Args:
        pods: how many pods there are.
        grants: how many grants stand.
        rate: events a second.
    """

    def __init__(self, pods: int, grants: int, rate: float) -> None:
        self.rate = rate
        self.pods, self.grants = pods, grants
        self.now = datetime.now(UTC)
        self.version = 1
        self.shelves: dict[str, Shelf] = {}
        self.sent = 0
        for number in range(pods):
            self.shelf("pods").change("ADDED", render_pod(number, self._next()))
        for number in range(grants):
            policy, job = render_grant(number, self._next(), self.now)
            self.shelf("networkpolicies").change("ADDED", policy)
            self.shelf("jobs").change("ADDED", job)
        for number in range(40):
            self.shelf("namespaces").items["", f"team-{number}"] = encode(self._namespace(number))

    def shelf(self, plural: str) -> Shelf:
        """Return the shelf of a kind."""
        return self.shelves.setdefault(plural, Shelf())

    def _next(self) -> int:
        self.version += 1
        return self.version

    def _namespace(self, number: int) -> Json:
        name, labels = f"team-{number}", {"kubernetes.io/metadata.name": f"team-{number}"}
        meta = {"name": name, "uid": f"ns-{number}", "labels": labels, "resourceVersion": str(self._next())}
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}

    async def run(self) -> None:
        """Let things happen for ever, as many in all as the time that has passed asks for."""
        steps, began = self._steps(), time.monotonic()
        while self.rate:
            await asyncio.sleep(_BEAT_SECONDS)
            while self.sent < (time.monotonic() - began) * self.rate:
                next(steps)
                self.sent += 1

    def _steps(self) -> Iterator[None]:
        while True:
            for step in range(100):
                if step == 99 and self.grants:
                    number = (self.sent // 100 * 7) % self.grants
                    policy, _ = render_grant(number, self._next(), self.now, f" ({self.sent})")
                    self.shelf("networkpolicies").change("MODIFIED", policy)
                elif step % 4 == 3:
                    self._happen()
                else:
                    self._restart(self.sent * 13 % self.pods)
                yield

    def _restart(self, number: int) -> None:
        pod = render_pod(number, self._next())
        pod["status"]["containerStatuses"][0]["restartCount"] = self.version % 50
        self.shelf("pods").change("MODIFIED", pod)

    def _happen(self) -> None:
        watched = list(self.shelf("events").watchers.values()) or [namespace(0)]
        where = watched[self.sent % len(watched)] or namespace(self.sent)
        number = int(where.rpartition("-")[2]) + 40 * (self.sent % (self.pods // 40))
        pod, version = render_pod(number, 1)["metadata"], self._next()
        name = f"{pod['name']}.{version:x}"
        event: Json = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": name,
                "namespace": where,
                "uid": f"event-{version}",
                "resourceVersion": str(version),
            },
            "involvedObject": {"kind": "Pod", "namespace": where, "name": pod["name"], "uid": pod["uid"]},
            "type": "Warning",
            "reason": "Unhealthy",
            "message": f"Readiness probe failed: HTTP probe failed with statuscode: 503 ({version})",
            "count": 1,
            "lastTimestamp": format_moment(datetime.now(UTC)),
        }
        self.shelf("events").change("ADDED", event)
        held = self.shelf("events").items
        while len(held) > 2000:
            held.pop(next(iter(held)))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer whatever is asked for."""
        parts = request.path.strip("/").split("/")
        if request.method == "POST":
            now = format_moment(datetime.now(UTC))
            return web.json_response(
                {"metadata": {"creationTimestamp": now}, "status": _REVIEWS[parts[-1]]}, status=201
            )
        if parts == ["version"]:
            return web.json_response({"gitVersion": "v1.36.3", "major": "1", "minor": "36"})
        wanted = parts[parts.index("namespaces") + 1] if "namespaces" in parts[:-1] else ""
        shelf = self.shelf(parts[-1])
        return (
            await self._watch(request, shelf, wanted)
            if "watch" in request.query
            else self._page(request, shelf.of(wanted))
        )

    async def _watch(self, request: web.Request, shelf: Shelf, wanted: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        shelf.watchers[queue] = wanted
        with suppress(ConnectionError):
            if "sendInitialEvents" in request.query:
                await self._send_all(response, shelf.of(wanted))
            while True:
                await response.write(await queue.get())
        shelf.watchers.pop(queue, None)
        return response

    async def _send_all(self, response: web.StreamResponse, items: list[bytes]) -> None:
        end = {"resourceVersion": str(self.version), "annotations": {"k8s.io/initial-events-end": "true"}}
        for start in range(0, len(items), _PIECE):
            lines = (b'{"type":"ADDED","object":%s}\n' % item for item in items[start : start + _PIECE])
            await response.write(b"".join(lines))
        await response.write(encode({"type": "BOOKMARK", "object": {"metadata": end}}) + b"\n")

    def _page(self, request: web.Request, items: list[bytes]) -> web.Response:
        start = int(request.query.get("continue") or 0)
        end = start + int(request.query.get("limit") or len(items) or 1)
        meta: Json = {"resourceVersion": str(self.version)}
        if end < len(items):
            meta |= {"continue": str(end), "remainingItemCount": len(items) - end}
        head = json.dumps(meta).encode()
        body = b'{"kind":"List","apiVersion":"v1","metadata":%s,"items":[%s]}' % (
            head,
            b",".join(items[start:end]),
        )
        return web.Response(body=body, content_type="application/json")


async def serve(busy: Busy, cert: str, key: str) -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", busy.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    context = None
    if cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await busy.run()
    await asyncio.Event().wait()


def main() -> None:
    """Read the sizes and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--grants", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--cert", default="")
    parser.add_argument("--key", default="")
    options = parser.parse_args()
    asyncio.run(serve(Busy(options.pods, options.grants, options.rate), options.cert, options.key))


if __name__ == "__main__":
    main()
