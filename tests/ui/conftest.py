"""Screens tell the clock on the wall, so the wall of every test is in Greenwich unless it says otherwise."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def living_in(zone: str) -> Iterator[None]:
    """This machine's zone, for a while."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.fixture(autouse=True)
def greenwich() -> Iterator[None]:
    with living_in("UTC"):
        yield


@pytest.fixture
def berlin(greenwich: None) -> Iterator[None]:
    with living_in("Europe/Berlin"):
        yield
