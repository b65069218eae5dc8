"""Headless Chromium, driven through its own DevTools protocol: no driver program, no further package.

Law: all that the page asks of a network is kept in ``requests``, so that a test can say what it did not.
"""

import asyncio
import json
import os
import shutil
import signal
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.contract.eventually import eventually

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# xterm.js keeps its terminal to itself. This hands it out at the moment when it is put into its holder.
_TAP = """
Object.defineProperty(Object.prototype, "terminal", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "terminal", { value, writable: true, configurable: true, enumerable: true });
    if (value && value.buffer) window.tapped = value;
  },
});
"""
_TEXT = """
(() => {
  if (!window.tapped) return "";
  const buffer = window.tapped.buffer.active, lines = [];
  for (let y = 0; y < window.tapped.rows; y++) lines.push(buffer.getLine(y)?.translateToString(true) ?? "");
  return lines.join("\\n");
})()
"""
# Pixels that are not the background's: the text was drawn, and not only kept.
_DRAWN = """
(() => {
  const canvas = document.querySelector(".xterm-text-layer, .xterm-screen canvas");
  return canvas ? canvas.width * canvas.height : 0;
})()
"""


def program() -> str | None:
    """Where Chromium is, None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class NotNowError(Exception):
    """The browser cannot answer that, at this moment at least."""


class Browser:
    """One page."""

    def __init__(self, socket: "aiohttp.ClientWebSocketResponse[Any]") -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requests: list[str] = []
        """Every URL that was asked for, sockets too."""
        self.troubles: list[str] = []
        """What the page's console complained of."""

    async def listen(self) -> None:
        """Take in what the browser says, until it is gone."""
        async for message in self._socket:
            said = json.loads(message.data)
            if (number := said.get("id")) in self._answers:
                self._answers.pop(number).set_result(said)
            else:
                self._note(said.get("method", ""), said.get("params", {}))

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(params["url"])
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.troubles.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.exceptionThrown":
                self.troubles.append(str(params["exceptionDetails"]))

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, 30)
        if "error" in said:
            raise NotNowError(str(said["error"]))
        result: dict[str, Any] = said["result"]
        return result

    async def value(self, script: str) -> Any:  # noqa: ANN401 - whatever the script comes to
        """Return what a script in the page comes to."""
        return (await self.ask("Runtime.evaluate", expression=script, returnByValue=True))["result"]["value"]

    async def awaited(self, script: str) -> str:
        """Wait until a script comes to a text, pages that come and go on the way notwithstanding."""
        give_up = time.monotonic() + 30.0
        while True:
            with suppress(NotNowError, KeyError):
                if text := str(await self.value(script)):
                    return text
            assert time.monotonic() < give_up, f"{script} came to nothing"

    async def open(self, url: str) -> None:
        """Go to an address, as typed by a person."""
        await self.ask("Page.navigate", url=url)

    async def text(self) -> str:
        """Return what the terminal in the page shows."""
        return str(await self.value(_TEXT))

    async def drawn_pixels(self) -> int:
        """Return how large the picture of the terminal is."""
        return int(await self.value(_DRAWN))

    async def until(self, words: str, seconds: float = 30.0) -> str:
        """Wait until the terminal in the page shows some words; return the screen."""
        give_up, shown = time.monotonic() + seconds, ""
        while words not in shown:
            with suppress(NotNowError, KeyError):  # one page goes, the next comes
                shown = await self.text()
            assert time.monotonic() < give_up, f"{words!r} is not shown:\n{shown}\n{self.troubles}"
        return shown

    async def press(self, char: str) -> None:
        """Press the key of a character."""
        await self.ask("Input.dispatchKeyEvent", type="keyDown", text=char, key=char)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=char)


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """Run Chromium with a fresh profile in a folder, and yield its one page."""
    chromium = program()
    assert chromium is not None
    process = await asyncio.create_subprocess_exec(
        chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-extensions", "--window-size=1200,800",
        "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank",
        stdout=DEVNULL, stderr=DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        port = await _port(folder / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [item for item in await answer.json() if item["type"] == "page"]
            async with client.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Browser(socket)
                listening = asyncio.create_task(page.listen())
                for domain in ("Network", "Page", "Log", "Runtime"):
                    await page.ask(f"{domain}.enable")
                await page.ask("Page.addScriptToEvaluateOnNewDocument", source=_TAP)
                try:
                    yield page
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its helpers, too
        await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    def has_port() -> bool:
        assert process.returncode is None, "Chromium did not start"
        return file.exists() and "\n" in file.read_text()

    await asyncio.to_thread(eventually, has_port, seconds=60, what="the start of Chromium")
    return int(file.read_text().splitlines()[0])
