"""What stores tell is carried over a little at a time, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from app.domain.objects import Pod
from app.kube.intake import Intake, Sink, carried
from app.kube.store import Changes
from tests.kube.virtual_time import settle
from tests.ui.objects import pod

A, B, C = (pod("n", name, {}) for name in "abc")


@dataclass
class Book:
    """Writes down what is done."""

    lines: list[str] = field(default_factory=list)
    spent: float = 0.0

    def sink(self) -> Sink[Pod]:
        return Sink(
            put=lambda item: self.lines.append(f"put {item.metadata.name}"),
            drop=lambda item: self.lines.append(f"drop {item.metadata.name}"),
            retain=lambda is_kept: None,
            lose_sight=lambda is_kept: None,
        )

    def steps(self, name: str, count: int, seconds: float = 0.0) -> Iterator[None]:
        """Take a while for each of some steps."""
        for number in range(count):
            self.lines.append(f"{name}{number}")
            self.spent += seconds
            yield


@asynccontextmanager
async def running(book: Book) -> AsyncIterator[Intake]:
    intake = Intake(lambda: book.lines.append("told"), lambda: book.spent)
    task = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        task.cancel()
        await asyncio.wait((task,))


def test_what_is_gone_goes_first() -> None:
    book = Book()
    for _ in carried(Changes(added=(A,), updated=((B, B),), deleted=(C,)), book.sink()):
        pass
    assert book.lines == ["drop c", "put a", "put b"]


def test_what_has_an_order_comes_in_it() -> None:
    book = Book()
    sink = replace(book.sink(), order=lambda item: item.metadata.name)
    for _ in carried(Changes(added=(C, A), updated=((B, B),)), sink):
        pass
    assert book.lines == ["put a", "put b", "put c"]


async def test_first_come_first_carried() -> None:
    book = Book()
    async with running(book) as intake:
        intake.add(book.steps("a", 2))
        intake.add(book.steps("b", 1))
        await settle()
        assert book.lines == ["a0", "a1", "b0", "told"]
        intake.add(book.steps("c", 1))
        await settle()
        assert book.lines[-2:] == ["c0", "told"]


async def test_others_get_their_turn_between_two_slices() -> None:
    book = Book()
    ended = asyncio.Event()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while not ended.is_set():
            turns += 1
            await asyncio.sleep(0)

    def steps() -> Iterator[None]:
        yield from book.steps("a", 640, seconds=0.001)
        ended.set()

    async with running(book) as intake:
        intake.add(steps())
        await others()
    assert turns >= 20, "32 steps between two looks at the clock, and each look is past the 5 ms"
