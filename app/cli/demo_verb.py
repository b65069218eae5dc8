"""``netgrant demo``: an incident on a cluster inside this process.

With a terminal the dashboard opens on it; without one a grant's whole life is played by the public commands.
"""

import shlex
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import click

from app import wiring
from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.options import Flags
from app.cli.root import VerbCommand, help_for, run_line
from app.cli.running import load_settings, run, settle_in
from app.commands.live import read_grant
from app.errors import InputError, RefusedError
from app.settings import Settings

_HINT = """\
A payments outage on a cluster inside this process: you cannot break anything.
Grants are open; the cluster itself closes each of them when its time is up.
Press e to extend one, r to revoke it, enter to see its pods and events.
Press n to open one: production, app=database, 203.0.113.0/24, 5432.
? shows all keys, q leaves."""
_LIFE = "6s"
_MORE = "4s"
_NAMESPACE = "production"
_PATIENCE = timedelta(seconds=30)


@click.command("demo", cls=VerbCommand, help=help_for("demo"))
@click.option("--headless", is_flag=True, help="Play a grant's life even where there is a terminal.")
@click.option("--serve", is_flag=True, help="Keep the cluster up for other terminals until Ctrl-C.")
def command(headless: bool, serve: bool) -> int:
    """Start the embedded cluster and show what netgrant does with it."""
    if headless and serve:
        raise InputError("--headless and --serve exclude each other", field="serve", fix="leave one out")
    with (
        tempfile.TemporaryDirectory(prefix="netgrant-demo-") as folder,
        wiring.demo_cluster(Path(folder)) as files,
    ):
        if serve:
            return _serve(files)
        if headless or not talk.can_show():
            return _play(files)
        from app.cli.dashboard import open_dashboard

        return open_dashboard(_flags(files), hint=_HINT)


def _exports(files: wiring.DemoFiles) -> str:
    return f"export KUBECONFIG={files.kubeconfig} NETGRANT_REGISTRY={files.registry}"


def _serve(files: wiring.DemoFiles) -> int:
    talk.say("the embedded cluster is up; in another terminal:")
    talk.data(_exports(files))
    talk.say(f"for kubectl: KUBECONFIG={files.kubectl_config}; Ctrl-C here ends it")
    settle_in()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return ExitCode.OK


def _run(files: wiring.DemoFiles, *words: str) -> None:
    """Show a command as it would be typed, then run it.

    Raises:
        click.exceptions.Exit: it failed, with its code.
    """
    talk.say(f"\n$ netgrant {shlex.join(words)}")
    code = run_line([*words, "--kubeconfig", str(files.kubeconfig), "--registry", str(files.registry)])
    if code:
        raise click.exceptions.Exit(code)


def _play(files: wiring.DemoFiles) -> int:
    """Play create, list, extend, show, expiry seen and history with the public commands."""
    talk.say("A payments outage, on a small Kubernetes API server inside this process. What is open:")
    _run(files, "list", "-A")
    talk.say("\nA vendor must reach the database, for six seconds, to look at the replication lag:")
    what = ("--to", "app=database", "--from", "203.0.113.0/24", "--port", "5432/TCP")
    why = ("--reason", "debug replication lag", "--ticket", "INC-4711")
    _run(files, "grant", "-n", _NAMESPACE, *what, "--for", _LIFE, *why)
    _run(files, "list", "-n", _NAMESPACE)
    grant_id = run(_newest(files))
    _run(files, "extend", grant_id, "--for", _MORE, "--reason", "the vendor is still connected")
    _run(files, "show", grant_id)
    talk.say("\nNobody does anything now. The cluster's own controllers close it:")
    seconds = run(_seen_gone(files, grant_id))
    talk.say(f"gone {seconds:+.1f} s after its deadline")
    _run(files, "history", grant_id)
    talk.say("\nOn your own cluster: netgrant doctor, then netgrant grant --help")
    return ExitCode.OK


def _settings(files: wiring.DemoFiles) -> Settings:
    return load_settings(_flags(files))


def _flags(files: wiring.DemoFiles) -> Flags:
    return Flags((files.context,), str(files.kubeconfig), str(files.registry))


async def _newest(files: wiring.DemoFiles) -> str:
    log = wiring.open_registry(_settings(files))
    try:
        return (await log.grants())[-1].id
    finally:
        await log.close()


async def _seen_gone(files: wiring.DemoFiles, grant_id: str) -> float:
    """Wait until the grant's policies are gone; return how many seconds after the deadline that was.

    Raises:
        RefusedError: they outlived it by far.
    """
    async with wiring.open_session(_settings(files), None) as session:
        clock = session.clock  # the server's too, for it is this process; no estimate is as good
        deadline = clock.now()
        while grant := await read_grant(session.cluster, grant_id, (_NAMESPACE,)):
            deadline = grant.deadline() or deadline
            if clock.now() - deadline > _PATIENCE:
                raise RefusedError(f"grant {grant_id} is still enforced after its deadline")
            await clock.sleep(0.1)
        return (clock.now() - deadline).total_seconds()
