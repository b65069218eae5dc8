"""Data as text: aligned tables, JSON, YAML, CSV.

Law: pure; takes rows of strings or JSON values, returns one string that ends in a newline.
"""

import csv
import io
import json
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from app.domain.records import Json


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


def as_json(value: object) -> str:
    """Return indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_json_line(value: object) -> str:
    """Return JSON on one line, for streams."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def as_yaml(documents: Sequence[object]) -> str:
    """Return YAML documents, with ``---`` between them, keys in their own order."""
    import yaml

    texts = [yaml.safe_dump(item, sort_keys=False, allow_unicode=True) for item in documents]
    return "---\n".join(texts)


def _flat(value: object) -> str:
    if isinstance(value, list):
        return ";".join(_flat(item) for item in value)
    if isinstance(value, dict):
        return as_json_line(value).strip()
    return "" if value is None else str(value)


def _defused(text: str) -> str:
    # A spreadsheet takes a cell that starts with one of these for a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(columns: Sequence[str], rows: Sequence[Json]) -> str:
    """Return CSV with a header; lists are joined by ``;``, and no cell can act as a spreadsheet formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_defused(_flat(row.get(column))) for column in columns])
    return text.getvalue()
