"""The form for a new grant: what would be opened, for whom, until when, and would the server take it.

Law: it writes nothing. It hands a request to whoever opened it and is told what came of that; what was typed
and not granted is given back.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import Footer

from app.commands.catalog import GRANT_FORM, Key
from app.domain.proposal import Field as Place
from app.domain.proposal import Proposal
from app.errors import NetgrantError
from app.live.suggestions import Suggestion
from app.ui.desk import Desk, Request
from app.ui.keys import bindings
from app.ui.pages import Dialog
from app.ui.sheets import sheet
from app.ui.view import View
from app.ui.widgets.answer import Answer
from app.ui.widgets.beside import manifest_beside, pods_beside
from app.ui.widgets.grant_fields import GrantFields
from app.ui.widgets.lines import Lines
from app.ui.widgets.suggest_field import SuggestInput
from app.ui.widgets.suggestion_list import SuggestionList
from app.ui.widgets.typed_input import TypedInput


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a form waits after a key, in seconds."""

    read: float = 0.15
    """Before its texts are read."""
    rehearse: float = 0.4
    """Before the server is asked."""


PACE = Pace()
_RECOUNT = timedelta(seconds=1)
"""How often pods are counted again while they come and go."""


class GrantForm(Dialog[Proposal]):
    """One screen, answered while it is typed; gives back what was typed and not granted.

    Args:
        proposal: what stands in it at first.
        commit: begins to make a grant; ``granted`` or ``refused`` is called with its end.
        zone: of the wall clock; None is this machine's.
        pace: how long to wait after a key.
    """

    KEYS: ClassVar[tuple[Key, ...]] = GRANT_FORM
    BINDINGS: ClassVar[list[BindingType]] = bindings(GRANT_FORM)
    CSS_PATH = [sheet("fields.tcss"), sheet("grant_form.tcss")]  # noqa: RUF012 - Textual types it so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual types it so

    def __init__(
        self,
        proposal: Proposal,
        commit: Callable[["GrantForm", Request], None],
        zone: tzinfo | None = None,
        pace: Pace = PACE,
    ) -> None:
        super().__init__()
        self._first = proposal
        self._commit = commit
        self._zone = zone
        self._pace = pace
        self._desks: list[Desk] = []
        self._timer: Timer | None = None
        self._tells_missing = False
        self._shows_manifest = False
        self._is_reading = False
        self._recounts_at = datetime.min.replace(tzinfo=UTC)

    def compose(self) -> ComposeResult:
        """Fields, what they mean beside or below them, the answer."""
        clusters, backend = self.net.feed.view.clusters, self.net.backend
        limits = backend.preferences.limits
        self._desks = [Desk(cluster, limits, backend.clock.now(), self._zone) for cluster in clusters]
        with Container(id="form"):
            with Container(id="form-body"):
                yield GrantFields(self._first, [cluster.name for cluster in clusters], self._suggest)
                yield Lines(id="beside")
            yield Answer()
        yield SuggestionList()
        yield Footer()

    def on_mount(self) -> None:
        """Begin at the first gap."""
        super().on_mount()
        self.query_one("#form", Container).border_title = "New grant"
        self._fields.go_to_first_gap()
        self._read_soon()

    @property
    def _fields(self) -> GrantFields:
        return self.query_one(GrantFields)

    @property
    def _desk(self) -> Desk:
        return self._desks[self._fields.context]

    @property
    def is_settled(self) -> bool:
        """Tell whether all that was typed has been answered, by the server too."""
        standing = self._desk.standing
        return not (self._is_reading or standing.is_trying or standing.is_making)

    def _suggest(self, place: Place, asked: Proposal, cursor: int) -> Sequence[Suggestion]:
        return self._desk.suggest(place, asked, cursor)

    # What is typed, read, and judged by the server

    def on_grant_fields_changed(self) -> None:
        """Read what was typed, once the fingers rest."""
        if self._fields.proposal != self._desk.asked:
            self._desk.standing.refusal = None
            self._read_soon()

    def _read_soon(self) -> None:
        self._is_reading = True
        self._wait(self._pace.read, self._read_typed)

    def _wait(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Do something once nothing has been typed for a while; what was to be done before is not done."""
        if self._timer is not None:
            self._timer.stop()

        def begin() -> None:
            self.run_worker(act(), group="answer", exclusive=True, exit_on_error=False)

        self._timer = self.set_timer(seconds, begin)

    async def _read_typed(self) -> None:
        await self._read()
        self._is_reading = False

    async def _read(self) -> None:
        """Read the fields as they stand, and show what they mean."""
        desk = self._desk
        must_ask = await desk.read(self._fields.proposal, self.net.backend.clock.now())
        if must_ask:
            self._wait(self._pace.rehearse, self._rehearse)
        self._show()

    async def _rehearse(self) -> None:
        await self._desk.rehearse()
        self._show()

    # What is shown

    def show_view(self, view: View) -> None:
        """Let time pass, and count again where pods have come or gone."""
        desk = self._desk
        if desk.is_outdated and not self._is_reading and view.now >= self._recounts_at:
            self._recounts_at = view.now + _RECOUNT
            self.run_worker(self._read(), group="recount", exclusive=True, exit_on_error=False)
        self._show_answer()

    def _show(self) -> None:
        desk = self._desk
        self._fields.show(desk.found.troubles, desk.meant.hints, tells_missing=self._tells_missing)
        if isinstance(self.focused, TypedInput):
            # What is said above it may push it away.
            self.call_after_refresh(self.focused.scroll_visible, animate=False)
        self._show_beside()
        self._show_answer()

    def _show_beside(self) -> None:
        beside, desk = self.query_one("#beside", Lines), self._desk
        if self._shows_manifest:
            beside.show(manifest_beside(desk.found.plan))
        else:
            now = desk.cluster.server_now(self.net.backend.clock.now())
            beside.show(pods_beside(desk.meant, desk.found, desk.cluster, now, beside.size.width))

    def _show_answer(self) -> None:
        now = self.net.backend.clock.now()
        self.query_one(Answer).tell(self._desk.tell_time(self._fields.proposal.life, now))

    def on_resize(self, event: Resize) -> None:
        """Wrap anew."""
        self.call_after_refresh(self._show)

    # Suggestions

    def on_suggest_input_offered(self, message: SuggestInput.Offered) -> None:
        """Show the list under its input, or hide it."""
        offered, source = self.query_one(SuggestionList), message.input
        offered.offer(source.offers, source.highlighted)
        if source.offers:
            column = source.offers[0].start - source.scroll_offset.x
            offered.place(source.region, column, self.region)
        else:
            self._show()

    def on_suggestion_list_chosen(self, message: SuggestionList.Chosen) -> None:
        """Write the one that was clicked."""
        if isinstance(self.focused, SuggestInput):
            self.focused.take(message.number)

    # Keys

    def action_manifest(self) -> None:
        """Show the manifests, or the pods again."""
        self._shows_manifest = not self._shows_manifest
        self.query_one("#form").set_class(self._shows_manifest, "-manifest")
        self._show_beside()
        if self._shows_manifest:
            self.query_one("#beside", Lines).focus()
        else:
            self._fields.go_to_first_gap()

    def action_template(self) -> None:
        """Fill the form in from a template."""
        from app.ui.screens.templates import Templates

        def chosen(proposal: Proposal | None) -> None:
            if proposal is not None:
                self._fields.fill(proposal)
                self._fields.go_to_first_gap()

        templates = self.net.backend.preferences.templates
        self.net.push_screen(Templates(templates, self._fields.proposal), chosen)

    def on_grant_fields_submitted(self) -> None:
        """Enter in a field."""
        self.action_submit()

    def action_submit(self) -> None:
        """Make the grant, or go to what is wrong or missing."""
        if not self._desk.standing.is_making:
            self.run_worker(self._submit(), group="submit", exclusive=True, exit_on_error=False)

    async def _submit(self) -> None:
        await self._read()
        if (request := self._desk.request()) is not None:
            self._show_answer()
            self._commit(self, request)
            return
        self._tells_missing = True
        self._show()
        troubles = self._desk.found.troubles
        if (place := next((place for place in Place if place in troubles), None)) is not None:
            self._fields.go_to(place)

    def granted(self) -> None:
        """Close: it stands."""
        self._desk.standing.is_making = False
        self.dismiss(None)

    def refused(self, error: NetgrantError) -> None:
        """Say why it could not be made, at its field where the error names one."""
        place = self._desk.refuse(error)
        self._show()
        if place is not None:
            self._fields.go_to(place)

    def action_back(self) -> None:
        """Close, and give back what was typed."""
        typed = self._fields.proposal
        is_untouched = typed == replace(self._first, context=typed.context)
        self.dismiss(None if is_untouched or self._desk.standing.is_making else typed)
