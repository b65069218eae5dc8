"""What could be written at the cursor of a field, from what the cluster holds, best first.

Law: pure. Whatever is offered can be read by the rules of its field, however hostile the cluster's names
are; what cannot is left out. Nothing is looked for longer than the answer can be shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.names import is_dns1123_label
from app.domain.objects import Pod
from app.domain.portspec import parse_port
from app.domain.proposal import Field, Proposal
from app.errors import InputError
from app.live.inventory import Inventory
from app.live.peer_words import PeerWords
from app.live.population import Population
from app.live.ranking import Candidate, best, counted


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to write."""

    text: str
    start: int
    end: int
    """It stands in for this much of the field."""
    note: str = ""
    """What it means, in a few words."""
    goes_on: bool = False
    """More is to be written after it: ``app=``, ``ns=ops ``."""

    def put_into(self, value: str) -> tuple[str, int]:
        """Return the field with it, and where the cursor then stands."""
        return value[: self.start] + self.text + value[self.end :], self.start + len(self.text)


class Suggester:
    """What to offer for one cluster.

    Args:
        inventory: what is known of it.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.population = Population(inventory)
        self._inventory = inventory
        self._words = PeerWords(self.population)

    def offer(
        self, field: Field, asked: Proposal, cursor: int, receivers: Sequence[Pod] = ()
    ) -> tuple[Suggestion, ...]:
        """Return what could be written at the cursor.

        Args:
            field: the one that is written in.
            asked: all fields as they stand.
            cursor: how many characters of the field stand before it.
            receivers: the pods that would receive the connection, for their ports.
        """
        text = asked.text(field)
        if field is Field.NAMESPACE:
            return _placed(0, len(text), best(text[:cursor], self._namespaces()))
        if field is Field.PORTS:
            start, end = _piece(text, cursor, ",")
            return _placed(start, end, best(text[start:cursor], _ports(receivers)))
        if field not in (Field.TARGET, Field.SOURCE):
            return ()
        is_selected = field is asked.selected
        start, end = (_skip(text, 0, cursor), len(text)) if is_selected else _piece(text, cursor, ";")
        offset, found = self._words.offer(text[start:cursor], asked.namespace.strip(), is_selected)
        end = min(end, _word_end(text, cursor))
        return _placed(start + offset, end, found)

    def _namespaces(self) -> Iterator[Candidate]:
        for name in self._inventory.namespaces:
            if is_dns1123_label(name):
                yield Candidate(name, counted(len(self._inventory.pods.of(name)), "pod"))


def _placed(start: int, end: int, found: Iterable[Candidate]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(item.text, start, end, item.note, item.goes_on) for item in found)


def _skip(text: str, start: int, cursor: int) -> int:
    while start < cursor and text[start].isspace():
        start += 1
    return start


def _piece(text: str, cursor: int, separator: str) -> tuple[int, int]:
    """Return where the piece that the cursor stands in begins and ends."""
    start = _skip(text, text.rfind(separator, 0, cursor) + 1, cursor)
    end = text.find(separator, cursor)
    return start, len(text) if end < 0 else end


def _word_end(text: str, cursor: int) -> int:
    """Return where the word that the cursor stands in ends."""
    while cursor < len(text) and text[cursor] not in " ,;()":
        cursor += 1
    return cursor


def _ports(pods: Sequence[Pod]) -> Iterator[Candidate]:
    """Yield the declared ports of the pods, by number and by name, those of most pods first."""
    found: dict[tuple[int, str, str], int] = {}
    for pod in pods:
        declared = {
            (port.container_port, port.name, port.protocol)
            for container in pod.spec.containers or ()
            for port in container.ports or ()
        }
        for item in declared:
            found[item] = found.get(item, 0) + 1
    for (number, name, protocol), count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        told = counted(count, "pod")
        yield from _written(f"{number}/{protocol}", f"{name}, {told}" if name else told)
        if name:
            yield from _written(f"{name}/{protocol}", f"{number} by its name, {told}")


def _written(text: str, note: str) -> Iterator[Candidate]:
    try:
        parse_port(text)
    except InputError:
        return
    yield Candidate(text, note)
