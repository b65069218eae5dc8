"""One refused field of an object, written as the API server writes it.

Law: pure values. Wording follows k8s.io/apimachinery pkg/util/validation/field, so that what netgrant says
before a call and what a server says after it read the same.
"""

import json
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a field was refused: the ``reason`` of a cause in a Status."""

    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    INVALID = "FieldValueInvalid"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TYPE_INVALID = "FieldValueTypeInvalid"


_WORDS = {
    Cause.REQUIRED: "Required value",
    Cause.DUPLICATE: "Duplicate value",
    Cause.INVALID: "Invalid value",
    Cause.NOT_SUPPORTED: "Unsupported value",
    Cause.FORBIDDEN: "Forbidden",
    Cause.TOO_LONG: "Too long",
    Cause.TYPE_INVALID: "Invalid value",
}
_SHOW_VALUE = frozenset({Cause.INVALID, Cause.NOT_SUPPORTED, Cause.DUPLICATE, Cause.TYPE_INVALID})
OMITTED = object()
"""A bad value that is left out of the message."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field; ``field`` is its path, such as ``spec.ingress[0].ports[0].port``."""

    field: str
    reason: Cause
    detail: str = ""
    bad_value: object = OMITTED

    @property
    def message(self) -> str:
        """The server's text without the path, such as ``Invalid value: 0: must be between 1 and 65535``."""
        text = _WORDS[self.reason]
        if self.reason in _SHOW_VALUE and self.bad_value is not OMITTED:
            text += ": " + json.dumps(self.bad_value, ensure_ascii=False, separators=(",", ":"))
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        """Return path and text, as one line of a Status message."""
        return f"{self.field}: {self.message}"


def required(field: str, detail: str = "") -> FieldError:
    """Return the error of a field that is missing or empty."""
    return FieldError(field, Cause.REQUIRED, detail)


def invalid(field: str, value: object, detail: str) -> FieldError:
    """Return the error of a value that is malformed or out of bounds."""
    return FieldError(field, Cause.INVALID, detail, value)


def forbidden(field: str, detail: str) -> FieldError:
    """Return the error of a value that may not stand here."""
    return FieldError(field, Cause.FORBIDDEN, detail)


def not_supported(field: str, value: object, supported: tuple[str, ...]) -> FieldError:
    """Return the error of a value outside an enumeration."""
    names = ", ".join(json.dumps(item) for item in supported)
    return FieldError(field, Cause.NOT_SUPPORTED, f"supported values: {names}", value)


def too_long(field: str, limit_bytes: int) -> FieldError:
    """Return the error of a value above its size limit; the value itself is not repeated."""
    return FieldError(field, Cause.TOO_LONG, f"may not be more than {limit_bytes} bytes")


def join_errors(errors: tuple[FieldError, ...]) -> str:
    """Return all errors as the server joins them: one bare, several in brackets, repeats once."""
    lines = [*dict.fromkeys(map(str, errors))]
    return lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
