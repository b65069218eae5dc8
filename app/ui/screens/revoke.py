"""The form that revokes: what goes, why, and a question that is answered apart from everything else.

Law: it changes nothing. Its answer is the very grants that it showed, so that nothing else goes in their
place; Enter alone never leads to the destructive choice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from app.commands.catalog import REVOKE_FORM, Key, verb
from app.commands.revoke import difference
from app.domain.grant import Grant
from app.domain.remarks import parse_reason
from app.domain.text import clean_block
from app.errors import InputError
from app.ui.asking import Asking
from app.ui.keys import bindings
from app.ui.telling import access, left_told, said
from app.ui.view import RowKey, Shown, View
from app.ui.widgets.about import About
from app.ui.widgets.field import Field
from app.ui.widgets.lines import Line


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is to be revoked, and why."""

    reason: str
    seen: dict[RowKey, Grant]
    """Each grant as it was when the form opened."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One grant as the form sees it now."""

    shown: Shown
    seen: Grant | None
    trouble: str
    """Why it will not be revoked: it ended, or is not what was shown."""


class Revoke(Asking[Agreed]):
    """What goes, and why.

    Args:
        chosen: the grants, one or more.
        production: names of the contexts among theirs in which a typed confirmation is wanted.
    """

    KEYS: ClassVar[tuple[Key, ...]] = REVOKE_FORM
    BINDINGS: ClassVar[list[BindingType]] = bindings(REVOKE_FORM)
    BACK = "No"

    def __init__(self, chosen: tuple[Shown, ...], production: tuple[str, ...] = ()) -> None:
        super().__init__(_question(len(chosen)), "Revoke")
        self._opened = {shown.key: shown.cluster.rows.grant(shown.row.id) for shown in chosen}
        self._chosen = chosen
        self._production = production
        self._about = About()
        self._reason = Field("Reason", name="reason", placeholder="why does it end now?")
        self._typed = Field("Type", name="typed")
        self._hint = Static(classes="dialog-sum -quiet")
        self._cases: tuple[_Case, ...] = ()

    @property
    def phrase(self) -> str:
        """Return what is to be typed in a production context: it says how many go."""
        return f"revoke {sum(not case.trouble for case in self._cases)}"

    def compose_body(self) -> Iterable[Widget]:
        """Yield the grants, the reason, and in production what is to be typed."""
        yield from (self._about, self._reason)
        if self._production:
            yield self._typed
        yield self._hint

    def on_mount(self) -> None:
        """Begin with the reason, which harms nobody."""
        super().on_mount()
        self._reason.focus()

    def show_view(self, view: View) -> None:
        """Look again: grants end, and are changed by others."""
        self._cases = tuple(self._case(shown, view) for shown in self._chosen)
        count = sum(not case.trouble for case in self._cases)
        keys = (
            "Enter goes on   y yes   n no   Esc back" if not self._production else "Enter goes on   Esc back"
        )
        self.show_title(_question(count), f"Revoke {count}" if len(self._cases) > 1 else "Revoke", keys)
        now = {shown.key: shown.cluster.server_now(view.now) for shown in self._chosen}
        self._about.show([line for case in self._cases for line in _lines(case, now[case.shown.key])])
        where = ", ".join(self._production)
        asks = f"\n! {where} is production: to revoke, type  {self.phrase}" if where else ""
        self._hint.update(Content(f"Connections made before may live on.{clean_block(asks)}"))

    def _case(self, shown: Shown, view: View) -> _Case:
        seen, found = self._opened[shown.key], view.find(shown.key)
        if found is None:
            return _Case(shown, seen, "has ended meanwhile")
        if seen is None:
            return _Case(found, seen, "the cluster has not shown it yet: open this again once it has")
        now = found.cluster.rows.grant(found.row.id)
        change = difference(seen, now) if now is not None and now is not seen else ""
        return _Case(found, seen, f"has changed since this opened ({change}): look again" if change else "")

    def on_field_changed(self, message: Field.Changed) -> None:
        """Take back a complaint about what is being put right."""
        message.stop()
        message.field.complain(None)

    def action_submit(self) -> None:
        """Go on: to what is missing, to what is to be typed, or to the question, with No under Enter."""
        if self._checked() is None:
            return
        if not self._production:
            self._back.focus()
        elif self.focused is not self._typed.input and not self._typed.text:
            self._typed.focus()
        else:
            self.action_agree()

    def action_agree(self) -> None:
        """Give the answer, if everything is said that has to be."""
        reason = self._checked()
        if reason is None:
            return
        if self._production and self._typed.text != self.phrase:
            self._typed.complain(f"to revoke, type exactly  {self.phrase}  or leave with Esc")
            self._typed.focus()
            return
        seen = {case.shown.key: case.seen for case in self._cases if case.seen and not case.trouble}
        self.dismiss(Agreed(reason, seen))

    def do(self) -> None:
        """Do it: the button was chosen."""
        self.action_agree()

    def _checked(self) -> str | None:
        if all(case.trouble for case in self._cases):
            return None
        try:
            return parse_reason(self._reason.text)
        except InputError as error:
            self._reason.complain(error)
            self._reason.focus()
            return None


def _question(count: int) -> str:
    return verb("revoke").confirm.format(count=count) if count else "Nothing of this can be revoked"


def _lines(case: _Case, now: datetime) -> list[Line]:
    """Return one grant: what it opens, who asked, and which policies go."""
    row = case.shown.row
    left = "" if row.deadline is None else f"   {left_told(row.deadline - now)}"
    where = f"{', '.join(row.namespaces)}  " if row.namespaces else ""
    first: Line = ((f"{where}{access(row)}", ""), (f"{left}   in {case.shown.cluster.name}", "-quiet"))
    names = ", ".join(f"{part.namespace}/{part.policy}" for part in row.parts if part.policy)
    lines: list[Line] = [first, ((f"  {said(row)}", "-quiet"),), ((f"  {names or 'a Job alone'}", "-quiet"),)]
    return [*lines, ((f"  ✗ {case.trouble}", "-bad"),)] if case.trouble else lines
