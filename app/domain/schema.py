"""Decode JSON against the shape of a Kubernetes type, as the API server's JSON decoder does.

Law: pure; a shape is a value. Decoding keeps known fields, reports unknown ones, drops what Go's
``omitempty`` would drop (so that what is stored equals what a real server returns), and stops being
usable at the first value of the wrong type: a server answers that with 400, before any validation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

Json = Any
"""Decoded JSON whose shape is what this module finds out."""

_INT_RANGE = {"int32": 2**31, "int64": 2**63}
_QUANTITY = re.compile(r"[+-]?[0-9.]+([eEinumkKMGTP]*[-+]?[0-9]*)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
_ZERO: dict[str, Any] = {"string": "", "int32": 0, "int64": 0, "bool": False, "IntOrString": 0}


class Scalar(Enum):
    """A leaf; its value is the name of the Go type."""

    STRING = "string"
    INT32 = "int32"
    INT64 = "int64"
    BOOL = "bool"
    INT_OR_STRING = "IntOrString"
    TIME = "Time"
    MICRO_TIME = "MicroTime"
    QUANTITY = "Quantity"
    ANY = "interface {}"


@dataclass(frozen=True)
class ListOf:
    """A JSON array of one type."""

    item: "Shape"


@dataclass(frozen=True)
class MapOf:
    """A JSON object whose keys are data and whose values have one type."""

    value: "Shape"


@dataclass(frozen=True)
class Struct:
    """A JSON object with known fields; ``name`` is the Go type's."""

    name: str
    fields: Mapping[str, "Shape"]


@dataclass(frozen=True)
class Pointer:
    """An optional field whose zero value means something: ``0``, ``false`` and ``{}`` are kept."""

    target: "Shape"


@dataclass(frozen=True)
class Always:
    """A field that is written even when it is empty."""

    target: Scalar


Shape = Scalar | ListOf | MapOf | Struct | Pointer | Always


@dataclass(frozen=True, slots=True)
class DecodeError:
    """The first value of the wrong type, at ``path`` (dotted, without indexes, as Go reports it)."""

    path: str
    message: str

    def __str__(self) -> str:
        """Return the decoder's own words."""
        return self.message


@dataclass(frozen=True, slots=True)
class Decoded:
    """What decoding gave: the value (not to be used if ``error`` is set) and the paths of unknown fields."""

    value: dict[str, Any]
    error: DecodeError | None
    unknown: tuple[str, ...]


def decode(document: Json, shape: Struct) -> Decoded:
    """Read ``document`` (decoded JSON) as ``shape``; nothing in it is changed."""
    reading = _Reading()
    value = reading.read(document, shape, "", "")
    return Decoded(value, reading.error, tuple(reading.unknown))


def _kind_of(value: Json) -> str:
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
    return "object"


def _fits(value: Json, shape: Scalar) -> bool:
    match shape:
        case Scalar.BOOL:
            return isinstance(value, bool)
        case Scalar.INT32 | Scalar.INT64:
            bound = _INT_RANGE[shape.value]
            return type(value) is int and -bound <= value < bound
        case Scalar.QUANTITY:
            return type(value) in (str, int, float)
    return isinstance(value, str)


def _moment(text: str, micro: bool) -> datetime | None:
    """Return an RFC 3339 time; a MicroTime must have its six digits, as Go's layout asks."""
    match = _TIME.fullmatch(text)
    if match is None or (micro and len(match[1] or "") != 7):
        return None
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _type_name(shape: Shape) -> str:
    match shape:
        case ListOf(item):
            return f"[]{_type_name(item)}"
        case MapOf(value):
            return f"map[string]{_type_name(value)}"
        case Struct(name):
            return f"v1.{name}"
        case Pointer(target) | Always(target):
            return _type_name(target)
    return shape.value


def _zero(shape: Shape) -> Json:
    match shape:
        case ListOf():
            return []
        case MapOf():
            return {}
        case Struct():
            return decode({}, shape).value
        case Always(target):
            return _zero(target)
        case Scalar():
            return _ZERO.get(shape.value)
    return None


@dataclass
class _Reading:
    """One pass over a document: where it is, and what it met."""

    error: DecodeError | None = None
    unknown: list[str] = field(default_factory=list)
    owner: str = ""
    """Go's name of the struct being read, for the message."""

    def read(self, value: Json, shape: Shape, path: str, where: str) -> Json:
        """Return ``value`` as ``shape``; ``path`` has no indexes, ``where`` has them."""
        match shape:
            case Pointer(target) | Always(target):
                return self.read(value, target, path, where)
            case Scalar():
                return self._scalar(value, shape, path)
        if value is None:
            return _zero(shape)
        match shape:
            case Struct() if isinstance(value, dict):
                return self._struct(value, shape, path, where)
            case MapOf(item) if isinstance(value, dict):
                return {key: self.read(entry, item, path, f"{where}.{key}") for key, entry in value.items()}
            case ListOf(item) if isinstance(value, list):
                return [self.read(entry, item, path, f"{where}[{i}]") for i, entry in enumerate(value)]
        return self._fail(value, shape, path)

    def _struct(self, value: dict[str, Any], shape: Struct, path: str, where: str) -> dict[str, Any]:
        outer, self.owner = self.owner, shape.name
        dot = "." if path else ""
        self.unknown += [f"{where}{dot}{key}" for key in value if key not in shape.fields]
        found: dict[str, Any] = {}
        for name, inner in shape.fields.items():
            self.owner = shape.name
            item = value.get(name)
            if item is not None:
                item = self.read(item, inner, f"{path}{dot}{name}", f"{where}{dot}{name}")
            elif isinstance(inner, Struct | Always):
                item = _zero(inner)
            kept = isinstance(inner, Struct | Always) or (isinstance(inner, Pointer) and item is not None)
            if kept or item not in (None, "", 0, False, [], {}):
                found[name] = item
        self.owner = outer
        return found

    def _scalar(self, value: Json, shape: Scalar, path: str) -> Json:
        if shape is Scalar.ANY or value is None:
            return value if shape is Scalar.ANY else _zero(shape)
        if shape is Scalar.INT_OR_STRING and not isinstance(value, str):
            return self._scalar(value, Scalar.INT32, path)
        if not _fits(value, shape):
            return self._fail(value, shape, path)
        if shape in (Scalar.TIME, Scalar.MICRO_TIME):
            return self._time(value, shape, path)
        return self._quantity(str(value), path) if shape is Scalar.QUANTITY else value

    def _time(self, text: str, shape: Scalar, path: str) -> str | None:
        micro = shape is Scalar.MICRO_TIME
        moment = _moment(text, micro)
        if moment is None:
            layout = "2006-01-02T15:04:05.000000Z07:00" if micro else "2006-01-02T15:04:05Z07:00"
            words = f'parsing time "{text}" as "{layout}": cannot parse "{text}"'
            self.error = self.error or DecodeError(path, words)
            return None
        form = "%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ"
        return moment.astimezone(UTC).strftime(form)

    def _quantity(self, text: str, path: str) -> str:
        if not _QUANTITY.fullmatch(text):
            words = (
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            )
            self.error = self.error or DecodeError(path, words)
        return text

    def _fail(self, value: Json, shape: Shape, path: str) -> Json:
        kind = _kind_of(value)
        if kind == "number" and isinstance(shape, Scalar) and shape in (Scalar.INT32, Scalar.INT64):
            kind = f"number {value}"
        place = f"Go struct field {self.owner}.{path}" if path else "Go value"
        words = f"json: cannot unmarshal {kind} into {place} of type {_type_name(shape)}"
        self.error = self.error or DecodeError(path, words)
        return _zero(shape)
