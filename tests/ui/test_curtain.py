"""What is seen before Textual stands where the screen's own lines will stand."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from app.live.cluster import LiveCluster, Memory
from app.ui.curtain import curtain
from app.ui.view import View
from app.ui.widgets.grant_table import GrantTable
from app.ui.widgets.header import Header
from tests.e2e.command import ROOT
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.stage import SIZES, StillBackend, app_on, set_scene


def memory() -> Memory:
    cluster = LiveCluster(None)
    set_scene(cluster)
    cluster.rows.advance(NOW)
    return Memory(tuple(replace(row, nets="?", parts=()) for row in cluster.rows), NOW - objects.MINUTE)


def remembered() -> View:
    cluster = LiveCluster(None)
    cluster.memory = memory()
    return View(NOW, (cluster,), 1)


@pytest.mark.parametrize("size", SIZES)
async def test_it_stands_where_the_screen_will(size: tuple[int, int]) -> None:
    backend = StillBackend(recollected=memory())
    backend.world.clock.time = NOW
    app = app_on(backend)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        header, table = app.screen.query_one(Header), app.screen.query_one(GrantTable)
        shown = [header.text, *(table.render_line(y).text for y in range(5))]
    drawn = curtain(remembered(), *size)
    assert len(drawn) == 2 + 4
    assert drawn == [line.rstrip() for line in shown]


def test_it_says_when_the_registry_last_heard() -> None:
    assert "10:19:54Z" in curtain(remembered(), 80, 24)[0]


@pytest.mark.parametrize(("width", "height"), [(19, 24), (80, 5), (1, 1), (20, 6)])
def test_a_terminal_without_room_does_without(width: int, height: int) -> None:
    lines = curtain(remembered(), width, height)
    assert all(len(line) <= width for line in lines)
    assert bool(lines) is (width >= 20 and height >= 6)


def test_where_nothing_is_remembered_there_is_none() -> None:
    assert curtain(View(NOW, (LiveCluster(None),), 1), 80, 24) == []


def test_it_comes_without_textual() -> None:
    code = (
        "import sys, app.ui.curtain; print([name for name in ('textual', 'aiohttp') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


DRAW = """
import sys
from tests.ui.test_curtain import remembered
from app.ui.curtain import drawn
with drawn(remembered()):
    if "fail" in sys.argv:
        raise SystemExit(3)
"""


def on_terminal(*arguments: str, **environ: str) -> str:
    """What the terminal is sent."""
    keyboard, screen = os.openpty()
    command = [sys.executable, "-c", DRAW, *arguments]
    known = {**os.environ, **environ}
    subprocess.run(["stty", "rows", "24", "cols", "80"], stdin=screen, check=True)
    subprocess.run(command, stdin=screen, stdout=screen, stderr=screen, cwd=ROOT, env=known, check=False)
    os.close(screen)
    sent = b""
    while True:
        try:
            piece = os.read(keyboard, 65536)
        except OSError:  # all has been read
            break
        sent += piece
    os.close(keyboard)
    return sent.decode()


def test_the_terminal_keeps_it_for_the_screens_and_is_given_back_where_they_fail() -> None:
    sent = on_terminal()
    assert sent.startswith("\x1b[?1049h")
    assert "app=database" in sent and "\x1b[?1049l" not in sent
    assert on_terminal("fail").endswith("\x1b[?1049l")


def test_a_browser_at_the_other_end_gets_nothing_of_it() -> None:
    assert on_terminal(TEXTUAL_DRIVER="app.ui.web.driver:ServedDriver") == ""
