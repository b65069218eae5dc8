"""Label selectors: the written form (``app=db,tier in (a,b),!x``), the object form, and matching.

Law: pure; semantics are those of k8s.io/apimachinery labels and metav1.LabelSelector.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.names import label_key_errors, label_value_errors
from app.domain.text import quote
from app.errors import InputError


class Operator(StrEnum):
    """The four operators of metav1.LabelSelectorRequirement."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label key; ``values`` is empty for Exists and DoesNotExist."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether ``labels`` meet this condition (NotIn is also met by a missing key)."""
        match self.operator:
            case Operator.IN:
                return labels.get(self.key) in self.values
            case Operator.NOT_IN:
                return self.key not in labels or labels[self.key] not in self.values
            case Operator.EXISTS:
                return self.key in labels
            case Operator.DOES_NOT_EXIST:
                return self.key not in labels

    def __str__(self) -> str:
        """Return the written form, as kubectl prints it."""
        match self.operator:
            case Operator.EXISTS:
                return self.key
            case Operator.DOES_NOT_EXIST:
                return f"!{self.key}"
        if self.operator is Operator.IN and len(self.values) == 1:
            return f"{self.key}={self.values[0]}"
        if self.operator is Operator.NOT_IN and len(self.values) == 1:
            return f"{self.key}!={self.values[0]}"
        word = "in" if self.operator is Operator.IN else "notin"
        return f"{self.key} {word} ({','.join(self.values)})"


@dataclass(frozen=True, slots=True)
class Selector:
    """All requirements must hold; none at all selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether an object with ``labels`` is selected."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        """Return the written form; the empty selector is ``all``'s business, so it is the empty string."""
        return ",".join(map(str, self.requirements))

    def to_object(self) -> dict[str, Any]:
        """Return the metav1.LabelSelector as JSON: equalities as matchLabels, the rest as expressions.

        Two equalities on one key cannot share matchLabels: the later ones become expressions.
        """
        labels: dict[str, str] = {}
        expressions: list[dict[str, Any]] = []
        for item in self.requirements:
            if item.operator is Operator.IN and len(item.values) == 1 and item.key not in labels:
                labels[item.key] = item.values[0]
            elif item.values:
                expressions.append(
                    {"key": item.key, "operator": str(item.operator), "values": [*item.values]}
                )
            else:
                expressions.append({"key": item.key, "operator": str(item.operator)})
        found: dict[str, Any] = {}
        if labels:
            found["matchLabels"] = labels
        if expressions:
            found["matchExpressions"] = expressions
        return found


def selector_from_object(value: object) -> Selector:
    """Return the Selector of a metav1.LabelSelector in JSON; None and {} select everything.

    Raises:
        InputError: it has another shape, or an operator that Kubernetes does not know.
    """
    if value is None:
        return Selector()
    try:
        return Selector(tuple(_read_object(value)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{quote(str(value))} is not a label selector", fix="see: kubectl explain networkpolicy.spec"
        ) from error


def _read_object(value: Any) -> Iterator[Requirement]:  # noqa: ANN401 (what it is shows in the reading)
    for key, item in (value.get("matchLabels") or {}).items():
        yield Requirement(_text(key), Operator.IN, (_text(item),))
    for item in value.get("matchExpressions") or ():
        values = item.get("values") or []
        if not isinstance(values, list):
            raise TypeError
        yield Requirement(_text(item["key"]), Operator(item["operator"]), tuple(map(_text, values)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_SET = re.compile(r"(?P<key>\S+)\s+(?P<word>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUALITY = re.compile(r"(?P<key>[^=!\s]+)\s*(?P<sign>==|!=|=)\s*(?P<value>\S*)")
_EXISTS = re.compile(r"(?P<bang>!?)\s*(?P<key>\S+)")
EXAMPLES = "app=db   tier in (a,b)   tier notin (x)   env!=dev   app   !debug"


def _terms(text: str) -> Iterable[str]:
    """Split at the commas that are not inside parentheses."""
    depth, start = 0, 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


def _checked(key: str, values: Iterable[str]) -> tuple[str, ...]:
    if label_key_errors(key):
        raise InputError(f"{quote(key)} is not a label key", fix=f"for example: {EXAMPLES}")
    kept = tuple(values)
    for value in kept:
        if label_value_errors(value):
            raise InputError(
                f"{quote(value)} is not a label value (at most 63 letters, digits, '-', '_', '.')",
                fix=f"for example: {EXAMPLES}",
            )
    return kept


def _requirement(term: str) -> Requirement:
    if found := _SET.fullmatch(term):
        values = sorted({item.strip() for item in found["values"].split(",")})
        operator = Operator.IN if found["word"] == "in" else Operator.NOT_IN
        return Requirement(found["key"], operator, _checked(found["key"], values))
    if found := _EQUALITY.fullmatch(term):
        operator = Operator.NOT_IN if found["sign"] == "!=" else Operator.IN
        return Requirement(found["key"], operator, _checked(found["key"], (found["value"],)))
    if found := _EXISTS.fullmatch(term):
        _checked(found["key"], ())
        return Requirement(found["key"], Operator.DOES_NOT_EXIST if found["bang"] else Operator.EXISTS)
    raise InputError(f"{quote(term)} is not a label condition", fix=f"for example: {EXAMPLES}")


def parse_selector(text: str) -> Selector:
    """Read the written form, as kubectl's ``-l`` takes it; the empty text selects everything.

    Raises:
        InputError: a term that cannot be read, a key or value with forbidden characters.
    """
    if not text.strip():
        return Selector()
    return Selector(tuple(_requirement(term) for term in _terms(text)))
