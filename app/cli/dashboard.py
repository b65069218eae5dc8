"""Open the dashboard, or say why it cannot be opened here."""

import sys

from app.cli import talk
from app.cli.exits import ExitCode


def open_dashboard() -> int:
    """Run the Textual app; without a terminal say what to run instead."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        # A Textual app without a keyboard could not be quit.
        talk.say("netgrant: the dashboard needs a terminal; 'netgrant list' works without one")
        return ExitCode.USAGE
    from app.ui.app import NetgrantApp

    NetgrantApp().run()
    return ExitCode.OK
