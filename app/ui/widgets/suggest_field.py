"""A field that says what could be written in it, in a list that the arrow keys go through.

Law: the list is no more than an offer. Nothing of it is taken that was not highlighted, and Enter with none
highlighted means what it means in any field.
"""

from collections.abc import Callable, Sequence

from textual.events import Blur, Key, Paste
from textual.message import Message

from app.live.suggestions import Suggestion
from app.ui.widgets.field import Field
from app.ui.widgets.typed_input import TypedInput

Suggest = Callable[[str, int], Sequence[Suggestion]]
"""What to offer for a text and how many of its characters stand before the cursor."""


def _nothing(text: str, cursor: int) -> Sequence[Suggestion]:
    return ()


class SuggestInput(TypedInput):
    """An input whose owner is told of its offers, to show them where there is room.

    ``suggest`` is set by the owner, and asked after each key that changed the text.
    """

    class Offered(Message):
        """The offers have changed, or which of them is highlighted."""

        def __init__(self, input: "SuggestInput") -> None:
            super().__init__()
            self.input = input

        @property
        def control(self) -> "SuggestInput":
            """Return the input."""
            return self.input

    def __init__(self, text: str, placeholder: str) -> None:
        super().__init__(text, placeholder)
        self.suggest: Suggest = _nothing
        self.offers: Sequence[Suggestion] = ()
        """What is on offer; while there is anything, the list is open."""
        self.highlighted: int | None = None
        """The number of the offer that Enter and Tab would take."""

    async def _act(self, event: Key) -> bool:
        if self.screen.focused in (None, self) and self._steer(event.key):
            return True
        before = self.value
        has_acted = await super()._act(event)
        if self.value != before:
            self._look_again()
        return has_acted

    async def _on_key(self, event: Key) -> None:
        before = self.value
        await super()._on_key(event)
        if event.is_printable and self.value != before:
            self.look()

    def _on_paste(self, event: Paste) -> None:
        self.call_next(self.look)

    def _on_blur(self, event: Blur) -> None:
        super()._on_blur(event)
        self.close()

    def _steer(self, key: str) -> bool:
        """Do what a key means to the list; False where it means something else."""
        if key == "down" and not self.offers:
            self.look()
        if not self.offers:
            return key == "down"
        match key:
            case "down":
                self._highlight(0 if self.highlighted is None else self.highlighted + 1)
            case "up":
                self._highlight(-1 if self.highlighted is None else self.highlighted - 1)
            case "enter" | "tab" if self.highlighted is not None:
                self.take(self.highlighted)
            case "escape":
                self.close()
            case _:
                return False
        return True

    def _highlight(self, number: int) -> None:
        """Highlight an offer; beyond either end there is none highlighted."""
        self.highlighted = number % len(self.offers) if number in (-1, *range(len(self.offers))) else None
        self.post_message(self.Offered(self))

    def look(self) -> None:
        """See what could be written now."""
        self._offer(self.suggest(self.value, self.cursor_position))

    def close(self) -> None:
        """Offer nothing any more."""
        self._offer(())

    def _offer(self, offers: Sequence[Suggestion]) -> None:
        if offers or self.offers:
            self.offers, self.highlighted = offers, None
            self.post_message(self.Offered(self))

    def take(self, number: int) -> None:
        """Write an offer; where it asks for more, the next offers follow."""
        if number >= len(self.offers):
            return
        offer = self.offers[number]
        self.value, self.cursor_position = offer.put_into(self.value)
        self.close()
        if offer.goes_on:
            self.look()

    def _look_again(self) -> None:
        if self.value:
            self.look()
        else:
            self.close()


class SuggestField(Field):
    """A field with suggestions; ``input`` is a SuggestInput."""

    def make_input(self, text: str, placeholder: str) -> SuggestInput:
        """Return what is typed into."""
        return SuggestInput(text, placeholder)

    @property
    def asking(self) -> SuggestInput:
        """Return the input as what it is."""
        assert isinstance(self.input, SuggestInput)
        return self.input
