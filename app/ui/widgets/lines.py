"""Lines of text drawn one by one: ten thousand cost no more than the dozen that are seen.

Law: texts come cleaned, and a span names a token and never a colour. What does not fit is marked by ``…``.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from app.commands.catalog import TABLE
from app.ui.keys import bindings

Span = tuple[str, str]
"""A piece of text and its token; the empty token is plain text."""
Line = tuple[Span, ...]

TOKENS = frozenset(
    {"-quiet", "-good", "-warn", "-bad", "-title", "-own", "-added", "-removed", "-cursor", "-chosen"}
)
"""What a piece of text may be; styles/detail.tcss says how each looks."""


def plain(text: str) -> Line:
    """Return a line without any token."""
    return ((text, ""),)


def quiet(text: str) -> Line:
    """Return a line that stands back."""
    return ((text, "-quiet"),)


def width_of(line: Line) -> int:
    """Return how many columns of a terminal the line takes."""
    return sum(len(text) if text.isascii() else cell_len(text) for text, _ in line)


def text_of(line: Line) -> str:
    """Return the line's bare text."""
    return "".join(text for text, _ in line)


class Lines(ScrollView, can_focus=True):
    """Text that is scrolled and selected, and changed as a whole."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(TABLE)
    COMPONENT_CLASSES: ClassVar[set[str]] = set(TOKENS)
    ALLOW_SELECT = True

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()

    @property
    def allow_select(self) -> bool:
        """Text may be selected by mouse."""
        return True

    @property
    def lines(self) -> Sequence[Line]:
        """Return what is shown."""
        return self._lines

    def text(self) -> str:
        """Return all of it as plain text."""
        return "\n".join(text_of(line) for line in self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; where it is scrolled to stays, as far as there is so much."""
        if lines != self._lines:
            self.lay(lines, max(map(width_of, lines), default=0))

    def lay(self, lines: Sequence[Line], longest: int) -> None:
        """Show other lines, of which the longest takes so many columns."""
        if lines != self._lines:
            self._lines = lines
            self.virtual_size = Size(longest, len(lines))
            self.refresh()

    def style_of(self, token: str, *, cursor: bool = False) -> Style:
        """Return how a token looks here."""
        names = (*((token,) if token else ()), *(("-cursor",) if cursor else ()))
        return self.get_component_rich_style(*names) if names else self.rich_style

    def is_cursor(self, index: int) -> bool:
        """Tell whether the line is the one that is chosen."""
        return False

    def render_line(self, y: int) -> Strip:
        """Draw one line of what is in view."""
        width, (scroll_x, scroll_y) = self.scrollable_content_region.width, self.scroll_offset
        index = scroll_y + y
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        strip = self._strip(index)
        ground = self.style_of("", cursor=self.is_cursor(index))
        if strip.cell_length - scroll_x > width > 0:
            shown = strip.crop(scroll_x, scroll_x + width - 1)
            sign = Segment(
                "…".rjust(width - shown.cell_length), self.style_of("-quiet", cursor=self.is_cursor(index))
            )
            return Strip([*shown, sign], width).apply_offsets(scroll_x, index)
        return strip.crop_extend(scroll_x, scroll_x + width, ground).apply_offsets(scroll_x, index)

    def _strip(self, index: int) -> Strip:
        line, cursor = self._lines[index], self.is_cursor(index)
        spans = [(text, self.style_of(token, cursor=cursor)) for text, token in line]
        selection = self.text_selection
        if selection is not None and (chosen := selection.get_span(index)) is not None:
            spans = self._selected(spans, *chosen)
        return Strip([Segment(text, style) for text, style in spans])

    def _selected(self, spans: list[tuple[str, Style]], start: int, end: int) -> list[tuple[str, Style]]:
        """Split the spans where the selection begins and ends, and mark what lies between."""
        mark = self.screen.get_component_rich_style("screen--selection")
        ends = list(accumulate(len(text) for text, _ in spans))
        end = ends[-1] if end == -1 and ends else end
        found = []
        for (text, style), stop in zip(spans, ends, strict=True):
            begin = stop - len(text)
            low, high = (min(max(at - begin, 0), len(text)) for at in (start, end))
            found += [(text[:low], style), (text[low:high], style + mark), (text[high:], style)]
        return [(text, style) for text, style in found if text]

    def action_line(self, step: int) -> None:
        """Go some lines down."""
        self.scroll_relative(y=step, animate=False, immediate=True)

    def action_page(self, step: int) -> None:
        """Go some pages down."""
        self.scroll_relative(y=step * self._page, animate=False, immediate=True)

    def action_first(self) -> None:
        """Go to the first line."""
        self.scroll_home(animate=False, immediate=True, x_axis=False)

    def action_last(self) -> None:
        """Go to the last line."""
        self.scroll_end(animate=False, immediate=True, x_axis=False)

    @property
    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that is selected by mouse."""
        return selection.extract(self.text()), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()


_CURSOR, _BESIDE = "▶ ", "  "


class Chooser(Lines):
    """Lines one of which is chosen, marked by a sign as well as by its looks."""

    ALLOW_SELECT = False

    class Moved(Message):
        """Another line was chosen."""

        def __init__(self, chooser: "Chooser") -> None:
            super().__init__()
            self.chooser = chooser

        @property
        def control(self) -> "Chooser":
            """Return the list."""
            return self.chooser

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cursor = 0
        self._is_notice = False

    def say(self, lines: Sequence[Line]) -> None:
        """Show lines none of which can be chosen, in the place of those that could."""
        super().show(lines)
        self._is_notice = True
        self.choose(0)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor stays at its number."""
        self._is_notice = False
        super().show(lines)

    def lay(self, lines: Sequence[Line], longest: int) -> None:
        """Show other lines, with room for the cursor beside them."""
        super().lay(lines, longest + len(_CURSOR))

    @property
    def cursor(self) -> int:
        """Return the number of the line that is chosen, 0 where there is none."""
        return self._cursor

    def is_cursor(self, index: int) -> bool:
        """Tell whether the line is the one that is chosen."""
        return index == self._cursor and not self._is_notice

    @property
    def allow_select(self) -> bool:
        """Text is not selected here: the mouse chooses lines."""
        return False

    def _strip(self, index: int) -> Strip:
        is_cursor = self.is_cursor(index)
        sign = Segment(_CURSOR if is_cursor else _BESIDE, self.style_of("", cursor=is_cursor))
        return Strip([sign, *super()._strip(index)])

    def choose(self, index: int) -> None:
        """Choose a line, the nearest where there is none of that number."""
        self._cursor = max(0, min(index, len(self._lines) - 1))
        region = Region(self.scroll_offset.x, self._cursor, 1, 1)
        self.scroll_to_region(region, animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_line(self, step: int) -> None:
        """Choose a line some lines below."""
        self.choose(self._cursor + step)

    def action_page(self, step: int) -> None:
        """Choose a line some pages below."""
        self.choose(self._cursor + step * self._page)

    def action_first(self) -> None:
        """Choose the first line."""
        self.choose(0)

    def action_last(self) -> None:
        """Choose the last line."""
        self.choose(len(self._lines) - 1)

    def on_click(self, event: Click) -> None:
        """Choose the line under the pointer."""
        self.choose(self.scroll_offset.y + event.y)
