"""A grant's life by keys alone, in a terminal and on the embedded cluster, as the official client sees it."""

from collections.abc import Iterator

import pytest

from tests.cli.line import Line, grant
from tests.contract.eventually import eventually
from tests.e2e import keys, register
from tests.e2e.official import Official, official
from tests.ui.pty.conftest import Opened


@pytest.fixture
def witness(line: Line) -> Iterator[Official]:
    """The official client, with alice's rights."""
    with official(line.kubeconfig) as found:
        yield found


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_grants_life_by_keys(
    size: tuple[int, int], opened: Opened, witness: Official, namespace: str, line: Line
) -> None:
    terminal = opened("-n", namespace, size=size)
    terminal.until("● live")
    policy = keys.make(terminal, witness, namespace)
    assert terminal.strokes <= 20  # besides typed text
    keys.judge_made(policy, witness, namespace)
    keys.extend(terminal, witness, namespace)
    keys.revoke(terminal, witness, namespace)
    terminal.press("q")
    assert terminal.wait() == 0

    grant_id = policy.metadata.labels["netgrant.dev/grant"]
    assert register.phases(line.registry) == {grant_id: "ended"}
    assert register.open_intents(line.registry) == []


def test_a_terminal_that_takes_nothing_holds_no_work_and_is_drawn_anew(
    opened: Opened, witness: Official, namespace: str, line: Line
) -> None:
    """A line that hangs: what was asked for is done all the same, and later the screen is whole."""
    grant(line, namespace)
    terminal = opened("-n", namespace, size=(160, 45))
    terminal.until("● live")
    before = witness.deadline(namespace)
    for _ in range(20):  # from here on nobody reads: this fills whatever holds it
        terminal.press("?", "q")
    terminal.send("e15m\rvendor\r")
    eventually(lambda: witness.deadline(namespace) - before > 14 * keys.MINUTE, what="the later end")
    terminal.until(keys.row(r"4[45]:\d\d "))
    terminal.press("q")
    assert terminal.wait() == 0
