"""The reviews: who am I, may I, what may I.

Law: a review is answered, never stored. Words are the real authorizer's.
"""

from datetime import datetime
from typing import Any

from app.demo.access import Attributes, Authorizer, User
from app.demo.clock import timestamp
from app.demo.resources import Object
from app.demo.status import bad_request, invalid_kind
from app.domain.field_errors import invalid

AUTHENTICATION = "authentication.k8s.io"
AUTHORIZATION = "authorization.k8s.io"
KINDS = {
    (AUTHENTICATION, "selfsubjectreviews"): "SelfSubjectReview",
    (AUTHORIZATION, "selfsubjectaccessreviews"): "SelfSubjectAccessReview",
    (AUTHORIZATION, "selfsubjectrulesreviews"): "SelfSubjectRulesReview",
    (AUTHORIZATION, "subjectaccessreviews"): "SubjectAccessReview",
}


class Reviewer:
    """Answers reviews from one authorizer."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def review(self, kind: str, user: User, document: object, now: datetime) -> Object:
        """Return the completed review of ``kind`` that ``user`` sent.

        Raises:
            ApiError: 400 or 422 for a review that asks nothing that can be answered.
        """
        body: Any = {} if document is None else document
        if not isinstance(body, dict) or not isinstance(body.get("spec", {}), dict):
            raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
        if body.get("kind", kind) != kind:
            raise bad_request(f"{body['kind']} cannot be handled as a {kind}")
        spec = body.get("spec") or {}
        match kind:
            case "SelfSubjectReview":
                return _reply(kind, None, _identity(user), {"creationTimestamp": timestamp(now)})
            case "SelfSubjectRulesReview":
                return _reply(kind, {}, self._rules(user, spec))
            case "SubjectAccessReview":
                user = User(spec.get("user", ""), tuple(spec.get("groups") or ()))
        return _reply(kind, spec, self._access(user, spec))

    def _access(self, user: User, spec: Object) -> Object:
        resource: Any = spec.get("resourceAttributes")
        path: Any = spec.get("nonResourceAttributes")
        if (resource is None) == (path is None):
            words = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            raise invalid_kind(AUTHORIZATION, "", "", (invalid("spec.resourceAttributes", resource, words),))
        if path is not None:
            wish = Attributes(path.get("verb", ""), path=path.get("path", ""))
        else:
            plural, subresource = resource.get("resource", ""), resource.get("subresource", "")
            wish = Attributes(
                resource.get("verb", ""),
                resource.get("group", ""),
                f"{plural}/{subresource}" if subresource else plural,
                resource.get("namespace", ""),
                resource.get("name", ""),
            )
        verdict = self._authorizer.decide(user, wish)
        return {"allowed": verdict.allowed, **({"reason": verdict.reason} if verdict.reason else {})}

    def _rules(self, user: User, spec: Object) -> Object:
        namespace = spec.get("namespace", "")
        if not namespace:
            raise bad_request("no namespace on request")
        rules = self._authorizer.rules(user, namespace)
        return {
            "resourceRules": [rule for rule in rules if "resources" in rule],
            "nonResourceRules": [rule for rule in rules if "nonResourceURLs" in rule],
            "incomplete": False,
        }


def _identity(user: User) -> Object:
    info: Object = {"username": user.name, "groups": [*user.all_groups]}
    if user.uid:
        info["uid"] = user.uid
    return {"userInfo": info}


def _reply(kind: str, spec: Object | None, status: Object, meta: Object | None = None) -> Object:
    group = AUTHENTICATION if kind == "SelfSubjectReview" else AUTHORIZATION
    head: Object = {"kind": kind, "apiVersion": f"{group}/v1", "metadata": meta or {}}
    return {**head, **({} if spec is None else {"spec": spec}), "status": status}
