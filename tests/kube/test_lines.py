from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ServerFaultError
from app.kube.lines import Lines


def reader(*chunks: bytes) -> Lines:
    left = [*chunks, b""]

    async def read() -> bytes:
        return left.pop(0)

    return Lines(read, limit=1000)


async def collect(lines: Lines) -> list[bytes]:
    blocks = [block async for block in lines]
    assert all(blocks)
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    return [line.removesuffix(b"\n") for block in blocks for line in block.splitlines(keepends=True)]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], []),
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\nb"], [b"a", b"b"]),
        ([b"a", b"b", b"\n", b"c\n"], [b"ab", b"c"]),
        ([b"a\n", b"\n", b"b"], [b"a", b"", b"b"]),
        ([b"x" * 1000 + b"\n"], [b"x" * 1000]),
    ],
)
async def test_lines(chunks: list[bytes], expected: list[bytes]) -> None:
    assert await collect(reader(*chunks)) == expected


@given(data=st.text(alphabet="ab\n", max_size=60), cuts=st.lists(st.integers(0, 60), max_size=8))
async def test_lines_do_not_depend_on_where_the_chunks_end(data: str, cuts: list[int]) -> None:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[a:b].encode() for a, b in pairwise(edges)]
    expected = data.encode().split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert await collect(reader(*chunks)) == expected


@pytest.mark.parametrize("chunks", [[b"x" * 1001], [b"x" * 600, b"x" * 600], [b"a\n" + b"x" * 1001]])
async def test_a_line_without_end_is_given_up(chunks: list[bytes]) -> None:
    with pytest.raises(ServerFaultError, match="a line of more than 1000 bytes"):
        await collect(reader(*chunks, b"\n"))
