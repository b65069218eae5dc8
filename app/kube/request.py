"""What a call is about, in the API's own words: verb, resource, namespace, name.

Law: pure; told from the path alone, so that an error can say what was tried without being told twice.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from app.domain.text import clean
from app.kube.wire import Call

_VERBS = {"POST": "create", "PATCH": "patch", "PUT": "update", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Action:
    """One request as RBAC sees it."""

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        """``delete networkpolicies "web" in namespace production``."""
        name = f' "{clean(self.name)}"' if self.name else ""
        where = f" in namespace {clean(self.namespace)}" if self.namespace else ""
        return f"{self.verb} {self.resource}{name}{where}"

    @property
    def qualified(self) -> str:
        """``networkpolicies.networking.k8s.io``."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def action_of(call: Call) -> Action:
    """Return what the call does; for a path outside the resources the path is the resource."""
    parts = [unquote(part) for part in call.path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        group, rest = "", parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, rest = parts[1], parts[3:]
    else:
        return Action(_verb(call, named=True), resource=clean(call.path))
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    name = rest[1] if len(rest) > 1 else ""
    return Action(_verb(call, named=bool(name)), group, clean(rest[0]), namespace, name)


def is_write(call: Call) -> bool:
    """Tell whether the call may change the cluster: no dry run, and no review, which only asks."""
    return call.method in _VERBS and "dryRun" not in call.query and not call.path.endswith("reviews")


def _verb(call: Call, *, named: bool) -> str:
    if call.method in _VERBS:
        return _VERBS[call.method]
    if call.query.get("watch"):
        return "watch"
    return "get" if named else "list"
