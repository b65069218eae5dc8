"""A credential plugin that wants to talk while the screen is up neither takes keys nor writes over it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Served
from tests.e2e.command import Netgrant
from tests.kube.plugins import V1, plugin_script, yielding
from tests.ui.pty.terminal import Terminal, terminal

ASKS = 'echo "ENTER THE CODE:" >&2; read -r code; echo "GOT $code" >&2; '
Started = Callable[[str, str], Terminal]


@pytest.fixture
def started(alive: Served, tmp_path: Path) -> Iterator[Started]:
    """Opens the dashboard with credentials from a plugin of this script and interactiveMode."""
    with ExitStack() as stack:

        def start(script: str, mode: str) -> Terminal:
            token = alive.cluster.tokens["alice"]
            command = plugin_script(tmp_path, script + "\n" + yielding(f'{{"token": "{token}"}}'))
            config = yaml.safe_load(alive.kubeconfig().read_text())
            plugin = {"apiVersion": V1, "command": command, "interactiveMode": mode}
            config["users"][0]["user"] = {"exec": plugin}
            path = tmp_path / "config"
            path.write_text(yaml.safe_dump(config))
            netgrant = Netgrant(path, tmp_path / "registry.db")
            return stack.enter_context(terminal(netgrant.line(), netgrant.environment()))

        yield start


@pytest.mark.parametrize("mode", ["IfAvailable", "Never"])
def test_it_reads_nothing_and_what_it_says_is_not_drawn_over_the_screen(mode: str, started: Started) -> None:
    screen = started(ASKS + "sleep 1", mode)
    screen.type("/typed")
    screen.until("alice")
    screen.until("/ typed")
    assert b"ENTER THE CODE" not in screen.written
    assert b"GOT" not in screen.written


def test_one_that_fails_is_told_in_a_sentence_with_its_last_words(started: Started) -> None:
    screen = started(ASKS + 'echo "\x1b[2Jsession expired" >&2; exit 3', "IfAvailable")
    screen.until("exit code 3")
    screen.until("session expired")
    assert screen.screen.unknown == set()


def test_one_that_must_ask_is_not_started_and_that_is_said(started: Started, tmp_path: Path) -> None:
    screen = started(f"touch {tmp_path}/was-run", "Always")
    screen.until("interactiveMode: Always")
    assert not (tmp_path / "was-run").exists()


PASSWORD = (
    'printf "Password for alice: " >&2; read -r secret; [ "$secret" = open ] || { echo wrong >&2; exit 1; }'
)


def test_logging_in_lends_it_the_terminal_and_comes_back_to_the_table(started: Started) -> None:
    screen = started(PASSWORD, "Always")
    screen.until("interactiveMode: Always")
    screen.press("l")
    screen.until(lambda seen: "Password for alice:" in seen.text and "cannot be shown" not in seen.text)
    screen.drain()
    begun = len(screen.written)
    screen.type("open\r")
    screen.until("● live")

    while_lent = screen.written[begun:].partition(b"\x1b[?1049h")[0]
    assert while_lent == b"open\r\n"  # the echo, and nothing of ours
    screen.press("q")
    assert screen.wait() == 0


def test_ctrl_c_gives_up_the_question_and_not_the_app(started: Started) -> None:
    screen = started(PASSWORD, "Always")
    screen.until("interactiveMode: Always")
    screen.press("l")
    screen.until("Password for alice:")
    screen.press("ctrl+c")
    screen.until("interactiveMode: Always")
    screen.press("h")
    screen.until_gone("interactiveMode: Always")
    screen.press("escape")
    screen.until("interactiveMode: Always")
    screen.press("q")
    assert screen.wait() == 0


def test_a_wrong_answer_comes_back_with_what_the_plugin_said(started: Started) -> None:
    screen = started(PASSWORD, "Always")
    screen.until("interactiveMode: Always")
    screen.press("l")
    screen.until("Password for alice:")
    screen.type("sesame\r")
    screen.until(lambda seen: "exit code 1" in " ".join(seen.text.split()))
    screen.press("q")
    assert screen.wait() == 0
