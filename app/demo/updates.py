"""What an update may do to metadata, and what it never can.

Source: k8s.io/apiserver pkg/registry/rest/update.go, apimachinery pkg/api/validation/objectmeta.go.
"""

from collections.abc import Iterator

from app.demo.resources import Object
from app.domain.field_errors import FieldError, forbidden, invalid
from app.domain.metadata_rules import validate_metadata

_KEPT = ("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink")
_CHECKED = ("labels", "annotations", "ownerReferences")


def keep_system_fields(meta: Object, old: Object) -> None:
    """Put back what a client cannot change, in place; an absent uid and version are filled in."""
    for name in _KEPT:
        meta.pop(name, None)
        if name in old:
            meta[name] = old[name]
    meta["uid"] = meta.get("uid") or old["uid"]
    meta["resourceVersion"] = old["resourceVersion"]
    meta.pop("managedFields", None)


def validate_metadata_update(meta: Object, old: Object) -> Iterator[FieldError]:
    """Yield what is wrong with new metadata beside the old."""
    if "deletionTimestamp" in old:
        added = sorted({*meta.get("finalizers", ())} - {*old.get("finalizers", ())})
        if added:
            names = ", ".join(f'"{name}"' for name in added)
            yield forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted,"
                f" found new finalizers []string{{{names}}}",
            )
    for name in ("name", "namespace", "uid"):
        if meta.get(name) != old.get(name):
            yield invalid(f"metadata.{name}", meta.get(name, ""), "field is immutable")
    # The rules of creation, for the parts that an update may bring anew; names are immutable anyway.
    brought = {name: meta[name] for name in _CHECKED if name in meta}
    yield from validate_metadata({"name": "x", "namespace": "x", **brought})
