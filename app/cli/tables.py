"""Data as aligned tables.

Law: pure; takes rows of strings, returns one string that ends in a newline.
"""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width


def cells_wide(text: str) -> int:
    """Return how many terminal cells ``text`` takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return left-aligned columns, three blanks apart, as kubectl prints them."""
    widths = [max(cells_wide(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = []
    for row in (header, *rows):
        padded = [text + " " * (width - cells_wide(text)) for text, width in zip(row, widths, strict=True)]
        lines.append("   ".join(padded).rstrip())
    return "\n".join(lines) + "\n"


def fitted(text: str, columns: int) -> str:
    """Return each line cut to ``columns`` terminal cells, a cut marked by ``…``.

    A row that wraps is read as two; the columns stand in the order of what an operator needs first.
    """
    return "".join(_cut(line, columns) for line in text.splitlines(keepends=True))


def _cut(line: str, columns: int) -> str:
    body = line.rstrip("\n")
    if cells_wide(body) <= columns:
        return line
    kept, room = "", columns - 1
    for char in body:
        room -= cells_wide(char)
        if room < 0:
            break
        kept += char
    return f"{kept}…{line[len(body) :]}"
