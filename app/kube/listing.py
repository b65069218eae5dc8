"""Read a whole list, page by page.

Law: always asks for the newest state (no resourceVersion). A list "from the cache" may be older than what was
already seen (a lagging server of several), and with resourceVersion 0 a server ignores the page size and
sends everything in one document.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.errors import GoneError, ServerFaultError
from app.kube.decode import ClusterObject, Undecodable, decode_items, open_list
from app.kube.resources import Target
from app.kube.store import Key, key_of
from app.kube.wire import Wire

T = TypeVar("T", bound=ClusterObject)

_SLICE = 100  # items decoded between two turns of the loop: about 1 ms


@dataclass(slots=True)
class Listing(Generic[T]):
    """A complete list."""

    items: dict[Key, T] = field(default_factory=dict)
    undecodable: list[Undecodable] = field(default_factory=list)
    resource_version: str = ""
    """Where a watch may begin."""


async def list_all(
    wire: Wire, target: Target[T], page_size: int = 500, share: Callable[[T], object] | None = None
) -> Listing[T]:
    """Return the whole list.

    A list that changes under the pages for so long that its token expires (410) is asked for once more,
    whole: paging has just proved too slow for it.

    Args:
        wire: whom to ask.
        target: what to list.
        page_size: how many objects to ask for at a time.
        share: called with each object as it comes, to save memory.

    Raises:
        ClusterError: as the wire raises it, and ServerFaultError for what is no list.
    """
    try:
        return await _read(wire, target, page_size, share)
    except GoneError:
        return await _read(wire, target, 0, share)


async def _read(
    wire: Wire, target: Target[T], page_size: int, share: Callable[[T], object] | None
) -> Listing[T]:
    listing: Listing[T] = Listing()
    limit = str(page_size) if page_size else ""
    token = ""
    while True:
        reply = await wire.request(target.call({"limit": limit, "continue": token}))
        page = open_list(reply.body)
        for start in range(0, len(page.items), _SLICE):
            items, undecodable = decode_items(page.items[start : start + _SLICE], target.kind)
            for item in items:
                if share is not None:
                    share(item)
                listing.items[key_of(item.metadata)] = item
            listing.undecodable += undecodable
            await asyncio.sleep(0)
        listing.resource_version = page.resource_version
        if not page.continue_token:
            return listing
        if page.continue_token == token:
            raise ServerFaultError(f"the server's list of {target} never ends: its token does not advance")
        token = page.continue_token
