"""``netgrant show``: one grant, all that is known."""

import click

from app.cli import talk
from app.cli.options import Flags, cluster_options, output_option
from app.cli.root import VerbCommand, help_for
from app.cli.rows import json_row, row_now
from app.cli.running import with_session
from app.commands.live import find_grant
from app.commands.revoke import known_namespaces_or_none
from app.commands.session import Session
from app.commands.written import as_json, as_yaml
from app.domain.durations import format_left, format_moment
from app.domain.grant import Deadman, Grant
from app.domain.ids import resolve
from app.domain.records import ChainedEntry, GrantRecord, HistoryQuery, Json
from app.domain.telling import (
    entry_json,
    grant_manifests,
    history_line,
    record_json,
    record_manifests,
)
from app.domain.view import GrantRow
from app.errors import NotFoundError, RegistryError


@click.command("show", cls=VerbCommand, help=help_for("show"))
@click.argument("grant_id", metavar="ID")
@output_option("text", "yaml", "json", told="text")
@cluster_options
def command(flags: Flags, grant_id: str, output: str | None) -> int:
    """Print one grant; yaml prints its policies as they stand."""
    return with_session(flags, lambda session: _act(session, grant_id, output))


async def _act(session: Session, wanted: str, output: str | None) -> int:
    grant, record = await _look_up(session, wanted)
    grant_id = grant.id if grant else record.id if record else ""
    rows = await _history(session, grant_id)
    row = (
        row_now(grant, session, session.server_now(await session.cluster.access.whoami())) if grant else None
    )
    if output == "json":
        talk.data(
            as_json(
                {
                    "grant": json_row(row) if row else None,
                    "record": record_json(record) if record else None,
                    "history": [entry_json(item) for item in rows],
                }
            )
        )
    elif output == "yaml":
        talk.data(as_yaml(_manifests(grant, record)))
    else:
        talk.data(_text(row, record, rows))
    return 0


async def _look_up(session: Session, wanted: str) -> tuple[Grant | None, GrantRecord | None]:
    """Return the live grant, its record, or both.

    Raises:
        NotFoundError: neither the cluster nor the registry knows it.
    """
    namespaces = await known_namespaces_or_none(session)
    try:
        grant = await find_grant(session.cluster, wanted, namespaces)
    except NotFoundError:
        records = await session.log.grants()
        found = resolve(wanted, ((r.id, _names(r)) for r in records))
        if found is None:
            raise
        return None, next(record for record in records if record.id == found)
    try:
        return grant, await session.log.grant(grant.id)
    except RegistryError as error:
        talk.warn(error.message)
        return grant, None


def _names(record: GrantRecord) -> list[str]:
    return [str(part.get("name", "")) for part in record.spec.get("parts", ())]


async def _history(session: Session, grant_id: str) -> tuple[ChainedEntry, ...]:
    try:
        return await session.log.history(HistoryQuery(grant_id=grant_id))
    except RegistryError as error:
        talk.warn(error.message)
        return ()


def _manifests(grant: Grant | None, record: GrantRecord | None) -> list[Json]:
    if grant is None:
        return record_manifests(record) if record else []
    return grant_manifests(grant)


def _text(row: GrantRow | None, record: GrantRecord | None, rows: tuple[ChainedEntry, ...]) -> str:
    lines = _live_lines(row) if row else _ended_lines(record) if record else []
    if rows:
        lines += ["", "History"]
        lines += [history_line(item) for item in rows]
    return "\n".join(lines)


def _field(name: str, value: str) -> str:
    return f"{name:<12} {value}"


def _live_lines(row: GrantRow) -> list[str]:
    deadline = "unknown" if row.deadline is None else format_moment(row.deadline)
    left = "" if row.left is None else f"  ({format_left(row.left)} left)"
    lines = [
        _field("Grant", row.id),
        _field("State", str(row.state)),
        _field("Deadline", f"{deadline}{left}"),
        _field("Opens", f"{row.direction}: {row.target} ⇄ {row.peers} on {row.ports}"),
        _field("Asked by", row.requested_by or "unknown"),
        _field("Reason", row.reason),
    ]
    lines += [
        _field(name, value) for name, value in (("Ticket", row.ticket), ("Incident", row.incident)) if value
    ]
    lines += ["", "Who will remove it"]
    lines += [f"  {text}" for text in _net_lines(row)]
    if row.drift:
        lines += ["", "Drift", *(f"  {text}" for text in row.drift)]
    return lines


def _net_lines(row: GrantRow) -> list[str]:
    found = []
    for part in row.parts:
        if not part.policy:
            found.append(f"{part.namespace}/{part.job}: a Job without a policy")
            continue
        where = f"{part.namespace}/{part.policy}"
        if part.deadman is Deadman.ARMED and part.job_deadline:
            text = f"dead-man Job {part.job}, armed: fails at {format_moment(part.job_deadline)}"
        else:
            text = f"NOT ARMED ({part.deadman}): nothing in the cluster will remove it"
        held = f"; held by finalizer {', '.join(part.finalizers)}" if part.finalizers else ""
        found.append(f"{where}: {text}{held}")
    return found


def _ended_lines(record: GrantRecord) -> list[str]:
    row = record_json(record)
    ended = f"{row['endCause']} at {row['endedAt']}" if row["endedAt"] else "not seen to end"
    return [
        _field("Grant", row["id"]),
        _field("State", f"{row['phase']}, {ended}"),
        _field("Deadline", row["deadline"]),
        _field("Opened", f"{row['direction']}: {row['target']} ⇄ {row['peers']} on {row['ports']}"),
        _field("Asked by", row["requestedBy"]),
        _field("Reason", row["reason"]),
        *(_field(name.title(), row[name]) for name in ("ticket", "incident") if row[name]),
    ]
