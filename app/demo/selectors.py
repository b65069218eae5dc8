"""Label and field selectors of a request, as one test over stored objects.

Law: a selector that cannot be read is the client's fault (400), in the server's words where it matters.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.demo.resources import Object, Resource
from app.demo.status import bad_request
from app.domain.labels import Selector, parse_selector
from app.errors import InputError

_NUMBER = re.compile(r"\s*(?P<key>[^\s<>=!(),]+)\s*(?P<sign>[<>])\s*(?P<bound>-?\d+)\s*")
_TERM = re.compile(r"(?P<key>[^!=]+)(?P<sign>==|!=|=)(?P<value>.*)")


@dataclass(frozen=True)
class FieldTerm:
    """One condition on one field."""

    label: str
    read: Callable[[Object], str]
    value: str
    negated: bool

    def matches(self, obj: Object) -> bool:
        """Tell whether ``obj`` meets the condition."""
        return (self.read(obj) == self.value) != self.negated


@dataclass(frozen=True)
class NumberTerm:
    """``key>7`` or ``key<7``: a label that is a number, and above or below another."""

    key: str
    sign: str
    bound: int

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether the label is there, is a number, and is on the right side."""
        try:
            value = int(labels[self.key])
        except (KeyError, ValueError):
            return False
        return value > self.bound if self.sign == ">" else value < self.bound


@dataclass(frozen=True)
class Filter:
    """What a list or a watch is limited to; the default is everything."""

    labels: Selector = field(default_factory=Selector)
    fields: tuple[FieldTerm, ...] = ()
    numbers: tuple[NumberTerm, ...] = ()

    @property
    def selects_all(self) -> bool:
        """Tell whether nothing is filtered out (a list may then say how many items remain)."""
        return not (self.labels.requirements or self.fields or self.numbers)

    def matches(self, obj: Object) -> bool:
        """Tell whether ``obj`` is selected."""
        labels = obj["metadata"].get("labels") or {}
        return (
            self.labels.matches(labels)
            and all(term.matches(labels) for term in self.numbers)
            and all(term.matches(obj) for term in self.fields)
        )


def _at(path: tuple[str, ...]) -> Callable[[Object], str]:
    def read(obj: Object) -> str:
        found: object = obj
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return "" if found is None else str(found)

    return read


def _reader(resource: Resource, label: str) -> Callable[[Object], str]:
    if label == "metadata.name" or (label == "metadata.namespace" and resource.namespaced):
        return _at(tuple(label.split(".")))
    path = resource.selectable.get(label)
    if path is None:
        raise bad_request(f"field label not supported: {label}")
    return _at(path) if isinstance(path, tuple) else path


def _field_terms(resource: Resource, text: str) -> tuple[FieldTerm, ...]:
    found: list[FieldTerm] = []
    for term in filter(None, text.split(",")):
        match = _TERM.fullmatch(term)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        read = _reader(resource, match["key"])
        found.append(FieldTerm(match["key"], read, match["value"], match["sign"] == "!="))
    return tuple(found)


def read_filter(resource: Resource, labels: str, fields: str) -> Filter:
    """Return the filter of ``labelSelector`` and ``fieldSelector``.

    Raises:
        ApiError: 400, one of them cannot be read.
    """
    numbers = tuple(
        NumberTerm(found["key"], found["sign"], int(found["bound"]))
        for term in labels.split(",")
        if (found := _NUMBER.fullmatch(term))
    )
    others = ",".join(term for term in labels.split(",") if not _NUMBER.fullmatch(term))
    try:
        selector = parse_selector(others)
    except InputError as error:
        raise bad_request(f"unable to parse requirement: {error.message}") from error
    return Filter(selector, _field_terms(resource, fields), numbers)
