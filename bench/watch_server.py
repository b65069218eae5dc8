"""Serve the same pods and the same changes to each side of bench/watch.py, from a process of its own.

Law: everything is rendered before the port is told, and written in large pieces, so that the server is never
what is measured.
"""

import argparse
import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

from bench.pods import encode, render_pod

_PIECE = 256 * 1024
_REFUSED = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
    "reason": "Invalid",
    "code": 422,
}


class Pods:
    """The rendered documents: ``pods`` pods, then ``events`` changes of them in turn."""

    def __init__(self, pods: int, events: int, *, has_watch_list: bool) -> None:
        self.has_watch_list = has_watch_list
        self.version = pods
        self.items = [encode(render_pod(number, number + 1)) for number in range(pods)]
        self.initial = _pieces([b'{"type":"ADDED","object":%s}' % item for item in self.items])
        changed = [encode(render_pod(number % pods, pods + 1 + number)) for number in range(events)]
        self.events = _pieces([b'{"type":"MODIFIED","object":%s}' % item for item in changed])
        annotations = {"k8s.io/initial-events-end": "true"}
        metadata: dict[str, Any] = {"resourceVersion": str(pods), "annotations": annotations}
        self.initial.append(
            encode({"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": metadata}}) + b"\n"
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a list or a watch of pods."""
        if "watch" not in request.query:
            return self._page(request)
        is_initial = "sendInitialEvents" in request.query
        if is_initial and not self.has_watch_list:
            return web.json_response(_REFUSED, status=422)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError):  # the client has seen enough
            for piece in [*(self.initial if is_initial else ()), *self.events]:
                await response.write(piece)
            await asyncio.sleep(3600)
        return response

    def _page(self, request: web.Request) -> web.Response:
        start = int(request.query.get("continue") or 0)
        end = start + int(request.query.get("limit") or len(self.items))
        metadata: dict[str, Any] = {"resourceVersion": str(self.version)}
        if end < len(self.items):
            metadata |= {"continue": str(end), "remainingItemCount": len(self.items) - end}
        body = b'{"kind":"PodList","apiVersion":"v1","metadata":%s,"items":[%s]}' % (
            json.dumps(metadata).encode(),
            b",".join(self.items[start:end]),
        )
        return web.Response(body=body, content_type="application/json")


def _pieces(lines: list[bytes]) -> list[bytes]:
    """Return the lines joined into pieces of about 256 KB."""
    pieces: list[bytes] = []
    pending: list[bytes] = []
    size = 0
    for line in lines:
        pending.append(line)
        size += len(line) + 1
        if size >= _PIECE:
            pieces.append(b"\n".join(pending) + b"\n")
            pending, size = [], 0
    return [*pieces, b"\n".join(pending) + b"\n"] if pending else pieces


async def serve(pods: Pods) -> None:
    """Serve until the process is ended; the first line on stdout is the port."""
    app = web.Application()
    app.router.add_get("/api/v1/pods", pods.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(3600)


def main() -> None:
    """Read the sizes and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--watch-list", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(Pods(options.pods, options.events, has_watch_list=options.watch_list)))


if __name__ == "__main__":
    main()
