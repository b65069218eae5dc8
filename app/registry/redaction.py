"""Blot out what looks like a credential before it is kept.

Law: callers must not hand over secrets; this is the net under them, not a licence. It knows the shapes
that an operator may paste into a reason (a bearer token, a private key, ``password=…``, a URL with a
password) and detail keys that by their name hold one. What it takes away stays visible as BLOT.
"""

import re

from app.domain.records import Json

BLOT = "[redacted]"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), BLOT),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"), BLOT),  # a JWT, as service accounts and OIDC use
    (re.compile(r"(?i)\b(bearer)\s+(?=\S*\d)[\w.~+/=-]{16,}"), rf"\1 {BLOT}"),
    (re.compile(r"(?i)\b(authorization:\s*\w+)\s+\S+"), rf"\1 {BLOT}"),
    (re.compile(r"(?i)\b([\w-]{0,32}(?:password|passwd|token|secret|api[_-]?key))=\S+"), rf"\1={BLOT}"),
    (re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@"), rf"\1:{BLOT}@"),
)
_SECRET_KEY = re.compile(
    r"(?i)(?:^|[_-])(?:password|passwd|tokens?|secrets?|authorization|credentials?|api_?key|private_?key)(?:$|[_-])"
)


def redact(text: str) -> str:
    """Return ``text`` with everything that has the shape of a credential replaced by BLOT."""
    for shape, blot in _SHAPES:
        text = shape.sub(blot, text)
    return text


def redact_tree(tree: Json) -> Json:
    """Return a JSON object with its strings redacted, and BLOT where a key says that it names a secret."""
    return {key: BLOT if _SECRET_KEY.search(key) else _redact_value(item) for key, item in tree.items()}


def _redact_value(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return redact_tree(value)
    if isinstance(value, list | tuple):
        return [_redact_value(item) for item in value]
    return value
