"""The form that moves deadlines, later or earlier: by how much, why, and what that comes to.

Law: it changes nothing; its answer names the grants that can be moved so, by what was seen of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from app.commands.session import Limits
from app.domain.durations import Life, format_duration
from app.domain.remarks import parse_reason
from app.errors import InputError
from app.live.moves import Move, foresee, why_fixed
from app.ui.asking import Asking
from app.ui.telling import access, both_clocks, grants, left_told, name_of, said
from app.ui.view import RowKey, Shown, View
from app.ui.widgets.about import About
from app.ui.widgets.field import Field
from app.ui.widgets.life import LifeField
from app.ui.widgets.lines import Line


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of the deadlines."""

    life: Life
    """Added to each present deadline, or the new one."""
    reason: str
    keys: tuple[RowKey, ...]
    """The grants that can be moved so."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One grant as the form sees it now."""

    shown: Shown
    now: datetime
    fixed: str
    """Why it cannot be moved at all."""
    move: Move | None

    @property
    def can(self) -> bool:
        return not self.fixed and self.move is not None and self.move.error is None


class Extend(Asking[Wish]):
    """By how much, and why.

    Args:
        chosen: the grants, one or more.
        limits: the cap.
    """

    def __init__(self, chosen: tuple[Shown, ...], limits: Limits) -> None:
        self._what = name_of(chosen[0].row) if len(chosen) == 1 else grants(len(chosen))
        super().__init__(f"Extend {self._what}", "Extend")
        self._chosen = chosen
        self._limits = limits
        self._about = About()
        self._life = LifeField("15m", sign="+", label="By")
        self._reason = Field("Reason", name="reason", placeholder="why?")
        self._sum = Static(classes="dialog-sum")
        self._view: View | None = None
        self._cases: tuple[_Case, ...] = ()

    def compose_body(self) -> Iterable[Widget]:
        """Yield the grants, the fields, and what they come to."""
        yield from (self._about, self._life, self._reason, self._sum)

    def on_mount(self) -> None:
        """Begin with how long."""
        super().on_mount()
        self._life.focus()

    def show_view(self, view: View) -> None:
        """Judge anew: time passes, and grants end or are moved by others."""
        self._view = view
        self._judge()

    def on_field_changed(self, message: Field.Changed) -> None:
        """Judge what is typed."""
        message.stop()
        if message.field is self._reason:
            self._reason.complain(None)
        self._judge()

    def _judge(self) -> None:
        if self._view is None:
            return
        life, error = self._read(self._view)
        self._cases = tuple(self._case(shown, life, self._view) for shown in self._chosen)
        moves = [case.move for case in self._cases if case.move is not None]
        if error is None and moves and all(move.error for move in moves):
            error = moves[0].error
        self._life.complain(error)
        can = sum(case.can for case in self._cases)
        self._show_title(can)
        named = len({shown.cluster for shown in self._chosen}) > 1
        self._about.show(
            _one(self._cases[0]) if len(self._cases) == 1 else [_line(c, named=named) for c in self._cases]
        )
        self._sum.update(Content(_sum(self._cases, self._limits)))

    def _show_title(self, can: int) -> None:
        shortens = any(case.can and case.move and case.move.shortens for case in self._cases)
        verb = "Shorten" if shortens else "Extend"
        some = "" if can in (0, len(self._cases)) else f" {can} of {len(self._cases)}"
        self.show_title(f"{verb} {self._what}", f"{verb}{some}", "↑↓ presets   Enter goes on   Esc back")

    def _read(self, view: View) -> tuple[Life | None, InputError | None]:
        try:
            return self._life.read(self._chosen[0].cluster.server_now(view.now)), None
        except InputError as error:
            return None, error

    def _case(self, shown: Shown, life: Life | None, view: View) -> _Case:
        found, now = view.find(shown.key), shown.cluster.server_now(view.now)
        fixed = why_fixed(found.row if found else None, now)
        move = foresee(found.row, life, self._limits, now) if found and life and not fixed else None
        return _Case(found or shown, now, fixed, move)

    def action_submit(self) -> None:
        """Give the answer, or go to what is missing or wrong."""
        life, error = self._read(self._view) if self._view else (None, None)
        keys = tuple(case.shown.key for case in self._cases if case.can)
        if life is None or error is not None or not keys:
            self._life.focus()
            return
        if not self._reason.text and self.focused is self._life.input:
            self._reason.focus()
            return
        try:
            reason = parse_reason(self._reason.text)
        except InputError as wrong:
            self._reason.complain(wrong)
            self._reason.focus()
            return
        self.dismiss(Wish(life, reason, keys))


def _one(case: _Case) -> list[Line]:
    """Return what there is to say of the one grant."""
    row = case.shown.row
    lines: list[Line] = [
        ((access(row), ""), (f"   in {case.shown.cluster.name}", "-quiet")),
        ((said(row), "-quiet"),),
    ]
    if row.deadline is not None:
        end = both_clocks(row.deadline, case.now)
        lines.append(((f"now ends at {end}, {left_told(row.deadline - case.now)}", ""),))
    return lines


def _line(case: _Case, *, named: bool) -> Line:
    """Return one of several grants on one line; where clusters are several, with its own."""
    cluster = f"{case.shown.cluster.name}  " if named else ""
    name = (f"{cluster}{name_of(case.shown.row)}  ", "")
    if case.fixed:
        return name, (f"✗ {case.fixed}", "-bad")
    if case.move is None:
        return (name,)
    if case.move.error is not None:
        return name, (f"✗ {case.move.error.message}", "-bad")
    now_left, then = left_told(case.move.before - case.now), left_told(case.move.left)
    return name, (f"{now_left} → {then}", "-warn" if case.move.shortens else "-quiet")


def _sum(cases: tuple[_Case, ...], limits: Limits) -> str:
    """Return what the answer comes to."""
    can = [case for case in cases if case.can and case.move]
    if not can:
        return "\n".join(f"✗ cannot be moved: {case.fixed}" for case in cases[:1] if case.fixed)
    if len(cases) > 1:
        return f"{len(can)} of {len(cases)} can be moved so; a grant may live {_cap(limits)} in all"
    move = can[0].move
    assert move is not None
    told = f"→ ends at {both_clocks(move.after, move.now)}, {left_told(move.left)} then"
    if move.shortens:
        told += f"\n! this SHORTENS it by {format_duration(move.before - move.after)}"
    return f"{told}\n  lives {format_duration(_round(move.life))} in all, of at most {_cap(limits)}"


def _cap(limits: Limits) -> str:
    return format_duration(limits.max_ttl)


def _round(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))
