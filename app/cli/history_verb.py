"""``netgrant history``: who asked for what, when and why, and how it ended."""

from datetime import datetime, timedelta

import click

from app import wiring
from app.cli import talk
from app.cli.options import Flags, cluster_options, output_option
from app.cli.root import help_for
from app.cli.rows import entry_json
from app.cli.running import load_settings, local_now, one_context, run
from app.cli.show_verb import history_line
from app.cli.tables import as_csv, as_json, as_yaml
from app.commands.ends import note_ends
from app.commands.recover import recover
from app.domain.durations import parse_duration, parse_moment
from app.domain.ids import resolve
from app.domain.records import ChainedEntry, HistoryQuery
from app.errors import ClusterError, ConfigError, InputError, NotFoundError, RegistryError
from app.ports import GrantLog

_CSV = ("seq", "at", "event", "grant", "actor", "cluster", "detail", "hash")


@click.command("history", help=help_for("history"))
@click.argument("grant_id", metavar="[ID]", required=False, default="")
@click.option("--since", default="", metavar="TIME", help="A duration back (7d, 12h) or a moment.")
@click.option("--offline", is_flag=True, help="Only read the registry; do not look for ends nobody saw.")
@output_option("text", "json", "yaml", "csv", default="text")
@cluster_options
def command(flags: Flags, grant_id: str, since: str, offline: bool, output: str) -> int:
    """Print the audit rows, oldest first."""
    wanted = parse_since(since, local_now())
    return run(_act(flags, (grant_id, wanted), offline, output))


def parse_since(text: str, now: datetime) -> datetime | None:
    """Read ``--since``: a duration back from ``now``, or a moment with offset.

    Raises:
        InputError: neither can be read.
    """
    if not text:
        return None
    if (moment := parse_moment(text)) is not None:
        return moment
    try:
        return now - max(parse_duration(text), timedelta(seconds=1))
    except InputError as error:
        fix = "write 7d, 12h or 2026-11-24T10:00Z"
        raise InputError(f"--since: {error.message}", field="since", fix=fix) from error


async def _act(flags: Flags, asked: tuple[str, datetime | None], offline: bool, output: str) -> int:
    settings = load_settings(flags)
    if not offline:
        await _catch_up(flags)
    log = wiring.open_registry(settings)
    try:
        rows = await log.history(HistoryQuery(grant_id=await _id(log, asked[0]), since=asked[1]))
    finally:
        await log.close()
    _print(rows, output)
    return 0


async def _id(log: GrantLog, wanted: str) -> str:
    if not wanted:
        return ""
    records = await log.grants()
    parts = ((r.id, [str(p.get("name")) for p in r.spec.get("parts", ())]) for r in records)
    if (found := resolve(wanted, parts)) is None:
        raise NotFoundError(f"the registry knows no grant {wanted!r}", fix="'netgrant history' shows all")
    return found


async def _catch_up(flags: Flags) -> None:
    """Note what ended while nobody looked; history can be read without the cluster too."""
    try:
        async with wiring.open_session(load_settings(flags), one_context(flags)) as session:
            for recovered in await recover(session):
                talk.say(str(recovered))
            await note_ends(session)
    except (ClusterError, ConfigError, RegistryError) as error:
        talk.warn(f"the cluster was not asked, so the newest ends may be missing: {error.message}")


def _print(rows: tuple[ChainedEntry, ...], output: str) -> None:
    match output:
        case "json":
            talk.data(as_json([entry_json(item) for item in rows]))
        case "yaml":
            talk.data(as_yaml([[entry_json(item) for item in rows]]))
        case "csv":
            talk.data(as_csv(_CSV, [entry_json(item) for item in rows]))
        case _ if not rows:
            talk.say("the registry holds nothing of that")
        case _:
            talk.data("\n".join(history_line(item) for item in rows))
