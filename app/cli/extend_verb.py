"""``netgrant extend``: move a grant's deadline."""

import click

from app.cli import talk
from app.cli.options import Flags, cluster_options, life_options, output_option, parse_life
from app.cli.root import VerbCommand, help_for
from app.cli.running import local_now, with_session
from app.commands.extend import Extended, Extension, extend
from app.commands.session import Session
from app.commands.written import as_json
from app.domain.durations import format_duration, format_moment
from app.domain.remarks import parse_reason


@click.command(
    "extend",
    cls=VerbCommand,
    help=f"{help_for('extend')} --for adds to the deadline; --until may be earlier.",
)
@click.argument("grant_id", metavar="ID")
@life_options
@output_option("json")
@cluster_options
def command(flags: Flags, grant_id: str, for_: str | None, until: str | None, **given: str | None) -> int:
    """Move the deadline; the new one goes to stdout."""
    life = parse_life(for_, until, local_now())
    asked = Extension(grant_id, parse_reason(given["reason"] or ""), life.ttl, life.until)
    return with_session(flags, lambda session: _act(session, asked, given["output"]))


async def _act(session: Session, asked: Extension, output: str | None) -> int:
    done = await extend(session, asked)
    moved = done.deadline - done.before
    sign = f"+{format_duration(moved)}" if moved.total_seconds() >= 0 else f"-{format_duration(-moved)}"
    talk.say(f"grant {done.grant_id} ends at {format_moment(done.deadline)} ({sign})")
    for warning in done.warnings:
        talk.warn(warning)
    talk.data(as_json(_json(done)) if output == "json" else format_moment(done.deadline))
    return 0


def _json(done: Extended) -> dict[str, str]:
    return {
        "id": done.grant_id,
        "before": format_moment(done.before),
        "deadline": format_moment(done.deadline),
    }
