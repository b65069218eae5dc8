"""The audit history as lines, newest first: when, what, who, on what; and all there is of one row.

Law: pure; a registry's texts are cleaned here, for a file may hold anything.
"""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from app.commands.written import as_json
from app.domain.ids import short
from app.domain.records import GrantRecord, HistoryRow
from app.domain.telling import entry_json, record_json
from app.domain.text import clean
from app.ui.widgets.lines import Line, plain, quiet
from app.ui.widgets.record_lines import TOKENS, clock, opens, record_lines, what

_WIDEST_ACTOR = 24


def history_lines(rows: Sequence[HistoryRow]) -> list[Line]:
    """Return one line for each row, in their order."""
    where = {row.record.id: _where(row.record) for row in rows if row.record is not None}
    actors = [clean(row.item.entry.actor) for row in rows]
    width = min(max(map(cell_len, actors), default=0), _WIDEST_ACTOR)
    return [_line(row, actor, where, width) for row, actor in zip(rows, actors, strict=True)]


def _where(record: GrantRecord) -> Line:
    row = record_json(record)
    ticket = f"  {row['ticket']}" if row["ticket"] else ""
    return ((f"  {opens(row)}", ""), (ticket, "-own"))


def _line(row: HistoryRow, actor: str, where: dict[str, Line], width: int) -> Line:
    entry = row.item.entry
    told = entry_json(row.item)
    who = actor if cell_len(actor) > width else set_cell_size(actor, width)
    return (
        (f"{clock(entry.at)}  ", "-quiet"),
        (f"{told['event']:<9}  ", TOKENS.get(entry.happening, "-title")),
        (who, ""),
        *(where[row.record.id] if row.record else ()),
        ("  ", ""),
        *what(told["detail"], entry.at),
        (f"  …{short(told['grant'])}" if told["grant"] else "", "-quiet"),
        (f"  #{told['seq']}", "-quiet"),
    )


def row_lines(row: HistoryRow | None) -> list[Line]:
    """Return all there is of one row."""
    if row is None:
        return []
    told = entry_json(row.item)
    lines = [
        ((f"#{told['seq']} {told['event']}", "-title"), (f"  {told['at']}  {told['actor']}", "")),
        ((f"{told['cluster']}  {told['grant']}", "-quiet"),),
    ]
    if told["grant"]:
        lines += record_lines(row.record)
    lines += [plain(line) for line in as_json(told["detail"]).splitlines()]
    lines.append(quiet(f"hash      {told['hash']}"))
    lines.append(quiet(f"previous  {clean(row.item.previous)}"))
    return lines
