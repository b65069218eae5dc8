"""The history screen over a real registry, and a story for it to tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from textual.pilot import Pilot
from textual.widgets import Input, Static

from app.domain.records import Entry, GrantRecord, Happening, Phase
from app.ports import GrantLog
from app.ui.app import NetgrantApp
from app.ui.screens.history import HistoryScreen
from app.ui.widgets.lines import Chooser
from tests.ui import objects
from tests.ui.objects import MINUTE, NOW
from tests.ui.stage import StillBackend, app_on, drawn, incident

SERVER = "https://192.0.2.10:6443"
FIRST_END = "2026-11-24T10:05:54Z"
FORMULA = "=cmd|' /C calc'!A1"
ONE, TWO = "01KAV8ZC3Q5M7X9Y2W4T600001", "01KAV8ZC3Q5M7X9Y2W4T600002"


@dataclass
class WithRegistry(StillBackend):
    """A backend over a real registry."""

    registry: GrantLog | None = None

    @property
    def log(self) -> GrantLog:
        assert self.registry is not None
        return self.registry


def record(grant_id: str = ONE, **changes: object) -> GrantRecord:
    spec = objects.spec("app=database", "198.51.100.0/24", "5432")
    known = GrantRecord(
        grant_id,
        SERVER,
        "prod-eu1",
        ("production",),
        "ingress",
        "app=database",
        "198.51.100.0/24",
        "5432/TCP",
        "alice@example.com",
        "debug replication lag",
        NOW - 45 * MINUTE,
        NOW,
        Phase.ENDED,
        "INC-482",
        spec={"parts": [{"namespace": "production", "name": "netgrant-database", "spec": spec}]},
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def entry(happening: Happening, ago: timedelta, grant_id: str = ONE, **detail: object) -> Entry:
    actor = "alice@example.com" if grant_id == ONE else "bob"
    return Entry(NOW - ago, SERVER, grant_id, happening, actor, detail)


STORY = (
    (entry(Happening.ASKED, 45 * MINUTE, reason="debug replication lag"), record()),
    (
        entry(Happening.GRANTED, 45 * MINUTE, deadline=FIRST_END, reason="debug replication lag"),
        None,
    ),
    (
        entry(
            Happening.EXTENDED,
            20 * MINUTE,
            before=FIRST_END,
            deadline="2026-11-24T10:20:54Z",
            reason="vendor still connected",
        ),
        None,
    ),
    (
        entry(Happening.GRANTED, 9 * MINUTE, TWO, deadline="2026-11-24T11:11:54Z", reason=FORMULA),
        record(TWO, namespaces=("payments",), target="app=api", requested_by="bob", ticket=""),
    ),
    (entry(Happening.ENDED, 0 * MINUTE, cause="expired"), None),
)


async def told(log: GrantLog, story: Sequence[tuple[Entry, GrantRecord | None]] = STORY) -> None:
    for row, known in story:
        await log.note(row, known)


def app_over(log: GrantLog, arrange: object = incident) -> NetgrantApp:
    backend = WithRegistry(arrange, registry=log)  # type: ignore[arg-type]
    backend.world.clock.time = NOW
    return app_on(backend)


async def opened(pilot: "Pilot[int]") -> HistoryScreen:
    page = HistoryScreen()
    await pilot.app.push_screen(page)
    await answered(pilot)
    return page


async def answered(pilot: "Pilot[int]") -> None:
    """Wait until what is shown answers what is asked."""
    page = pilot.app.screen
    assert isinstance(page, HistoryScreen)
    while not page.is_settled:
        await pilot.pause(0.01)
    await drawn(pilot)


async def search(pilot: "Pilot[int]", text: str) -> None:
    await pilot.press("slash")
    # At once, as it is pasted: typed slowly, what stands in the line on the way would be searched for, too.
    pilot.app.screen.query_one("#search", Input).value = text
    await pilot.press("enter")
    await answered(pilot)


def head(page: HistoryScreen) -> str:
    return str(page.query_one("#history-head", Static).render())


def rows(page: HistoryScreen) -> list[str]:
    return page.query_one(Chooser).text().splitlines()
