"""How the dashboard's process is stopped and ends: promptly, and with the terminal as it was found."""

import os
import signal
import sqlite3
import termios
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Served
from tests.cli.line import Line, grant
from tests.contract.eventually import eventually
from tests.e2e import keys, register
from tests.ui.pty.conftest import Opened
from tests.ui.pty.terminal import Terminal

GRACE_SECONDS = 5.0  # it is one second where nothing else runs; a test machine may be busy
ENDING = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
MODES = ("1049", "1000", "1003", "1006", "2004", "1004")


def restored(terminal: Terminal, before: list[object]) -> None:
    """The terminal is what a shell expects."""
    assert terminal.attributes() == before
    assert not any(terminal.screen.modes.get(mode) for mode in MODES), terminal.screen.modes
    assert terminal.screen.modes.get("25", True)  # the cursor is back
    assert terminal.written.count(b"\x1b[>") <= terminal.written.count(b"\x1b[<u")  # keyboard protocol
    assert b"Traceback" not in terminal.written


def is_raw(terminal: Terminal) -> bool:
    return not terminal.attributes()[3] & (termios.ICANON | termios.ECHO)


def has_screen(terminal: Terminal) -> bool:
    return terminal.screen.modes["1049"]


def intact(registry: Path) -> None:
    """The registry can be read; there is none where nothing was ever written."""
    if not registry.exists():
        return
    with sqlite3.connect(f"file:{registry}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_leaving_gives_the_terminal_back(opened: Opened) -> None:
    terminal = opened()
    before = terminal.attributes()
    terminal.until("alice")
    assert is_raw(terminal)

    terminal.press("q")
    assert terminal.wait() == 0
    restored(terminal, before)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_it_and_gives_the_terminal_back(
    number: signal.Signals, opened: Opened, line: Line
) -> None:
    terminal = opened()
    before = terminal.attributes()
    terminal.until("alice")

    began = time.monotonic()
    terminal.process.send_signal(number)
    assert terminal.wait() == 130
    assert time.monotonic() - began < GRACE_SECONDS
    restored(terminal, before)
    intact(line.registry)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_before_the_first_picture_ends_it_too(number: signal.Signals, opened: Opened) -> None:
    terminal = opened()
    before = terminal.attributes()
    terminal.until(lambda screen: screen.modes.get("1049"))  # the alternate screen, and nothing on it yet

    terminal.process.send_signal(number)
    assert terminal.wait() == 130
    assert terminal.attributes() == before


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_while_only_the_remembered_is_drawn_ends_it(
    number: signal.Signals, opened: Opened, line: Line, namespace: str
) -> None:
    grant(line, namespace)
    terminal = opened()
    before = terminal.attributes()
    terminal.until(namespace)

    terminal.process.send_signal(number)
    assert terminal.wait() == 130
    restored(terminal, before)


def test_a_closed_window_ends_it(dashboard: Terminal, line: Line) -> None:
    began = time.monotonic()
    dashboard.close()
    assert dashboard.wait() == 130
    assert time.monotonic() - began < GRACE_SECONDS
    intact(line.registry)


def test_a_closed_window_ends_it_even_if_nobody_says_so(opened: Opened) -> None:
    """As with ``nohup``; a terminal that is gone is read at once and for ever, which costs a whole core."""
    terminal = opened(before=("sh", "-c", 'trap "" HUP; exec "$@"', "sh"))
    terminal.until("alice")
    terminal.close()
    assert terminal.wait() == 130


def test_it_stops_and_goes_on_as_a_shells_job_does(dashboard: Terminal) -> None:
    pid, raw = dashboard.process.pid, dashboard.attributes()

    def state() -> str:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

    dashboard.press("ctrl+z")
    eventually(lambda: state() == "T", what="the stop")
    dashboard.drain()
    assert not is_raw(dashboard)
    assert not has_screen(dashboard)

    dashboard.screen.resize(100, 30)
    os.kill(pid, signal.SIGCONT)
    dashboard.until("alice")
    assert dashboard.attributes() == raw
    assert has_screen(dashboard)
    dashboard.press("q")
    assert dashboard.wait() == 0


def test_ctrl_c_does_not_end_it_by_accident(dashboard: Terminal) -> None:
    dashboard.press("ctrl+c")
    dashboard.until("quit")
    assert dashboard.process.poll() is None


def test_a_storm_of_sizes_is_weathered(dashboard: Terminal) -> None:
    for width, height in ((1, 1), (20, 5), (300, 100), (2, 60), (200, 2), (79, 23), (1, 1), (100, 30)) * 5:
        dashboard.resize(width, height)
        dashboard.drain()
    dashboard.until("alice")
    dashboard.press("q")
    assert dashboard.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_midst_of_a_write_ends_it_and_the_next_start_finds_out(
    number: signal.Signals, opened: Opened, line: Line, namespace: str, alive: Served
) -> None:
    grant_id = grant(line, namespace)
    alive.relay.unanswered(f"PATCH /apis/batch/v1/namespaces/{namespace}/jobs")
    terminal = opened("-n", namespace)
    before = terminal.attributes()
    try:
        terminal.until("● live")
        terminal.until(keys.row(r"(29|30):\d\d .* J "))
        terminal.press("e")
        terminal.until("Reason")
        terminal.type("15m\rvendor\r")
        write = f"PATCH /apis/batch/v1/namespaces/{namespace}/jobs"
        eventually(lambda: any(row.startswith(write) for row in alive.relay.writes()), what="the write")

        began = time.monotonic()
        terminal.process.send_signal(number)
        assert terminal.wait() == 130
        assert time.monotonic() - began < GRACE_SECONDS
    finally:
        alive.relay.restore()
    restored(terminal, before)
    intact(line.registry)
    assert len(register.open_intents(line.registry)) == 1

    done = line("list", "-n", namespace).ok()
    assert f"recovered: extend of grant {grant_id}: it ends at" in done.err
    assert register.open_intents(line.registry) == []
