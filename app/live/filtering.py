"""The language of the filter: ``words !not-these -l SELECTOR``, and whether a grant passes it.

Law: pure. Words are looked for in everything that a row shows (its cluster only where there are several),
whatever their case; all must be found, and none of those behind a ``!``. ``-l`` takes a label selector as
kubectl's does. A grant has, for each of its policies, the labels of the policy and those that its target
asks for (``matchLabels``, which count where both name a key); the selector must fit one of its policies. Any
number of each may be given, in any order; a text like ``app=db`` without ``-l`` is a word as any other.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.grant import Grant
from app.domain.ids import short
from app.domain.labels import Operator, Selector, parse_selector
from app.domain.view import GrantRow
from app.errors import InputError

_CONDITION = r"!?[^\s,()=!]+(?:\s+(?:not)?in\s*\([^()]*\)?|\s*(?:==|!=|=)\s*[^\s,()]*)?"
_SELECTOR = re.compile(rf"\s*((?:{_CONDITION}(?:\s*,\s*{_CONDITION})*)?\S*)")
_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a grant must and must not show."""

    words: tuple[str, ...] = ()
    """In lower case."""
    unwanted: tuple[str, ...] = ()
    """In lower case."""
    selectors: tuple[Selector, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether it leaves anything out."""
        return bool(self.words or self.unwanted or self.selectors)

    def takes_text(self, text: str) -> bool:
        """Tell whether a row with this ``text_of`` passes, its labels aside."""
        for word in self.words:  # no generators: asked ten thousand times for each key
            if word not in text:
                return False
        return not self.unwanted or not any(word in text for word in self.unwanted)

    def takes_labels(self, labels: Iterable[Mapping[str, str]]) -> bool:
        """Tell whether a grant with these ``labels_of`` passes, its texts aside."""
        kept = tuple(labels)
        return all(any(selector.matches(one) for one in kept) for selector in self.selectors)


def parse_filter(text: str) -> Filter:
    """Read what was typed; the empty text lets everything through.

    Raises:
        InputError: what follows ``-l`` is no label selector.
    """
    words: list[str] = []
    unwanted: list[str] = []
    selectors: list[Selector] = []
    at = 0
    while found := _TOKEN.search(text, at):
        at, token = found.end(), found.group()
        if token == "-l":
            at, written = _selector_at(text, at)
            selectors += [parse_selector(written)] if written else []
        elif token.startswith("!"):
            unwanted += [token[1:].lower()] if token[1:] else []
        else:
            words.append(token.lower())
    return Filter(tuple(words), tuple(unwanted), tuple(selectors))


def _selector_at(text: str, at: int) -> tuple[int, str]:
    """Return where the selector behind ``at`` ends, and the selector, which may hold blanks."""
    found = _SELECTOR.match(text, at)
    return (found.end(), found.group(1)) if found else (at, "")


def text_of(row: GrantRow) -> str:
    """Return what is shown of a row, but for its cluster, in lower case; a line for each cell."""
    shown = (
        row.state,
        *row.namespaces,
        row.target,
        row.peers,
        row.ports,
        row.direction,
        row.requested_by,
        row.approved_by,
        row.id,
        short(row.id),
        row.ticket,
        row.incident,
        row.reason,
        *row.drift,
    )
    return "\n".join(shown).lower()


def labels_of(row: GrantRow, grant: Grant | None) -> tuple[dict[str, str], ...]:
    """Return the labels that count for each policy of a grant.

    Args:
        row: the row.
        grant: its objects; None where only the registry remembers it: then its target's alone count.
    """
    if grant is None:
        return (_equalities(row.target),)
    return tuple(
        {**(policy.metadata.labels or {}), **_match_labels(policy.spec or {})} for policy in grant.policies
    )


def _match_labels(spec: Mapping[str, object]) -> dict[str, str]:
    selector = spec.get("podSelector")
    found = selector.get("matchLabels") if isinstance(selector, Mapping) else None
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(key): value for key, value in pairs if isinstance(value, str)}


def _equalities(target: str) -> dict[str, str]:
    try:
        asked = parse_selector(target).requirements
    except InputError:  # "all pods", or the targets of several policies
        return {}
    return {item.key: item.values[0] for item in asked if item.operator is Operator.IN and item.values}
