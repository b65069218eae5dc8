"""``netgrant adopt``: put a policy that already stands under a deadline."""

from dataclasses import replace
from typing import Any

import click

from app.cli import talk
from app.cli.options import (
    Flags,
    cluster_options,
    life_options,
    need_reason,
    output_option,
    parse_life,
    ticket_options,
)
from app.cli.root import help_for
from app.cli.rows import json_row, row_now
from app.cli.running import local_now, with_session
from app.cli.tables import as_json, as_yaml
from app.commands.adopt import Adoption, adopt
from app.commands.session import Session
from app.domain.durations import format_moment


@click.command("adopt", help=help_for("adopt"))
@click.argument("name")
@life_options
@ticket_options
@output_option("yaml", "json")
@cluster_options
def command(flags: Flags, name: str, output: str | None, **given: Any) -> int:
    """Tie the policy to a dead-man Job; its new grant's id goes to stdout."""
    life = parse_life(given["for_"], given["until"], local_now())
    reason = need_reason(given["reason"])
    asked = Adoption(
        flags.namespace or "", name, reason, life.ttl, life.until, given["ticket"], given["incident"]
    )
    return with_session(flags, lambda session: _act(session, asked, output))


async def _act(session: Session, adoption: Adoption, output: str | None) -> int:
    namespace = adoption.namespace or session.cluster.namespace
    done = await adopt(session, replace(adoption, namespace=namespace))
    until = format_moment(done.deadline)
    talk.say(f"{namespace}/{adoption.name} is grant {done.grant.id} now and will be deleted at {until}")
    for warning in done.warnings:
        talk.warn(warning)
    row = json_row(row_now(done.grant, session, session.clock.now()))
    talk.data(done.grant.id if output is None else as_json(row) if output == "json" else as_yaml([row]))
    return 0
