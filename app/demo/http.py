"""The HTTP side: one aiohttp server on loopback, every reply with Date and Audit-Id.

Law: the only module of app/demo that imports aiohttp, and it is imported only when a server starts.
"""

import uuid
from contextlib import aclosing, suppress
from email.utils import format_datetime

from aiohttp import ClientConnectionResetError, web

from app.demo.clock import ServerClock
from app.demo.handlers import Answer, Handlers, Stream
from app.demo.watch import Watcher


class HttpServer:
    """Serves ``handlers`` on 127.0.0.1; port 0 takes a free one."""

    def __init__(self, handlers: Handlers, watcher: Watcher, clock: ServerClock) -> None:
        self._handlers = handlers
        self._watcher = watcher
        self._clock = clock
        self._runner: web.ServerRunner | None = None

    async def start(self, port: int) -> int:
        """Listen; return the port.

        Raises:
            OSError: the port is taken.
        """
        server = web.Server(self._handle)
        # A watch whose client has gone ends at once rather than at its next line.
        self._runner = web.ServerRunner(server, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and cut all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _headers(self) -> dict[str, str]:
        return {
            "Audit-Id": str(uuid.uuid4()),
            "Cache-Control": "no-cache, private",
            "Date": format_datetime(self._clock.now(), usegmt=True),
        }

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = await self._handlers.answer(request)
        if isinstance(answer, Stream):
            return await self._stream(request, answer)
        return self._reply(answer)

    def _reply(self, answer: Answer) -> web.Response:
        response = web.Response(
            body=answer.body,
            status=answer.status,
            content_type=answer.content_type,
            headers=self._headers(),
        )
        for text in answer.warnings:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            response.headers.add("Warning", f'299 - "{quoted}"')
        if answer.retry_after:
            response.headers["Retry-After"] = str(answer.retry_after)
        return response

    async def _stream(self, request: web.BaseRequest, stream: Stream) -> web.StreamResponse:
        response = web.StreamResponse(headers={**self._headers(), "Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        with suppress(ClientConnectionResetError):  # the client hung up while a line was on its way
            async with aclosing(self._watcher.chunks(stream.subject, stream.query)) as chunks:
                async for lines in chunks:
                    await response.write(lines)
            await response.write_eof()
        return response
