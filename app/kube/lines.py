"""Split a stream of bytes into lines.

Law: a line may be as long as the largest object a server sends, and no longer: what never ends must not fill
the memory. The last line needs no newline.
"""

from collections.abc import Awaitable, Callable

from app.errors import ServerFaultError

LINE_LIMIT = 16 << 20


class Lines:
    """An async iterator over lines, without their newline.

    Args:
        read: returns what has arrived, waiting for at least one byte; empty at the end of the stream.
        limit: longest line, in bytes.
    """

    def __init__(self, read: Callable[[], Awaitable[bytes]], limit: int = LINE_LIMIT) -> None:
        self._read = read
        self._limit = limit
        self._ready: list[bytes] = []
        """Complete lines, the next one last."""
        self._partial: list[bytes] = []
        self._partial_size = 0
        self._at_end = False

    def __aiter__(self) -> "Lines":
        return self

    async def __anext__(self) -> bytes:
        """Return the next line.

        Raises:
            ServerFaultError: the line is longer than the limit.
        """
        while not self._ready:
            if self._at_end:
                raise StopAsyncIteration
            self._take(await self._read())
        return self._ready.pop()

    def _take(self, chunk: bytes) -> None:
        if not chunk:
            self._at_end = True
            self._ready = [b"".join(self._partial)] if self._partial_size else []
            return
        first, *others = chunk.split(b"\n")
        self._partial.append(first)
        self._partial_size += len(first)
        if self._partial_size > self._limit:
            raise ServerFaultError(f"the server sends a line of more than {self._limit} bytes")
        if others:
            complete = b"".join(self._partial)
            self._partial = [others.pop()]
            self._partial_size = len(self._partial[0])
            self._ready = [*reversed(others), complete]
