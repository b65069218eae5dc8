"""``netgrant history``: who asked for what, when and why, and how it ended."""

import asyncio
from datetime import datetime

import click

from app import wiring
from app.cli import talk
from app.cli.options import Flags, cluster_options, filled, named, output_option, output_or_default
from app.cli.root import VerbCommand, help_for
from app.cli.running import load_settings, local_now, recover_and_tell, run
from app.commands.ends import note_ends
from app.commands.written import as_csv, as_json, as_yaml
from app.domain.durations import parse_duration, parse_moment
from app.domain.ids import resolve
from app.domain.records import ChainedEntry, HistoryQuery
from app.domain.telling import ENTRY_COLUMNS, entry_json, history_line
from app.errors import ClusterError, ConfigError, InputError, NotFoundError, RegistryError
from app.ports import GrantLog
from app.settings import Settings

_FORMATS = ("text", "json", "yaml", "csv")


@click.command("history", cls=VerbCommand, help=help_for("history"))
@click.argument("grant_id", metavar="[ID]", required=False, default="", callback=filled)
@click.option(
    "--since", default="", metavar="TIME", callback=filled, help="A duration back (7d, 12h) or a moment."
)
@click.option("--offline", is_flag=True, help="Only read the registry; do not look for ends nobody saw.")
@output_option(*_FORMATS, told="text")
@cluster_options
def command(flags: Flags, grant_id: str, since: str, offline: bool, output: str | None) -> int:
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
        return now - named("--since", parse_duration, text)
    except InputError as error:
        error.fix = "write 7d, 12h or 2026-11-24T10:00Z"
        raise


async def _act(flags: Flags, asked: tuple[str, datetime | None], offline: bool, output: str | None) -> int:
    loaded = load_settings(flags)
    form = output_or_default(output, loaded.output, _FORMATS)
    troubles = [] if offline else await _catch_up(loaded)
    log = wiring.open_registry(loaded)
    try:
        rows = await log.history(HistoryQuery(grant_id=await _id(log, asked[0]), since=asked[1]))
    finally:
        await log.close()
    for trouble in troubles:  # after the registry has answered: its own failure would say the same again
        talk.warn(trouble)
    _print(rows, form)
    return 0


async def _id(log: GrantLog, wanted: str) -> str:
    if not wanted:
        return ""
    records = await log.grants()
    parts = ((r.id, [str(p.get("name")) for p in r.spec.get("parts", ())]) for r in records)
    if (found := resolve(wanted, parts)) is None:
        raise NotFoundError(f"the registry knows no grant {wanted!r}", fix="'netgrant history' shows all")
    return found


async def _catch_up(loaded: Settings) -> list[str]:
    """Note what ended while nobody looked; return what stood in the way: history needs no cluster.

    Raises:
        ConfigError: a context or kubeconfig was asked for that cannot be used.
    """

    async def one(name: str | None) -> str:
        try:
            async with wiring.open_session(loaded, name) as session:
                trouble = await recover_and_tell(session)
                await note_ends(session)
                return trouble
        except (ClusterError, RegistryError) as error:
            about = f"{name}: " if name else ""
            return f"the cluster was not asked, so the newest ends may be missing: {about}{error.message}"

    try:
        return list(filter(None, await asyncio.gather(*(one(name) for name in loaded.contexts or (None,)))))
    except ConfigError as error:
        if loaded.contexts or loaded.kubeconfig:
            raise
        return [f"no cluster was asked, so the newest ends may be missing: {error.message}"]


def _print(rows: tuple[ChainedEntry, ...], output: str) -> None:
    match output:
        case "json":
            talk.data(as_json([entry_json(item) for item in rows]))
        case "yaml":
            talk.data(as_yaml([[entry_json(item) for item in rows]]))
        case "csv":
            talk.data(as_csv(ENTRY_COLUMNS, [entry_json(item) for item in rows]))
        case _ if not rows:
            talk.say("the registry holds nothing of that")
        case _:
            talk.data("\n".join(history_line(item) for item in rows))
