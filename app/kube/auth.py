"""Which credential a kubeconfig's user has.

Law: every way to authenticate that a kubeconfig can name is honoured or refused in words; none is passed
over, for that would act as somebody else. Precedence is client-go's: a static token, password or certificate
makes a plugin idle.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.credentials import Credential, FromPlugin, IdToken, Now, Reloaded, Secret, checked
from app.kube.exec_plugin import INTERACTIVE_MODES, VERSIONS, Plugin, Surroundings
from app.kube.kubeconfig import Selection, User
from app.kube.server import Server, pem

TOKEN_FILE_PERIOD = timedelta(seconds=60)
_CLUSTER_CONFIG = "client.authentication.k8s.io/exec"


def credential_of(selection: Selection, server: Server, around: Surroundings, now: Now) -> Credential:
    """Return the credential of the selected context's user.

    Raises:
        ConfigError: a file is missing, two ways contradict each other, the way is one that we refuse, or it
            would be sent unencrypted to another machine.
    """
    user = selection.user
    _refuse_contradictions(selection)
    credential = _static(selection, now) or _dynamic(selection, server, around, now)
    if credential is None:
        return Reloaded(Secret, now)
    if not server.is_encrypted and not server.is_loopback:
        raise ConfigError(
            f'the credentials of user "{clean(selection.user_name)}" would go to {server.url} unencrypted',
            fix="use an https server",
        )
    if user.client_certificate and not server.is_encrypted:
        raise ConfigError(f"a client certificate is of no use without TLS: {server.url} is not https")
    return credential


def _refuse_contradictions(selection: Selection) -> None:
    user, name = selection.user, clean(selection.user_name)
    if user.token and (user.username or user.password):
        raise ConfigError(f'user "{name}" has both a token and a password: only one is allowed')
    if user.exec_plugin is not None and user.auth_provider is not None:
        raise ConfigError(f'user "{name}" has both an exec plugin and an auth-provider: only one is allowed')
    has_certificate = user.client_certificate or user.client_certificate_data
    if has_certificate and not (user.client_key or user.client_key_data):
        raise ConfigError(f'user "{name}" has a client-certificate and no client-key')


def _static(selection: Selection, now: Now) -> Credential | None:
    """Return what stands in the kubeconfig or in files that it names, None if nothing does."""
    user = selection.user
    if not (
        user.token
        or user.token_file
        or user.username
        or user.password
        or user.client_certificate
        or user.client_certificate_data
    ):
        return None
    return Reloaded(lambda: _read_user(user), now, TOKEN_FILE_PERIOD if user.token_file else None)


def _read_user(user: User) -> Secret:
    certificate = pem(user.client_certificate_data, user.client_certificate, "client-certificate")
    key = pem(user.client_key_data, user.client_key, "client-key") if certificate else b""
    if b"ENCRYPTED" in key:  # OpenSSL would ask for the passphrase on our terminal
        raise ConfigError(
            "the client-key is encrypted with a passphrase, which netgrant cannot ask for",
            fix="use a key without passphrase, or an exec plugin",
        )
    return Secret(_authorization(user), certificate, key)


def _authorization(user: User) -> str:
    if user.token_file:
        return checked(f"Bearer {_token_in(user.token_file, user.token)}", "the token in tokenFile")
    if user.token:
        return checked(f"Bearer {user.token.strip()}", "the token")
    if user.username or user.password:
        pair = f"{user.username}:{user.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    return ""


def _token_in(path: str, fallback: str) -> str:
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        if fallback:
            return fallback.strip()
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"the tokenFile {clean(path)} cannot be read: {why}") from None
    if not token:
        raise ConfigError(f"the tokenFile {clean(path)} is empty")
    return token


def _dynamic(selection: Selection, server: Server, around: Surroundings, now: Now) -> Credential | None:
    user = selection.user
    if user.exec_plugin is not None:
        return FromPlugin(_plugin(selection, server), around, now)
    if user.auth_provider is not None:
        return _from_provider(selection, now)
    return None


def _plugin(selection: Selection, server: Server) -> Plugin:
    config, name = selection.user.exec_plugin, clean(selection.user_name)
    if config is None or not config.command:
        raise ConfigError(f'the exec plugin of user "{name}" has no command')
    if config.api_version not in VERSIONS:
        raise ConfigError(
            f'the exec plugin of user "{name}" speaks {clean(config.api_version, 80) or "no apiVersion"}',
            fix=f"use {VERSIONS[0]}; your cloud's CLI writes it when you fetch the credentials again",
        )
    mode = config.interactive_mode or ("IfAvailable" if config.api_version == VERSIONS[1] else "")
    if mode not in INTERACTIVE_MODES:
        raise ConfigError(
            f'the exec plugin of user "{name}" has interactiveMode {clean(mode, 40)!r}',
            fix=f"use one of {', '.join(INTERACTIVE_MODES)}",
        )
    return Plugin(config, selection.user_name, _cluster_info(selection, server))


def _cluster_info(selection: Selection, server: Server) -> Mapping[str, object] | None:
    plugin, cluster = selection.user.exec_plugin, selection.cluster
    if plugin is None or not plugin.provide_cluster_info:
        return None
    told = {
        "server": server.url,
        "tls-server-name": server.tls_server_name,
        "insecure-skip-tls-verify": not server.verify,
        "certificate-authority-data": base64.b64encode(server.ca).decode(),
        "proxy-url": cluster.proxy_url,
        "disable-compression": cluster.disable_compression,
        "config": next((e.extension for e in cluster.extensions if e.name == _CLUSTER_CONFIG), None),
    }
    return {name: value for name, value in told.items() if value}


def _from_provider(selection: Selection, now: Now) -> Credential:
    provider, name = selection.user.auth_provider, clean(selection.user_name)
    kind = provider.name if provider is not None else ""
    token = str(provider.config.get("id-token", "")) if provider is not None else ""
    if kind == "oidc" and token:
        return IdToken(checked(token, "the id-token"), selection.user_name, now)
    fixes = {
        "gcp": "gcloud container clusters get-credentials CLUSTER (with gke-gcloud-auth-plugin installed)",
        "azure": "kubelogin convert-kubeconfig",
        "oidc": "kubectl oidc-login setup, an exec plugin",
    }
    raise ConfigError(
        f'user "{name}" logs in by the auth-provider "{clean(kind, 40)}", which Kubernetes removed'
        if kind != "oidc"
        else f'user "{name}" has no id-token yet, and netgrant does not fetch one by the auth-provider oidc',
        fix=fixes.get(kind, "use an exec plugin"),
    )
