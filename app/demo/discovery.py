"""What the server says about itself: version, groups, resources, health.

Law: made from the table of kinds, so that nothing is announced that is not served. Aggregated discovery and
OpenAPI are not offered; clients fall back to these documents (kubectl wants ``--validate=false``).
"""

from app.demo.kinds import RESOURCES
from app.demo.resources import Object, Resource
from app.demo.reviews import KINDS as REVIEWS

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
HEALTH_PATHS = frozenset({"/healthz", "/livez", "/readyz"})


def groups() -> list[str]:
    """Return all named API groups that have something to serve."""
    found = {item.group for item in RESOURCES} | {group for group, _ in REVIEWS}
    return sorted(found - {""})


def document(path: str, version: str, address: str) -> Object | None:
    """Return the document at ``path``, or None; ``address`` is the server's host and port."""
    parts = path.strip("/").split("/")
    match parts:
        case ["version"]:
            return _version(version)
        case ["api"]:
            server = {"clientCIDR": "0.0.0.0/0", "serverAddress": address}
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [server]}
        case ["api", "v1"]:
            return _resources("")
        case ["apis"]:
            return {
                "kind": "APIGroupList",
                "apiVersion": "v1",
                "groups": [_group(name) for name in groups()],
            }
        case ["apis", group] if group in groups():
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group)}
        case ["apis", group, "v1"] if group in groups():
            return _resources(group)
    return None


def _version(text: str) -> Object:
    major, minor, *_ = text.lstrip("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": text,
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": "none",
        "platform": "netgrant/embedded",
    }


def _group(name: str) -> Object:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _resources(group: str) -> Object:
    items = [entry for item in RESOURCES if item.group == group for entry in _entries(item)]
    items += [_review_entry(plural, kind) for (name, plural), kind in REVIEWS.items() if name == group]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/v1" if group else "v1",
        "resources": sorted(items, key=lambda item: str(item["name"])),
    }


def _entries(item: Resource) -> list[Object]:
    head = {
        "name": item.plural,
        "singularName": item.kind.lower(),
        "namespaced": item.namespaced,
        "kind": item.kind,
        "verbs": [verb for verb in _VERBS if item.may_delete_all or verb != "deletecollection"],
    }
    if item.short_names:
        head["shortNames"] = [*item.short_names]
    if item.categories:
        head["categories"] = [*item.categories]
    if not item.has_status:
        return [head]
    status = {
        "name": f"{item.plural}/status",
        "singularName": "",
        "namespaced": item.namespaced,
        "kind": item.kind,
        "verbs": ["get", "patch", "update"],
    }
    return [head, status]


def _review_entry(plural: str, kind: str) -> Object:
    return {
        "name": plural,
        "singularName": kind.lower(),
        "namespaced": False,
        "kind": kind,
        "verbs": ["create"],
    }
