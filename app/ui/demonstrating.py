"""Start the embedded cluster from a screen.

Law: it is started once; a second wish while it starts is the same wish.
"""

from app.errors import NetgrantError
from app.ui.pages import Page

_GROUP = "demo"


def start_demo(page: Page) -> None:
    """Start it behind the screen, then show it alone and leave the page for where it is shown."""
    if any(worker.group == _GROUP and not worker.is_finished for worker in page.app.workers):
        return
    page.net.say("Starting the embedded cluster …")
    page.app.run_worker(_start(page), group=_GROUP, exit_on_error=False)


async def _start(page: Page) -> None:
    try:
        context = await page.net.backend.start_demo()
    except OSError as error:
        why = error.strerror or type(error).__name__
        page.net.complain(NetgrantError(f"the embedded cluster cannot be started: {why}"))
        return
    page.net.feed.show((context,))
    if page.is_current:
        page.dismiss()
