"""Label and field selectors of a request, as one test over stored objects.

Law: a selector that cannot be read is the client's fault (400), in the server's words where it matters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from app.demo.resources import Object, Resource
from app.demo.status import bad_request
from app.domain.labels import Selector, parse_selector
from app.errors import InputError

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
class Filter:
    """What a list or a watch is limited to; the default is everything."""

    labels: Selector = field(default_factory=Selector)
    fields: tuple[FieldTerm, ...] = ()

    @property
    def selects_all(self) -> bool:
        """Tell whether nothing is filtered out (a list may then say how many items remain)."""
        return not self.labels.requirements and not self.fields

    def matches(self, obj: Object) -> bool:
        """Tell whether ``obj`` is selected."""
        return self.labels.matches(obj["metadata"].get("labels") or {}) and all(
            term.matches(obj) for term in self.fields
        )

    def exact_name(self) -> str:
        """Return the one name that ``metadata.name=`` asks for (RBAC lets it count as a get), or nothing."""
        for term in self.fields:
            if term.label == "metadata.name" and not term.negated:
                return term.value
        return ""


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
    try:
        selector = parse_selector(labels)
    except InputError as error:
        raise bad_request(f"unable to parse requirement: {error.message}") from error
    return Filter(selector, _field_terms(resource, fields))
