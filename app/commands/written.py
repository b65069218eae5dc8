"""Values as text for files, pipes and panes: JSON, YAML, CSV.

Law: pure; what is written here is the same wherever it is asked for, on the command line or on a screen.
"""

import csv
import io
import json
from collections.abc import Sequence

from app.domain.records import Json


def as_json(value: object) -> str:
    """Return indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_json_line(value: object) -> str:
    """Return JSON on one line, for streams."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def as_yaml(documents: Sequence[object]) -> str:
    """Return YAML documents, with ``---`` between them, keys in their own order."""
    import yaml  # 10 ms

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
