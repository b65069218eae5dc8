"""Whom we act as: ``--as`` and a kubeconfig's ``as`` fields as Impersonate headers.

Law: a kubeconfig that says to act as somebody is obeyed or refused; going on as ourselves is neither.
"""

from collections.abc import Mapping
from urllib.parse import quote

from app.errors import ConfigError
from app.kube.kubeconfig import User

_HEADER_SAFE = "!#$&'*+-.^_`|~"


def impersonation(user: User, as_user: str, as_groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the Impersonate headers: of the options where they name anybody, else of the kubeconfig.

    Raises:
        ConfigError: groups, a UID or extras are asked for without a user, or a value cannot be sent.
    """
    extras: Mapping[str, tuple[str, ...]] = {}
    uid = ""
    if not as_user and not as_groups:
        as_user, as_groups, uid, extras = user.as_user, user.as_groups, user.as_uid, user.as_user_extra
    if not as_user:
        if as_groups or uid or extras:
            raise ConfigError("a group, UID or extra to act as needs a user to act as", fix="pass --as USER")
        return ()
    headers = [("Impersonate-User", as_user)]
    headers += [("Impersonate-Uid", uid)] if uid else []
    headers += [("Impersonate-Group", group) for group in as_groups]
    for key, values in extras.items():
        headers += [(f"Impersonate-Extra-{quote(key, safe=_HEADER_SAFE)}", value) for value in values]
    if not all(value.isprintable() for _, value in headers):
        raise ConfigError("a user, group, UID or extra to act as holds control characters")
    return tuple(headers)
