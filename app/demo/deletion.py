"""DELETE: at once, by grace period, or held by finalizers.

Law: whoever deletes names a UID or takes what is there; an object with a finalizer is only marked.
Source: k8s.io/apiserver pkg/registry/generic/registry/store.go, pkg/registry/rest/delete.go.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.demo import kinds
from app.demo.clock import ServerClock, timestamp
from app.demo.resources import Object, Resource
from app.demo.status import ApiError, bad_request, conflict, forbidden, invalid_kind, not_found
from app.demo.storage import Record, Store
from app.demo.writes import Target
from app.domain.field_errors import FieldError, invalid, not_supported

FOREGROUND, BACKGROUND, ORPHAN = "Foreground", "Background", "Orphan"
_FINALIZERS = {FOREGROUND: "foregroundDeletion", ORPHAN: "orphan"}
_IMMORTAL = frozenset({"default", "kube-system", "kube-public"})
_ORPHAN_WARNING = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove"
    " them or set propagationPolicy=Orphan to suppress this warning"
)


@dataclass(frozen=True)
class DeleteOptions:
    """metav1.DeleteOptions."""

    propagation: str = ""
    grace_seconds: int | None = None
    uid: str = ""
    version: str = ""
    dry_run: tuple[str, ...] = ()


def read_options(body: object, query: Mapping[str, str], dry_run: tuple[str, ...]) -> DeleteOptions:
    """Return the options of the body, or of the query where there is none.

    Raises:
        ApiError: 400 for a body of another shape, 422 for values outside the enumerations.
    """
    found: Any = {} if body is None else body
    if not isinstance(found, dict):
        raise bad_request("the object provided is unrecognized (must be of type DeleteOptions)")
    preconditions = found.get("preconditions") or {}
    orphan = found.get("orphanDependents")
    named = found.get("propagationPolicy") or query.get("propagationPolicy", "")
    implied = "" if orphan is None else ORPHAN if orphan else BACKGROUND
    grace = found.get("gracePeriodSeconds", query.get("gracePeriodSeconds"))
    try:
        options = DeleteOptions(
            propagation=named or implied,
            grace_seconds=None if grace is None else max(-1, int(grace)),
            uid=preconditions.get("uid") or "",
            version=preconditions.get("resourceVersion") or "",
            dry_run=tuple(found.get("dryRun") or dry_run),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise bad_request(f"DeleteOptions cannot be read: {error}") from error
    if errors := (*_option_errors(options), *_both_named(named, implied)):
        raise invalid_kind("meta.k8s.io", "DeleteOptions", "", errors)
    return options


def _both_named(named: str, implied: str) -> Iterator[FieldError]:
    if named and implied:
        detail = "orphanDependents and deletionPropagation cannot be both set"
        yield invalid("propagationPolicy", named, detail)


def _option_errors(options: DeleteOptions) -> Iterator[FieldError]:
    if options.propagation not in ("", FOREGROUND, BACKGROUND, ORPHAN):
        names = (FOREGROUND, BACKGROUND, ORPHAN, "nil")
        yield not_supported("propagationPolicy", options.propagation, names)
    if any(item != "All" for item in options.dry_run):
        yield not_supported("dryRun", [*options.dry_run], ("All",))


@dataclass(frozen=True)
class Deleted:
    """What a DELETE left: the last or the marked state, and whether the object is gone."""

    record: Record
    is_gone: bool
    warnings: tuple[str, ...] = ()


class Deleter:
    """Deletes objects of any resource from one store."""

    def __init__(self, store: Store, clock: ServerClock) -> None:
        self._store = store
        self._clock = clock

    def delete(self, target: Target, options: DeleteOptions | None = None) -> Deleted:
        """Delete one object, or mark it as being deleted.

        Raises:
            ApiError: 403 for a namespace that every cluster needs, 404, 409 for a failed precondition.
        """
        options = options or DeleteOptions()
        resource = target.resource
        record = self._store.get(resource, target.namespace, target.name)
        if resource is kinds.NAMESPACES and target.name in _IMMORTAL:
            raise forbidden(resource, target.name, "this namespace may not be deleted")
        if record is None:
            raise not_found(resource, target.name)
        _check_preconditions(resource, record, options)
        if resource is kinds.NAMESPACES:
            return self._terminate(record, bool(options.dry_run))
        if resource is kinds.PODS and (pending := self._wind_down(record, options)):
            return pending
        return self._finish(resource, record, options)

    def _terminate(self, record: Record, dry_run: bool) -> Deleted:
        """Mark a namespace; its controller empties it and then lets it go."""
        if "deletionTimestamp" in record.obj["metadata"]:
            return Deleted(record, is_gone=False)
        meta = {**record.obj["metadata"], "deletionTimestamp": timestamp(self._clock.now())}
        obj = {**record.obj, "metadata": meta, "status": {"phase": "Terminating"}}
        return Deleted(Record(obj, 0) if dry_run else self._store.put(kinds.NAMESPACES, obj), is_gone=False)

    def _wind_down(self, record: Record, options: DeleteOptions) -> Deleted | None:
        """Give a pod that runs on a node its grace period; None if it may go at once."""
        obj, meta = record.obj, record.obj["metadata"]
        wished = options.grace_seconds
        seconds = obj["spec"].get("terminationGracePeriodSeconds", 30) if wished is None else abs(wished)
        is_over = obj["status"].get("phase") in ("Failed", "Succeeded")
        if seconds == 0 or is_over or not obj["spec"].get("nodeName"):
            return None
        if meta.get("deletionGracePeriodSeconds", seconds + 1) <= seconds:
            return Deleted(record, is_gone=False)
        marked = {
            **meta,
            "deletionTimestamp": timestamp(self._clock.now() + timedelta(seconds=seconds)),
            "deletionGracePeriodSeconds": seconds,
            "generation": meta["generation"] + (0 if "deletionTimestamp" in meta else 1),
        }
        kept = {**obj, "metadata": marked}
        return Deleted(
            Record(kept, 0) if options.dry_run else self._store.put(kinds.PODS, kept), is_gone=False
        )

    def _finish(self, resource: Resource, record: Record, options: DeleteOptions) -> Deleted:
        meta = record.obj["metadata"]
        finalizers = _finalizers(resource, meta, options.propagation)
        warned = resource is kinds.JOBS and not options.propagation and not meta.get("finalizers")
        warnings = (_ORPHAN_WARNING,) if warned else ()
        if not finalizers:
            last = record if options.dry_run else self._store.remove(resource, record)
            return Deleted(last, is_gone=True, warnings=warnings)
        marked = {**meta, "finalizers": finalizers}
        if "deletionTimestamp" not in meta:
            marked["deletionTimestamp"] = timestamp(self._clock.now())
            if "generation" in meta:
                marked["generation"] = meta["generation"] + 1
        marked["deletionGracePeriodSeconds"] = 0
        obj = {**record.obj, "metadata": marked}
        if obj == record.obj or options.dry_run:
            return Deleted(Record(obj, record.version), is_gone=False, warnings=warnings)
        return Deleted(self._store.put(resource, obj), is_gone=False, warnings=warnings)

    def delete_all(self, resource: Resource, records: list[Record], options: DeleteOptions) -> None:
        """Delete each of ``records``; one that is gone by then is no failure."""
        for record in records:
            meta = record.obj["metadata"]
            try:
                self.delete(Target(resource, meta.get("namespace", ""), meta["name"]), options)
            except ApiError as error:
                if error.code != 404:
                    raise


def _check_preconditions(resource: Resource, record: Record, options: DeleteOptions) -> None:
    meta = record.obj["metadata"]
    pairs = (
        ("UID", options.uid, meta["uid"], "deleted and then recreated"),
        ("ResourceVersion", options.version, meta["resourceVersion"], "modified"),
    )
    for word, wished, found, guess in pairs:
        if wished and wished != found:
            why = (
                f"the {word} in the precondition ({wished}) does not match the {word} in record ({found})."
                f" The object might have been {guess}"
            )
            raise _kind_conflict(resource, meta["name"], why)


def _kind_conflict(resource: Resource, name: str, why: str) -> ApiError:
    """Return a conflict that names the kind, as this one path of the real server does."""
    error = conflict(resource, name, why)
    text = f'Operation cannot be fulfilled on {resource.qualified_kind} "{name}": {why}'
    error.status["message"] = text
    error.status["details"]["kind"] = resource.kind
    return error


def _finalizers(resource: Resource, meta: Object, propagation: str) -> list[str]:
    """Return the finalizers that a deletion leaves, by the wish, else by what is set, else by the kind."""
    held = [name for name in meta.get("finalizers", ()) if name not in _FINALIZERS.values()]
    if propagation:
        added = _FINALIZERS.get(propagation)
    else:
        set_already = [name for name in meta.get("finalizers", ()) if name in _FINALIZERS.values()]
        default = "orphan" if resource.orphans_by_default else None
        added = set_already[0] if set_already else default
    return [*held, added] if added else held
