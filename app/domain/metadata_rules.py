"""The API server's rules for ObjectMeta and for label selectors.

Law: pure; takes decoded JSON (app.domain.schema), gives FieldErrors in the server's order and words.
Source: k8s.io/apimachinery pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.domain.field_errors import FieldError, forbidden, invalid, required, too_long
from app.domain.names import (
    dns1123_label_errors,
    dns1123_subdomain_errors,
    label_key_errors,
    label_value_errors,
    utf8_length,
)

ANNOTATIONS_LIMIT_BYTES = 256 * 1024
STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
NameRule = Callable[[str], tuple[str, ...]]


def validate_labels(labels: Mapping[str, str], field: str) -> Iterator[FieldError]:
    """Yield what is wrong with label keys and values at ``field``."""
    for key, value in labels.items():
        yield from (invalid(field, key, text) for text in label_key_errors(key))
        yield from (invalid(field, value, text) for text in label_value_errors(value))


def validate_annotations(annotations: Mapping[str, str], field: str) -> Iterator[FieldError]:
    """Yield what is wrong with annotation keys, and with their size: 256 KiB of keys and values in all."""
    for key in annotations:
        yield from (invalid(field, key, text) for text in label_key_errors(key.lower()))
    size = sum(utf8_length(key) + utf8_length(value) for key, value in annotations.items())
    if size > ANNOTATIONS_LIMIT_BYTES:
        yield too_long(field, ANNOTATIONS_LIMIT_BYTES)


def unique_owners(owners: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ``owners`` without repeats: the server drops those before it judges the rest."""
    return [owner for index, owner in enumerate(owners) if owner not in owners[:index]]


def _validate_owners(owners: list[dict[str, Any]], field: str) -> Iterator[FieldError]:
    controllers: list[str] = []
    for owner in owners:
        version = owner["apiVersion"]
        if version.count("/") > 1 or not version.rpartition("/")[2]:
            yield invalid(f"{field}.apiVersion", version, "version must not be empty")
        for name in ("kind", "name", "uid"):
            if not owner[name]:
                yield invalid(f"{field}.{name}", "", "must not be empty")
        if owner["apiVersion"] == "v1" and owner["kind"] == "Event":
            yield invalid(field, owner, "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            controllers.append(f"{owner['kind']}/{owner['name']}")
    for second in controllers[1:]:
        yield invalid(
            field,
            owners,
            'Only one reference can have Controller set to true. Found "true" in references for'
            f" {controllers[0]} and {second}",
        )


def _validate_name(meta: Mapping[str, Any], field: str, name_rule: NameRule) -> Iterator[FieldError]:
    if prefix := meta.get("generateName"):
        # As upstream's maskTrailingDash does it: the last two characters give way to one that fits.
        whole = prefix[:-2] + "a" if prefix.endswith("-") and len(prefix) > 1 else prefix
        yield from (invalid(f"{field}.generateName", prefix, text) for text in name_rule(whole))
    if name := meta.get("name"):
        yield from (invalid(f"{field}.name", name, text) for text in name_rule(name))
    else:
        yield required(f"{field}.name", "name or generateName is required")


def validate_metadata(
    meta: Mapping[str, Any],
    *,
    namespaced: bool = True,
    name_rule: NameRule = dns1123_subdomain_errors,
    field: str = "metadata",
) -> Iterator[FieldError]:
    """Yield what is wrong with an object's metadata at creation; generated names are made before."""
    yield from _validate_name(meta, field, name_rule)
    namespace = meta.get("namespace", "")
    if namespaced and not namespace:
        yield required(f"{field}.namespace")
    elif namespaced:
        yield from (
            invalid(f"{field}.namespace", namespace, text) for text in dns1123_label_errors(namespace)
        )
    elif namespace:
        yield forbidden(f"{field}.namespace", "not allowed on this type")
    if meta.get("generation", 0) < 0:
        yield invalid(f"{field}.generation", meta["generation"], "must be greater than or equal to 0")
    yield from validate_labels(meta.get("labels", {}), f"{field}.labels")
    yield from validate_annotations(meta.get("annotations", {}), f"{field}.annotations")
    owners = unique_owners(meta.get("ownerReferences", []))
    yield from _validate_owners(owners, f"{field}.ownerReferences")
    yield from _validate_finalizers(meta.get("finalizers", []), f"{field}.finalizers")


def _validate_finalizers(finalizers: list[str], field: str) -> Iterator[FieldError]:
    for name in finalizers:
        yield from (invalid(field, name, text) for text in label_key_errors(name))
    if {"orphan", "foregroundDeletion"} <= {*finalizers}:
        yield invalid(field, finalizers, "finalizer orphan and foregroundDeletion cannot be both set")
    for index, name in enumerate(finalizers):
        if "/" not in name and name not in STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"{field}[{index}]", name, detail)


def validate_selector(selector: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    """Yield what is wrong with a metav1.LabelSelector at ``field``."""
    yield from validate_labels(selector.get("matchLabels", {}), f"{field}.matchLabels")
    for index, item in enumerate(selector.get("matchExpressions", ())):
        yield from _validate_requirement(item, f"{field}.matchExpressions[{index}]")


def _validate_requirement(item: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    values = item.get("values", [])
    match item["operator"]:
        case "In" | "NotIn":
            if not values:
                yield required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        case "Exists" | "DoesNotExist":
            if values:
                yield forbidden(
                    f"{field}.values",
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                )
        case other:
            yield invalid(f"{field}.operator", other, "not a valid selector operator")
    yield from (invalid(f"{field}.key", item["key"], text) for text in label_key_errors(item["key"]))
    for index, value in enumerate(values):
        yield from (invalid(f"{field}.values[{index}]", value, text) for text in label_value_errors(value))
