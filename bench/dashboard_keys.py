"""Press keys on the dashboard and time each until its own answer is on the screen.

Law: an answer is what only that key brings about, never a tick of the countdown: the cursor's sign on another
grant, the filter's text with the number of rows that fit it, another tab's content. Keys come at odd moments,
so that they meet ticks and events as they would.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from bench.screen import Answered, Program, Screen

Keys = dict[str, list[float]]

DOWN, UP, PAGE_DOWN, PAGE_UP, ESCAPE, BACKSPACE = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~", "\x1b", "\x7f"
_MOVES = [("down", DOWN)] * 12 + [("page down", PAGE_DOWN)] * 4
_MOVES += [("up", UP)] * 8 + [("page up", PAGE_UP)] * 3
_FILTER = "app-17"
_TABS = (("y", "apiVersion:"), ("3", " app=was-"), ("1", "Target app="))
_COUNTED = re.compile(r" / (\S*) .*?([\d,]+) of [\d,]+")
_SOON, _LATE = 0.05, 0.25


def measure_keys(program: Program, rounds: int) -> Keys:
    """Return the seconds of each of netgrant's keys, by what it does."""
    found: Keys = defaultdict(list)
    counts = _learn_counts(program)
    for _ in range(rounds):
        for name, key in _MOVES:
            found[name].append(_press(program, key, _other(current, current(program.screen))))
        _filter(program, counts, found["filter"])
        for key, word in _TABS:
            found["tab"].append(_press(program, key, partial(_reads, word)))
    return found


def _other(what: Callable[[Screen], str], was: str) -> Answered:
    """Return what tells that something is seen on the screen, and is not what it was."""
    return lambda screen: what(screen) not in ("", was)


def _reads(word: str, screen: Screen) -> bool:
    return word in screen.text


def _counts(wanted: tuple[str, str], screen: Screen) -> bool:
    return counted(screen) == wanted


def _press(program: Program, key: str, answered: Answered) -> float:
    """Press a key at an odd moment; return the seconds until its answer has arrived."""
    program.watch(random.uniform(_SOON, _LATE))
    pressed = program.type(key)
    return program.until(answered) - pressed


def current(screen: Screen) -> str:
    """Return the place and the text of the cursor's line without what changes by itself; empty if unseen."""
    for y in range(screen.height):
        line = screen.line(y)
        if line.startswith("▶"):
            return f"{y} " + re.sub(r"\S*\d:\d\d|[█▉▊▋▌▍▎▏]", "", line)
    return ""


def counted(screen: Screen) -> tuple[str, str]:
    """Return the filter that is typed, and how many rows the screen says fit it."""
    found = _COUNTED.search(screen.line(1))
    return (found[1], found[2]) if found else ("", "")


def _learn_counts(program: Program) -> dict[str, str]:
    """Type the filter slowly and return how many rows fit each beginning of it."""
    counts = {}
    program.type("/")
    for end in range(1, len(_FILTER) + 1):
        program.watch(0.5)
        program.type(_FILTER[end - 1])
        program.watch(1.0)
        counts[_FILTER[:end]] = counted(program.screen)[1]
    program.type(ESCAPE)
    program.watch(1.0)
    return counts


def _filter(program: Program, counts: dict[str, str], found: list[float]) -> None:
    """Open the filter, type it, take some of it back, and close it."""
    _press(program, "/", lambda screen: screen.line(1).startswith(" / "))
    typed = ""
    for key in (*_FILTER, BACKSPACE, BACKSPACE):
        typed = typed[:-1] if key == BACKSPACE else typed + key
        wanted = typed, counts[typed]
        found.append(_press(program, key, partial(_counts, wanted)))
    _press(program, ESCAPE, lambda screen: "STATE" in screen.line(1))


def measure_peer_keys(program: Program, rounds: int) -> Keys:
    """Return the seconds of the keys of Textual's DataTable, whose cursor is a colour."""
    program.until(lambda screen: "row-3" in screen.text)
    program.watch(1.0)
    found: Keys = defaultdict(list)
    for _ in range(rounds):
        for name, key in _MOVES:
            found[name].append(_press(program, key, _other(_coloured, _coloured(program.screen))))
    return found


def _coloured(screen: Screen) -> str:
    """Return the text of the line that is drawn in bold but is not the title."""
    for y in range(1, screen.height):
        if screen.styles(y)[1].startswith("1;"):
            return screen.line(y)
    return ""
