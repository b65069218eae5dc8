"""Cut a stream of bytes into blocks of whole lines.

Law: a block is what has arrived, up to its last newline. A line may be as long as the largest object a server
sends, and no longer: what never ends must not fill the memory. The last line needs no newline.
"""

from collections.abc import Awaitable, Callable

from app.errors import ServerFaultError

LINE_LIMIT = 16 << 20
BLOCK_BYTES = 1 << 17
"""How much to read at a time: what fits a processor's cache, and is half a millisecond's work to decode."""


class Lines:
    """An async iterator over blocks of one or more lines, each line ended by its newline.

    Args:
        read: returns what has arrived, waiting for at least one byte; empty at the end of the stream.
        limit: longest line, in bytes.
    """

    def __init__(self, read: Callable[[], Awaitable[bytes]], limit: int = LINE_LIMIT) -> None:
        self._read = read
        self._limit = limit
        self._partial: list[bytes] = []
        self._partial_size = 0
        self._at_end = False

    def __aiter__(self) -> "Lines":
        return self

    async def __anext__(self) -> bytes:
        """Return the lines that have arrived, at least one.

        Raises:
            ServerFaultError: a line is longer than the limit.
        """
        while not self._at_end:
            chunk = await self._read()
            end = chunk.rfind(b"\n") + 1
            self._check(chunk, end)
            if end:
                return self._join(chunk[:end], chunk[end:])
            self._keep(chunk)
            self._at_end = not chunk
        if self._partial_size:
            return self._join(b"", b"")
        raise StopAsyncIteration

    def _check(self, chunk: bytes, end: int) -> None:
        """Refuse a line that is too long: what was kept with what ends it, or what the chunk leaves open."""
        first = self._partial_size + (chunk.find(b"\n") if end else len(chunk))
        if max(first, len(chunk) - end) > self._limit:
            raise ServerFaultError(f"the server sends a line of more than {self._limit} bytes")

    def _join(self, whole: bytes, rest: bytes) -> bytes:
        block = b"".join([*self._partial, whole])
        self._partial, self._partial_size = [], 0
        if rest:
            self._keep(rest)
        return block

    def _keep(self, piece: bytes) -> None:
        self._partial.append(piece)
        self._partial_size += len(piece)
