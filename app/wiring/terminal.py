"""Open the dashboard on the terminal."""

from app.settings import Settings
from app.wiring.recollection import Moment, Recollection
from app.wiring.sessions import limits, wall_clock


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
    # Before the screens are imported, which takes longer than this reading: so the first frame has rows.
    moment = Moment(wall_clock().now(), limits(settings).expiring)
    recollection = Recollection(settings, settings.contexts or (None,), moment)
    from app.ui import ending
    from app.ui.app import NetgrantApp
    from app.wiring.preferences import Wish
    from app.wiring.screens import Screens

    wish = Wish(namespace, read_only, hint)
    return ending.run(NetgrantApp(Screens(settings, wish, recollection)))
