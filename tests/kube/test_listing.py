"""Reading whole lists."""

import asyncio
import json

import pytest

from app.domain.objects import Pod
from app.errors import ForbiddenError, GoneError, ServerFaultError
from app.kube.listing import Listing, list_all
from app.kube.resources import PODS, Target
from app.kube.wire import Reply
from tests.kube.scripted_wire import Answer, ScriptedWire, in_turn, listing, names, pod
from tests.kube.virtual_time import VirtualClock


async def read(*answers: Answer, page_size: int = 500) -> tuple[Listing[Pod], ScriptedWire]:
    wire = ScriptedWire(VirtualClock(), in_turn(*answers))
    return await list_all(wire, Target(PODS), page_size), wire


async def test_pages_are_followed_to_the_end() -> None:
    result, wire = await read(
        listing(10, pod("a", 1), pod("b", 2), token="t1"),
        listing(10, pod("c", 3), token="t2"),
        listing(10, pod("d", 4)),
        page_size=2,
    )
    assert names(result.items.values()) == ["a", "b", "c", "d"]
    assert result.resource_version == "10"
    assert wire.asked == ["list", "list@t1", "list@t2"]
    assert {call.query["limit"] for call in wire.calls} == {"2"}


async def test_a_long_page_leaves_turns_to_others() -> None:
    turns, reading = (
        0,
        asyncio.create_task(read(listing(10, *(pod(f"p{number}", 1) for number in range(500))))),
    )
    while not reading.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 5


async def test_the_newest_state_is_asked_for() -> None:
    _, wire = await read(listing(10))
    assert dict(wire.calls[0].query) == {"limit": "500"}


async def test_full_list_if_expired() -> None:
    result, wire = await read(
        listing(10, pod("a", 1), token="t1"),
        GoneError("the provided continue parameter is too old", status=410),
        listing(20, pod("a", 1), pod("b", 2)),
    )
    assert wire.asked == ["list", "list@t1", "list"]
    assert "limit" not in wire.calls[-1].query
    assert names(result.items.values()) == ["a", "b"]
    assert result.resource_version == "20"


async def test_a_list_that_expires_when_whole_is_an_error() -> None:
    gone = GoneError("too old", status=410)
    with pytest.raises(GoneError):
        await read(listing(10, token="t1"), gone, gone)


async def test_an_item_that_cannot_be_decoded_costs_only_itself() -> None:
    result, _ = await read(listing(10, pod("a", 1), pod("b", 2) | {"spec": []}, pod("c", 3)))
    assert names(result.items.values()) == ["a", "c"]
    assert [item.metadata.name for item in result.undecodable] == ["b"]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"{}",
        b'{"metadata":{}}',
        json.dumps({"kind": "Status", "metadata": {}, "status": "Success"}).encode(),
        b"",
    ],
)
async def test_what_is_no_list_never_passes_for_an_empty_one(body: bytes) -> None:
    with pytest.raises(ServerFaultError, match="not what a Kubernetes API server sends"):
        await read(Reply(200, body))


async def test_a_token_that_does_not_advance_is_an_error() -> None:
    with pytest.raises(ServerFaultError, match="never ends"):
        await read(listing(10, pod("a", 1), token="t1"), listing(10, pod("a", 1), token="t1"))


async def test_the_wire_s_errors_pass_through() -> None:
    with pytest.raises(ForbiddenError):
        await read(ForbiddenError("no", status=403))
