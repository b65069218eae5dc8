"""The fields of the form for a new grant, as one thing: a proposal in, a proposal out.

Law: it judges nothing. What is wrong, what is counted and what is offered are handed to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from app.commands.preview import Trouble
from app.domain.policyspec import Direction
from app.domain.proposal import Field as Place
from app.domain.proposal import Proposal
from app.domain.text import clean
from app.live.meant import Hint
from app.live.suggestions import Suggestion
from app.ui.widgets.answer import NAMES, sentence
from app.ui.widgets.choice import Choice, ChoiceField
from app.ui.widgets.field import Field
from app.ui.widgets.life import LifeField
from app.ui.widgets.suggest_field import SuggestField

Suggest = Callable[[Place, Proposal, int], Sequence[Suggestion]]
"""What to offer in a field, for all fields as they stand, and a cursor."""
_DIRECTIONS = (Direction.INGRESS, Direction.EGRESS)
_SELECTED = "app=database  deploy/api  svc/db:5432  pod/x"
_PEERS = "198.51.100.0/24  ns=ops app=bastion  deploy/api"
_SUGGESTING = (Place.NAMESPACE, Place.TARGET, Place.SOURCE, Place.PORTS)


class GrantFields(VerticalScroll, can_focus=False):
    """All fields, one below the other.

    Args:
        proposal: what stands in them at first.
        contexts: the clusters to choose from; a single one is no choice.
        suggest: what to offer.
    """

    class Changed(Message):
        """Something else stands in a field."""

        def __init__(self, fields: "GrantFields") -> None:
            super().__init__()
            self.fields = fields

        @property
        def control(self) -> "GrantFields":
            """Return the fields."""
            return self.fields

    class Submitted(Changed):
        """Enter was pressed in a field."""

    def __init__(self, proposal: Proposal, contexts: Sequence[str], suggest: Suggest) -> None:
        super().__init__(id="fields")
        self._contexts = tuple(contexts)
        chosen = self._contexts.index(proposal.context) if proposal.context in self._contexts else 0
        self._clusters = ChoiceField("Context", name="context", labels=self._contexts, chosen=chosen)
        self._direction = ChoiceField(
            "Direction",
            name="direction",
            labels=("ingress to target", "egress from source"),
            chosen=_DIRECTIONS.index(proposal.direction),
        )
        self._fields: dict[Place, Field] = {
            place: SuggestField(NAMES[place], name=place, text=proposal.text(place)) for place in _SUGGESTING
        }
        self._fields[Place.LIFE] = LifeField(proposal.life)
        for place in (Place.REASON, Place.TICKET, Place.INCIDENT):
            self._fields[place] = Field(NAMES[place], name=place, text=proposal.text(place))
        self._suggest = suggest

    def compose(self) -> ComposeResult:
        """Context where there are several, direction, texts."""
        if len(self._contexts) > 1:
            yield self._clusters
        yield self._direction
        yield from self._fields.values()

    def on_mount(self) -> None:
        """Let the fields ask for what to offer."""
        for place in _SUGGESTING:
            found = self._fields[place]
            assert isinstance(found, SuggestField)
            found.asking.suggest = partial(self._offers, place)
        self._fields[Place.PORTS].input.placeholder = "5432/TCP  8000-8100/UDP  http"
        self._fields[Place.REASON].input.placeholder = "why is this needed?"
        self._fields[Place.TICKET].input.placeholder = "INC-482"
        self._tell_sides()

    def _offers(self, place: Place, text: str, cursor: int) -> Sequence[Suggestion]:
        changed: dict[str, Any] = {str(place): text}
        return self._suggest(place, replace(self.proposal, **changed), cursor)

    def _tell_sides(self) -> None:
        """Say what either side may be: the policy selects pods at one of them."""
        asked = self.proposal
        self._fields[asked.selected].input.placeholder = _SELECTED
        self._fields[asked.peers].input.placeholder = _PEERS

    @property
    def context(self) -> int:
        """Return the number of the cluster that is chosen."""
        return self._clusters.choice.chosen

    @property
    def proposal(self) -> Proposal:
        """Return what stands in the fields."""
        texts: dict[str, Any] = {str(place): found.input.value for place, found in self._fields.items()}
        context = self._contexts[self.context] if self._contexts else ""
        direction = _DIRECTIONS[self._direction.choice.chosen]
        return Proposal(context=context, direction=direction, **texts)

    def fill(self, proposal: Proposal) -> None:
        """Write a proposal into the fields."""
        if proposal.context in self._contexts:
            self._clusters.choice.choose(self._contexts.index(proposal.context))
        self._direction.choice.choose(_DIRECTIONS.index(proposal.direction))
        for place, found in self._fields.items():
            found.text = proposal.text(place)

    def show(
        self, troubles: Mapping[Place, Trouble], hints: Mapping[Place, Hint], *, tells_missing: bool
    ) -> None:
        """Show beside and below each field what is to be said of it.

        Args:
            troubles: what is wrong or missing.
            hints: a few words for each field.
            tells_missing: whether what is missing is told below its field, too.
        """
        for place, found in self._fields.items():
            trouble, hint = troubles.get(place), hints.get(place, Hint(""))
            is_told = trouble is not None and (tells_missing or not trouble.is_missing)
            if isinstance(found, SuggestField) and found.asking.offers:
                is_told, hint = False, Hint("") if hint.is_doubtful else hint  # the word is not at its end
            found.complain(sentence(trouble) if trouble is not None and is_told else None)
            text = "" if trouble is not None else hint.text
            found.show_note(Content(clean(f"! {text}" if hint.is_doubtful and text else text)))
            found.set_class(hint.is_doubtful, "-doubtful")

    def go_to(self, place: Place) -> None:
        """Put the cursor into a field."""
        if (found := self._fields.get(place)) is not None:
            found.focus()

    def go_to_first_gap(self) -> None:
        """Put the cursor where the next thing is to be typed."""
        asked = self.proposal
        wanted = (Place.NAMESPACE, Place.TARGET, Place.SOURCE, Place.REASON)
        self.go_to(next((place for place in wanted if not asked.text(place).strip()), Place.LIFE))

    def on_field_changed(self, message: Field.Changed) -> None:
        """Say that something has changed."""
        message.stop()
        self.post_message(self.Changed(self))

    def on_field_submitted(self, message: Field.Submitted) -> None:
        """Say that Enter was pressed."""
        message.stop()
        self.post_message(self.Submitted(self))

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Say that something has changed, and what the sides may be now."""
        message.stop()
        self._tell_sides()
        self.post_message(self.Changed(self))

    def on_choice_submitted(self, message: Choice.Submitted) -> None:
        """Say that Enter was pressed."""
        message.stop()
        self.post_message(self.Submitted(self))
