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
from app.commands.ends import note_ends
from app.commands.revoke import revoke
from app.commands.session import Session
from app.domain.durations import format_moment
from app.domain.text import quote
from app.errors import ConfigError, InputError, NetgrantError
from app.ports import Identity

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
        # As in a shell: only a path can be there and unfit, a bare name is looked for in PATH alone.
        is_there = bool(os.path.dirname(argv[0])) and os.path.exists(argv[0])
        return _not_run(argv[0], PermissionError() if is_there else FileNotFoundError())
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
        closed = await _close(session, made, found.identity)
    return code if closed or code else ExitCode.PARTIAL


async def _run(made: Created, argv: tuple[str, ...]) -> int:
    """Run the command in our terminal and pass signals on; return its code as a shell would."""
    environ = {
        **os.environ,
        "NETGRANT_GRANT_ID": made.grant.id,
        "NETGRANT_DEADLINE": format_moment(made.deadline),
    }
    relay, loop = _Relay(), asyncio.get_running_loop()
    for number in _FORWARDED:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and a shell's & stay what they are
            loop.add_signal_handler(number, relay.take, number)
    try:
        child = await asyncio.create_subprocess_exec(*argv, env=environ)
    except OSError as error:
        return _not_run(argv[0], error)
    relay.attach(child)
    code = await child.wait()
    return code if code >= 0 else 128 - code


class _Relay:
    """Signals on their way to the command.

    One handler for its whole life: the loop calls handlers later than the signal came, so that one which was
    replaced as soon as the command runs could still be called, and would keep the signal to itself.
    """

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._early: list[int] = []

    def take(self, number: int) -> None:
        """Pass a signal on, or keep it until the command is there."""
        if self._child is None:
            self._early.append(number)
        else:
            _forward(self._child, number)

    def attach(self, child: asyncio.subprocess.Process) -> None:
        """Pass on what came before."""
        self._child = child
        for number in self._early:
            _forward(child, number)


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


async def _close(session: Session, made: Created, identity: Identity) -> bool:
    """Revoke what its deadline has not ended yet; where that fails, say what ends the access instead."""
    try:
        if session.server_now(identity) >= made.deadline and made.grant.id in await note_ends(session):
            talk.say(f"{made.grant.id} had ended at its deadline, {format_moment(made.deadline)}")
            return True
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
