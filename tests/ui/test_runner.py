"""A write that has begun goes on whatever closes, one at a time per grant, and its end is told."""

import asyncio

import pytest
from textual.pilot import Pilot

from app.errors import InputError, NetgrantError, RefusedError, UncertainError
from app.ui.app import NetgrantApp
from app.ui.runner import Finished, attempt
from app.ui.sentences import told, told_at_field
from tests.ui.stage import SMALL, ready, still

KEY = ("prod-eu1", "01A")
OTHER = ("prod-eu1", "01B")


def toasts(app: NetgrantApp) -> list[str]:
    return [note.message for note in app._notifications]


async def ended(pilot: "Pilot[int]", ends: list[Finished[str]], count: int = 1) -> None:
    while len(ends) < count:
        await pilot.pause()


async def value() -> str:
    return "done"


async def test_the_end_is_given_to_whoever_began() -> None:
    app = still()
    ends: list[Finished[str]] = []
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert app.runner.start("doing it", value, ends.append, (KEY,))
        assert list(app.runner.under_way) == ["doing it"]
        await ended(pilot, ends)
        assert ends == [Finished("done")]
        assert not app.runner.is_busy(KEY)
        assert len(app.runner.under_way) == 0


async def test_a_grant_is_changed_by_one_write_at_a_time() -> None:
    app = still()
    ends: list[Finished[str]] = []
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "slow"

    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert app.runner.start("first", slow, ends.append, (KEY,))
        assert not app.runner.start("second", value, ends.append, (KEY,))
        assert app.runner.start("another", value, ends.append, (OTHER,))
        await ended(pilot, ends)
        assert ends == [Finished("done")]
        assert any("is being changed already" in text for text in toasts(app))
        gate.set()
        await ended(pilot, ends, 2)
        assert ends[1] == Finished("slow")


async def test_each_of_many_ends_on_its_own_and_a_busy_one_is_refused() -> None:
    app = still()
    ends: list[dict[tuple[str, str], Finished[str]]] = []
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "slow"

    async def fails() -> str:
        raise UncertainError("no answer came")

    third = ("staging", "01C")
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        app.runner.start("first", slow, None, (KEY,))
        app.runner.start_each("many", {KEY: value, OTHER: fails, third: value}, ends.append)
        while not ends:
            await pilot.pause()
        assert isinstance(ends[0][KEY].error, RefusedError)
        assert ends[0][OTHER].is_uncertain
        assert ends[0][third] == Finished("done")
        assert app.runner.is_busy(KEY)  # the first is still at it
        gate.set()


async def test_whoever_awaits_may_be_cancelled_and_the_write_goes_on() -> None:
    app = still()
    gate, done = asyncio.Event(), []

    async def slow() -> str:
        await gate.wait()
        done.append("written")
        return "slow"

    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        waiting = asyncio.create_task(app.runner.run("slowly", slow))
        await pilot.pause()
        waiting.cancel()
        await asyncio.wait({waiting})
        gate.set()
        assert await app.runner.wait(5) == ()
        assert done == ["written"]


async def test_leaving_waits_for_what_is_under_way() -> None:
    app = still()
    gate, done = asyncio.Event(), []

    async def slow() -> str:
        await gate.wait()
        done.append("written")
        return "slow"

    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        app.runner.start("slowly", slow)
        assert await app.runner.wait(0) == ("slowly",)
        gate.set()
    assert done == ["written"]


async def test_who_leaves_anyway_does_not_wait_twice() -> None:
    app = still()
    ends: list[Finished[str]] = []

    async def endless() -> str:
        await asyncio.Event().wait()
        return ""

    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        app.runner.start("slowly", endless, ends.append)
        app.runner.let_go()
    assert ends == []  # and we are here


async def test_run_gives_the_value_or_tells_what_went_wrong() -> None:
    app = still()

    async def fails() -> str:
        raise RefusedError("no", fix="do otherwise")

    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert await app.runner.run("doing it", value) == "done"
        assert await app.runner.run("doing it", fails) is None
        assert "no; do otherwise" in toasts(app)


async def test_a_fault_of_our_own_is_told_and_keeps_its_cause() -> None:
    async def broken() -> str:
        raise KeyError("[@click=app.quit]x\x1b[/]")

    found = await attempt(broken)
    assert isinstance(found.error, NetgrantError)
    assert isinstance(found.error.__cause__, KeyError)
    assert "\x1b" not in told(found.error)
    assert "next start" in told(found.error)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("--reason is missing: why?", fix='for example --reason "x"'), "reason is missing: why?"),
        (InputError("'9x' is not a duration", fix="write 30m"), "'9x' is not a duration; write 30m"),
        (InputError("a--b is odd"), "a--b is odd"),
    ],
)
def test_beside_a_field_no_option_is_named(error: InputError, sentence: str) -> None:
    assert told_at_field(error) == sentence
