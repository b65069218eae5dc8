"""Every command that can be chosen by its name, and which of them a few typed letters mean.

Law: pure; commands come from the catalog, so that a new key or verb is here without a word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.commands.catalog import VERBS, Key
from app.commands.key_names import key_name
from app.domain.text import clean

_ALIASES = {"quit": ("q", "q!"), "contexts": ("ctx", "context"), "history": ("hist",), "help": ("?",)}
_LEFT_OUT = ("palette", "back", "line", "page", "first", "last")
_ELSEWHERE = "on the command line: netgrant {name}"
_LIST = "The table is the list; ctrl+s writes it to a file, and netgrant list prints it"
OFF = "off: read-only"


class Kind(StrEnum):
    """What choosing a command leads to."""

    ACTION = "action"
    """An action of the screen: ``about`` names it."""
    CONTEXT = "context"
    """The cluster of that context, alone."""
    NAMESPACE = "namespace"
    """The grants of that namespace."""
    THEME = "theme"
    DEMO = "demo"
    DOCTOR = "doctor"
    SENTENCE = "sentence"
    """Nothing but the sentence ``about``."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done."""

    kind: Kind
    about: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One command."""

    name: str
    help: str
    deed: Deed
    key: str = ""
    """The key that does the same, as it is written."""
    aliases: tuple[str, ...] = ()
    off: str = ""
    """Why it cannot be chosen; empty where it can."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there is to be named."""

    contexts: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    read_only: bool = field(default=False, kw_only=True)


def entries(keys: Iterable[Key], around: Surroundings) -> list[Entry]:
    """Return the commands of a screen, the verbs that have no key there, and what can be named."""
    own = [_of_key(key, around) for key in keys if key.action.partition("(")[0] not in _LEFT_OUT]
    names = {entry.name for entry in own}
    verbs = [_of_verb(verb.name, verb.summary) for verb in VERBS if verb.name not in names]
    return [
        *own,
        *verbs,
        *_named("ctx", Kind.CONTEXT, around.contexts, "Show this cluster alone"),
        *_named("ns", Kind.NAMESPACE, around.namespaces, "Show what has to do with this namespace"),
        *_named("theme", Kind.THEME, around.themes, "Use these colours"),
    ]


def _of_key(key: Key, around: Surroundings) -> Entry:
    name, also = (key.action, (key.label,)) if _is_verb(key.action) else (key.label, (key.action,))
    return Entry(
        name,
        key.help,
        Deed(Kind.ACTION, key.action),
        key_name(key.keys.partition(",")[0]),
        (*also, *_ALIASES.get(key.action, ())),
        OFF if key.writes and around.read_only else "",
    )


def _is_verb(action: str) -> bool:
    return any(verb.name == action for verb in VERBS)


def _of_verb(name: str, summary: str) -> Entry:
    match name:
        case "doctor":
            deed = Deed(Kind.DOCTOR)
        case "demo":
            deed = Deed(Kind.DEMO)
        case "list":
            deed = Deed(Kind.SENTENCE, _LIST)
        case _:
            deed = Deed(Kind.SENTENCE, f"{summary}: {_ELSEWHERE.format(name=name)}")
    return Entry(name, summary, deed)


def _named(word: str, kind: Kind, names: Iterable[str], told: str) -> list[Entry]:
    return [Entry(f"{word} {clean(name)}", told, Deed(kind, name)) for name in names]


def matching(found: Sequence[Entry], typed: str) -> list[Entry]:
    """Return the commands that were probably meant, the likeliest first; all where nothing is typed."""
    words = typed.strip().lstrip(":").lower()
    if not words:
        return list(found)
    ranked = [
        (rank, number) for number, entry in enumerate(found) if (rank := _rank(entry, words)) is not None
    ]
    meant = [found[number] for _, number in sorted(ranked)]
    word, _, rest = words.partition(" ")
    if word == "ns" and rest and not any(entry.name.lower() == words for entry in meant):
        meant += _named("ns", Kind.NAMESPACE, (rest.strip(),), "Show what has to do with this namespace")
    return meant


def _rank(entry: Entry, typed: str) -> int | None:
    """Return how likely the entry is meant, 0 for certain; None for not at all."""
    names = [name.lower() for name in (entry.name, *entry.aliases)]
    if typed in names:
        return 0
    tests = (
        any(name.startswith(typed) for name in names),
        any(word.startswith(typed) for name in names for word in name.split()),
        any(typed in name for name in names),
        all(word in entry.help.lower() for word in typed.split()),
        any(_is_scattered(typed, name) for name in names),
    )
    return next((rank for rank, fits in enumerate(tests, 1) if fits), None)


def _is_scattered(typed: str, name: str) -> bool:
    """Tell whether the letters stand in the name in this order."""
    letters = iter(name)
    return all(letter in letters for letter in typed.replace(" ", ""))
