"""The form that puts a policy under a deadline: which of those that stand, for how long, and why.

Law: it changes nothing. It says in words that the policy will be removed; one that cannot be adopted is
listed with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from app.commands.session import Limits
from app.domain.durations import FAR, Life, format_left
from app.domain.remarks import parse_reason, parse_reference
from app.errors import InputError
from app.live.adoptable import Adoptable, Candidate, found_by, selected
from app.live.cluster import LiveCluster
from app.live.concerned import format_age
from app.ui.asking import Asking
from app.ui.cells import fit
from app.ui.telling import both_clocks
from app.ui.view import View
from app.ui.widgets.field import Field
from app.ui.widgets.find_field import FindField
from app.ui.widgets.life import LifeField
from app.ui.widgets.lines import Chooser, Line

_MOST = 500
"""Policies that are listed at once; who has more types a word."""
_HEIGHT = 12
_NAMES = 3
_RECOUNT = timedelta(seconds=1)
_WAYS = {"ingress": "in", "egress": "out", "both": "in and out"}
_DIRECTIONS = {"ingress": "in", "egress": "out", "both": "both"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which policy is to end, when, and why."""

    candidate: Candidate
    life: Life
    reason: str
    ticket: str


class Adopt(Asking[Wanted]):
    """Which policy, for how long, and why.

    Args:
        clusters: whose policies are listed.
        limits: the cap.
    """

    def __init__(self, clusters: Sequence[LiveCluster], limits: Limits) -> None:
        super().__init__("Put a policy that already stands under a deadline", "Adopt")
        self._clusters = tuple(clusters)
        self._limits = limits
        self._adoptable = Adoptable()
        self._found: list[Candidate] = []
        self._find = FindField()
        self._list = Chooser(id="policies")
        self._what = Static(classes="dialog-what -quiet")
        self._life = LifeField("1h")
        self._reason = Field("Reason", name="reason", placeholder="why does it end?")
        self._ticket = Field("Ticket", name="ticket", placeholder="INC-1, or nothing")
        self._sum = Static(classes="dialog-sum")
        self._view: View | None = None
        self._counted: tuple[Candidate | None, int, datetime] = (None, 0, FAR)
        """Whose pods were counted last, by which version of them, and when."""

    def compose_body(self) -> Iterable[Widget]:
        """Yield the search, the list, what is chosen, and the fields."""
        yield from (self._find, self._list, self._what, self._life, self._reason, self._ticket, self._sum)

    def on_mount(self) -> None:
        """Begin with the search."""
        super().on_mount()
        self.show_keys("↑↓ choose   Enter goes on   Esc back")
        self._find.focus()

    @property
    def chosen(self) -> Candidate | None:
        """Return the policy under the cursor."""
        return self._found[self._list.cursor] if self._found else None

    def show_view(self, view: View) -> None:
        """Look again: policies come and go, and so do pods."""
        self._view = view
        if self._adoptable.look(self._clusters):
            self._list_found()
        self._judge()

    def _list_found(self) -> None:
        """List what the search finds; the cursor stays with its policy."""
        before = self.chosen
        found = found_by(self._find.text, self._adoptable.all)
        self._found = found[:_MOST]
        self._find.show_note(f"{len(found)} of {len(self._adoptable.all)}")
        if not self._found:
            what = "Nothing is found" if self._adoptable.all else "No policy stands here but those of grants"
            self._list.say([((what, "-quiet"),)])
        else:
            self._list.show(self._lines(len(found)))
        self._list.styles.height = max(1, min(len(self._found) + (len(found) > _MOST), _HEIGHT))
        keys = [one.key for one in self._found]
        self._list.choose(keys.index(before.key) if before and before.key in keys else 0)

    def _lines(self, count: int) -> list[Line]:
        now = self._view.now if self._view else None
        named = len(self._clusters) > 1
        spaces = _width((one.policy.metadata.namespace for one in self._found), 16)
        names = _width((one.policy.metadata.name for one in self._found), 24)
        lines = [_line(one, (spaces, names), now, named=named) for one in self._found]
        if count > _MOST:
            lines.append(((f"… {count - _MOST} more: type a word of what you look for", "-quiet"),))
        return lines

    def on_find_field_stepped(self, message: FindField.Stepped) -> None:
        """Move in the list."""
        self._list.choose(min(self._list.cursor + message.step, len(self._found) - 1))

    def on_chooser_moved(self) -> None:
        """Tell of the policy that is chosen now."""
        self._find.complain(None)
        self._judge()

    def on_field_changed(self, message: Field.Changed) -> None:
        """Search, or judge what is typed."""
        message.stop()
        message.field.complain(None)
        if message.field is self._find:
            self._list_found()
        self._judge()

    def _judge(self) -> None:
        chosen, view = self.chosen, self._view
        if chosen is None or view is None:
            self._what.update(Content(""))
            self._sum.update(Content(""))
            return
        if self._is_stale(chosen, view.now):
            self._what.update(Content(_told(chosen)))
        now = chosen.cluster.server_now(view.now)
        life, error = self._read(now)
        self._life.complain(error)
        self._sum.update(Content(_sum(chosen, life.end(now), now) if life else ""))

    def _is_stale(self, chosen: Candidate, now: datetime) -> bool:
        """Tell whether the pods are to be counted: for another policy at once, else each second at most."""
        pods = chosen.cluster.inventory.pods.version_of(chosen.policy.metadata.namespace)
        known, version, moment = self._counted
        if known is chosen and (version == pods or now - moment < _RECOUNT):
            return False
        self._counted = chosen, pods, now
        return True

    def _read(self, now: datetime) -> tuple[Life | None, InputError | None]:
        try:
            life = self._life.read(now)
            self._limits.check_life(life.end(now) - now)
        except InputError as error:
            return None, error
        return life, None

    def action_submit(self) -> None:
        """Give the answer, or go to what is missing or wrong."""
        chosen = self.chosen
        if chosen is None or self._view is None or chosen.refusal:
            self._find.complain("choose another: this one cannot be adopted" if chosen else "which policy?")
            self._find.focus()
            return
        life, _ = self._read(chosen.cluster.server_now(self._view.now))
        if self.focused is self._find.input or self.focused is self._list or life is None:
            self._life.focus()
        elif not self._reason.text and self.focused is self._life.input:
            self._reason.focus()
        elif (said := self._said()) is not None:
            self.dismiss(Wanted(chosen, life, *said))

    def _said(self) -> tuple[str, str] | None:
        """Return reason and ticket; None after saying which of them is wrong."""
        try:
            return parse_reason(self._reason.text), parse_reference(self._ticket.text, "ticket")
        except InputError as error:
            field = self._ticket if error.field == "ticket" else self._reason
            field.complain(error)
            field.focus()
            return None

    def key_enter(self) -> None:
        """Enter in the list goes on as in a field."""
        if self.focused is self._list:
            self.action_submit()


def _width(texts: Iterable[str], most: int) -> int:
    return min(max(map(len, texts), default=0), most)


def _line(one: Candidate, widths: tuple[int, int], now: datetime | None, *, named: bool) -> Line:
    meta = one.policy.metadata
    place = f"{fit(meta.namespace, widths[0])} {fit(meta.name, widths[1])} "
    cluster = f"{one.cluster.name} " if named else ""
    if one.refusal:
        return (cluster + place, "-quiet"), (f"✗ {one.refusal}", "-quiet")
    age = format_age(meta.creation_timestamp, one.cluster.server_now(now)) if now else ""
    told = f"{_DIRECTIONS.get(one.told.direction, one.told.direction):4} {age:>4} {one.told.target}"
    manager = f"  {one.manager} manages it" if one.manager else ""
    return (cluster + place, ""), (told, "-quiet"), (manager, "-warn")


def _told(one: Candidate) -> str:
    """Return what the policy does now, and to how many pods."""
    pods = selected(one)
    if pods is None:
        count = "which pods it selects cannot be read"
    else:
        names = ", ".join(pod.metadata.name for pod in pods[:_NAMES])
        more = ", …" if len(pods) > _NAMES else ""
        count = f"{len(pods)} {'pod' if len(pods) == 1 else 'pods'} now{f': {names}{more}' if names else ''}"
    brings = f"\n! {one.manager} manages it, and may bring it back after the deadline" if one.manager else ""
    return f"{one.told.target}: {count}\n{_effect(one)}{brings}"


def _effect(one: Candidate) -> str:
    """Return what it lets through."""
    way = _WAYS.get(one.told.direction, one.told.direction)
    return (
        f"lets nothing {way.replace('and', 'or')}"
        if one.told.peers == "nobody"
        else f"lets {way}: {one.told.peers}  {one.told.ports}"
    )


def _sum(one: Candidate, end: datetime, now: datetime) -> str:
    """Return what the answer comes to."""
    if one.refusal:
        return f"✗ cannot be adopted: {one.refusal}"
    meta = one.policy.metadata
    return (
        f"! {meta.namespace}/{meta.name} will be REMOVED\n"
        f"  at {both_clocks(end, now)}, in {format_left(end - now)}\n"
        "  What it allows ends then; pods in no other policy are open to all again."
    )
