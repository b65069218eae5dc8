"""One served session: a process of its own for each browser tab, which ends with it.

Law: no shell, and no program found by its name. What it says on stderr is told by
whoever serves, never sent to the browser.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from aiohttp.web import WebSocketResponse
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from app.ui.web.driver import PATH as DRIVER

_PACKAGES = Path(__file__).parents[3]
"""Where this package stands."""
_READY = b"__GANGLION__\n"
_PRELUDE_LINES = 10
HURRY_SECONDS = 0.5
"""What a session is given when everything ends, which must take no longer than a second."""
PATIENCE_SECONDS = 10.0
"""What a session is given to finish a write that has begun, when its tab is closed."""


def own_line(arguments: Sequence[str]) -> list[str]:
    """Return the command line that runs this very program; ``-P``: not one that stands where we are."""
    return [sys.executable, "-P", "-m", "app", *arguments]


class ServedSession(AppService):
    """textual-serve's relay between a socket and a process, with a process that surely ends.

    Args:
        line: the program and its arguments.
        websocket: the browser.
        downloads: files on their way to browsers.
        tell: says what the process wrote to stderr.
    """

    def __init__(
        self,
        line: Sequence[str],
        websocket: WebSocketResponse,
        downloads: DownloadManager,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(
            "",
            write_bytes=websocket.send_bytes,
            write_str=self._write,
            close=self._close,
            download_manager=downloads,
        )
        self._line = line
        self._websocket = websocket
        self._tell = tell

    async def _write(self, message: str) -> None:
        """Send a message; a file is fetched below our own path, and not where the script would look."""
        kind, content = json.loads(message)
        if kind == "deliver_file_start":
            message = json.dumps(["open_url", {"url": f"download/{content}", "new_tab": True}])
        await self._websocket.send_str(message)

    async def _close(self) -> None:
        await self._websocket.close()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        known = super()._build_environment(width, height)
        return {**known, "TEXTUAL_DRIVER": DRIVER, "PYTHONPATH": str(_PACKAGES), "TEXTUAL_FPS": "30"}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start the program itself; in a session of its own, so that Ctrl-C where we run asks only us."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._line,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Pass on what the process shows until it ends; then end the connection, too."""
        process = self._process
        assert process is not None and process.stdout is not None and process.stderr is not None
        said = asyncio.create_task(process.stderr.read())
        try:
            with suppress(asyncio.IncompleteReadError):
                if await self._is_ready(process.stdout):
                    await self._relay(process.stdout)
        finally:
            if text := (await said).decode(errors="replace").strip():
                self._tell(text)
            await self._websocket.close()

    async def _is_ready(self, stdout: asyncio.StreamReader) -> bool:
        for _ in range(_PRELUDE_LINES):
            line = await stdout.readline()
            if line == _READY or not line:
                return bool(line)
        return False

    async def _relay(self, stdout: asyncio.StreamReader) -> None:
        takes = {b"D": self.on_data, b"M": self.on_meta, b"P": self.on_packed}
        while True:
            kind = await stdout.readexactly(1)
            size = int.from_bytes(await stdout.readexactly(4), "big")
            content = await stdout.readexactly(size)
            with suppress(ConnectionError):  # read on when nobody looks: a full pipe would hold the process
                await takes[kind](content)

    async def end(self, patience_seconds: float) -> None:
        """Ask the process to leave, and see to it that it does."""
        if (process := self._process) is None:
            return
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(patience_seconds):
                    await self.send_meta({"type": "quit"})
                    await process.wait()
        finally:
            await self._surely_end(process)

    async def _surely_end(self, process: Process) -> None:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        self.stdin.close()
        with suppress(OSError):
            await self.stdin.wait_closed()
        if self._task is not None:
            await self._task
