"""The reflector, the real connection and real sockets, with a server that says what no cluster would."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from app.domain.link import LinkState
from app.domain.objects import Event
from app.domain.text import clean
from app.kube.backoff import Curve
from app.kube.reflector import Reflector, Surroundings, Timing
from app.kube.resources import EVENTS, Target
from app.kube.store import Store
from app.kube.wall_clock import WallClock
from tests.kube.connections import connected
from tests.kube.fake_api import Asked, fake_api, status
from tests.kube.scripted_wire import Json, bookmark, event, listing

TIMING = Timing(pause_seconds=0.02, idle_seconds=5, curve=Curve(first_seconds=0.02, last_seconds=0.1))
Answers = list[Callable[[Asked], web.StreamResponse]]


def happening(name: str, version: int, message: str = "") -> Json:
    metadata = {"name": name, "namespace": "shop", "uid": name, "resourceVersion": str(version)}
    return {"metadata": metadata, "message": message}


def page(version: int, *objects: Json) -> Callable[[Asked], web.StreamResponse]:
    return lambda asked: web.Response(body=listing(version, *objects).body)


def stream(*chunks: bytes) -> Callable[[Asked], web.StreamResponse]:
    """A watch that says ``chunks`` and ends in order."""
    return lambda asked: web.Response(body=b"".join(chunks))


def refusal(code: int, body: str = "") -> Callable[[Asked], web.StreamResponse]:
    return lambda asked: web.Response(status=code, text=body, content_type="text/html")


def failure(code: int, reason: str, **headers: str) -> Callable[[Asked], web.StreamResponse]:
    return lambda asked: status(code, reason, reason, headers=headers)


@asynccontextmanager
async def following(
    folder: Path, answers: Answers
) -> AsyncIterator[tuple[Store[Event], Reflector[Event], list[str]]]:
    """A reflector of a server that gives ``answers`` in turn, then holds its watches open in silence."""
    asked_for: list[str] = []
    rest = iter(answers)

    async def answer(asked: Asked) -> web.StreamResponse:
        asked_for.append(f"watch@{asked.query['resourceVersion']}" if "watch" in asked.query else "list")
        found = next(rest, None)
        if found is not None:
            return found(asked)
        response = web.StreamResponse()
        await response.prepare(asked.request)
        await asyncio.sleep(30)
        return response

    def without_watch_list(asked: Asked) -> web.StreamResponse | asyncio.Future[web.StreamResponse]:
        if "sendInitialEvents" in asked.query:
            return status(422, "Invalid", "sendInitialEvents is forbidden")
        return asyncio.ensure_future(answer(asked))

    async with fake_api(without_watch_list) as api, connected(folder, api.url) as wire:
        store = Store[Event]()
        reflector = Reflector(wire, Target(EVENTS), store, Surroundings(WallClock()), TIMING)
        task = asyncio.create_task(reflector.run())
        try:
            yield store, reflector, asked_for
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the other side is a server: it sets no event of ours
            await asyncio.sleep(0.01)


async def test_objects_of_5_mib_arrive_by_list_and_by_watch(tmp_path: Path) -> None:
    first, second = "a" * (5 << 20), "b" * (5 << 20)
    line = event("ADDED", happening("second", 11, second))
    async with following(tmp_path, [page(10, happening("first", 9, first)), stream(line, b"\n")]) as (
        store,
        _,
        _,
    ):
        await until(lambda: len(store) == 2)
        assert {value.message for value in store} == {clean(first), clean(second)}  # cut as any long text


async def test_a_line_that_is_cut_short_costs_nothing(tmp_path: Path) -> None:
    line = event("ADDED", happening("a", 11))
    answers = [page(10), stream(line, b"\n", line[:40]), page(12, happening("a", 11), happening("b", 12))]
    async with following(tmp_path, answers) as (store, reflector, asked):
        await until(lambda: reflector.link.state is LinkState.LIVE and len(asked) == 4)
        assert {value.metadata.name for value in store} == {"a", "b"}
        assert asked == ["list", "watch@10", "list", "watch@12"]


@pytest.mark.parametrize(
    ("answer", "asked_next"),
    [
        (refusal(502, "<html><title>502 Bad Gateway</title></html>"), "watch@10"),
        (refusal(503), "watch@10"),
        (failure(429, "TooManyRequests", **{"Retry-After": "0"}), "watch@10"),
        (failure(500, "InternalError"), "watch@10"),
        (failure(401, "Unauthorized"), "watch@10"),
        (failure(410, "Expired"), "list"),
        (failure(404, "NotFound"), "list"),
        (refusal(302), "list"),
        (stream(b"<html>Sign in</html>"), "list"),
        (stream(), "watch@10"),
        (stream(bookmark(10), b"\n"), "watch@10"),
    ],
)
async def test_each_bad_answer_to_a_watch_is_survived(
    tmp_path: Path, answer: Callable[[Asked], web.StreamResponse], asked_next: str
) -> None:
    following_up = (
        page(20, happening("a", 20))
        if asked_next == "list"
        else stream(event("ADDED", happening("a", 20)), b"\n")
    )
    async with following(tmp_path, [page(10), answer, following_up]) as (store, reflector, asked):
        await until(lambda: len(store) == 1 and reflector.link.state is LinkState.LIVE)
        assert asked[:3] == ["list", "watch@10", asked_next]
