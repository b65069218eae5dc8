"""The options that several verbs share, and the values they become.

Law: parsing only; each wrong value is an InputError that names its option.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click

from app.domain.durations import parse_duration, parse_until
from app.errors import InputError

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Flags:
    """Where to act: the options that every verb takes."""

    contexts: tuple[str, ...] = ()
    kubeconfig: str | None = None
    registry: str | None = None
    namespace: str | None = None

    def overrides(self) -> dict[str, object]:
        """Return what was given, by setting."""
        return {
            "context": self.contexts,
            "kubeconfig": self.kubeconfig,
            "registry": self.registry,
            "namespace": self.namespace,
        }


def _decorated(function: Function, options: Sequence[Callable[[Function], Function]]) -> Function:
    for option in reversed(options):
        function = option(function)
    return function


def cluster_options(function: Function) -> Function:
    """Add ``--context``, ``--kubeconfig``, ``--registry`` and ``-n``, handed over as ``flags``."""

    @functools.wraps(function)
    def collected(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - what click hands over and takes back
        flags = Flags(
            given.pop("context"), given.pop("kubeconfig"), given.pop("registry"), given.pop("namespace")
        )
        return function(*args, flags=flags, **given)

    options = [
        click.option("-n", "--namespace", metavar="NS", help="Namespace; default: the context's."),
        click.option(
            "--context", multiple=True, metavar="NAME", help="kubeconfig context; reading takes several."
        ),
        click.option("--kubeconfig", metavar="FILE", help="kubeconfig file; default: as kubectl."),
        click.option("--registry", metavar="FILE", help="Local registry file."),
    ]
    return _decorated(collected, options)


def life_options(function: Function) -> Function:
    """Add ``--for``, ``--until``, ``--reason``."""
    options = [
        click.option("--for", "for_", metavar="DURATION", help="How long: 30m, 1h30m, 'until 18:00'."),
        click.option("--until", metavar="TIME", help="Until when: 18:00, 2026-11-24T18:00Z."),
        click.option("--reason", metavar="TEXT", default="", help="Why; kept on the object and on record."),
    ]
    return _decorated(function, options)


def ticket_options(function: Function) -> Function:
    """Add ``--ticket`` and ``--incident``."""
    options = [
        click.option("--ticket", metavar="ID", default="", help="Ticket, such as INC-1."),
        click.option("--incident", metavar="ID", default="", help="Incident this belongs to."),
    ]
    return _decorated(function, options)


def output_option(*choices: str, default: str | None = None) -> Callable[[Function], Function]:
    """Return the ``-o`` option with these formats."""
    return click.option(
        "-o", "--output", type=click.Choice(choices), default=default, help="Format of what goes to stdout."
    )


@dataclass(frozen=True, slots=True)
class Life:
    """How long, in one of two ways."""

    ttl: timedelta | None = None
    until: datetime | None = None


def parse_life(for_: str | None, until: str | None, now: datetime) -> Life:
    """Read ``--for`` and ``--until``, of which exactly one must be given.

    Raises:
        InputError: none, both, or one that cannot be read.
    """
    if bool(for_) == bool(until):
        what = "both --for and --until were given" if for_ else "how long? give --for or --until"
        raise InputError(what, field="for", fix="for example --for 30m or --until 18:00")
    option, text = ("for", for_ or "") if for_ else ("until", until or "")
    try:
        if option == "for" and not text.strip().lower().startswith("until"):
            return Life(ttl=parse_duration(text))
        return Life(until=parse_until(text, now))
    except InputError as error:
        raise InputError(f"--{option}: {error.message}", field=option, fix=error.fix) from error


def need_reason(reason: str) -> str:
    """Return the reason, stripped.

    Raises:
        InputError: there is none.
    """
    if not reason.strip():
        raise InputError(
            "--reason is missing: why is this needed?", field="reason", fix='--reason "debug lag"'
        )
    return reason.strip()
