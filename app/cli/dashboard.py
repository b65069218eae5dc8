"""Open the dashboard, or say why it cannot be opened here."""

from app.cli import talk
from app.cli.exits import ExitCode
from app.cli.running import settle_in


def open_dashboard(hint: str = "") -> int:
    """Run the Textual app; without a terminal say what to run instead.

    Args:
        hint: some lines to show first.
    """
    if not talk.can_show():
        # A Textual app without a keyboard could not be quit.
        talk.tell("the dashboard needs a terminal; 'netgrant list' works without one")
        return ExitCode.USAGE
    from app.ui.app import NetgrantApp

    settle_in()
    NetgrantApp(hint).run()
    return ExitCode.OK
