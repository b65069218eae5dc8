"""The README's pictures, drawn from the screens themselves: ``python -m tests.pictures`` draws them anew.

Law: each picture is the same wherever and whenever it is drawn, in a light and a dark theme, and loads
nothing from anywhere: the viewer's own monospaced font is stretched to the cells of a terminal.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from app.registry import Registry
from app.ui.app import NetgrantApp
from tests.ui import form_stage, history_stage
from tests.ui.objects import SECOND
from tests.ui.snapshots import picture
from tests.ui.stage import StillBackend, drawn, press, ready, still

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
THEMES = {"dark": "textual-dark", "light": "textual-light"}
WIDTH, HEIGHT = 112, 26
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
_FRAME = (
    ('fill="#292929"', 'fill="#d4d4d4"'),
    ("fill: #c5c8c6", "fill: #303030"),
    ('fill="#c5c8c6"', 'fill="#303030"'),
)
"""What Rich draws a window with, and what it is in the light."""
_FONT_FACE = re.compile(r"\s*@font-face\s*\{.*?\}", re.S)
_FAMILY = re.compile(r"font-family:\s*[^;]*;")

Shown = tuple[NetgrantApp, "Pilot[int]"]


@asynccontextmanager
async def dashboard() -> AsyncIterator[Shown]:
    """Four grants: one overdue, one about to end, the cursor on a third whose database has trouble."""
    app = still()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await ready(pilot)
        await press(pilot, ["down", "down"])
        assert isinstance(app.backend, StillBackend)
        app.backend.world.clock.time += 16 * SECOND  # nothing is marked as just changed any more
        app.feed.publish()
        yield app, pilot


@asynccontextmanager
async def new_grant() -> AsyncIterator[Shown]:
    """The form, filled in: whom it opens, and what the server says to it."""
    async with form_stage.opened(form_stage.SEED, size=(WIDTH, HEIGHT)) as found:
        yield found.stage.app, found.pilot


@asynccontextmanager
async def history() -> AsyncIterator[Shown]:
    """Who asked for what, why, and how it ended."""
    with TemporaryDirectory() as folder:
        log = Registry.open(Path(folder, "registry.db"))
        await history_stage.told(log)
        app = history_stage.app_over(log)
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await history_stage.opened(pilot)
            yield app, pilot


SCENES: dict[str, Callable[[], AbstractAsyncContextManager[Shown]]] = {
    "dashboard": dashboard,
    "new-grant": new_grant,
    "history": history,
}


def self_contained(svg: str) -> str:
    """Return a picture that asks for no font from outside."""
    return _FAMILY.sub(f"font-family: {FONTS};", _FONT_FACE.sub("", svg))


def framed(svg: str, word: str) -> str:
    """Return a picture with a window around it as light or dark as it is."""
    for dark, light in _FRAME if word == "light" else ():
        svg = svg.replace(dark, light)
    return svg


async def draw(name: str) -> dict[str, str]:
    """Return the pictures of one scene by their file's name."""
    async with SCENES[name]() as (app, pilot):
        found = {}
        for word, theme in THEMES.items():
            app.theme = theme
            await drawn(pilot)
            found[f"{name}-{word}.svg"] = framed(self_contained(picture(app)), word)
        return found


async def _main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in SCENES:
        for file, svg in (await draw(name)).items():
            (FOLDER / file).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_main())
