"""``netgrant exec``: open access, run a command, revoke when it ends."""

import asyncio
import os
import shutil
import signal
from typing import Any

import click

from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.grant_verb import Asked, peer_options, read_options, say_created, understand
from app.cli.options import Flags, cluster_options, life_options, ticket_options
from app.cli.root import VerbCommand, help_for
from app.cli.running import with_session
from app.commands.create import Created, create
from app.commands.revoke import revoke
from app.commands.session import Session
from app.domain.durations import format_moment
from app.domain.text import quote
from app.errors import ConfigError, InputError, NetgrantError

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@click.command(
    "exec",
    cls=VerbCommand,
    help=f"{help_for('exec')} Its exit code is passed on.",
    context_settings={"allow_interspersed_args": False},  # what follows COMMAND is COMMAND's
)
@peer_options
@life_options
@ticket_options
@cluster_options
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND…")
def command(flags: Flags, argv: tuple[str, ...], **given: Any) -> int:
    """Run COMMAND with access open; exit code 125 if access could not be opened."""
    asked = read_options(given)
    if shutil.which(argv[0]) is None:
        # Said before anything is opened for it.
        return _not_run(argv[0], FileNotFoundError() if not os.path.exists(argv[0]) else PermissionError())
    try:
        return with_session(flags, lambda session: _act(session, flags, asked, argv))
    except (InputError, ConfigError):
        raise
    except NetgrantError as error:
        talk.fail(error)
        return ExitCode.NOT_OPENED


async def _act(session: Session, flags: Flags, asked: Asked, argv: tuple[str, ...]) -> int:
    found = await understand(session, asked, flags)
    made = await create(session, found.order)
    code: int = ExitCode.FAILED
    try:
        found.tell()
        say_created(made, session.server_now(found.identity))
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
    # Until the child is there a signal is remembered; from then on it is the child's. What was ignored when
    # we were started (nohup, a shell's &) stays so.
    early: list[int] = []
    forwarded = [number for number in _FORWARDED if signal.getsignal(number) is not signal.SIG_IGN]
    for number in forwarded:
        loop.add_signal_handler(number, early.append, number)
    try:
        child = await asyncio.create_subprocess_exec(*argv, env=environ)
    except OSError as error:
        return _not_run(argv[0], error)
    for number in forwarded:
        loop.add_signal_handler(number, _forward, child, number)
    for seen in early:
        _forward(child, seen)
    code = await child.wait()
    return code if code >= 0 else 128 - code


def _not_run(name: str, error: OSError) -> int:
    """Say why a command could not be started, and return a shell's code for it."""
    missing = isinstance(error, FileNotFoundError)
    why = "command not found" if missing else error.strerror or "it cannot be executed"
    talk.tell(f"{quote(name)}: {why}")
    return 127 if missing else 126


def _forward(child: asyncio.subprocess.Process, number: int) -> None:
    # Ctrl-C in a terminal reaches the whole foreground group, the child too: sending it twice would be rude.
    if number in (signal.SIGINT, signal.SIGQUIT) and _is_in_foreground():
        return
    if child.returncode is None:
        child.send_signal(number)


def _is_in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


async def _close(session: Session, made: Created) -> bool:
    """Revoke; where that fails, say what ends the access instead."""
    try:
        done = await revoke(session, made.grant, "command ended")
    except NetgrantError as error:
        talk.fail(error)
        talk.tell(f"not revoked; the dead-man Job ends it at {format_moment(made.deadline)}")
        return False
    for sentence in (*done.warnings, *done.blocked):
        talk.warn(sentence)
    if done.gone:
        talk.say(f"revoked {done.grant_id}")
    return done.gone
