"""Open the dashboard on the terminal."""

from app.settings import Settings


def run_dashboard(
    settings: Settings, *, namespace: str | None = None, read_only: bool = False, hint: str = ""
) -> int:
    """Show the dashboard until it is left; return the exit code.

    Args:
        settings: the settings.
        namespace: the one namespace to follow; None is all.
        read_only: leave out whatever changes a cluster.
        hint: some lines shown at the start.
    """
    from app.ui import ending
    from app.ui.app import NetgrantApp
    from app.wiring.preferences import Wish
    from app.wiring.screens import Screens

    return ending.run(NetgrantApp(Screens(settings, Wish(namespace, read_only, hint))))
