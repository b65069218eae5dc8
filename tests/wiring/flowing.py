"""The dashboard over its real backend, driven by keys; what came of it the official client says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot

from app.settings import Settings
from app.ui.app import NetgrantApp
from app.ui.screens.dashboard import Dashboard
from app.wiring.preferences import Wish
from app.wiring.screens import Screens
from tests.cli.line import Line
from tests.e2e.official import Official, official

PATIENCE_SECONDS = 30.0


@dataclass
class Flow:
    """The app, at work in one namespace."""

    pilot: "Pilot[int]"
    witness: Official
    namespace: str

    @property
    def app(self) -> NetgrantApp:
        """The app."""
        assert isinstance(self.pilot.app, NetgrantApp)
        return self.pilot.app

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Paste a text where the cursor is, in place of what stands there."""
        await self.pilot.press("ctrl+u")
        self.app.post_message(Paste(text))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Let the app go on until something is so."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < give_up, f"{what} did not come about:\n{self.seen()}"
            await self.pilot.pause(0.02)

    async def back(self) -> None:
        """Wait until the dashboard is in front again."""
        await self.until(lambda: isinstance(self.app.screen, Dashboard), "the way back to the dashboard")

    async def listed(self, count: int) -> None:
        """Wait until so many grants are listed as armed."""

        def are_listed() -> bool:
            rows = [shown.row for shown in self.app.feed.view.rows()]
            return len(rows) == count and all(row.armed for row in rows)

        await self.until(are_listed, f"{count} grants in the table")

    def seen(self) -> str:
        """What the screen shows."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())


@asynccontextmanager
async def flowing(line: Line, namespace: str) -> AsyncIterator[Flow]:
    """Open the dashboard on one namespace of the living cluster."""
    settings = Settings(kubeconfig=str(line.kubeconfig), registry=Path(line.registry), namespace=namespace)
    app = NetgrantApp(Screens(settings, Wish(namespace)))
    app.animation_level = "none"
    with official(line.kubeconfig) as witness:
        async with app.run_test(size=(120, 40)) as pilot:
            flow = Flow(pilot, witness, namespace)
            await flow.until(lambda: any(item.is_synced for item in app.feed.clusters), "the list of grants")
            yield flow
