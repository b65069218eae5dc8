"""Start the embedded cluster from a screen.

Law: it is started once; a second wish while it starts is the same wish.
"""

from app.errors import NetgrantError
from app.ui.pages import Page

_GROUP = "demo"


def start_demo(page: Page, *, leaves: bool) -> None:
    """Start it behind the screen, then show it alone.

    Args:
        page: where it was wished for.
        leaves: whether to close the page then, since it is shown on another.
    """
    if any(worker.group == _GROUP and not worker.is_finished for worker in page.app.workers):
        return
    page.net.say("Starting the embedded cluster …")
    page.app.run_worker(_start(page, leaves), group=_GROUP, exit_on_error=False)


async def _start(page: Page, leaves: bool) -> None:
    try:
        context = await page.net.backend.start_demo()
    except OSError as error:
        why = error.strerror or type(error).__name__
        page.net.complain(NetgrantError(f"the embedded cluster cannot be started: {why}"))
        return
    page.net.feed.show((context,))
    if leaves and page.is_current:
        page.dismiss()
