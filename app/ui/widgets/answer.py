"""The lines under a form for a new grant: until when, what ends it, what the server says, what is missing.

Law: always in sight, so nothing here is cut: what is long is wrapped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from textwrap import wrap

from app.commands.preview import Trouble, Understood
from app.commands.rehearsal import Verdict
from app.domain.durations import Life, format_duration
from app.domain.proposal import Field
from app.domain.text import clean
from app.ui.sentences import told
from app.ui.telling import both_clocks
from app.ui.widgets.lines import Line, Lines, Span, plain

MOST_LINES = 7
NAMES = {
    Field.CONTEXT: "Context",
    Field.DIRECTION: "Direction",
    Field.NAMESPACE: "Namespace",
    Field.TARGET: "Target",
    Field.SOURCE: "From",
    Field.PORTS: "Ports",
    Field.LIFE: "For",
    Field.REASON: "Reason",
    Field.TICKET: "Ticket",
    Field.INCIDENT: "Incident",
}
"""What the fields are called on the screen."""


@dataclass(slots=True)
class Standing:
    """How far a form has got."""

    now: datetime
    """By server time."""
    zone: tzinfo | None = None
    life: Life | None = None
    found: Understood = field(default_factory=lambda: Understood({}))
    verdict: Verdict | None = None
    """What the server says; None while it has not been asked."""
    is_trying: bool = False
    is_making: bool = False
    refusal: Trouble | None = None
    """Why the grant could not be made."""
    opens_all_ports: bool = False


def answer_lines(standing: Standing, width: int) -> list[Line]:
    """Return the lines, none wider than ``width``."""
    lines = [_deadline(standing), *_server(standing, width), *_state(standing, width)]
    return lines[:MOST_LINES]


def _deadline(standing: Standing) -> Line:
    life = standing.life
    if life is None:
        return (("until  ", "-quiet"), ("?", "-quiet"))
    end = life.end(standing.now)
    left = format_duration(end - standing.now)
    spans: list[Span] = [("until  ", "-quiet"), (both_clocks(end, standing.now, standing.zone), "-title")]
    spans.append((f"  {left}", "-quiet"))
    if standing.opens_all_ports:
        spans.append(("  ! ALL ports", "-warn"))
    return tuple(spans)


def _server(standing: Standing, width: int) -> Iterator[Line]:
    """Yield what will end it, and what the server says."""
    verdict = standing.verdict
    if verdict is None:
        word = "… asking the server" if standing.is_trying else "– once the form is complete"
        yield (("nets   dead-man Job –   dry run ", "-quiet"), (word, "-quiet"))
    elif verdict.error is None:
        yield (
            ("nets   ", "-quiet"),
            ("dead-man Job ✓ armed by create", "-good"),
            ("   dry run ", "-quiet"),
            ("✓ accepted", "-good"),
        )
    else:
        net = "✗ may not be made here: nothing would end it" if verdict.has_no_timer else "–"
        yield (("nets   dead-man Job ", "-quiet"), (net, "-bad" if verdict.has_no_timer else "-quiet"))
        yield from _wrapped(f"dry run ✗ {told(verdict.error)}", "-bad", width)


def _state(standing: Standing, width: int) -> Iterator[Line]:
    """Yield what is to be done."""
    found = standing.found
    wrong = {place: trouble for place, trouble in found.troubles.items() if not trouble.is_missing}
    missing = [NAMES[place] for place in Field if place in found.troubles and place not in wrong]
    if standing.is_making:
        end = standing.life.end(standing.now) if standing.life else None
        until = f" open until {both_clocks(end, standing.now, standing.zone)}" if end else ""
        yield (("making the timer, then the policy…", "-title"), (until, ""))
    elif standing.refusal is not None:
        yield from _wrapped(f"✗ {sentence(standing.refusal)}", "-bad", width)
    elif found.at_large is not None:
        yield from _wrapped(f"✗ {sentence(found.at_large)}", "-bad", width)
    elif wrong:
        yield from _wrapped(
            f"✗ look at {', '.join(NAMES[place] for place in Field if place in wrong)}", "-bad", width
        )
    elif missing:
        yield from _wrapped(f"still needed: {', '.join(missing)}", "", width)
    elif found.order is not None:
        is_refused = standing.verdict is not None and not standing.verdict.accepted
        yield plain("Enter tries it all the same" if is_refused else "Enter grants it")
    else:
        yield plain("")


def sentence(trouble: Trouble) -> str:
    """Return what is wrong and what to do about it."""
    joint = " " if trouble.message.endswith("?") else "; "
    return clean(f"{trouble.message}{joint}{trouble.fix}" if trouble.fix else trouble.message)


def _wrapped(text: str, token: str, width: int) -> Iterator[Line]:
    for line in wrap(clean(text), max(10, width)) or [""]:
        yield ((line, token),)


class Answer(Lines, can_focus=False):
    """The lines, as many as there are."""

    def __init__(self) -> None:
        super().__init__(id="answer")

    def tell(self, standing: Standing) -> None:
        """Show how far the form has got."""
        lines = answer_lines(standing, max(1, self.size.width))
        self.styles.height = len(lines)
        self.show(lines)
