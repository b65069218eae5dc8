"""Screens as SVG, compared with what was seen and found good.

``NETGRANT_UPDATE_SNAPSHOTS=1 pytest tests/ui`` writes what is there now; look at each before committing it.
A picture that differs is left beside the good one as ``….new.svg``.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.app import NetgrantApp

FOLDER = Path(__file__).parent / "snapshots"
_UNIQUE = re.compile(r"terminal-\d+")


def picture(app: "NetgrantApp") -> str:
    """The screen as SVG, without the number that Textual makes up for each."""
    return _UNIQUE.sub("terminal", app.export_screenshot(simplify=True)) + "\n"


def words(svg: str) -> str:
    """What can be read in a picture, for a failure that says what differs."""
    import html

    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</text>", "\n", svg))).replace("\xa0", " ")


def assert_looks_as_before(app: "NetgrantApp", name: str) -> None:
    """Compare the screen with the picture of this name; its size is part of the name."""
    width, height = app.size
    path = FOLDER / f"{name}-{width}x{height}.svg"
    new = path.with_suffix(".new.svg")
    svg = picture(app)
    if os.environ.get("NETGRANT_UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(svg)
        return
    assert path.exists(), (
        f"no picture {path.name}: look at the screen, then run with NETGRANT_UPDATE_SNAPSHOTS=1"
    )
    good = path.read_text()
    if svg != good:
        new.write_text(svg)
        assert words(svg) == words(good), f"{path.name} reads differently"
        assert svg == good, f"{path.name} looks different; see {new.name}"
    new.unlink(missing_ok=True)
