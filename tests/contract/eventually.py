"""Waiting for what controllers do in their own time."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
POLL_SECONDS = 0.05


def eventually(probe: Callable[[], Value | None], *, seconds: float = 15.0, what: str = "it") -> Value:
    """Asks until the answer is truthy, and returns it.

    Raises:
        AssertionError: it was not within ``seconds``.
    """
    give_up = time.monotonic() + seconds
    while not (value := probe()):
        assert time.monotonic() < give_up, f"{what} did not happen within {seconds:g} s"
        time.sleep(POLL_SECONDS)
    return value
