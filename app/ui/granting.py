"""From the form for a new grant to the use case and its end; what was typed and not granted is kept.

Law: the grant is made through the session of the cluster that was chosen, by the app's runner: closing the
form ends nothing.
"""

from functools import partial

from app.commands.create import Created, create
from app.domain.policyspec import summarise
from app.domain.proposal import Proposal
from app.errors import NetgrantError
from app.ui import outcomes
from app.ui.changes import connected
from app.ui.desk import Request
from app.ui.pages import Page
from app.ui.runner import Finished
from app.ui.screens.grant_actions import GrantActions
from app.ui.screens.grant_form import GrantForm
from app.ui.telling import both_clocks


def ask_grant(page: Page, proposal: Proposal | None) -> None:
    """Open the form: filled in, or with what was kept from the last one, or with where one looks now."""
    net = page.net
    first = proposal or net.draft or _here(page)

    def closed(typed: Proposal | None) -> None:
        if typed is not None:
            net.draft = typed
            net.say("what you typed is kept: n brings it back")

    net.push_screen(GrantForm(first, partial(_commit, page)), closed)


def _here(page: Page) -> Proposal:
    """Return a form that says where: in the namespace of the current grant, else the context's own."""
    current = page.current if isinstance(page, GrantActions) else None
    if current is not None:
        return Proposal(context=current.cluster.name, namespace=next(iter(current.row.namespaces), ""))
    for cluster in page.net.feed.view.clusters:
        if cluster.session is not None:
            return Proposal(context=cluster.name, namespace=cluster.session.cluster.namespace)
    return Proposal()


def _commit(page: Page, form: GrantForm, request: Request) -> None:
    """Begin to make the grant."""
    told = summarise(wish.spec for wish in request.order.wishes)
    namespace = request.order.wishes[0].namespace
    page.net.runner.start(
        f"opening {namespace} {told.target}",
        lambda: _make(request),
        partial(_ended, page, form, request),
    )


async def _make(request: Request) -> Created:
    return await create(connected(request.cluster), request.order)


def _ended(page: Page, form: GrantForm, request: Request, finished: Finished[Created]) -> None:
    net = page.net
    if finished.value is None:
        error = finished.error or NetgrantError("it ended without a result")
        net.draft = request.proposal
        if form.is_attached and net.screen is form:
            form.refused(error)
        else:
            outcomes.tell_failures(net, "The grant was not made", [(request.proposal.target, error)])
        return
    made = finished.value
    net.draft = None
    if form.is_attached:
        form.granted()
    now = request.cluster.server_now(net.backend.clock.now())
    nets = "dead-man Job armed" if made.grant.is_armed() else "NOT ARMED"
    net.say(f"granted {made.grant.id} until {both_clocks(made.deadline, now)}: {nets}")
    outcomes.warn(net, made.grant.id, made.warnings)
    page.note_made(request.cluster, made.grant.id)
