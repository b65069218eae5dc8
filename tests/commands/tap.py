"""One record of every call that the use cases make, in order, and the switches that let one of them go wrong.

Law: the fakes know nothing of what is to go wrong; they pass each call through the tap.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


class DiedError(BaseException):
    """The process is killed here: nothing in the product may catch it."""


@dataclass
class Tap:
    """What was called, and what is to happen at which call."""

    trace: list[str] = field(default_factory=list)
    """``policies.create production/netgrant-…``; dry runs are ``policies.rehearse``."""
    before: dict[int, Callable[[], None]] = field(default_factory=dict)
    """By number in the trace: runs instead of the call, if it raises."""
    after: dict[int, Callable[[], None]] = field(default_factory=dict)
    """By number in the trace: runs when the call has been carried out, before its answer is given."""
    named: dict[tuple[str, int], tuple[Callable[[], None], bool]] = field(default_factory=dict)
    """By method and how many-th call of it: what runs, and whether the call is carried out first."""
    watch: Callable[[], None] = lambda: None
    """Runs after each call that was carried out."""
    counts: Counter[str] = field(default_factory=Counter)
    victim: "asyncio.Task[object] | None" = None
    """Whom ``cancel_at`` cancels."""

    def fail(self, method: str, error: BaseException, *, nth: int = 1, done: bool = False) -> None:
        """Let the n-th call of a method from now on fail; with ``done`` it is carried out first."""

        def raise_it() -> None:
            raise error

        self.do(method, raise_it, nth=nth, done=done)

    def do(self, method: str, act: Callable[[], None], *, nth: int = 1, done: bool = False) -> None:
        """Run ``act`` at the n-th call of a method from now on, before or after it is carried out."""
        self.named[method, self.counts[method] + nth] = (act, done)

    def fail_at(self, number: int, error: BaseException, *, done: bool = False) -> None:
        """Let call ``number`` of the trace fail, before or after it is carried out."""

        def raise_it() -> None:
            raise error

        (self.after if done else self.before)[number] = raise_it

    def cancel_at(self, number: int, *, done: bool = False) -> None:
        """Cancel ``interrupted``'s work while it is at call ``number``, before or after it is carried out."""

        (self.after if done else self.before)[number] = self.cancel

    def cancel(self) -> None:
        """Cancel ``interrupted``'s work now."""
        assert self.victim is not None
        self.victim.cancel()

    async def interrupted(self, work: Coroutine[Any, Any, object]) -> None:
        """Run what is to be cancelled, as Ctrl-C does: from outside; fails if it ends in another way."""
        self.victim = asyncio.create_task(work)
        await asyncio.wait({self.victim})
        assert self.victim.cancelled(), self.victim

    async def passed(self, method: str, what: str, carry_out: Callable[[], T]) -> T:
        """Record a call, let happen what is to happen, and carry it out."""
        number = len(self.trace)
        self.trace.append(f"{method} {what}".strip())
        self.counts[method] += 1
        act, done = self.named.pop((method, self.counts[method]), (None, False))
        await asyncio.sleep(0)  # as every real call does, it gives way to others
        if act is not None and not done:
            act()
        if number in self.before:
            self.before.pop(number)()
        await asyncio.sleep(0)
        answer = carry_out()
        self.watch()
        if act is not None and done:
            act()
        if number in self.after:
            self.after.pop(number)()
        await asyncio.sleep(0)
        return answer

    def methods(self) -> list[str]:
        """The trace without what each call was about."""
        return [line.split()[0] for line in self.trace]

    def clear(self) -> None:
        """Forget the trace and all that was still to happen."""
        self.trace.clear()
        self.before.clear()
        self.after.clear()
        self.named.clear()
        self.counts.clear()
