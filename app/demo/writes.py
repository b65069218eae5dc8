"""Create, update and patch: the path of an object into the store.

Law: every refusal comes in the real server's order: body, namespace, validation, then the store. A write
that changes nothing is none: the version stays. Controllers and the scenario write through here too.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.demo import kinds, patch
from app.demo.bodies import WriteOptions, patched_object, read_object
from app.demo.clock import ServerClock, timestamp
from app.demo.resources import Object, Resource
from app.demo.status import (
    ApiError,
    already_exists,
    bad_request,
    conflict,
    forbidden,
    invalid,
    invalid_kind,
    not_found,
    stale,
)
from app.demo.storage import Record, Store
from app.demo.updates import keep_system_fields, validate_metadata_update
from app.domain.field_errors import FieldError
from app.domain.field_errors import invalid as invalid_field
from app.domain.metadata_rules import validate_metadata

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
MERGE, JSON_PATCH, STRATEGIC = (
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
)
PATCHES: dict[str, Callable[[Any, Any], Any]] = {
    MERGE: patch.merge,
    JSON_PATCH: patch.json_patch,
    STRATEGIC: patch.strategic,
}


@dataclass(frozen=True)
class Target:
    """What a request is about; ``name`` is empty for a collection."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


@dataclass(frozen=True)
class Written:
    """The state that a write left behind, and the warnings to send with it."""

    record: Record
    warnings: list[str] = field(default_factory=list)
    was_created: bool = False


class Writer:
    """Writes objects of any resource into one store."""

    def __init__(self, store: Store, clock: ServerClock) -> None:
        self._store = store
        self._clock = clock

    def create(self, target: Target, document: object, options: WriteOptions | None = None) -> Written:
        """Store a new object.

        Raises:
            ApiError: 400, 403, 404, 409, 422 as the real server answers.
        """
        options = options or WriteOptions()
        resource = target.resource
        options.check("CreateOptions")
        obj, warnings = read_object(resource, document, options.field_validation)
        meta = obj["metadata"]
        self._settle_namespace(target, meta)
        if meta.get("resourceVersion"):
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        self._admit_namespace(target, meta)
        resource.strategy.default(obj)
        self._fill_in(resource, meta)
        resource.strategy.prepare_create(obj, self._clock.now())
        errors = (
            *validate_metadata(meta, namespaced=resource.namespaced, name_rule=resource.name_rule),
            *resource.strategy.validate(obj),
        )
        if errors:
            raise invalid(resource, meta.get("name", ""), errors)
        if self._store.get(resource, target.namespace, meta["name"]):
            raise already_exists(resource, meta["name"])
        warnings = [*warnings, *resource.strategy.warnings(obj)]
        record = Record(obj, 0) if options.dry_run else self._store.put(resource, obj)
        return Written(record, warnings, was_created=True)

    def _settle_namespace(self, target: Target, meta: Object) -> None:
        wanted = target.namespace if target.resource.namespaced else ""
        if meta.get("namespace", "") not in ("", wanted):
            raise bad_request(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        if wanted:
            meta["namespace"] = wanted

    def _admit_namespace(self, target: Target, meta: Object) -> None:
        if not target.resource.namespaced:
            return
        namespace = self._store.get(kinds.NAMESPACES, "", target.namespace)
        if namespace is None:
            raise not_found(kinds.NAMESPACES, target.namespace)
        if "deletionTimestamp" in namespace.obj["metadata"]:
            name = target.namespace
            cause = {
                "reason": "NamespaceTerminating",
                "message": f"namespace {name} is being terminated",
                "field": "metadata.namespace",
            }
            why = f"unable to create new content in namespace {name} because it is being terminated"
            raise forbidden(target.resource, meta.get("name", ""), why, [cause])

    def _fill_in(self, resource: Resource, meta: Object) -> None:
        for name in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields"):
            meta.pop(name, None)
        if meta.get("generateName") and not meta.get("name"):
            suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(5))
            meta["name"] = meta["generateName"][:58] + suffix
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = timestamp(self._clock.now())
        meta.pop("generation", None)
        if resource.has_generation:
            meta["generation"] = 1

    def replace(self, target: Target, document: object, options: WriteOptions | None = None) -> Written:
        """Store a new state of an object, or a new object where its kind allows that.

        Raises:
            ApiError: 400, 404, 409, 422 as the real server answers.
        """
        options = options or WriteOptions()
        options.check("UpdateOptions")
        obj, warnings = read_object(target.resource, document, options.field_validation)
        self._check_name(target, obj["metadata"])
        record = self._store.get(target.resource, target.namespace, target.name)
        if record is None and target.resource.may_create_on_update and not target.subresource:
            return self.create(target, document, options)
        if record is None:
            raise not_found(target.resource, target.name)
        self._settle_namespace(target, obj["metadata"])
        uid, own = obj["metadata"].get("uid"), record.obj["metadata"]["uid"]
        if uid and uid != own:
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {own}"
            raise conflict(target.resource, target.name, why)
        self._check_version(target, record, obj["metadata"].get("resourceVersion", ""))
        return Written(self._update(target, record, obj, options), warnings)

    def patch(
        self, target: Target, form: str, document: object, options: WriteOptions | None = None
    ) -> Written:
        """Store a patched state of an object; ``form`` is the media type.

        Raises:
            ApiError: 400, 404, 409, 422 as the real server answers.
        """
        options = options or WriteOptions()
        options.check("PatchOptions")
        if isinstance(document, list) != (form == JSON_PATCH):
            raise bad_request("error decoding patch: json: cannot unmarshal it into the form of this patch")
        record = self._store.get(target.resource, target.namespace, target.name)
        if record is None:
            raise not_found(target.resource, target.name)
        resource = target.resource
        base = {"apiVersion": resource.api_version, "kind": resource.kind, **record.obj}
        try:
            patched = PATCHES[form](base, document)
        except patch.PatchError as error:
            text = "the server rejected our request due to an error in our request"
            raise ApiError(422, "Invalid", text, {}) from error
        obj, warnings = patched_object(resource, patched, options.field_validation)
        self._check_name(target, obj["metadata"])
        self._settle_namespace(target, obj["metadata"])
        version = obj["metadata"].get("resourceVersion", "")
        if version:
            self._check_version(target, record, version)
        return Written(self._update(target, record, obj, options), warnings)

    def _check_name(self, target: Target, meta: Object) -> None:
        name = meta.get("name", "")
        if not name:
            raise bad_request(
                f"the name of the object ({target.name} based on URL) was undeterminable:"
                " name must be provided"
            )
        if name != target.name:
            raise bad_request(
                f"the name of the object ({name}) does not match the name on the URL ({target.name})"
            )

    def _check_version(self, target: Target, record: Record, version: str) -> None:
        if not version and target.resource.needs_version_to_update:
            error = invalid_field("metadata.resourceVersion", 0, "must be specified for an update")
            raise invalid_kind(target.resource.group, target.resource.plural, target.name, (error,))
        if version and not version.isdecimal():
            raise ApiError(500, "", f'strconv.ParseUint: parsing "{version}": invalid syntax')
        if version and version != record.obj["metadata"]["resourceVersion"]:
            raise stale(target.resource, target.name)

    def _update(self, target: Target, record: Record, obj: Object, options: WriteOptions) -> Record:
        resource, old = target.resource, record.obj
        resource.strategy.default(obj)
        keep_system_fields(obj["metadata"], old["metadata"])
        errors: list[FieldError] = []
        if target.subresource:
            obj = {**old, "metadata": obj["metadata"], "status": obj.get("status", {})}
        else:
            resource.strategy.prepare_update(obj, old)
            errors = [*resource.strategy.validate_update(obj, old)]
        # Metadata is judged twice, by the generic update and by the kind's own: so are its causes.
        meta_errors = [*validate_metadata_update(obj["metadata"], old["metadata"])]
        if meta_errors or errors:
            raise invalid(resource, target.name, (*meta_errors, *meta_errors, *errors))
        counted = resource.strategy.counted
        if resource.has_generation and counted(obj) != counted(old):
            obj["metadata"]["generation"] = old["metadata"]["generation"] + 1
        if obj == old:
            return record
        if options.dry_run:
            return Record(obj, record.version)
        if is_released(resource, obj, old):
            self._store.remove(resource, record)
            return Record(obj, record.version)
        return self._store.put(resource, obj)


def is_released(resource: Resource, obj: Object, old: Object) -> bool:
    """Tell whether this update takes away the last thing that held an object which is being deleted."""
    meta = old["metadata"]
    if "deletionTimestamp" not in meta or obj["metadata"].get("finalizers"):
        return False
    if resource is kinds.NAMESPACES and obj["spec"].get("finalizers"):
        return False
    return not meta.get("deletionGracePeriodSeconds")
