"""Why a cluster cannot be shown, and what can be done about it, in words.

Law: pure.
"""

from dataclasses import dataclass

from app.domain.text import clean
from app.errors import (
    ConfigError,
    ForbiddenError,
    NetgrantError,
    ServerFaultError,
    UnauthorizedError,
    UnreachableError,
)
from app.live.cluster import LiveCluster, Stage

_PLUGIN = "credential plugin"
_ASK = "Log in with l: the plugin gets this terminal for its question, and then you are back here."
_HINTS: tuple[tuple[type[NetgrantError], str], ...] = (
    (UnauthorizedError, "Your credentials are missing, wrong or too old. Log in again, then try again."),
    (ForbiddenError, "Ask for the verbs list and watch on networkpolicies, or name one namespace with -n."),
    (UnreachableError, "Look at network, VPN, proxy and the server's address in the kubeconfig."),
    (ServerFaultError, "The server itself is in trouble, or something else answers in its place."),
    (ConfigError, "Set KUBECONFIG, give --kubeconfig or --context, or mend the file."),
)


@dataclass(frozen=True, slots=True)
class Account:
    """What is said on the screen."""

    title: str
    what: str
    """What failed, and why."""
    fix: str
    """What to do about it."""
    is_trying: bool
    """Whether a connection is being tried at this moment."""
    may_log_in: bool
    """Whether a credential plugin could have something to ask."""


def account(cluster: LiveCluster) -> Account:
    """Return what is to be said of a cluster that cannot be shown."""
    error, is_trying = cluster.status.error, cluster.status.stage is Stage.CONNECTING
    what = clean(error.message) if error else "Nothing has been heard of it yet"
    has_plugin = _PLUGIN in what
    is_named = bool(cluster.status.context or cluster.wanted)
    hint = next((text for kind, text in _HINTS if isinstance(error, kind)), "")
    fix = clean(error.fix) if error and error.fix else hint
    return Account(
        title=f"{clean(cluster.name) if is_named else 'The current context'} cannot be shown",
        what=what,
        fix=f"{_ASK} Or {fix}." if has_plugin else fix,
        is_trying=is_trying,
        may_log_in=has_plugin or isinstance(error, UnauthorizedError),
    )
