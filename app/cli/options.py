"""The options that several verbs share, and the values they become.

Law: parsing only; each wrong value is an InputError that names its option. Nothing given is not the same as
an empty text given: that is what a shell makes of a variable that is not set, and must not mean "all".
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from app.domain.durations import Life, parse_duration, parse_until
from app.domain.labels import parse_selector
from app.domain.remarks import parse_reason, parse_reference
from app.domain.text import quote
from app.errors import ConfigError, InputError

Function = Callable[..., Any]
T = TypeVar("T")


def filled(ctx: click.Context, param: click.Parameter, value: T) -> T:
    """Let through what was not given, and what was given with something in it (click's ``callback``).

    Raises:
        InputError: an empty text was given.
    """
    given = ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    texts: Iterable[object] = value if isinstance(value, tuple) else (value,)
    if given and not ctx.resilient_parsing:
        for text in texts:
            if isinstance(text, str) and not text.strip():
                name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
                raise InputError(
                    f"{name} is empty", field=param.name or "", fix="give a value, or leave it out"
                )
    return value


class Choice(click.Choice[str]):
    """A choice whose complaint stays one readable line, whatever was given."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Return what was wrong and what would be right."""
        return f"{quote(str(value))} is not one of {', '.join(self.choices)}"


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


def _known_contexts(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete a context's name from the kubeconfig; nobody is asked over a network."""
    from app.cli.running import load_settings
    from app.wiring import context_names

    try:
        names = context_names(load_settings(Flags(kubeconfig=ctx.params.get("kubeconfig"))))
    except (ConfigError, InputError):
        return []  # a shell that completes is no place to complain
    return [name for name in names if name.startswith(incomplete)]


def cluster_options(function: Function) -> Function:
    """Add ``--context``, ``--kubeconfig``, ``--registry`` and ``-n``, handed over as ``flags``."""

    @functools.wraps(function)
    def collected(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - what click hands over and takes back
        namespace = (given.pop("namespace") or "").strip() or None
        flags = Flags(given.pop("context"), given.pop("kubeconfig"), given.pop("registry"), namespace)
        return function(*args, flags=flags, **given)

    options = [
        click.option(
            "-n", "--namespace", metavar="NS", callback=filled, help="Namespace; default: the context's."
        ),
        click.option(
            "--context",
            multiple=True,
            metavar="NAME",
            callback=filled,
            shell_complete=_known_contexts,
            help="kubeconfig context; the dashboard, list and history take several.",
        ),
        click.option(
            "--kubeconfig", metavar="FILE", callback=filled, help="kubeconfig file; default: as kubectl."
        ),
        click.option("--registry", metavar="FILE", callback=filled, help="Local registry file."),
    ]
    return _decorated(collected, options)


def life_options(function: Function) -> Function:
    """Add ``--for``, ``--until``, ``--reason``."""
    options = [
        click.option(
            "--for", "for_", metavar="DURATION", callback=filled, help="How long: 30m, 1h30m, 'until 18:00'."
        ),
        click.option(
            "--until", metavar="TIME", callback=filled, help="Until when: 18:00, 2026-11-24T18:00Z."
        ),
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


def output_option(*choices: str, told: str = "") -> Callable[[Function], Function]:
    """Return the ``-o`` option with these formats; ``told`` says what stands in where it is not given."""
    text = f"Format of what goes to stdout; default: {told}." if told else "Format of what goes to stdout."
    return click.option("-o", "--output", type=Choice(choices), help=text)


def output_or_default(given: str | None, wished: str, allowed: Sequence[str]) -> str:
    """Return the format asked for; else the settings' where this verb has it, else the verb's first."""
    return given or (wished if wished in allowed else allowed[0])


def selector_option(text: str) -> Callable[[Function], Function]:
    """Return the ``-l`` option."""
    return click.option("-l", "--selector", default="", metavar="SEL", callback=filled, help=text)


def check_selector(text: str) -> str:
    """Return the selector of ``-l``, checked, in written form.

    Raises:
        InputError: it cannot be read.
    """
    named("-l", parse_selector, text)
    return text


def named(option: str, parse: Callable[[str], T], text: str) -> T:
    """Return what ``parse`` makes of an option's value.

    Raises:
        InputError: what ``parse`` raises, with the option in front.
    """
    try:
        return parse(text)
    except InputError as error:
        field = option.lstrip("-")
        raise InputError(f"{option}: {error.message}", field=field, fix=error.fix) from error


_WRONG_CLOCK = timedelta(days=1)
"""What lies less than this behind our clock may lie ahead of the server's, which decides."""


def parse_life(for_: str | None, until: str | None, now: datetime) -> Life:
    """Read ``--for`` and ``--until``, of which exactly one must be given.

    Raises:
        InputError: none, both, or one that cannot be read.
    """
    if (for_ is None) == (until is None):
        what = "how long? give --for or --until" if for_ is None else "both --for and --until were given"
        raise InputError(what, field="for", fix="for example --for 30m or --until 18:00")
    if for_ is not None and not for_.strip().lower().startswith("until"):
        return Life(ttl=named("--for", parse_duration, for_))
    option, text = ("--for", for_) if for_ is not None else ("--until", until or "")
    return Life(until=named(option, lambda wanted: parse_until(wanted, now, error=_WRONG_CLOCK), text))


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is said about a grant."""

    reason: str
    ticket: str = ""
    incident: str = ""


def parse_remarks(given: Mapping[str, Any]) -> Remarks:
    """Read ``--reason``, ``--ticket`` and ``--incident``.

    Raises:
        InputError: no reason, or one of them is too long or holds characters that cannot be seen.
    """
    return Remarks(
        parse_reason(given["reason"]),
        parse_reference(given["ticket"], "ticket"),
        parse_reference(given["incident"], "incident"),
    )
