"""The one HTTP seam of kube/: what the writers and the reflector ask of a connection.

Law: bytes in, bytes out. Status codes of 400 and above have already become the ClusterError subclasses.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """One request: ``path`` starts with a slash and is already quoted, ``query`` is not."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"
    timeout_seconds: float = 0.0
    """For the whole answer; 0 leaves it to the connection."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 400."""

    status: int
    body: bytes
    audit_id: str = ""
    date: str = ""
    """The Date header: the server's clock, to the second."""


class Wire(Protocol):
    """A connection to one API server as one user."""

    async def request(self, call: Call) -> Reply:
        """Send and read the whole answer.

        Raises:
            ClusterError: one of its subclasses, by status or by what failed on the way. A write whose
                answer got lost after it was sent is an UncertainError.
        """
        ...

    def stream(self, call: Call, *, idle_seconds: float) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open a stream of lines, each of any length up to 16 MiB, as blocks of the lines that have arrived.

        A block holds one or more whole lines, each with its newline; the stream's last line may lack it.
        It is small enough to be dealt with in one turn of the event loop, unless a single line is not.

        A stream that stays silent for ``idle_seconds``, or is cut, raises UnreachableError from the
        iterator; an orderly end just ends it.
        """
        ...
