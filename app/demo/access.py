"""Who may do what: RBAC over the stored roles and bindings, as the real authorizer decides it.

Law: a right comes from a binding or from the group ``system:masters``, nothing is allowed by default
but discovery and the reviews about oneself. Escalation is not checked: only an admin writes roles here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.demo import kinds
from app.demo.resources import Object, Resource
from app.demo.storage import Store

ANONYMOUS = "system:anonymous"
MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
_HEALTH = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
_DISCOVERY = [
    *("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*"),
    *("/readyz", "/version", "/version/"),
]


@dataclass(frozen=True)
class User:
    """Somebody who asks: a name, and the groups that bindings may name."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    @property
    def all_groups(self) -> tuple[str, ...]:
        """The groups with the one that the server itself adds."""
        own = UNAUTHENTICATED if self.name == ANONYMOUS else AUTHENTICATED
        return (*self.groups, own)


@dataclass(frozen=True)
class Attributes:
    """What is asked for: a verb on a resource, or on a ``path`` that is no resource."""

    verb: str
    group: str = ""
    resource: str = ""
    """The plural, with ``/subresource`` where there is one."""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether it is allowed, and the authorizer's reason."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True)
class _Grant:
    """The rules that one binding gives to somebody, with the binding's own description."""

    rules: list[Object]
    reason: str
    error: str = ""


def _system_role(name: str, group: str, *rules: Object) -> Object:
    return {
        "role": {"metadata": {"name": name}, "rules": [*rules]},
        "binding": {
            "metadata": {"name": name},
            "subjects": [{"kind": "Group", "name": group}],
            "roleRef": {"kind": "ClusterRole", "name": name},
        },
    }


@lru_cache(maxsize=1)
def _built_in() -> tuple[Object, ...]:
    reviews = {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    }
    myself = {
        "verbs": ["create"],
        "apiGroups": ["authentication.k8s.io"],
        "resources": ["selfsubjectreviews"],
    }
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    anywhere = {"verbs": ["*"], "nonResourceURLs": ["*"]}
    health = {"verbs": ["get"], "nonResourceURLs": _HEALTH}
    discovery = {"verbs": ["get"], "nonResourceURLs": _DISCOVERY}
    return (
        _system_role("cluster-admin", MASTERS, everything, anywhere),
        _system_role("system:basic-user", AUTHENTICATED, reviews, myself),
        _system_role("system:discovery", AUTHENTICATED, discovery),
        _system_role("system:public-info-viewer", AUTHENTICATED, health),
        _system_role("system:public-info-viewer", UNAUTHENTICATED, health),
    )


class Authorizer:
    """Decides by what the store holds at the moment of the question."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def decide(self, user: User, wish: Attributes) -> Verdict:
        """Return whether ``user`` may do ``wish``, with the reason that a review would show."""
        if MASTERS in user.groups:
            return Verdict(True)
        errors: list[str] = []
        for grant in self._grants(user, wish.namespace):
            if any(_covers(rule, wish) for rule in grant.rules):
                return Verdict(True, f"RBAC: allowed by {grant.reason}")
            if grant.error:
                errors.append(grant.error)
        return Verdict(False, f"RBAC: {', '.join(errors)}" if errors else "")

    def rules(self, user: User, namespace: str) -> list[Object]:
        """Return every rule that ``user`` has in ``namespace``, cluster-wide ones included."""
        return [rule for grant in self._grants(user, namespace) for rule in grant.rules]

    def _grants(self, user: User, namespace: str) -> Iterator[_Grant]:
        for pair in _built_in():
            if subject := _subject(pair["binding"], user):
                yield _Grant(pair["role"]["rules"], _reason("ClusterRoleBinding", pair["binding"], subject))
        yield from self._bound(kinds.CLUSTER_ROLE_BINDINGS, "", user)
        if namespace:
            yield from self._bound(kinds.ROLE_BINDINGS, namespace, user)

    def _bound(self, resource: Resource, namespace: str, user: User) -> Iterator[_Grant]:
        for record in self._store.records(resource, namespace):
            subject = _subject(record.obj, user)
            if not subject:
                continue
            reference = record.obj["roleRef"]
            table = kinds.ROLES if reference["kind"] == "Role" else kinds.CLUSTER_ROLES
            role = self._store.get(table, namespace, reference["name"])
            rules = role.obj.get("rules", []) if role else _default_rules(reference["name"])
            missing = f'{reference["kind"].lower()}.rbac.authorization.k8s.io "{reference["name"]}" not found'
            error = "" if role or rules else missing
            yield _Grant(rules, _reason(resource.kind, record.obj, subject), error)


def _default_rules(name: str) -> list[Object]:
    """A ClusterRole that every cluster has from the start."""
    return next(
        (pair["role"]["rules"] for pair in _built_in() if pair["role"]["metadata"]["name"] == name), []
    )


def _subject(binding: Object, user: User) -> str:
    """Return how ``binding`` names ``user`` (``User "alice"``), or nothing."""
    for subject in binding.get("subjects", ()):
        held = (user.name,) if subject["kind"] == "User" else user.all_groups
        if subject["kind"] in ("User", "Group") and subject["name"] in held:
            return f'{subject["kind"]} "{subject["name"]}"'
    return ""


def _reason(kind: str, binding: Object, subject: str) -> str:
    meta, role = binding["metadata"], binding["roleRef"]
    name = f"{meta['name']}/{meta['namespace']}" if kind == "RoleBinding" else meta["name"]
    return f'{kind} "{name}" of {role["kind"]} "{role["name"]}" to {subject}'


def _covers(rule: Object, wish: Attributes) -> bool:
    if not _has(rule, "verbs", wish.verb):
        return False
    if wish.path:
        return any(_path_matches(pattern, wish.path) for pattern in rule.get("nonResourceURLs", ()))
    names = rule.get("resourceNames", [])
    return (
        _has(rule, "apiGroups", wish.group)
        and (_has(rule, "resources", wish.resource) or _any_subresource(rule, wish.resource))
        and (not names or wish.name in names)
    )


def _has(rule: Object, field: str, wanted: str) -> bool:
    values: list[Any] = rule.get(field, [])
    return wanted in values or "*" in values


def _any_subresource(rule: Object, resource: str) -> bool:
    _, slash, subresource = resource.partition("/")
    return bool(slash) and f"*/{subresource}" in rule.get("resources", ())


def _path_matches(pattern: str, path: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return pattern == path
