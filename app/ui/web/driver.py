"""The driver of a served session: it ends when whoever serves it lets go, however that came about."""

import asyncio
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp

PATH = f"{__name__}:ServedDriver"
"""What TEXTUAL_DRIVER names."""


class ServedDriver(WebDriver):
    """Textual's web driver, which would go on unseen for ever after its server was killed."""

    def __init__(self, app: App[Any], **given: Any) -> None:
        super().__init__(app, **given)
        self._loop = asyncio.get_running_loop()

    def run_input_thread(self) -> None:
        """Read until told to stop, or until nobody writes any more."""
        super().run_input_thread()
        if not self.exit_event.is_set() and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._app._post_message(ExitApp()), self._loop)
