"""The syntax of names, label keys, label values and port names, with the API server's own words.

Law: pure. Each ``*_errors`` function returns why a value is refused, as k8s.io/apimachinery
pkg/api/validate/content and pkg/util/validation word it, so that a form, the command line and the
embedded cluster all say what a real cluster would. Lengths count bytes of UTF-8, as Go does.
"""

import re

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_KEY = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = rf"({_KEY})?"

_LABEL_RE = re.compile(_LABEL)
_SUBDOMAIN_RE = re.compile(_SUBDOMAIN)
_KEY_RE = re.compile(_KEY)
_VALUE_RE = re.compile(_VALUE)
_PORT_CHARS_RE = re.compile(r"[-a-z0-9]+")
_LETTER_RE = re.compile(r"[a-z]")

_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start"
    " and end with an alphanumeric character"
    f" (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
    " start and end with an alphanumeric character"
    f" (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_KEY_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
    f" character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_KEY}')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must"
    " start and end with an alphanumeric character"
    f" (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{_VALUE}')"
)


def _too_long(value: str, limit: int, unit: str = "characters") -> list[str]:
    # Bytes are counted in either case; upstream's older checks say characters, its newer ones bytes.
    return [f"must be no more than {limit} {unit}"] if utf8_length(value) > limit else []


def utf8_length(text: str) -> int:
    """Return the bytes that ``text`` takes; arguments that are not UTF-8 are lone surrogates in Python."""
    return len(text.encode("utf-8", "surrogatepass"))


def dns1123_label_errors(value: str) -> tuple[str, ...]:
    """Return why ``value`` is not a DNS label of RFC 1123 (a namespace name), or nothing."""
    errors = _too_long(value, 63)
    if not _LABEL_RE.fullmatch(value):
        errors.append("must not contain dots" if _SUBDOMAIN_RE.fullmatch(value) else _LABEL_RULE)
    return tuple(errors)


def dns1123_subdomain_errors(value: str) -> tuple[str, ...]:
    """Return why ``value`` is not a DNS subdomain of RFC 1123 (most object names), or nothing."""
    errors = _too_long(value, 253)
    if not _SUBDOMAIN_RE.fullmatch(value):
        errors.append(_SUBDOMAIN_RULE)
    return tuple(errors)


def is_dns1123_label(value: str) -> bool:
    """Tell whether ``value`` may name a namespace."""
    return not dns1123_label_errors(value)


def is_dns1123_subdomain(value: str) -> bool:
    """Tell whether ``value`` may name a NetworkPolicy or a Job."""
    return not dns1123_subdomain_errors(value)


def label_key_errors(key: str) -> tuple[str, ...]:
    """Return why ``key`` is not a label key (``[prefix/]name``), or nothing."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return (
            f"a valid label key {_KEY_RULE} with an optional DNS subdomain prefix and '/'"
            " (e.g. 'example.com/MyName')",
        )
    errors: list[str] = []
    if slash and not prefix:
        errors.append("prefix part must be non-empty")
    elif slash:
        errors += [f"prefix part {text}" for text in _too_long(prefix, 253, "bytes")]
        if not _SUBDOMAIN_RE.fullmatch(prefix):
            errors.append(f"prefix part {_SUBDOMAIN_RULE}")
    if not name:
        errors.append("name part must be non-empty")
    errors += [f"name part {text}" for text in _too_long(name, 63, "bytes")]
    if not _KEY_RE.fullmatch(name):
        errors.append(f"name part {_KEY_RULE}")
    return tuple(errors)


def label_value_errors(value: str) -> tuple[str, ...]:
    """Return why ``value`` is not a label value (at most 63 characters, may be empty), or nothing."""
    errors = _too_long(value, 63, "bytes")
    if not _VALUE_RE.fullmatch(value):
        errors.append(_VALUE_RULE)
    return tuple(errors)


def port_name_errors(value: str) -> tuple[str, ...]:
    """Return why ``value`` is not a port name (IANA_SVC_NAME, at most 15 characters), or nothing."""
    errors = _too_long(value, 15)
    if not _PORT_CHARS_RE.fullmatch(value):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _LETTER_RE.search(value):
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return tuple(errors)


def is_port_name(value: str) -> bool:
    """Tell whether ``value`` may name a container port."""
    return not port_name_errors(value)
