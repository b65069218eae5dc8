"""What a terminal shows of what a program writes: the few sequences that Textual uses, and no more.

Law: what it does not know it keeps in ``unknown``, so that a test can say that there was nothing else.
"""

import re

from rich.cells import cell_len

_CSI = r"\x1b\[(?P<private>[<=>?]?)(?P<numbers>[\d;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
_OSC = r"\x1b\](?P<command>[^\x07\x1b]*)(?:\x07|\x1b\\)"
_TOKEN = re.compile(rf"{_CSI}|{_OSC}|\x1b[PX^_].*?\x1b\\|\x1b[^\[\]PX^_]|[\x00-\x1f\x7f-\x9f]", re.S)


class Screen:
    """A grid of characters."""

    def __init__(self, width: int, height: int) -> None:
        self.clipboard: list[str] = []
        """What OSC 52 asked to be put there."""
        self.bells = 0
        self.modes: dict[str, bool] = {}
        """Private modes by number: 1049 is the alternate screen, 1000 the mouse, 25 the cursor."""
        self.unknown: set[str] = set()
        self._rest = ""
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Be of another size, and empty: a program draws everything anew."""
        self.width, self.height = width, height
        self._rows = [[" "] * width for _ in range(height)]
        self._x = self._y = 0

    @property
    def lines(self) -> list[str]:
        """The lines, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self._rows]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    def find(self, words: str) -> tuple[int, int]:
        """Where some words begin, as column and row from 1 on, which is how a mouse click says it."""
        for row, line in enumerate(self.lines):
            if words in line:
                return cell_len(line[: line.index(words)]) + 1, row + 1
        raise AssertionError(f"{words!r} is not shown:\n{self.text}")

    def feed(self, text: str) -> None:
        """Show what a program wrote; a sequence that is cut in two waits for its rest."""
        text, at = self._rest + text, 0
        for token in _TOKEN.finditer(text):
            if token.group() == "\x1b":
                break
            self._put(text[at : token.start()])
            self._obey(token)
            at = token.end()
        cut = text.find("\x1b", at)
        self._rest = text[cut:] if cut >= 0 else ""
        self._put(text[at:cut] if cut >= 0 else text[at:])

    def _put(self, text: str) -> None:
        for char in text:
            wide = cell_len(char)
            if wide and self._y < self.height:
                for offset in range(wide):
                    if self._x + offset < self.width:
                        self._rows[self._y][self._x + offset] = "" if offset else char
            self._x += wide

    def _obey(self, token: re.Match[str]) -> None:
        if (command := token["command"]) is not None:
            self._operate(command)
        elif (final := token["final"]) is not None:
            self._control(token["private"], token["numbers"], token["between"], final)
        elif token.group() == "\r":
            self._x = 0
        elif token.group() == "\n":
            self._y = min(self._y + 1, self.height - 1)
        elif token.group() == "\x07":
            self.bells += 1
        else:
            self.unknown.add(token.group())

    def _operate(self, command: str) -> None:
        number, _, rest = command.partition(";")
        if number == "52":
            self.clipboard.append(rest)
        elif number != "22":  # the mouse pointer's shape
            self.unknown.add(f"OSC {command}")

    def _control(self, private: str, numbers: str, between: str, final: str) -> None:
        if private == "?" and final in "hl" and not between:
            self.modes.update({number: final == "h" for number in numbers.split(";")})
        elif final == "H" and not private:
            row, _, column = numbers.partition(";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif final == "J" and not private:
            self._rows = [[" "] * self.width for _ in range(self.height)]
        elif (private, final) not in _HARMLESS and (private, between, final) != ("?", "$", "p"):
            self.unknown.add(f"CSI {private}{numbers}{between}{final}")


_HARMLESS = {("", "m"), (">", "u"), ("<", "u"), ("", "A"), ("", "D")}
"""Colours, the keyboard protocol, and moves of no cells."""
