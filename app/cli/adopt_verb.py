"""``netgrant adopt``: put a policy that already stands under a deadline."""

from dataclasses import replace
from typing import Any

import click

from app.cli import talk
from app.cli.options import (
    Flags,
    cluster_options,
    life_options,
    output_option,
    parse_life,
    parse_remarks,
    ticket_options,
)
from app.cli.root import VerbCommand, help_for
from app.cli.rows import json_row, row_now
from app.cli.running import local_now, with_session
from app.commands.adopt import Adoption, adopt
from app.commands.session import Session
from app.commands.written import as_json, as_yaml
from app.domain.durations import format_moment
from app.domain.names import is_dns1123_subdomain
from app.domain.text import quote
from app.errors import InputError


@click.command("adopt", cls=VerbCommand, help=help_for("adopt"))
@click.argument("name")
@life_options
@ticket_options
@output_option("yaml", "json")
@cluster_options
def command(flags: Flags, name: str, output: str | None, **given: Any) -> int:
    """Tie the policy to a dead-man Job; its new grant's id goes to stdout."""
    life = parse_life(given["for_"], given["until"], local_now())
    said = parse_remarks(given)
    if not is_dns1123_subdomain(name):
        raise InputError(
            f"NAME: {quote(name)} is not the name of a policy",
            field="name",
            fix="give a NetworkPolicy's name, as kubectl get networkpolicy -n NS shows it",
        )
    asked = Adoption("", name, said.reason, life.ttl, life.until, said.ticket, said.incident)
    return with_session(flags, lambda session: _act(session, asked, output))


async def _act(session: Session, adoption: Adoption, output: str | None) -> int:
    identity = await session.cluster.access.whoami()
    namespace = session.cluster.namespace
    done = await adopt(session, replace(adoption, namespace=namespace))
    until = format_moment(done.deadline)
    talk.say(f"{namespace}/{adoption.name} is grant {done.grant.id} now and will be deleted at {until}")
    for warning in done.warnings:
        talk.warn(warning)
    row = json_row(row_now(done.grant, session, session.server_now(identity)))
    talk.data(done.grant.id if output is None else as_json(row) if output == "json" else as_yaml([row]))
    return 0
