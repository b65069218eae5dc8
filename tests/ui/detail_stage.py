"""The detail pane on a page of its own, so that nothing else is in its pictures."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot

from app.commands.catalog import DASHBOARD, Key
from app.ui.keys import bindings
from app.ui.pages import Page
from app.ui.view import Shown, View
from app.ui.widgets.detail import Detail
from tests.ui.stage import drawn, ready

_ACTIONS = ("activity", "policy", "record", "pause", "filter_events", "copy", "back")


class DetailPage(Page):
    """Nothing but the pane, with the dashboard's keys for it."""

    KEYS: ClassVar[tuple[Key, ...]] = tuple(key for key in DASHBOARD if key.action in _ACTIONS)
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def compose(self) -> ComposeResult:
        yield Detail(self.net.backend.log)

    @property
    def detail(self) -> Detail:
        return self.query_one(Detail)

    def on_mount(self) -> None:
        self.net.feed.happenings.subscribe(self, lambda told: self.detail.happened(told, self.net.feed.view))

    def show_view(self, view: View) -> None:
        self.detail.show_view(view)

    def action_activity(self) -> None:
        self.detail.open("activity")

    def action_policy(self) -> None:
        self.detail.open("policy")

    def action_record(self) -> None:
        self.detail.open("record")

    def action_pause(self) -> None:
        self.detail.pause()

    def action_filter_events(self) -> None:
        self.detail.filter_events()

    def action_back(self) -> None:
        self.detail.clear()


async def opened(pilot: "Pilot[int]", number: int | None = 1) -> DetailPage:
    """Open the page, about the grant whose id ends in the number."""
    app = await ready(pilot)
    page = DetailPage()
    await app.push_screen(page)
    page.detail.look_at(None if number is None else shown(page, number), app.feed.view)
    await rested(pilot)
    return page


def shown(page: DetailPage, number: int) -> Shown:
    """The grant whose id ends in the number."""
    return next(found for found in page.net.feed.view.rows() if found.row.id.endswith(f"{number:05}"))


async def rested(pilot: "Pilot[int]") -> None:
    """Wait until the pane shows what it was told to look at, and its workers are done."""
    await drawn(pilot)
    await pilot.app.workers.wait_for_complete()
    await drawn(pilot)
