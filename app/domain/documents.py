"""Manifests that somebody brings: NetworkPolicies in YAML or JSON, read into wishes.

Law: pure; strict as ``kubectl apply``, for a field that is silently passed over may be the one that narrows.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.manifest import Wish
from app.domain.policy_schema import NETWORK_POLICY
from app.domain.schema import decode
from app.domain.text import clean, quote
from app.errors import InputError

_FIX = "give NetworkPolicy YAML or JSON, as kubectl apply takes it"
_MOST_VALUES = 100_000
_DEEPEST = 100


def _refusal(message: str, fix: str = _FIX) -> InputError:
    return InputError(message, field="filename", fix=fix)


def _require_json(document: object) -> None:
    """Refuse what YAML can say and JSON cannot: dates, keys that are no texts, an alias that holds itself."""
    waiting, seen = [(document, 0)], 0
    while waiting:
        (value, depth), seen = waiting.pop(), seen + 1
        if seen > _MOST_VALUES or depth > _DEEPEST:
            raise _refusal("the manifest is too large")
        if isinstance(value, dict):
            if odd := [key for key in value if not isinstance(key, str)]:
                raise _refusal(
                    f"the manifest's key {quote(str(odd[0]))} is not a text", "put quotes around it"
                )
            waiting += ((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            waiting += ((item, depth + 1) for item in value)
        elif not isinstance(value, str | int | float | None):
            raise _refusal(f"the manifest's value {quote(str(value))} is not a text", "put quotes around it")


def _flattened(document: object) -> Iterable[Mapping[str, Any]]:
    if document is None:
        return
    if not isinstance(document, dict):
        raise _refusal("the manifest is not a mapping")
    if not str(document.get("kind", "")).endswith("List"):
        yield document
        return
    items = document.get("items") or []
    if not isinstance(items, list):
        raise _refusal("the manifest's items are not a list")
    for item in items:
        yield from _flattened(item)


def wishes_from_documents(
    documents: Iterable[object], namespace: str, forced: bool = False
) -> tuple[Wish, ...]:
    """Return the wishes of decoded manifests: NetworkPolicies and Lists of them, nothing else.

    Args:
        documents: what the YAML or JSON held, one item a document; empty documents are passed over.
        namespace: for manifests that name none.
        forced: whether ``namespace`` was asked for by option; then a manifest may not name another.

    Raises:
        InputError: another kind or apiVersion, no spec, a field that does not exist, another namespace than
            the forced one, none at all.
    """
    kept = [*documents]
    _require_json(kept)
    found = [_wish(item, namespace, forced) for document in kept for item in _flattened(document)]
    if not found:
        raise _refusal("the manifest holds no NetworkPolicy")
    return tuple(found)


def _wish(item: Mapping[str, Any], namespace: str, forced: bool) -> Wish:
    kind, version = item.get("kind"), item.get("apiVersion")
    if kind != "NetworkPolicy" or version != "networking.k8s.io/v1":
        held = quote(f"{version}/{kind}")
        raise _refusal(f"the manifest holds {held}, not networking.k8s.io/v1/NetworkPolicy")
    spec = item.get("spec")
    if not isinstance(spec, dict):
        raise _refusal("the manifest's spec is not a mapping")
    found = decode(item, NETWORK_POLICY)
    if found.error:
        raise _refusal(clean(f"the manifest's {found.error.path}: {found.error}", 200))
    # A field left out because its name is misspelt (form: for from:) could open to everybody.
    if unknown := [name for name in found.unknown if name.partition(".")[0] != "status"]:
        raise _refusal(
            f"the manifest has fields that do not exist: {clean(', '.join(unknown), 120)}",
            "see: kubectl explain networkpolicy.spec --recursive",
        )
    metadata = found.value["metadata"]
    own = metadata.get("namespace") or namespace
    if forced and own != namespace:
        raise InputError(
            f"the manifest is for namespace {quote(own)}, the option says {quote(namespace)}",
            field="namespace",
            fix="leave the option out, or change the manifest",
        )
    readable = metadata.get("name") or metadata.get("generateName") or ""
    return Wish(own, dict(spec), readable, metadata.get("labels", {}))
