"""The field for how long: a text, and presets that the arrow keys go through.

Law: the text is all there is; a preset that is chosen is typed into it. What it means is judged by the owner,
who knows from when it counts and how long it may be.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from app.domain.durations import Life, parse_duration, read_life
from app.errors import InputError
from app.ui.widgets.field import Field

PRESETS = ("15m", "30m", "1h", "2h")


class Presets(Static):
    """The presets in a row; the one that is in the field is marked."""

    class Chosen(Message):
        """One of them was clicked."""

        def __init__(self, presets: "Presets", text: str) -> None:
            super().__init__()
            self.presets = presets
            self.text = text

        @property
        def control(self) -> "Presets":
            """Return the row."""
            return self.presets

    def __init__(self, texts: Sequence[str], sign: str = "") -> None:
        super().__init__(classes="presets -quiet")
        self._texts = tuple(texts)
        self._sign = sign
        self._spans: tuple[range, ...] = ()
        self.mark(None)

    def mark(self, number: int | None) -> None:
        """Mark one, or none."""
        pieces = [
            f"({'•' if place == number else ' '}){self._sign}{text}" for place, text in enumerate(self._texts)
        ]
        starts = [sum(len(piece) + 1 for piece in pieces[:place]) for place in range(len(pieces))]
        self._spans = tuple(
            range(start, start + len(piece)) for start, piece in zip(starts, pieces, strict=True)
        )
        self.update(Content(" ".join(pieces)))

    def on_click(self, event: Click) -> None:
        """Choose the one under the mouse."""
        spot = event.get_content_offset(self)
        for span, text in zip(self._spans, self._texts, strict=True):
            if spot is not None and spot.x in span:
                self.post_message(self.Chosen(self, text))


class LifeField(Field):
    """How long, or until when.

    Args:
        text: what stands in it at first.
        presets: what the arrow keys go through.
        sign: stands before each preset: ``+`` where it is added to what there is.
        label: what it is called.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "preset(1)", "longer", show=False),
        Binding("up", "preset(-1)", "shorter", show=False),
    ]

    def __init__(
        self, text: str = "30m", presets: Sequence[str] = PRESETS, *, sign: str = "", label: str = "For"
    ) -> None:
        super().__init__(label, name="for", text=text, placeholder="45m, or until 18:00")
        self._presets = tuple(presets)
        self._row = Presets(self._presets, sign)
        self._row.mark(self._chosen(text))

    def compose_beside(self) -> ComposeResult:
        """Yield the presets."""
        yield self._row

    def read(self, now: datetime, zone: tzinfo | None = None) -> Life:
        """Return what is written, by server time ``now``.

        Raises:
            InputError: it cannot be read.
        """
        if not self.text:
            raise InputError("how long?", field="for", fix="write 45m, or until 18:00")
        return read_life(self.text, now, zone)

    def action_preset(self, step: int) -> None:
        """Take the next preset; from a text of one's own the nearest in that direction."""
        self.text = self._presets[next_preset(self._presets, self.text, step)]
        self.input.action_end()

    def on_presets_chosen(self, message: Presets.Chosen) -> None:
        """Type the one that was clicked."""
        message.stop()
        self.text = message.text
        self.focus()

    def on_field_changed(self, message: Field.Changed) -> None:
        """Mark the preset that is written."""
        self._row.mark(self._chosen(message.text))

    def _chosen(self, text: str) -> int | None:
        span = _span(text)
        spans = [_span(preset) for preset in self._presets]
        return spans.index(span) if span in spans else None


def _span(text: str) -> timedelta:
    """Return a duration, zero where it is none."""
    try:
        return parse_duration(text.strip().removeprefix("+"))
    except InputError:
        return timedelta()


def next_preset(presets: Sequence[str], text: str, step: int) -> int:
    """Return the number of the preset after (``step`` 1) or before (-1) what is written, within bounds."""
    span = _span(text)
    if step > 0:
        later = [number for number, preset in enumerate(presets) if _span(preset) > span]
        return later[0] if later else len(presets) - 1
    sooner = [number for number, preset in enumerate(presets) if _span(preset) < span]
    return sooner[-1] if sooner else 0
