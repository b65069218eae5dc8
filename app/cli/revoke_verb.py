"""``netgrant revoke``: end access now."""

import asyncio
from dataclasses import dataclass

import click

from app.cli import talk
from app.cli.exits import ExitCode, code_for
from app.cli.options import Flags, check_selector, cluster_options, selector_option
from app.cli.root import VerbCommand, help_for
from app.cli.rows import COLUMNS, cells, row_now
from app.cli.running import is_agreed, with_session
from app.cli.tables import table
from app.commands.catalog import verb
from app.commands.ending import Ended
from app.commands.revoke import choose, choose_all, revoke
from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.remarks import parse_reason
from app.errors import ClusterError, InputError

_AT_ONCE = 8
"""How many grants are revoked side by side."""


@dataclass(frozen=True, slots=True)
class _Asked:
    ids: tuple[str, ...]
    """Empty: all."""
    selector: str
    everywhere: bool
    reason: str
    is_sure: bool


@click.command("revoke", cls=VerbCommand, help=help_for("revoke"))
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--all", "is_all", is_flag=True, help="All grants of the namespace (or with -A of all).")
@click.option("-A", "--all-namespaces", is_flag=True, help="With --all: in all namespaces.")
@selector_option("With --all: only policies with these labels.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the registry.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@cluster_options
def command(flags: Flags, ids: tuple[str, ...], **given: str | bool) -> int:
    """Revoke; each revoked grant's id goes to stdout."""
    selector = str(given["selector"])
    if bool(ids) == bool(given["is_all"]):
        what = "ids and --all exclude each other" if ids else "which grants? give ids, or --all"
        raise InputError(what, field="id", fix="'netgrant list -A' shows them")
    if (selector or given["all_namespaces"]) and not given["is_all"]:
        raise InputError("-l and -A go with --all", field="selector", fix="give ids alone, or add --all")
    if given["all_namespaces"] and flags.namespace:
        raise InputError("-A and -n exclude each other", field="namespace", fix="leave one out")
    check_selector(selector)
    reason = parse_reason(str(given["reason"]))
    if given["is_all"] and not given["yes"] and not talk.can_ask():
        raise InputError("--all asks first, and here nobody can be asked", field="yes", fix="add --yes")
    asked = _Asked(ids, selector, bool(given["all_namespaces"]), reason, bool(given["yes"]))
    return with_session(flags, lambda session: _act(session, asked))


async def _act(session: Session, asked: _Asked) -> int:
    grants = await _chosen(session, asked)
    if not grants:
        talk.say("no grant stands there")
        return ExitCode.OK
    if not await _confirmed(session, grants, asked):
        talk.tell("nothing was revoked")
        return ExitCode.INTERRUPTED
    return _together(await _revoke_all(session, grants, asked.reason))


async def _revoke_all(session: Session, grants: tuple[Grant, ...], reason: str) -> list[ExitCode]:
    """Revoke some at a time, so that one that is held delays no other; return their codes.

    Whatever happens to one, all are tried: an error that is no cluster's is raised when they have been.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(grant: Grant) -> ExitCode:
        async with gate:
            return await _revoke(session, grant, reason)

    codes = []
    for outcome in await asyncio.gather(*(one(grant) for grant in grants), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        codes.append(outcome)
    return codes


def _together(codes: list[ExitCode]) -> ExitCode:
    """Return the one code that all ended with, else PARTIAL."""
    return codes[0] if len(set(codes)) == 1 else ExitCode.PARTIAL


async def _chosen(session: Session, asked: _Asked) -> tuple[Grant, ...]:
    if asked.ids:
        return await choose(session, asked.ids)
    namespace = None if asked.everywhere else session.cluster.namespace
    return await choose_all(session, namespace, asked.selector)


async def _confirmed(session: Session, grants: tuple[Grant, ...], asked: _Asked) -> bool:
    """Show what goes and ask; a script that names ids means them, and need not be asked."""
    if asked.is_sure or not talk.can_ask():
        return True
    now = session.server_now(await session.cluster.access.whoami())
    talk.say(table(COLUMNS, [cells(row_now(grant, session, now)) for grant in grants]).rstrip())
    return is_agreed(verb("revoke").confirm.format(count=len(grants)))


async def _revoke(session: Session, grant: Grant, reason: str) -> ExitCode:
    """Revoke one of them, whatever becomes of the others; return the code that it alone would end with."""
    try:
        done = await revoke(session, grant, reason)
    except ClusterError as error:
        talk.fail(error)
        return code_for(error)
    _tell(done)
    return ExitCode.OK if done.gone else ExitCode.REFUSED


def _tell(done: Ended) -> None:
    for warning in done.warnings:
        talk.warn(warning)
    for sentence in done.blocked:
        talk.tell(sentence)
    if done.gone:
        talk.say(f"revoked {done.grant_id}: its policies are gone; connections made before may live on")
        talk.data(done.grant_id)
