"""``netgrant grant``: open access for a while."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from app import wiring
from app.cli import talk
from app.cli.manifests import read_documents
from app.cli.options import (
    Choice,
    Flags,
    Remarks,
    cluster_options,
    filled,
    life_options,
    named,
    output_option,
    parse_life,
    parse_remarks,
    ticket_options,
)
from app.cli.root import VerbCommand, help_for
from app.cli.rows import json_row, row_now
from app.cli.running import load_settings, local_now, one_context, run, with_session
from app.commands.create import Created, create, rehearse
from app.commands.draft import Draft, Order, draft
from app.commands.matching import describe_matches
from app.commands.resolve import Opening, check, resolve
from app.commands.session import Session
from app.commands.written import as_json, as_yaml
from app.domain.documents import wishes_from_documents
from app.domain.durations import Life, format_duration, format_moment
from app.domain.manifest import Wish
from app.domain.policyspec import Direction
from app.domain.portspec import parse_port
from app.errors import InputError
from app.ports import Identity


@dataclass(frozen=True, slots=True)
class Asked:
    """The verb's options, read but not looked up."""

    opening: Opening | None
    """From ``--to``, ``--from``, …; or else …"""
    documents: tuple[object, ...]
    """… from ``-f``."""
    life: Life
    remarks: Remarks

    def order(self, wishes: tuple[Wish, ...]) -> Order:
        """Return the order for these wishes."""
        said = self.remarks
        return Order(wishes, said.reason, self.life.ttl, self.life.until, said.ticket, said.incident)


def peer_options(function: Any) -> Any:  # noqa: ANN401 - click's decorators are untyped
    """Add the options that say what is opened, shared with ``exec``."""
    for option in (
        click.option(
            "-f",
            "--filename",
            multiple=True,
            metavar="FILE",
            callback=filled,
            help="Manifest instead; - is stdin.",
        ),
        click.option("--egress", is_flag=True, help="Select the --from pods and open their way out to --to."),
        click.option(
            "--port", multiple=True, metavar="PORT", help="5432, 8000-8100/UDP, a name; repeatable."
        ),
        click.option("--from", "from_", multiple=True, metavar="PEER", help="Who opens the connection."),
        click.option("--to", multiple=True, metavar="PEER", help="Who receives it: app=db, svc/db:5432."),
    ):
        function = option(function)
    return function


def _opening(given: dict[str, Any]) -> Opening:
    selected, peers = ("from_", "to") if given["egress"] else ("to", "from_")
    option = selected.rstrip("_")
    if len(given[selected]) != 1:
        what = "is missing: which pods?" if not given[selected] else "selects the pods and can be given once"
        raise InputError(f"--{option} {what}", field=option, fix=f"for example --{option} app=database")
    ports = tuple(piece.strip() for text in given["port"] for piece in text.split(","))
    for port in ports:
        named("--port", parse_port, port)
    direction = Direction.EGRESS if given["egress"] else Direction.INGRESS
    return Opening("", given[selected][0], given[peers], ports, direction)


def read_options(given: dict[str, Any]) -> Asked:
    """Return the options' values, checked as far as that goes without a cluster.

    Raises:
        InputError: a value is wrong or missing, naming its option.
    """
    life = parse_life(given["for_"], given["until"], local_now())
    remarks = parse_remarks(given)
    opening: Opening | None = None
    documents: tuple[object, ...] = ()
    if given["filename"]:
        if given["to"] or given["from_"] or given["port"] or given["egress"]:
            raise InputError(
                "-f already says what is opened", field="filename", fix="leave --to, --from, --port out"
            )
        documents = read_documents(given["filename"])
    else:
        opening = _opening(given)
        check(opening)
    return Asked(opening, documents, life, remarks)


@dataclass(frozen=True, slots=True)
class Understood:
    """An order, everything that is named in it looked up."""

    order: Order
    identity: Identity
    """Who asks, and by which clock."""
    notes: tuple[str, ...]
    """What was translated, and which pods it selects: to be told with what became of it."""

    def tell(self) -> None:
        """Write the notes to stderr."""
        for note in self.notes:
            talk.say(note)


async def understand(session: Session, asked: Asked, flags: Flags) -> Understood:
    """Return the order, everything that is named looked up, checked as far as that goes without writing.

    Raises:
        InputError, NotFoundError, ClusterError: as ``resolve`` and ``draft``.
    """
    (wishes, notes), identity = await asyncio.gather(
        _wishes(session, asked, flags), session.cluster.access.whoami()
    )
    order = asked.order(wishes)
    draft(session.limits, order, identity.username, session.server_now(identity))
    matches = await asyncio.gather(*(describe_matches(session.cluster, wish) for wish in wishes))
    return Understood(order, identity, (*notes, *filter(None, matches)))


async def _wishes(session: Session, asked: Asked, flags: Flags) -> tuple[tuple[Wish, ...], tuple[str, ...]]:
    namespace = session.cluster.namespace
    if asked.opening is None:
        return wishes_from_documents(asked.documents, namespace, bool(flags.namespace)), ()
    found = await resolve(session.cluster, _in_namespace(asked.opening, namespace))
    return (found.wish,), found.notes


def _in_namespace(opening: Opening, namespace: str) -> Opening:
    return Opening(namespace, opening.selected, opening.peers, opening.ports, opening.direction)


def say_created(made: Created, now: datetime) -> None:
    """Tell on stderr what is open and until when."""
    told = f"granted {made.grant.id} until {format_moment(made.deadline)}"
    left = format_duration(made.deadline - now)
    names = ", ".join(f"{p.metadata.namespace}/{p.metadata.name}" for p in made.grant.policies)
    talk.say(
        f"{told} ({left} left): {names}; {'dead-man Job armed' if made.grant.is_armed() else 'NOT ARMED'}"
    )
    for warning in made.warnings:
        talk.warn(warning)


@click.command("grant", cls=VerbCommand, help=help_for("grant"))
@peer_options
@life_options
@ticket_options
@click.option(
    "--dry-run",
    is_flag=False,
    flag_value="client",
    type=Choice(["client", "server"]),
    help="Print the objects and write nothing; =server lets the API server check them too.",
)
@output_option("yaml", "json")
@cluster_options
def command(flags: Flags, dry_run: str | None, output: str | None, **given: Any) -> int:
    """Open access; what was made goes to stdout (its id, or with -o the grant)."""
    asked = read_options(given)
    if dry_run == "client" and (asked.opening is None or not check(asked.opening)):
        return run(_print_offline(flags, asked, output))
    if dry_run is not None:
        is_checked = dry_run == "server"
        return with_session(
            flags, lambda session: _show(session, asked, (is_checked, output), flags), recovers=False
        )
    return with_session(flags, lambda session: _act(session, asked, output, flags))


async def _show(session: Session, asked: Asked, how: tuple[bool, str | None], flags: Flags) -> int:
    """Print what would be made; whether the server is asked to check it, and the format, are ``how``."""
    is_checked, output = how
    found = await understand(session, asked, flags)
    now = session.server_now(found.identity)
    plan = draft(session.limits, found.order, found.identity.username, now)
    if is_checked:
        await rehearse(session, plan)
    found.tell()
    if is_checked:
        talk.say("the server accepts it; nothing was written")
    _print_plan(plan, output)
    return 0


async def _act(session: Session, asked: Asked, output: str | None, flags: Flags) -> int:
    found = await understand(session, asked, flags)
    made = await create(session, found.order)
    now = session.server_now(found.identity)
    found.tell()
    say_created(made, now)
    row = json_row(row_now(made.grant, session, now))
    talk.data(made.grant.id if output is None else as_json(row) if output == "json" else as_yaml([row]))
    return 0


async def _print_offline(flags: Flags, asked: Asked, output: str | None) -> int:
    """Print what would be made without asking any cluster."""
    settings = load_settings(flags)
    namespace = wiring.configured_namespace(settings, one_context(settings))
    if asked.opening is None:
        wishes = wishes_from_documents(asked.documents, namespace, bool(flags.namespace))
    else:
        opening = _in_namespace(asked.opening, namespace)
        wishes = ((await resolve(None, opening)).wish,)
    plan = draft(wiring.limits(settings), asked.order(wishes), "", local_now())
    _print_plan(plan, output)
    return 0


def _print_plan(plan: Draft, output: str | None) -> None:
    manifests = plan.manifests()
    if output == "json":
        talk.data(as_json({"apiVersion": "v1", "kind": "List", "items": list(manifests)}))
    else:
        talk.data(as_yaml(manifests))
