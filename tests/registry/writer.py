"""A process of its own that keeps writing to a registry, and says after each row that it is kept.

Run as ``python -m tests.registry.writer PATH ROUNDS NAME``; it starts when it is sent a line.
"""

import asyncio
import sys
from pathlib import Path

from app.domain.records import Happening, Outcome
from app.registry import Registry
from tests.registry.samples import entry, grant, intent


async def write(path: Path, rounds: int, name: str) -> None:
    """Write four rows a round: begin and finish an intent, a line on stdout after each, and two notes."""
    async with Registry.open(path) as registry:
        for number in range(rounds):
            own = f"{name}-{number}"
            record = grant(own, reason="x" * 500)
            begun = entry(grant_id=own, actor=name, detail={"reason": "y" * 2000})
            await registry.begin(intent(own, grant_id=own), record, begun)
            print(own, "begun", flush=True)  # noqa: T201 (the parent reads it)
            await registry.finish(
                own, Outcome.DONE, entry(Happening.GRANTED, grant_id=own, actor=name), record
            )
            print(own, "finished", flush=True)  # noqa: T201
            await registry.note(entry(Happening.ENDED, grant_id=own, actor=name), record)
            await registry.note(entry(Happening.GAP, grant_id=own, actor=name))  # reads before it writes


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
