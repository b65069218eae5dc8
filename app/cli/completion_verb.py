"""``netgrant completion``: shell completion for bash, zsh and fish."""

import click

from app.cli import talk
from app.cli.options import Choice
from app.cli.root import VerbCommand, help_for


@click.command(
    "completion",
    cls=VerbCommand,
    help=f"{help_for('completion')} For example: source <(netgrant completion bash)",
)
@click.argument("shell", metavar="SHELL", type=Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that the shell sources."""
    from click.shell_completion import get_completion_class

    from app.cli.root import root

    kind = get_completion_class(shell)
    assert kind is not None
    talk.data(kind(root, {}, "netgrant", "_NETGRANT_COMPLETE").source())
    return 0
