"""A Wire that answers from a script, and the documents that it answers with.

Law: a script is a function from a call to what happens; one that is exhausted is a failed test.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.errors import ClusterError, UnreachableError
from app.kube.wire import Call, Reply
from tests.kube.virtual_time import VirtualClock

Json = dict[str, Any]

LINES_PER_BLOCK = 100

NO_WATCH_LIST = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"


def pod(name: str, version: int | str, *, uid: str = "", **labels: str) -> Json:
    metadata: Json = {"name": name, "namespace": "shop", "uid": uid or f"uid-{name}"}
    return {"metadata": metadata | {"resourceVersion": str(version), "labels": labels}}


def event(kind: str, obj: Json) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode()


def added(name: str, version: int, **labels: str) -> bytes:
    return event("ADDED", pod(name, version, **labels))


def modified(name: str, version: int, **labels: str) -> bytes:
    return event("MODIFIED", pod(name, version, **labels))


def deleted(name: str, version: int) -> bytes:
    return event("DELETED", pod(name, version))


def bookmark(version: int, *, initial_end: bool = False) -> bytes:
    annotations = {"k8s.io/initial-events-end": "true"} if initial_end else {}
    metadata = {"resourceVersion": str(version), "annotations": annotations}
    return event("BOOKMARK", {"kind": "Pod", "metadata": metadata, "spec": {"containers": None}})


def error(code: int, reason: str, message: str = "", **details: Any) -> bytes:
    status = {"kind": "Status", "metadata": {}, "status": "Failure", "code": code, "reason": reason}
    return event("ERROR", status | {"message": message or reason, "details": details})


def listing(version: int | str, *objects: Json, token: str = "") -> Reply:
    metadata = {"resourceVersion": str(version), "continue": token}
    return Reply(200, json.dumps({"kind": "PodList", "metadata": metadata, "items": objects}).encode())


@dataclass
class Stream:
    """A watch's answer: lines, then its end: in order, by an error, or none (it stays open and silent)."""

    lines: Sequence[bytes] = ()
    end: ClusterError | str = "open"
    """``open`` (for ever, or until it was idle too long), ``closed``, or what is raised."""
    lasts_seconds: float = 0.0
    """How long it stays open before its end."""
    more: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    """Lines that a test sends while the stream is open."""


Answer = Reply | Stream | ClusterError
Script = Callable[[Call], Answer]


def in_turn(*answers: Answer) -> Script:
    """Answer each call with the next of ``answers``."""
    rest = iter(answers)

    def script(call: Call) -> Answer:
        answer = next(rest, None)
        assert answer is not None, f"an unexpected call: {describe(call)}"
        return answer

    return script


def describe(call: Call) -> str:
    """Return a call as the tests name it: ``list``, ``list@token``, ``watch@version``, ``watch-list``."""
    if "sendInitialEvents" in call.query:
        return "watch-list"
    if "watch" in call.query:
        return f"watch@{call.query.get('resourceVersion', '')}"
    return f"list@{call.query['continue']}" if "continue" in call.query else "list"


class ScriptedWire:
    """A Wire; remembers what was asked and when."""

    def __init__(self, clock: VirtualClock, script: Script) -> None:
        self._clock = clock
        self._script = script
        self.calls: list[Call] = []
        self.times: list[float] = []
        self.open_streams = 0

    @property
    def asked(self) -> list[str]:
        return [describe(call) for call in self.calls]

    def _answer(self, call: Call) -> Answer:
        self.calls.append(call)
        self.times.append(self._clock.seconds)
        return self._script(call)

    async def request(self, call: Call) -> Reply:
        await asyncio.sleep(0)
        answer = self._answer(call)
        if isinstance(answer, ClusterError):
            raise answer
        assert isinstance(answer, Reply), f"the script streams to a request: {describe(call)}"
        return answer

    @asynccontextmanager
    async def stream(self, call: Call, *, idle_seconds: float) -> AsyncIterator[AsyncIterator[bytes]]:
        await asyncio.sleep(0)
        answer = self._answer(call)
        if isinstance(answer, ClusterError):
            raise answer
        assert isinstance(answer, Stream), f"the script lists to a watch: {describe(call)}"
        lines = self._lines(answer, idle_seconds)
        self.open_streams += 1
        try:
            yield lines
        finally:
            await lines.aclose()
            self.open_streams -= 1

    async def _lines(self, stream: Stream, idle_seconds: float) -> AsyncGenerator[bytes, None]:
        for start in range(0, len(stream.lines), LINES_PER_BLOCK):
            yield b"".join(line + b"\n" for line in stream.lines[start : start + LINES_PER_BLOCK])
        while stream.end == "open":
            yield await self._next(stream, idle_seconds) + b"\n"
        if stream.lasts_seconds:
            await self._clock.sleep(stream.lasts_seconds)
        if isinstance(stream.end, ClusterError):
            raise stream.end

    async def _next(self, stream: Stream, idle_seconds: float) -> bytes:
        line = asyncio.ensure_future(stream.more.get())
        silence = asyncio.ensure_future(self._clock.sleep(idle_seconds))
        try:
            await asyncio.wait((line, silence), return_when=asyncio.FIRST_COMPLETED)
            if line.done():
                return line.result()
            raise UnreachableError(f"the stream was silent for {idle_seconds:g} s")
        finally:
            line.cancel()
            silence.cancel()


def send(stream: Stream, *lines: bytes) -> None:
    """Send lines on an open stream."""
    for line in lines:
        stream.more.put_nowait(line)


def names(objects: Iterable[Any]) -> list[str]:
    return sorted(item.metadata.name for item in objects)
