"""Who asks: bearer tokens, tokens in the path, impersonation.

Law: a wrong token is refused, no token at all is ``system:anonymous``; tokens are compared in constant time.
kubectl sends no credentials over plain HTTP, so a token may also be the first part of the path
(``http://127.0.0.1:PORT/as/TOKEN``): the server is on loopback, and the token dies with it.
"""

import hmac
from collections.abc import Mapping

from app.demo.access import ANONYMOUS, Attributes, Authorizer, User
from app.demo.kinds import CONFIG_MAPS
from app.demo.resources import Resource
from app.demo.status import ApiError, forbidden, unauthorized

PATH_PREFIX = "as"
_USERS = Resource("users", "User", shape=CONFIG_MAPS.shape)
"""Only a name for messages: nothing of the kind is served."""


class Identities:
    """The users of one cluster by their tokens."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = users

    def split_path(self, path: str) -> tuple[str, str]:
        """Return the token that the path begins with, or nothing, and the path without it."""
        first, _, rest = path.removeprefix("/").partition("/")
        if first != PATH_PREFIX:
            return "", path
        token, _, rest = rest.partition("/")
        return token, f"/{rest}"

    def authenticate(self, authorization: str, path_token: str) -> User:
        """Return who has sent the Authorization header, or the token of the path.

        Raises:
            ApiError: 401, nobody has this token.
        """
        scheme, _, token = authorization.partition(" ")
        if path_token:
            token = path_token
        elif scheme.lower() != "bearer":
            return User(ANONYMOUS)
        for known, user in self._users.items():
            if hmac.compare_digest(known.encode(), token.strip().encode()):
                return user
        raise unauthorized()


def impersonated(user: User, name: str, groups: tuple[str, ...], authorizer: Authorizer) -> User:
    """Return the user that ``user`` wants to act as; ``user`` itself where no name is given.

    Raises:
        ApiError: 403, one may not.
    """
    if not name:
        return user
    wishes = [Attributes("impersonate", "", "users", name=name)]
    wishes += [Attributes("impersonate", "", "groups", name=group) for group in groups]
    for wish in wishes:
        if not authorizer.decide(user, wish).allowed:
            raise denied(user, wish, _USERS)
    return User(name, groups)


def denied(user: User, wish: Attributes, resource: Resource | None, reason: str = "") -> ApiError:
    """Return the 403 of a wish that is not allowed, in the authorizer's words."""
    head = f'User "{user.name}" cannot {wish.verb}'
    tail = f": {reason}" if reason else ""
    if wish.path:
        return ApiError(403, "Forbidden", f'forbidden: {head} path "{wish.path}"{tail}', {})
    place = f'in the namespace "{wish.namespace}"' if wish.namespace else "at the cluster scope"
    why = f'{head} resource "{wish.resource}" in API group "{wish.group}" {place}{tail}'
    plural = wish.resource.partition("/")[0]
    named = resource or Resource(plural, plural, wish.group, shape=CONFIG_MAPS.shape)
    return forbidden(named, wish.name, why)
