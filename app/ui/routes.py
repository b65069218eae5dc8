"""The ways from one screen to another: each opens a screen, and does what is to be done with its answer.

Law: screens are imported inside the functions, so that the first frame does not wait for them. A way is
called from an action, with what it is about already chosen; it returns at once or awaits no more than a push:
what waits for an answer runs in a worker of the page (``exit_on_error=False``).
"""

from app.domain.proposal import Proposal
from app.errors import NetgrantError
from app.live.cluster import LiveCluster
from app.ui.pages import Page
from app.ui.view import Shown


async def grant(page: Page, proposal: Proposal | None = None) -> None:
    """Open the form for a new grant, filled in from a proposal if there is one."""
    from app.ui.granting import ask_grant

    ask_grant(page, proposal)


async def again(page: Page, shown: Shown) -> None:
    """Open the form for a new grant like the one that is shown."""
    from app.ui.copying import proposal_of

    try:
        proposal = await proposal_of(shown, page.net.backend.log)
    except NetgrantError as error:
        page.net.complain(error)
    else:
        await grant(page, proposal)


async def extend(page: Page, chosen: tuple[Shown, ...]) -> None:
    """Move the deadlines of one or more grants."""
    from app.ui.changes import ask_extend

    ask_extend(page, chosen)


async def revoke(page: Page, chosen: tuple[Shown, ...]) -> None:
    """End one or more grants."""
    from app.ui.changes import ask_revoke

    ask_revoke(page, chosen)


async def adopt(page: Page) -> None:
    """Put a policy that already stands under a deadline."""
    from app.ui.adopting import ask_adopt

    ask_adopt(page)


async def history(page: Page) -> None:
    """Open the history screen."""
    from app.ui.screens.history import HistoryScreen

    await page.app.push_screen(HistoryScreen())


async def contexts(page: Page) -> None:
    """Open the choice of clusters."""
    from app.ui.screens.contexts import Contexts

    await page.app.push_screen(Contexts())


async def demo(page: Page, *, leaves: bool = True) -> None:
    """Start the embedded cluster, show it alone, and go where it is shown."""
    from app.ui.demonstrating import start_demo

    start_demo(page, leaves=leaves)


async def show_help(page: Page) -> None:
    """Open the help screen, about the page."""
    from app.ui.screens.help import Help

    await page.app.push_screen(Help(page.KEYS))


async def palette(page: Page) -> None:
    """Open the choice of commands by name, with those of the page."""
    from app.ui.commanding import choose_command

    choose_command(page)


async def trouble(page: Page, cluster: LiveCluster) -> None:
    """Open the screen that says why no cluster can be shown; it closes by itself once one can."""
    from app.ui.screens.trouble import Trouble

    await page.app.push_screen(Trouble(cluster))


async def leave(page: Page) -> None:
    """Quit, after asking what to do with grants that nothing but this terminal would end."""
    await page.net.action_quit()
