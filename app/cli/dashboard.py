"""Open the dashboard, or say why it cannot be opened here."""

from app import wiring
from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.options import Flags
from app.cli.running import load_settings


def open_dashboard(flags: Flags, *, read_only: bool = False, hint: str = "") -> int:
    """Run the dashboard; without a terminal say what to run instead.

    Args:
        flags: where to look; without a namespace all are shown.
        read_only: leave out whatever changes a cluster.
        hint: some lines to show first.

    Raises:
        ConfigError, InputError: the settings cannot be used.
    """
    if reason := talk.why_no_screen():
        # A Textual app without a keyboard could not be quit.
        talk.tell(f"the dashboard needs a terminal, and {reason}; 'netgrant list --watch' works without one")
        return ExitCode.USAGE
    loaded = load_settings(flags)
    return wiring.run_dashboard(loaded, namespace=flags.namespace, read_only=read_only, hint=hint)
