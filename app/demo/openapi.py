"""The least OpenAPI v3 that lets kubectl leave validation to the server.

Law: it says which writes take ``fieldValidation`` and ``dryRun``, and nothing of schemas: kubectl asks only
for that before ``apply``; ``kubectl explain`` finds nothing here.
"""

from app.demo.kinds import RESOURCES
from app.demo.resources import Object, Resource

ROOT = "/openapi/v3"


def document(path: str) -> Object | None:
    """Return the document at ``path``, or None."""
    versions = {_root_of(item) for item in RESOURCES}
    if path == ROOT:
        return {"paths": {name: {"serverRelativeURL": f"{ROOT}/{name}?hash=0"} for name in sorted(versions)}}
    name = path.removeprefix(f"{ROOT}/")
    if name not in versions:
        return None
    return {
        "openapi": "3.0.0",
        "info": {"title": "netgrant embedded cluster", "version": "unversioned"},
        "paths": {_item_path(item): _operations(item) for item in RESOURCES if _root_of(item) == name},
    }


def _root_of(item: Resource) -> str:
    return f"apis/{item.api_version}" if item.group else f"api/{item.version}"


def _item_path(item: Resource) -> str:
    scope = "/namespaces/{namespace}" if item.namespaced else ""
    return f"/{_root_of(item)}{scope}/{item.plural}/{{name}}"


def _operations(item: Resource) -> Object:
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in ("dryRun", "fieldValidation")
    ]
    kind = {"group": item.group, "version": item.version, "kind": item.kind}
    return {"patch": {"parameters": parameters, "x-kubernetes-group-version-kind": kind, "responses": {}}}
