import base64
import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from app.errors import ConfigError
from app.kube.auth import credential_of
from app.kube.credentials import Credential, FromPlugin
from app.kube.exec_plugin import Surroundings
from app.kube.kubeconfig import Cluster, Selection, User
from app.kube.server import Server
from tests.kube.instant_clock import START, InstantClock
from tests.kube.kubeconfigs import Json
from tests.kube.plugins import V1, V1BETA1, plugin_script, yielding

PEM = "-----BEGIN X-----\nAAAA\n-----END X-----\n"
DATA = base64.b64encode(PEM.encode()).decode()
CERTIFICATE = {"client-certificate-data": DATA, "client-key-data": DATA}
ENCRYPTED = base64.b64encode(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n").decode()
EXEC: Json = {"command": "login", "apiVersion": V1, "interactiveMode": "Never"}
SECURE = Server("https://k8s.example")


def credential(
    user: Json, server: Server = SECURE, clock: InstantClock | None = None, cluster: Json | None = None
) -> Credential:
    selection = Selection(
        "test", "default", msgspec.convert(cluster or {}, Cluster), "me", msgspec.convert(user, User)
    )
    return credential_of(selection, server, Surroundings({"PATH": "/bin"}), (clock or InstantClock()).now)


def id_token(lives: timedelta) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": (START + lives).timestamp()}).encode())
    return f"head.{claims.decode().rstrip('=')}.signature"


@pytest.mark.parametrize(
    ("user", "authorization"),
    [
        ({}, ""),
        ({"token": "abc"}, "Bearer abc"),
        ({"token": "abc\n"}, "Bearer abc"),
        ({"username": "jane", "password": "s3cret"}, "Basic amFuZTpzM2NyZXQ="),
        ({"username": "jane"}, "Basic amFuZTo="),
        ({"password": "s3cret"}, "Basic OnMzY3JldA=="),
        ({"token": "abc", "exec": EXEC}, "Bearer abc"),
        ({"username": "jane", "exec": EXEC}, "Basic amFuZTo="),
        ({"token": "abc", "auth-provider": {"name": "gcp"}}, "Bearer abc"),
        ({"auth-provider": {"name": "oidc", "config": {"id-token": "opaque"}}}, "Bearer opaque"),
    ],
)
async def test_what_is_sent(user: Json, authorization: str) -> None:
    assert (await credential(user).current()).authorization == authorization


async def test_a_client_certificate_makes_a_plugin_idle_too() -> None:
    found = await credential({**CERTIFICATE, "exec": EXEC}).current()
    assert (found.authorization, found.certificate, found.key) == ("", PEM.encode(), PEM.encode())


async def test_a_certificate_and_a_token_are_both_used() -> None:
    found = await credential({**CERTIFICATE, "token": "abc"}).current()
    assert (found.authorization, found.certificate) == ("Bearer abc", PEM.encode())


async def test_a_token_file_is_stripped_and_read_again_every_minute(tmp_path: Path) -> None:
    path, clock = tmp_path / "token", InstantClock()
    path.write_text("one\n")
    found = credential({"tokenFile": str(path), "token": "fallback"}, clock=clock)
    assert (await found.current()).authorization == "Bearer one"
    path.write_text("two\r\n")
    clock.pass_time(60)
    assert (await found.current()).authorization == "Bearer two"


async def test_a_refusal_reads_a_rotated_certificate_file(tmp_path: Path) -> None:
    for name in ("c.crt", "c.key"):
        (tmp_path / name).write_text(PEM)
    found = credential({"client-certificate": str(tmp_path / "c.crt"), "client-key": str(tmp_path / "c.key")})
    used = await found.current()
    assert await found.renew(used) == used
    (tmp_path / "c.crt").write_text(PEM + "rotated")
    assert (await found.renew(used)).certificate == (PEM + "rotated").encode()


async def test_the_token_stands_in_for_a_missing_token_file(tmp_path: Path) -> None:
    found = credential({"tokenFile": str(tmp_path / "missing"), "token": "fallback"})
    assert (await found.current()).authorization == "Bearer fallback"


async def test_an_id_token_is_used_while_it_is_valid() -> None:
    token = id_token(timedelta(hours=1))
    provider = {"name": "oidc", "config": {"id-token": token, "refresh-token": "r"}}
    assert (await credential({"auth-provider": provider}).current()).authorization == f"Bearer {token}"


@pytest.mark.parametrize(
    ("user", "message", "fix"),
    [
        ({"token": "hunter2", "password": "hunter2"}, "both a token and a password", ""),
        ({"exec": EXEC, "auth-provider": {"name": "oidc"}}, "both an exec plugin and an auth-provider", ""),
        ({"client-certificate-data": DATA}, "client-certificate and no client-key", ""),
        ({**CERTIFICATE, "client-key-data": ENCRYPTED}, "encrypted with a passphrase", "without passphrase"),
        ({**CERTIFICATE, "client-key-data": "aHVudGVyMg=="}, "client-key-data holds no PEM", ""),
        ({"client-certificate": "/nowhere", "client-key-data": DATA}, "/nowhere cannot be read: No such", ""),
        ({"tokenFile": "/nowhere"}, "tokenFile /nowhere cannot be read: No such file", ""),
        ({"tokenFile": "/dev/null"}, "tokenFile /dev/null is empty", ""),
        ({"token": "hunter2\nhunter2"}, "the token holds characters", "line breaks"),
        ({"auth-provider": {"name": "gcp"}}, 'auth-provider "gcp", which Kubernetes removed', "gcloud"),
        (
            {"auth-provider": {"name": "azure"}},
            'auth-provider "azure", which Kubernetes removed',
            "kubelogin",
        ),
        ({"auth-provider": {"name": "openstack"}}, 'auth-provider "openstack"', "exec plugin"),
        ({"auth-provider": {"name": "oidc"}}, "has no id-token yet", "oidc-login"),
        (
            {"auth-provider": {"name": "oidc", "config": {"id-token": id_token(-timedelta(seconds=1))}}},
            "expired at 2026-11-24T09:59:59Z",
            "kubectl get namespaces",
        ),
        ({"exec": {**EXEC, "command": ""}}, "has no command", ""),
        ({"exec": {**EXEC, "apiVersion": ""}}, "speaks no apiVersion", V1),
        (
            {"exec": {**EXEC, "apiVersion": "client.authentication.k8s.io/v1alpha1"}},
            "v1alpha1",
            "cloud's CLI",
        ),
        ({"exec": {**EXEC, "interactiveMode": ""}}, "has interactiveMode ''", "Never, IfAvailable, Always"),
        ({"exec": {**EXEC, "interactiveMode": "Sometimes"}}, "interactiveMode 'Sometimes'", "Never"),
    ],
)
def test_each_way_is_honoured_or_refused_in_words(user: Json, message: str, fix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        credential(user)
    error = caught.value
    assert message in error.message
    assert fix in error.fix
    assert "hunter2" not in f"{error.message}{error.fix}"


def test_the_old_plugin_version_needs_no_mode() -> None:
    found = credential({"exec": {"command": "login", "apiVersion": V1BETA1}})
    assert isinstance(found, FromPlugin)


async def test_a_plugin_is_told_the_cluster_where_the_kubeconfig_says_so(tmp_path: Path) -> None:
    script = f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; ' + yielding('{"token": "abc"}')
    plugin = {**EXEC, "command": plugin_script(tmp_path, script), "provideClusterInfo": True}
    server = Server("https://k8s.example", ca=b"PEM", tls_server_name="other", proxy="http://p:1")
    extensions = [
        {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}},
        {"name": "y"},
    ]
    found = credential(
        {"exec": plugin}, server, cluster={"extensions": extensions, "proxy-url": "http://p:1"}
    )
    assert (await found.current()).authorization == "Bearer abc"
    told = json.loads((tmp_path / "info").read_text())["spec"]["cluster"]
    assert told == {
        "server": "https://k8s.example",
        "tls-server-name": "other",
        "certificate-authority-data": base64.b64encode(b"PEM").decode(),
        "proxy-url": "http://p:1",
        "config": {"audience": "x"},
    }


@pytest.mark.parametrize(
    "user", [{"token": "hunter2"}, {"username": "a", "password": "hunter2"}, CERTIFICATE]
)
def test_credentials_are_not_sent_in_the_clear(user: Json) -> None:
    with pytest.raises(ConfigError, match=r"would go to http://k8s\.example unencrypted") as caught:
        credential(user, Server("http://k8s.example"))
    assert "hunter2" not in caught.value.message


async def test_on_this_machine_they_may_go_in_the_clear_and_without_any_there_is_nothing_to_hide() -> None:
    assert (await credential({"token": "abc"}, Server("http://127.0.0.1:1")).current()).authorization
    assert (await credential({}, Server("http://k8s.example")).current()).authorization == ""
