"""The root command: which verbs there are, and what becomes of an error.

Law: a verb's module is imported only when that verb runs, so that ``list`` never pays for the others.
"""

import importlib
import os
import sys
from types import TracebackType
from typing import Any

import click
from click.core import ParameterSource

from app import __version__
from app.cli import talk
from app.cli.exits import ExitCode, code_for
from app.cli.options import Flags, cluster_options
from app.commands.catalog import VERBS, verb
from app.domain.text import clean, quote
from app.errors import NetgrantError

_MODULES = {item.name: f"app.cli.{item.name}_verb" for item in VERBS}
_AFTER_VERB = ("-n", "--namespace", "--context", "--kubeconfig", "--registry", "-o", "--output", "-A")


class VerbCommand(click.Command):
    """A verb whose usage errors all name it, and can say what was probably meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; click itself forgets the verb where an option's argument is missing."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


class Verbs(click.Group):
    """A group whose commands are listed from the catalog and loaded when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the catalog's order."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and return its command; None for an unknown verb."""
        if cmd_name not in _MODULES:
            return None
        found = importlib.import_module(_MODULES[cmd_name]).command
        assert isinstance(found, click.Command)
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; tell whoever put a verb's option before the verb where it goes."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name
            if name in _AFTER_VERB:
                raise click.UsageError(f"{name} goes behind the command: list {name} …", ctx) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(item.name, item.summary) for item in VERBS])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown verb with the nearest one there is."""
        import difflib

        if args[0] not in _MODULES and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], _MODULES, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(_MODULES)}"
            raise click.UsageError(f"unknown command {quote(args[0])}; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "-V", "--version", prog_name="netgrant", message="%(prog)s %(version)s")
@click.option("--read-only", is_flag=True, help="Leave out whatever changes a cluster: for a wall screen.")
@cluster_options
@click.pass_context
def root(ctx: click.Context, flags: Flags, read_only: bool) -> None:
    """Give temporary network access in Kubernetes that ends by itself.

    A grant is a NetworkPolicy owned by a Job whose deadline the cluster keeps: when time is up the cluster
    removes both, with this terminal closed and nothing installed. Without a command the dashboard opens; the
    options are its own.
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options_before_a_verb(ctx)
        return
    from app.cli.dashboard import open_dashboard

    ctx.exit(open_dashboard(flags, read_only=read_only))


def _refuse_options_before_a_verb(ctx: click.Context) -> None:
    """Tell whoever put a verb's option before the verb where it goes."""
    for param in root.params:
        if ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE:
            name = max(param.opts, key=len)
            if name in _AFTER_VERB:
                raise click.UsageError(f"{name} goes behind the command: {_behind(ctx, name)}", ctx)
            raise click.UsageError(f"{name} is the dashboard's, which opens without a command", ctx)


def _behind(ctx: click.Context, name: str) -> str:
    return f"{ctx.invoked_subcommand} {name} …"


def help_for(name: str) -> str:
    """Return a verb's summary as its command's help."""
    return verb(name).summary + "."


def _complain(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "netgrant"
    message = " ".join(clean(error.format_message().strip().rstrip(".")).split())
    talk.say(f"{path}: {message[:1].lower()}{message[1:]}; see '{path} --help'")
    return ExitCode.USAGE


def run_line(arguments: list[str]) -> int:
    """Run one command line; every error becomes one line on stderr and an exit code."""
    try:
        code: Any = root.main(args=arguments, prog_name=_program(), standalone_mode=False)
        return int(code or ExitCode.OK)
    except click.ClickException as error:
        return _complain(error)
    except NetgrantError as error:
        talk.fail(error)
        return code_for(error)
    except (click.Abort, KeyboardInterrupt):
        talk.tell("interrupted")
        return ExitCode.INTERRUPTED
    except talk.ReaderGoneError:
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the outermost seam: no traceback reaches a user
        return _unexpected(error)


def _deepest(where: TracebackType | None) -> str:
    """Return the last place of ours that the error came through; a library's own tells little."""
    found = "?"
    while where:
        module = str(where.tb_frame.f_globals.get("__name__"))
        if module.startswith("app.") or found == "?":
            found = f"{module}:{where.tb_lineno}"
        where = where.tb_next
    return found


def _unexpected(error: Exception) -> int:
    if os.environ.get("NETGRANT_DEBUG"):
        raise error
    at = _deepest(error.__traceback__)
    talk.tell(
        f"this is a bug: {type(error).__name__} at {at}; please report it, with what "
        "NETGRANT_DEBUG=1 prints; 'netgrant list' shows what stands in the cluster"
    )
    return ExitCode.FAILED


def _program() -> str:
    name = os.path.basename(sys.argv[0])
    return "kubectl netgrant" if name.startswith("kubectl-") else "netgrant"
