"""All keys and signs as lines of text, wrapped to a width: what the help screen shows.

Law: pure; keys come from the catalog, states and nets from the domain, so that help cannot say otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from app.commands.catalog import Key
from app.commands.key_names import key_names
from app.domain.grant import State
from app.ui.cells import SIGNS, TOKENS, pad, width_of
from app.ui.widgets.lines import Line, Span, quiet

_KEYS = 14
"""How wide the keys' column is."""
_GAP = "  "
WIDE = 124
"""From here on there are two columns."""

STATES: Mapping[State, str] = {
    State.ACTIVE: "open, as granted",
    State.EXPIRING: "open, and ends soon",
    State.OVERDUE: "open although its deadline has passed: something holds it",
    State.DRIFTED: "open, but not as granted, or not armed: details say what",
    State.ENDING: "on its way out",
    State.PENDING: "its timer is there and its policy is not: half made, or removed by hand",
}
"""What each state means."""
NETS: Mapping[str, str] = {
    "J": "a dead-man Job ends it, even with this machine switched off",
    "T": "only this terminal does, while netgrant runs in it: quitting asks what is to become of it",
    "?": "Jobs may not be read, so nobody here can tell",
    "–": "nothing ends it by itself",
}
"""What will end a grant."""


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and beneath it what each of some things means."""

    title: str
    entries: tuple[tuple[str, str, str], ...]
    """A name, its meaning, and the token that both are drawn by."""


def sections(screens: Mapping[str, Iterable[Key]], first: Iterable[Key], *, read_only: bool) -> list[Section]:
    """Return what there is to say, the keys of the screen that is asked about first."""
    about = tuple(first)
    ordered = sorted(screens.items(), key=lambda item: tuple(item[1]) != about)
    keys = [
        Section(name, tuple(_entry(key, read_only=read_only) for key in found)) for name, found in ordered
    ]
    states = Section(
        "states", tuple((f"{SIGNS.get(s, ' ')} {s}", told, TOKENS[s]) for s, told in STATES.items())
    )
    nets = Section("nets: what will end it", tuple((letter, told, "") for letter, told in NETS.items()))
    return [keys[0], states, nets, *keys[1:]]


def _entry(key: Key, *, read_only: bool) -> tuple[str, str, str]:
    names = " ".join(key_names(key.keys))
    return (
        (names, f"{key.help} (off: read-only)", "-quiet")
        if read_only and key.writes
        else (names, key.help, "")
    )


def help_lines(found: Sequence[Section], width: int) -> list[Line]:
    """Return the lines, in two columns where there is room."""
    if width < WIDE:
        return [line for section in found for line in _section(section, width)]
    half = (width - len(_GAP)) // 2
    blocks = [_section(section, half) for section in found]
    total, left = sum(map(len, blocks)), 0
    count = 0
    while count < len(blocks) and 2 * left + len(blocks[count]) <= total:
        left += len(blocks[count])
        count += 1
    one = [line for block in blocks[:count] for line in block]
    other = [line for block in blocks[count:] for line in block]
    return [_beside(one, other, row, half) for row in range(max(len(one), len(other)))]


def _beside(one: Sequence[Line], other: Sequence[Line], row: int, width: int) -> Line:
    left = one[row] if row < len(one) else ()
    right = other[row] if row < len(other) else ()
    used = sum(width_of(text) for text, _ in left)
    return (*left, (" " * (width - used) + _GAP, ""), *right)


def _section(section: Section, width: int) -> list[Line]:
    lines: list[Line] = [((section.title.upper(), "-title"),)]
    for name, meaning, token in section.entries:
        room = max(8, width - _KEYS - len(_GAP) - 1)
        texts = wrap(meaning, room) or [""]
        head: Span = (f" {pad(name, _KEYS)}{_GAP}", token or "-own")
        if width_of(name) > _KEYS:
            lines.append(((f" {name}", token or "-own"),))
            head = (" " * (_KEYS + len(_GAP) + 1), "")
        lines.append((head, (texts[0], token)))
        lines += [((" " * (_KEYS + len(_GAP) + 1), ""), (text, token)) for text in texts[1:]]
    return [*lines, quiet("")]
