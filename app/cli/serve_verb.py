"""``netgrant serve``: the dashboard in a browser, on this machine and read-only unless told otherwise."""

import re
from contextlib import suppress
from ipaddress import ip_address

import click

from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.options import Flags, cluster_options, filled
from app.cli.root import VerbCommand, help_for
from app.cli.running import load_settings, run
from app.domain.text import quote
from app.errors import ConfigError, InputError

_NAME = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@click.command("serve", cls=VerbCommand, help=help_for("serve"))
@click.option(
    "--listen",
    default="127.0.0.1",
    metavar="ADDR",
    callback=filled,
    help="IP address to listen at; default: 127.0.0.1, which only this machine reaches.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    metavar="PORT",
    help="Port to listen at; 0: any that is free. Default: 8000.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    callback=filled,
    help="Another name that browsers use, as host or host:port; repeatable.",
)
@click.option("--writable", is_flag=True, help="Let the browser grant, extend and revoke, too.")
@cluster_options
def command(flags: Flags, listen: str, port: int, names: tuple[str, ...], writable: bool) -> int:
    """Serve until Ctrl-C, and say what that means."""
    address = _address(listen, names)
    for name in names:
        _check_name(name)
    load_settings(flags)  # what is wrong with them is said here, not in every browser
    try:
        from app.ui.web.serving import Serving, serve
        from app.ui.web.session import own_line
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("app"):
            raise
        raise ConfigError(
            f"'netgrant serve' needs {error.name}, which is not installed",
            fix="pip install 'netgrant[serve]' brings it",
        ) from error
    line = own_line(session_options(flags, writable=writable))
    is_said = False

    def announce(url: str) -> None:
        nonlocal is_said
        if not is_said:
            _say_what_it_means(address, writable)
            is_said = True
        with suppress(talk.ReaderGoneError):
            talk.data(url)

    with suppress(KeyboardInterrupt, click.Abort):
        run(serve(Serving(line, announce, _tell, address, port, names)))
    return ExitCode.OK


def _address(text: str, names: tuple[str, ...]) -> str:
    """Check where to listen.

    Raises:
        InputError: it is no IP address, or it is every address and no name was given.
    """
    try:
        address = ip_address("127.0.0.1" if text == "localhost" else text.strip("[]"))
    except ValueError as error:
        raise InputError(
            f"--listen: {quote(text)} is not an IP address",
            field="listen",
            fix="write for example 127.0.0.1 or ::1",
        ) from error
    if address.is_unspecified and not names:
        raise InputError(
            f"--listen {address}: under which name is it reached?",
            field="listen",
            fix="say it with --name; requests for other names are refused",
        )
    return str(address)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"--name: {quote(name)} is not a host name",
            field="name",
            fix="write for example netgrant.example.com, without scheme or path",
        )


def session_options(flags: Flags, *, writable: bool) -> list[str]:
    """Return the options that a session is started with."""
    found = [] if writable else ["--read-only"]
    found += [word for name in flags.contexts for word in ("--context", name)]
    for option, value in (
        ("--kubeconfig", flags.kubeconfig),
        ("--registry", flags.registry),
        ("--namespace", flags.namespace),
    ):
        found += [option, value] if value else []
    return found


def _say_what_it_means(address: str, writable: bool) -> None:
    if ip_address(address).is_loopback:
        talk.tell(f"serving on {address}: only this machine reaches it")
    else:
        talk.warn(
            f"serving on {address}, without TLS: whoever is on the way reads it and may take over; "
            "put it behind a proxy that speaks TLS"
        )
    talk.tell(
        "writable: whoever opens the address acts with your rights in the cluster"
        if writable
        else "read-only: nothing can be granted, extended or revoked there; --writable allows it"
    )
    talk.tell("an address opens once, in one browser; the next is printed then. Ctrl-C ends all sessions")


def _tell(text: str) -> None:
    talk.tell(f"a session said: {text}")
