"""Whatever a cluster holds, none of it drives the terminal, none is interpreted, and nothing falls over."""

import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest

from app.demo import scenario
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from app.domain.text import clean_block
from tests.e2e.command import Netgrant
from tests.ui.pty.enemy import ATTACKS, MARK, UNSEEN, infest
from tests.ui.pty.terminal import Terminal, terminal

_RAW = re.compile(rf"{MARK}[\x00-\x1a\x1c-\x1f\x7f-\x9f]+{MARK}|\x1b\]52;c;ZXZp|\x1b\[777z|\x1bc")
_ALLOWED = {"\x1b", "\r", "\n", "\x07"}
CLICK = "[@click=app.quit]"


@pytest.fixture
def netgrant(tmp_path: Path) -> Iterator[Netgrant]:
    """The command line on a cluster that an enemy has filled."""

    def fill(cluster: EmbeddedCluster) -> None:
        scenario.load(cluster)
        infest(cluster)

    with running_cluster(ClusterOptions(has_controllers=False), fill) as cluster:
        yield Netgrant(cluster.kubeconfig(tmp_path / "config", "alice"), tmp_path / "registry.db")


class Visit:
    """One walk through the screens; after each step nothing may have happened."""

    def __init__(self, found: Terminal) -> None:
        self._terminal = found
        self.seen = ""
        """All that stood on the screen after some step."""

    def step(self, *keys: str) -> str:
        """Press keys and look at what comes of them."""
        found = self._terminal
        found.press(*keys)
        while found.read(0.1):
            pass
        assert found.process.poll() is None, f"after {keys}:\n{found.screen.text}"
        assert found.screen.unknown == set(), keys
        for copied in found.screen.clipboard:  # by us
            text = b64decode(copied.partition(";")[2]).decode()
            assert clean_block(text) == text != "evil"
        self.seen += found.screen.text
        return found.screen.text

    def type(self, text: str) -> str:
        """Type a text, and look at what comes of it, once half of it and once all of it is there."""
        half = len(text) // 2
        return self.step(*text[:half]) + self.step(*text[half:])

    def click(self, words: str) -> None:
        """Click on words wherever they stand."""
        for row, line in enumerate(self._terminal.screen.lines, 1):
            if (at := line.find(words)) >= 0:
                where = f"0;{at + 4};{row}"
                self._terminal.send(f"\x1b[<{where}M\x1b[<{where}m")
        self.step()


def judge(written: bytes) -> None:
    """Nothing that came from the cluster reached the terminal as more than text."""
    text = written.decode()
    assert not _RAW.search(text), _RAW.findall(text)
    hidden = {char for char in text if char in UNSEEN or (ord(char) < 0x20 and char not in _ALLOWED)}
    assert hidden == set(), sorted(map(ascii, hidden))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_walk_through_everything(size: tuple[int, int], netgrant: Netgrant) -> None:
    with terminal(netgrant.line(), netgrant.environment(), size) as found:
        found.until("alice")
        found.until(MARK)
        visit = Visit(found)
        _tabs(visit)
        _forms(visit)
        _screens(visit)
        assert CLICK in visit.seen
        if size[0] > 100:  # in a narrow terminal most of it is cut
            for words in ("[/foo]", "[a='b[0]]", r"\x1b[777z", r"\x9b777z", r"\u202e"):
                assert words in visit.seen
        judge(found.written)
        visit.step("escape", "escape", "escape")
        found.process.send_signal(SIGTERM)  # a key might be asked back, for what nobody else would end
        assert found.wait() == 130


def _tabs(visit: Visit) -> None:
    """Each grant in each tab."""
    visit.step("down")
    for _ in ATTACKS:
        for tab in ("y", "3", "1"):
            visit.step(tab)
        visit.click(CLICK)
        visit.step("down", "down")
    visit.step("d")
    visit.step("y")
    visit.step("escape", "w", "escape")
    visit.step("/")
    visit.type(f"{MARK} !x -l a=b")
    visit.step("escape", "escape")


def _forms(visit: Visit) -> None:
    visit.step("n", "shift+tab", "ctrl+u")
    for words in ("e", f"{MARK}", ""):
        visit.step("ctrl+u")
        visit.type(words)
        visit.step("down", "down", "tab")
    visit.step("ctrl+y")
    visit.step("escape")
    visit.step("escape")
    visit.step("o")
    visit.step("escape", "escape")
    for key in ("e", "r", "a"):
        visit.step(key)
        visit.click(CLICK)
        visit.step("escape", "escape")


def _screens(visit: Visit) -> None:
    for key in ("h", "c", "?", ":"):
        visit.step(key)
        visit.step("down")
        visit.click(CLICK)
        visit.step("escape", "escape")
