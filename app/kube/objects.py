"""Read and write the objects of one resource, one very object at a time.

Law: a write names the object by UID, so that a successor under the same name is never touched. "Gone" is
believed only to the server's own Status. Names go into paths only if they can be one path segment.
"""

import json
import logging
from typing import Generic, TypeVar

from app.domain.records import Json
from app.domain.text import clean
from app.errors import ConflictError, InvalidError, NotFoundError
from app.kube.decode import ClusterObject, decode_one
from app.kube.listing import list_all
from app.kube.resources import Resource, Target
from app.kube.wire import Call, Wire
from app.ports import Receipt, Ref

T = TypeVar("T", bound=ClusterObject)

FIELD_MANAGER = "netgrant"
_MERGE_PATCH = "application/merge-patch+json"
_log = logging.getLogger(__name__)


class Objects(Generic[T]):
    """The objects of one resource; implements what PolicyWriter and DeadlineWriter share."""

    def __init__(self, wire: Wire, resource: Resource[T]) -> None:
        self._wire = wire
        self._resource = resource

    async def get(self, namespace: str | None, name: str) -> T | None:
        """Return the object, None where there is none (404); ``namespace`` None for a kind without."""
        try:
            reply = await self._wire.request(Call("GET", self._path(namespace, name)))
        except NotFoundError:
            return None
        return decode_one(reply.body, self._resource.kind)

    async def list(self, namespace: str | None, selector: str) -> tuple[T, ...]:
        """Return all objects with the label selector, paged; None means all namespaces."""
        if namespace is not None:
            _check_segment("namespace", namespace)
        listing = await list_all(self._wire, Target(self._resource, namespace, selector))
        for bad in listing.undecodable:
            # Said, not raised: one broken object must not hide the grants beside it.
            where = f"{bad.metadata.namespace}/{bad.metadata.name}"
            _log.warning("%s %s cannot be read and is left out: %s", self._resource.plural, where, bad.why)
        return tuple(listing.items.values())

    async def create(self, manifest: Json, *, dry_run: bool = False) -> Receipt[T]:
        """Create; a field that the server does not know is refused, for dropping it could widen a policy."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        namespace = str(manifest.get("metadata", {}).get("namespace", ""))
        _check_segment("namespace", namespace)
        reply = await self._wire.request(
            Call("POST", self._resource.path(namespace), query, json.dumps(manifest).encode())
        )
        return Receipt(decode_one(reply.body, self._resource.kind), reply.audit_id)

    async def patch(self, ref: Ref, patch: Json, *, version: str = "") -> Receipt[T]:
        """Apply a JSON merge patch to this very object.

        Raises:
            ConflictError: another object has the name by now, or the object is newer than ``version``.
        """
        identity = {"uid": ref.uid} | ({"resourceVersion": version} if version else {})
        body = {**patch, "metadata": {**patch.get("metadata", {}), **identity}}
        call = Call(
            "PATCH",
            self._path(ref.namespace, ref.name),
            {"fieldManager": FIELD_MANAGER},
            json.dumps(body).encode(),
            _MERGE_PATCH,
        )
        try:
            reply = await self._wire.request(call)
        except InvalidError as error:
            await self._raise_if_replaced(ref, error)
            raise
        return Receipt(decode_one(reply.body, self._resource.kind), reply.audit_id)

    async def delete(self, ref: Ref) -> str:
        """Delete this very object in the background and return the Audit-Id.

        An object that is gone, or another under its name, counts as deleted.
        """
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": ref.uid},
            "propagationPolicy": "Background",
        }
        path = self._path(ref.namespace, ref.name)
        try:
            reply = await self._wire.request(Call("DELETE", path, body=json.dumps(options).encode()))
        except NotFoundError as error:
            return error.audit_id
        except ConflictError as error:
            if await self._is_same(ref):
                raise
            return error.audit_id
        return reply.audit_id

    async def _is_same(self, ref: Ref) -> bool:
        found = await self.get(ref.namespace, ref.name)
        return found is not None and found.metadata.uid == ref.uid

    async def _raise_if_replaced(self, ref: Ref, error: InvalidError) -> None:
        """Servers answer a patch with another UID by 422 (immutable field): to us that is a conflict."""
        if await self._is_same(ref):
            return
        raise ConflictError(
            f"{self._resource.plural} {clean(ref.name)} in namespace {clean(ref.namespace)} "
            "is another object by now",
            status=error.status,
            reason="Conflict",
            audit_id=error.audit_id,
            fix="look at the one that is there",
        ) from error

    def _path(self, namespace: str | None, name: str) -> str:
        if namespace is not None:
            _check_segment("namespace", namespace)
        _check_segment("name", name)
        return self._resource.path(namespace, name)


def _check_segment(what: str, value: str) -> None:
    """Refuse what would make another path of it: ``..`` as a name would delete the whole collection."""
    if value in ("", ".", "..") or "/" in value or "%" in value:
        raise InvalidError(f"{clean(value)!r} can be no {what} of an object")
