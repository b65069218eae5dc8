"""Serve the app to browsers: routes, headers, and the sessions that are open.

Law: nothing is answered before the door has looked at it, and nothing that is served comes from, or may
speak to, another host.
"""

import asyncio
import os
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import textual_serve
from aiohttp import web
from textual_serve.server import Server, to_int

from app.errors import InputError
from app.ui.web.door import COOKIE, FOREIGN, PREFETCH, STRANGER, Door, Refusal, hosts_of
from app.ui.web.session import HURRY_SECONDS, PATIENCE_SECONDS, ServedSession

_OWN = Path(__file__).parent
_THEIRS = Path(textual_serve.__file__).parent / "static"
_SERVED = re.compile(r"(css/xterm\.css|js/textual\.js|fonts/RobotoMono[-\w]+\.ttf)")
_WIDEST = 1000
_FAREWELL_SECONDS = 0.2
"""What a browser is given to say goodbye, too."""
SESSIONS = 8
"""How many tabs may be open at a time; each is a process of some 60 MB."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, where, and to whom it is told."""

    line: Sequence[str]
    """What a session runs, from ``session.own_line``."""
    announce: Callable[[str], None]
    """Called with each new address, the first included; it opens once."""
    tell: Callable[[str], None]
    """Called with what a session wrote to stderr."""
    address: str = "127.0.0.1"
    """The IP address to listen at."""
    port: int = 0
    """0: one that is free."""
    names: tuple[str, ...] = ()
    """Further names that a browser may call us by."""
    sessions: int = SESSIONS
    """How many may be open at a time."""


@dataclass
class WebApp:
    """The routes behind the door."""

    serving: Serving
    door: Door
    url: str
    """What each address begins with: scheme, name and port."""
    _open: set["asyncio.Task[object]"] = field(default_factory=set)
    _server: Server = field(default_factory=lambda: Server(""))

    def announce(self) -> None:
        """Tell the address that opens next."""
        self.serving.announce(f"{self.url}{self.door.path}enter?token={self.door.token}")

    def build(self) -> web.Application:
        """Return the application."""
        app = web.Application(middlewares=[self._guard], client_max_size=1024)
        base = self.door.path
        app.add_routes(
            [
                web.get(f"{base}enter", self._enter),
                web.get(base, self._page),
                web.get(f"{base}own/{{name:page.css|begin.js}}", self._own),
                web.get(f"{base}static/{{name:.+}}", self._static),
                web.get(f"{base}ws", self._socket),
                web.get(f"{base}download/{{key}}", self._server.handle_download),
            ]
        )
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._end_all)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        door = self.door
        refusal = door.refuse_name(request)
        if refusal is None and request.path != f"{door.path}enter":
            refusal = door.refuse_stranger(request)
        return _refused(refusal) if refusal else await handler(request)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Change the token for the cookie, so that it stays neither in the address nor in the history."""
        door = self.door
        if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
            return _refused(PREFETCH)
        if request.method != "GET" or not door.admit(request.query.get("token", "")):
            return _refused(STRANGER)
        # By a page and not by a redirect: a cookie that is strict does not come along on a redirect from
        # the chat or mail page where somebody clicked on the address.
        answer = _file(_OWN / "enter.html")
        answer.set_cookie(COOKIE, door.cookie, path=door.path, httponly=True, samesite="Strict")
        self.announce()
        return answer

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return _file(_OWN / "index.html")

    async def _own(self, request: web.Request) -> web.StreamResponse:
        return _file(_OWN / request.match_info["name"])

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _SERVED.fullmatch(name):
            return _refused(Refusal(404, "netgrant: there is no such file."))
        return _file(_THEIRS / name)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:  # every browser says whose page it is that asks
            return _refused(FOREIGN)
        if len(self._open) >= self.serving.sessions:
            return _refused(Refusal(503, "netgrant: too many sessions are open; close a tab."))
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        websocket = web.WebSocketResponse(heartbeat=15, timeout=_FAREWELL_SECONDS)
        try:
            await websocket.prepare(request)
            await self._relay(request, websocket)
        finally:
            self._open.discard(task)
        return websocket

    async def _relay(self, request: web.Request, websocket: web.WebSocketResponse) -> None:
        session = ServedSession(
            self.serving.line, websocket, self._server.download_manager, self.serving.tell
        )
        patience = HURRY_SECONDS
        try:
            await session.start(_size(request, "width", 80), _size(request, "height", 24))
            # What is no message of textual-serve's ends the session: only its own page has reason to speak.
            with suppress(ValueError, AssertionError, LookupError, TypeError, AttributeError):
                await self._server._process_messages(websocket, session)
            patience = PATIENCE_SECONDS
        finally:
            await session.end(patience)
            await websocket.close()

    async def _end_all(self, _: web.Application) -> None:
        """End every session at once; what a write has begun is for the next netgrant to finish."""
        tasks = tuple(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _size(request: web.Request, name: str, default: int) -> int:
    return max(1, min(to_int(request.query.get(name, ""), default), _WIDEST))


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.status, text=f"{refusal.sentence}\n")


_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".ttf": "font/ttf"}


def _file(path: Path) -> web.Response:
    kind = _TYPES[path.suffix]
    charset = None if path.suffix == ".ttf" else "utf-8"
    return web.Response(body=path.read_bytes(), content_type=kind, charset=charset)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    host = request.headers.get("Host", "")
    socket = f" ws://{host} wss://{host}" if response.status < 400 else ""
    response.headers.update(
        {
            # xterm.js sets its colours by style elements of its own making.
            "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data:; connect-src 'self'{socket}; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'; object-src 'none'",
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Server": "netgrant",
        }
    )


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise InputError(
            f"{address} port {port} cannot be listened at: {os.strerror(error.errno or 0)}",
            field="port",
            fix="give another --listen or --port",
        ) from error


def _is_any(address: str) -> bool:
    return ip_address(address).is_unspecified


def _application(serving: Serving, port: int) -> WebApp:
    own = [] if _is_any(serving.address) else [serving.address]
    if own and ip_address(serving.address).is_loopback:
        own.append("localhost")
    name = own[0] if own else serving.names[0]
    shown = f"[{name}]" if ":" in name else name
    return WebApp(serving, Door(hosts_of(own, serving.names, port)), f"http://{shown}:{port}")


async def serve(serving: Serving) -> None:
    """Serve until cancelled; every session has ended when it returns.

    Raises:
        InputError: the address or port cannot be had.
    """
    listening = _listening(serving.address, serving.port)
    application = _application(serving, listening.getsockname()[1])
    runner = web.AppRunner(application.build(), access_log=None, shutdown_timeout=HURRY_SECONDS)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        application.announce()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        listening.close()
