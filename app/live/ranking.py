"""Which of many words a few typed characters mean, best first.

Law: pure; words that are equally good stay in the order in which they came.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

LIMIT = 20
"""How many are worth showing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word that could be written."""

    text: str
    note: str = ""
    goes_on: bool = False
    """More is to be written after it."""


def counted(number: int, noun: str) -> str:
    """Return ``1 pod``, ``3 pods``."""
    return f"{number:,} {noun}{'' if number == 1 else 'es' if noun.endswith('s') else 's'}"


def score(typed: str, word: str) -> int | None:
    """Return how well a word fits what was typed, in small letters; less is better, None is not at all."""
    place = word.find(typed)
    if place == 0:
        return 1 if word == typed else 0  # what stands there already is no news
    if place > 0:
        return 3 if word[place - 1].isalnum() else 2
    return 4 if len(typed) > 1 and _holds_in_order(typed, word) else None


def _holds_in_order(typed: str, word: str) -> bool:
    letters = iter(word)
    return all(char in letters for char in typed)


def _anything(word: Candidate) -> bool:
    return True


def best(
    typed: str, words: Iterable[Candidate], is_fit: Callable[[Candidate], bool] = _anything
) -> tuple[Candidate, ...]:
    """Return the words that fit what was typed, of those that are fit to be written at all.

    Nothing typed is fit by all alike. The one word that stands there already is not told again.
    """
    wanted = typed.strip().lower()
    if not wanted:
        return tuple(islice(filter(is_fit, words), LIMIT))
    ranked = [
        (fit, number, word)
        for number, word in enumerate(words)
        if (fit := score(wanted, word.text.lower())) is not None
    ]
    ranked.sort(key=lambda item: item[:2])
    found = tuple(islice(filter(is_fit, (word for _, _, word in ranked)), LIMIT))
    return () if len(found) == 1 and found[0].text == typed.strip() else found
