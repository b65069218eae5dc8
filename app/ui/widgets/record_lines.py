"""What the registry holds, as lines: when, what, who, why, and how the deadline moved.

Law: pure; a registry's texts are cleaned here, for a file may hold anything.
"""

from datetime import datetime

from app.domain.durations import format_duration, format_moment, parse_moment
from app.domain.records import ChainedEntry, GrantRecord, Happening, Json
from app.domain.telling import entry_json, record_json
from app.domain.text import clean
from app.domain.view import GrantRow
from app.errors import NetgrantError
from app.ui.widgets.lines import Line, quiet

TOKENS = {
    Happening.GRANTED: "-good",
    Happening.ADOPTED: "-good",
    Happening.FAILED: "-bad",
    Happening.GAP: "-warn",
    Happening.REPAIRED: "-warn",
}
_TOLD = frozenset({"reason", "deadline", "before", "cause", "owner", "audit_ids", "parts"})
"""Of a row's detail, what has a place of its own or is of no use to people."""


def record_lines(record: GrantRecord | None) -> list[Line]:
    """Return what the registry knows of a grant itself."""
    if record is None:
        return [quiet("This registry does not know the grant.")]
    row = record_json(record)
    ended = f", {row['endCause']} {clock(record.ended_at)}" if record.ended_at else ""
    tickets = [(f"  {row[name]}", "-own") for name in ("ticket", "incident") if row[name]]
    return [
        ((f"{row['phase']}{ended}", "-title"), (f"  {opens(row)}", "")),
        (("by ", "-quiet"), (row["requestedBy"], ""), *tickets, (f'  "{row["reason"]}"', "")),
    ]


def failure_lines(error: NetgrantError) -> list[Line]:
    """Return why the registry says nothing, and what to do about it."""
    lines: list[Line] = [((f"! {clean(error.message)}", "-bad"),)]
    if error.fix:
        lines.append(quiet(clean(error.fix)))
    return lines


def unknown_lines(row: GrantRow) -> list[Line]:
    """Return what the cluster alone says of a grant that the registry does not know."""
    made = clock(row.created_at) or "at a time that is not known"
    lines = [
        quiet("This registry does not know the grant: it was made by another user"),
        quiet("or on another machine. The cluster says of it:"),
        ((f"{made}  ", "-quiet"), ("granted  ", "-title"), (row.requested_by or "by nobody knows whom", "")),
    ]
    told = (("approved by", row.approved_by), ("reason", row.reason), ("ticket", row.ticket))
    lines += [((f"{name:<12} ", "-quiet"), (value, "")) for name, value in told if value]
    return lines


def opens(row: Json) -> str:
    """Return what a record's grant opens, from its ``record_json``."""
    arrow = "→" if row["direction"] == "egress" else "←"
    return f"{','.join(row['namespaces'])} {row['target']} {arrow} {row['peers']} {row['ports']}"


def clock(moment: datetime | None) -> str:
    """Return a moment in UTC to the second."""
    return "" if moment is None else format_moment(moment).replace("T", " ").removesuffix("Z")


def entry_line(item: ChainedEntry) -> Line:
    """Return one audit row of a grant that is known from elsewhere."""
    row = entry_json(item)
    happening = item.entry.happening
    return (
        (f"{clock(item.entry.at)}  ", "-quiet"),
        (f"{row['event']:<9}  ", TOKENS.get(happening, "-title")),
        (f"{row['actor']}  ", ""),
        *what(row["detail"], item.entry.at),
        (f"  #{row['seq']}", "-quiet"),
    )


def what(detail: Json, at: datetime) -> Line:
    """Return how the deadline moved, why, and what else there is to say."""
    found: list[tuple[str, str]] = []
    before, after = (parse_moment(str(detail.get(key, ""))) for key in ("before", "deadline"))
    if after is not None:
        found.append((_moved(before, after, at), ""))
    if detail.get("cause"):
        found.append((str(detail["cause"]), ""))
    if detail.get("reason"):
        found.append((f'"{detail["reason"]}"', ""))
    rest = {key: value for key, value in detail.items() if key not in _TOLD and value not in ("", None, [])}
    found += [(f"{key}={value}", "-quiet") for key, value in rest.items()]
    return tuple((f"{'  ' if index else ''}{text}", token) for index, (text, token) in enumerate(found))


def _moved(before: datetime | None, after: datetime, at: datetime) -> str:
    form = "%H:%M:%S" if after.date() == at.date() else "%Y-%m-%d %H:%M:%S"
    if before is None:
        return f"until {after:{form}}"
    sign, by = ("+", after - before) if after >= before else ("−", before - after)
    return f"{before:%H:%M:%S} → {after:{form}} ({sign}{format_duration(by)})"
