"""The signals that end the dashboard, and that a nohup keeps."""

import signal
from collections.abc import Iterator

import pytest

from app.ui.signals import heeded, interrupt

ALL = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ALL}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_one_that_was_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interrupt()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert heeded() == [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("number", ALL)
def test_each_is_an_interrupt_at_first(number: signal.Signals) -> None:
    interrupt()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
