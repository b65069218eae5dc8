"""``netgrant exec``: open access, run a command, revoke when it ends."""

import asyncio
import os
import signal
from typing import Any

import click

from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.grant_verb import Asked, order_from, peer_options, read_options, say_created
from app.cli.options import Flags, cluster_options, life_options, ticket_options
from app.cli.root import help_for
from app.cli.running import with_session
from app.commands.create import Created, create
from app.commands.revoke import revoke
from app.commands.session import Session
from app.domain.durations import format_moment
from app.errors import NetgrantError

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@click.command("exec", help=f"{help_for('exec')} Its exit code is passed on.")
@peer_options
@life_options
@ticket_options
@cluster_options
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND…")
def command(flags: Flags, argv: tuple[str, ...], **given: Any) -> int:
    """Run COMMAND with access open; exit code 125 if access could not be opened."""
    asked = read_options(given)
    return with_session(flags, lambda session: _act(session, flags, asked, argv))


async def _act(session: Session, flags: Flags, asked: Asked, argv: tuple[str, ...]) -> int:
    try:
        made = await create(session, await order_from(session, asked, flags))
    except NetgrantError as error:
        talk.fail(error)
        return ExitCode.NOT_OPENED
    say_created(made, session.clock.now())
    code: int = ExitCode.FAILED
    try:
        code = await _run(made, argv)
    finally:
        closed = await _close(session, made)
    return code if closed or code else ExitCode.PARTIAL


async def _run(made: Created, argv: tuple[str, ...]) -> int:
    """Run the command in our terminal and pass signals on; return its code as a shell would."""
    environ = {
        **os.environ,
        "NETGRANT_GRANT_ID": made.grant.id,
        "NETGRANT_DEADLINE": format_moment(made.deadline),
    }
    loop = asyncio.get_running_loop()
    # Until the child is there a signal is remembered; from then on it is the child's.
    early: list[int] = []
    for number in _FORWARDED:
        loop.add_signal_handler(number, early.append, number)
    try:
        child = await asyncio.create_subprocess_exec(*argv, env=environ)
    except FileNotFoundError:
        talk.say(f"netgrant: {argv[0]}: command not found")
        return 127
    except OSError as error:
        talk.say(f"netgrant: {argv[0]}: {error.strerror}")
        return 126
    for number in _FORWARDED:
        loop.add_signal_handler(number, _forward, child, number)
    for seen in early:
        _forward(child, seen)
    code = await child.wait()
    return code if code >= 0 else 128 - code


def _forward(child: asyncio.subprocess.Process, number: int) -> None:
    # Ctrl-C in a terminal reaches the whole foreground group, the child too: sending it twice would be rude.
    if number in (signal.SIGINT, signal.SIGQUIT) and os.isatty(0):
        return
    if child.returncode is None:
        child.send_signal(number)


async def _close(session: Session, made: Created) -> bool:
    """Revoke; where that fails, say what ends the access instead."""
    try:
        done = await revoke(session, made.grant, "command ended")
    except NetgrantError as error:
        talk.fail(error)
        talk.say(f"netgrant: not revoked; the dead-man Job ends it at {format_moment(made.deadline)}")
        return False
    for sentence in (*done.warnings, *done.blocked):
        talk.warn(sentence)
    if done.gone:
        talk.say(f"revoked {done.grant_id}")
    return done.gone
