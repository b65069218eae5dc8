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
