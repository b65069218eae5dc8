"""Gives alice and bob rights in one namespace, and waits until the server honours them."""

from collections.abc import Sequence

from tests.contract.eventually import eventually
from tests.controlplane.plane import ControlPlane
from tests.rest import Json, Rest

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
READ = ("get", "list", "watch")
ALL = (*READ, "create", "patch", "delete")
GROUPS = {"networkpolicies": "networking.k8s.io", "jobs": "batch"}


def allow(plane: ControlPlane, namespace: str, user: str, **verbs: Sequence[str]) -> str:
    """Give ``user`` the verbs on ``networkpolicies`` and ``jobs`` there; returns the binding's path."""
    admin = plane.rest()
    rules = [
        {"apiGroups": [GROUPS[resource]], "resources": [resource], "verbs": list(given)}
        for resource, given in verbs.items()
    ]
    where = f"{RBAC}/namespaces/{namespace}"
    admin.post(f"{where}/roles", {"metadata": {"name": user}, "rules": rules}).ok()
    binding = {
        "metadata": {"name": user},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }
    admin.post(f"{where}/rolebindings", binding).ok()
    person = plane.rest(user)
    asked = [(resource, verb) for resource, given in verbs.items() for verb in given]
    eventually(lambda: all(may(person, namespace, *one) for one in asked), what=f"{user}'s rights")
    return f"{where}/rolebindings/{user}"


def may(person: Rest, namespace: str, resource: str, verb: str) -> bool:
    """What the server answers to SelfSubjectAccessReview."""
    asked = {"namespace": namespace, "group": GROUPS[resource], "resource": resource, "verb": verb}
    answer: Json = person.post(REVIEWS, {"spec": {"resourceAttributes": asked}}).ok()
    return bool(answer["status"]["allowed"])
