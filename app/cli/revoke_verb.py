"""``netgrant revoke``: end access now."""

import sys
from dataclasses import dataclass

import click

from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.options import Flags, cluster_options, need_reason
from app.cli.root import help_for
from app.cli.rows import COLUMNS, cells, row_now
from app.cli.running import with_session
from app.cli.tables import table
from app.commands.catalog import verb
from app.commands.revoke import Revoked, choose, choose_all, revoke
from app.commands.session import Session
from app.domain.grant import Grant
from app.domain.labels import parse_selector
from app.errors import ClusterError, InputError


@dataclass(frozen=True, slots=True)
class _Asked:
    ids: tuple[str, ...]
    is_all: bool
    selector: str
    namespace: str | None
    reason: str
    is_sure: bool


@click.command("revoke", help=help_for("revoke"))
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--all", "is_all", is_flag=True, help="All grants of the namespace (or with -A of all).")
@click.option("-A", "--all-namespaces", is_flag=True, help="With --all: in all namespaces.")
@click.option("-l", "--selector", default="", metavar="SEL", help="With --all: only these labels.")
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
        raise InputError("-l and -A go with --all", field="selector")
    parse_selector(selector)
    namespace = None if given["all_namespaces"] else flags.namespace or ""
    asked = _Asked(
        ids, bool(given["is_all"]), selector, namespace, need_reason(str(given["reason"])), bool(given["yes"])
    )
    return with_session(flags, lambda session: _act(session, asked))


async def _act(session: Session, asked: _Asked) -> int:
    grants = await _chosen(session, asked)
    if not grants:
        talk.say("no grant stands there")
        return ExitCode.OK
    _confirm(session, grants, asked)
    done = [await _revoke(session, grant, asked.reason) for grant in grants]
    if all(done):
        return ExitCode.OK
    return ExitCode.PARTIAL if any(done) or len(done) > 1 else ExitCode.REFUSED


async def _chosen(session: Session, asked: _Asked) -> tuple[Grant, ...]:
    if not asked.is_all:
        return await choose(session, asked.ids)
    namespace = session.cluster.namespace if asked.namespace == "" else asked.namespace
    return await choose_all(session, namespace, asked.selector)


def _confirm(session: Session, grants: tuple[Grant, ...], asked: _Asked) -> None:
    """Show what goes and ask; without a terminal only ``--yes`` is consent, but ids are named on purpose."""
    if asked.is_sure or (asked.ids and not sys.stdin.isatty()):
        return
    now = session.clock.now()
    talk.say(table(COLUMNS, [cells(row_now(grant, session, now)) for grant in grants]).rstrip())
    if not sys.stdin.isatty():
        raise InputError("revoking all needs --yes where nobody can be asked", field="yes")
    click.confirm(verb("revoke").confirm.format(count=len(grants)), abort=True, err=True)


async def _revoke(session: Session, grant: Grant, reason: str) -> bool:
    try:
        done = await revoke(session, grant, reason)
    except ClusterError as error:
        talk.fail(error)
        return False
    return _tell(done)


def _tell(done: Revoked) -> bool:
    for warning in done.warnings:
        talk.warn(warning)
    for sentence in done.blocked:
        talk.say(f"netgrant: {sentence}")
    if done.gone:
        talk.say(f"revoked {done.grant_id}: its policies are gone; connections made before may live on")
        talk.data(done.grant_id)
    return done.gone
