"""The form for a new grant on a stage: opened by key on the fake cluster, answered at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from app.domain.proposal import Proposal
from app.ui.backend import Preferences
from app.ui.desk import Request
from app.ui.screens.grant_form import GrantForm, Pace
from app.ui.widgets.answer import Answer
from app.ui.widgets.grant_fields import GrantFields
from app.ui.widgets.lines import Lines
from tests.commands.world import World
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.stage import LARGE, Stage, drawn, ready

if TYPE_CHECKING:
    from textual.pilot import Pilot

AT_ONCE = Pace(0.001, 0.001)
SEED = Proposal(
    namespace="production",
    target="app=database",
    source="198.51.100.0/24",
    ports="5432/TCP",
    reason="debug replication lag",
)


def world() -> World:
    """The fake cluster with the names that the incident has."""
    found = World()
    found.clock.time = NOW
    found.lookup.namespaces = {item.metadata.name for item in objects.NAMESPACES}
    for service in objects.SERVICES:
        found.lookup.services[service.metadata.namespace, service.metadata.name] = service
    for resource, items in (("deployments", objects.DEPLOYMENTS), ("statefulsets", objects.STATEFUL_SETS)):
        for item in items:
            found.lookup.workloads[resource, item.metadata.namespace, item.metadata.name] = item
    for pod in objects.PODS:
        found.lookup.all_pods[pod.metadata.namespace, pod.metadata.name] = pod
    return found


@dataclass
class Opened:
    """The form, open."""

    stage: Stage
    pilot: "Pilot[int]"
    form: GrantForm
    requests: list[Request]
    """What it asked for."""

    async def settled(self) -> None:
        """Wait until everything that was typed is answered and painted."""
        await self.pilot.pause()
        while not self.form.is_settled:
            await self.pilot.pause(0.01)
        await drawn(self.pilot)

    def answer(self) -> str:
        return self.form.query_one(Answer).text()

    def beside(self) -> str:
        return self.form.query_one("#beside", Lines).text()

    def typed(self) -> Proposal:
        return self.form.query_one(GrantFields).proposal


@asynccontextmanager
async def opened(
    proposal: Proposal = Proposal(namespace="production"),  # noqa: B008 - it is frozen
    *,
    size: tuple[int, int] = LARGE,
    where: World | None = None,
    preferences: Preferences | None = None,
) -> AsyncIterator[Opened]:
    """The form by itself: what it asks for is only written down."""
    stage = Stage(where or world(), preferences)
    requests: list[Request] = []
    form = GrantForm(proposal, lambda _, request: requests.append(request), UTC, AT_ONCE)
    async with stage.app.run_test(size=size) as pilot:
        await ready(pilot)
        await stage.app.push_screen(form)
        found = Opened(stage, pilot, form, requests)
        await found.settled()
        yield found
