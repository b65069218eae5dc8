"""The dashboard in a real terminal, on the embedded clusters of the command line's tests."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from tests.cli.conftest import alive, line, namespace, quiet_line, still, surroundings
from tests.cli.line import Line
from tests.e2e.command import Netgrant
from tests.ui.pty.terminal import Terminal, terminal

__all__ = ["alive", "line", "namespace", "quiet_line", "still", "surroundings"]

Opened = Callable[..., Terminal]


@pytest.fixture
def opened(line: Line) -> Iterator[Opened]:
    """Opens the dashboard with these options on the living cluster."""
    with ExitStack() as stack:

        def start(
            *options: str,
            size: tuple[int, int] = (100, 30),
            before: Sequence[str] = (),
            **environ: str,
        ) -> Terminal:
            netgrant = Netgrant(line.kubeconfig, line.registry)
            around = {**netgrant.environment(), **environ}
            return stack.enter_context(terminal([*before, *netgrant.line(*options)], around, size))

        yield start


@pytest.fixture
def dashboard(opened: Opened) -> Terminal:
    """The dashboard, connected."""
    found = opened()
    found.until("alice")
    return found
