"""What is typed and pasted into a field stays there as text, whatever it holds."""

import re

import pytest

from tests.cli.line import Line, grant
from tests.ui.pty.conftest import Opened
from tests.ui.pty.terminal import Terminal

ATTACK = "x\x1b]52;c;ZXZpbA==\x07\x1b[31m\x9b2J\r\nq\ny" + "z" * 5000


@pytest.fixture
def form(dashboard: Terminal) -> Terminal:
    """The form for a new grant, with the cursor in its namespace, which is empty."""
    dashboard.press("n")
    dashboard.until("New grant")
    dashboard.press("shift+tab")
    dashboard.press("ctrl+u")
    return dashboard


def test_letters_that_are_keys_elsewhere_are_typed_in_a_field(form: Terminal) -> None:
    form.type("qnerdyhacwpo")
    form.until("qnerdyhacwpo")
    form.press("escape")
    form.until_gone("New grant")
    assert form.process.poll() is None


def test_a_filter_takes_every_letter(dashboard: Terminal) -> None:
    dashboard.press("/")
    dashboard.type("qnerdyhac?:")
    dashboard.until("qnerdyhac?:")
    dashboard.press("escape")
    dashboard.until_gone("qnerdyhac?:")
    dashboard.press("q")
    assert dashboard.wait() == 0


def test_a_pasted_attack_is_text_and_presses_no_key(form: Terminal) -> None:
    form.press("tab", "tab", "tab", "tab", "tab")
    form.paste(ATTACK)
    form.until(lambda screen: "zzz" in screen.text or "52;c" in screen.text)
    form.press("ctrl+s")  # asks for all that is missing or wrong, and writes nothing
    form.until("✗")
    assert form.process.poll() is None
    assert "New grant" in form.screen.text
    assert b"ZXZpbA==\x07" not in form.written and form.screen.clipboard == []
    assert form.screen.unknown == set()


def test_a_paste_where_no_field_is_does_nothing(dashboard: Terminal) -> None:
    dashboard.paste("qqq\nq\x1b[31m")
    dashboard.press("/")
    dashboard.type("after")
    dashboard.until("after")
    assert dashboard.process.poll() is None


def test_bytes_that_are_no_text_do_no_harm(form: Terminal) -> None:
    form.send("\udcff\udcfe\udc80 \x00\x01\x1b[999;999R\x1b[<0;1;1M")
    form.type("still")
    form.until("still")
    assert form.process.poll() is None


def test_what_comes_in_one_burst_goes_where_it_was_meant(dashboard: Terminal) -> None:
    """Over a slow line; each of these letters is a key of the dashboard, and r would ask to revoke."""
    dashboard.send("/rerande")
    dashboard.until("/ rerande")
    dashboard.until_gone("▶")  # no grant has that name, and no dialog stands in front
    dashboard.press("escape")
    dashboard.until("▶")

    dashboard.send("e45m")
    dashboard.until("45m")
    dashboard.send("\x1b")
    dashboard.until_gone("45m")

    dashboard.send("n\x1b[Z\x15production\tapp=database\t198.51.100.0/24\t5432\t45m\tdebug\tINC-1")
    for label, text in (
        ("Namespace", "production"),
        ("Target", "app=database"),
        ("From", "198.51.100.0/24"),
        ("Ports", "5432"),
        ("For", "45m"),
        ("Reason", "debug"),
        ("Ticket", "INC-1"),
    ):
        dashboard.until(lambda screen, wanted=f"{label} +{text}": re.search(wanted, screen.text))  # type: ignore[misc]


def test_keys_pressed_before_anything_is_shown_do_no_harm(opened: Opened) -> None:
    terminal = opened()
    terminal.send("f\x1b py13dw\x13L/x")
    for keys in ("\x1b", "?", "\x1b", "h", "\x1b", ":", "\x1b", "p\x12"):
        terminal.send(keys)
    terminal.until("alice")
    terminal.press("escape", "escape")
    terminal.send("/after")
    terminal.until("/ after")


def test_a_click_moves_the_cursor_and_a_turned_wheel_does_no_harm(
    opened: Opened, line: Line, namespace: str
) -> None:
    for life in ("20m", "40m"):
        grant(line, namespace, life=life)
    terminal = opened("-n", namespace)

    def rows() -> list[int]:
        lines = enumerate(terminal.screen.lines, 1)
        return [at for at, text in lines if "active" in text and f" {namespace} " in text]

    terminal.until(lambda _: len(rows()) == 2)
    first, second = rows()
    terminal.until(lambda screen: "▶" in screen.lines[first - 1])
    terminal.send(f"\x1b[<0;20;{second}M\x1b[<0;20;{second}m")
    terminal.until(lambda screen: "▶" in screen.lines[second - 1])
    terminal.send("\x1b[<64;20;5M\x1b[<65;20;5M" * 50)
    terminal.press("q")
    assert terminal.wait() == 0
