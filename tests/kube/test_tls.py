"""TLS as a kubeconfig describes it, with certificates of an authority made for the test."""

import asyncio
import base64
import json
import ssl
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import ConfigError, UnreachableError
from app.kube.connection import connect
from app.kube.wire import Call
from tests.controlplane.certs import Authority, Pair
from tests.kube.connections import GET, connected
from tests.kube.fake_api import Asked, FakeApi, fake_api, ok, status
from tests.kube.kubeconfigs import Json, document, options, write
from tests.kube.plugins import V1, plugin_script

PATH = {"PATH": "/bin:/usr/bin"}


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "pki").mkdir()
    return Authority(tmp_path / "pki")


def serving(authority: Authority, *, asks: bool = False) -> ssl.SSLContext:
    pair = authority.server("serving")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.ca)
    context.load_cert_chain(pair.cert, pair.key)
    context.verify_mode = ssl.CERT_OPTIONAL if asks else ssl.CERT_NONE
    return context


def who(asked: Asked) -> str:
    """The common name of the client's certificate, empty without one."""
    transport = asked.request.transport
    assert transport is not None
    found = transport.get_extra_info("peercert") or {}
    return next(
        (value for part in found.get("subject", ()) for key, value in part if key == "commonName"), ""
    )


@pytest.fixture
async def api(authority: Authority) -> AsyncIterator[FakeApi]:
    """Answers with the name on the client's certificate."""
    async with fake_api(lambda asked: ok({"you": who(asked)}), serving(authority, asks=True)) as running:
        yield running


async def ask(folder: Path, url: str, user: Json | None = None, cluster: Json | None = None) -> str:
    async with connected(folder, url, user, cluster=cluster, environ=PATH) as wire:
        return str(json.loads((await wire.request(GET)).body)["you"])


@pytest.mark.parametrize("how", ["path", "data"])
async def test_the_authority_by_path_and_by_data(
    tmp_path: Path, authority: Authority, api: FakeApi, how: str
) -> None:
    ca = {"certificate-authority": str(authority.ca)}
    if how == "data":
        ca = {"certificate-authority-data": encoded(authority.ca)}
    assert await ask(tmp_path, api.url, cluster=ca) == ""


@pytest.mark.parametrize("how", ["path", "data"])
async def test_a_client_certificate_by_path_and_by_data(
    tmp_path: Path, authority: Authority, api: FakeApi, how: str
) -> None:
    pair = authority.client("jane", ("dev",))
    user = {"client-certificate": str(pair.cert), "client-key": str(pair.key)}
    if how == "data":
        user = {"client-certificate-data": encoded(pair.cert), "client-key-data": encoded(pair.key)}
    assert await ask(tmp_path, api.url, user, {"certificate-authority": str(authority.ca)}) == "jane"


async def test_an_unknown_authority_is_refused(tmp_path: Path, api: FakeApi) -> None:
    with pytest.raises(
        UnreachableError, match=r"certificate that cannot be trusted: .*certificate"
    ) as caught:
        await ask(tmp_path, api.url, {"token": "hunter2"})
    assert "certificate-authority" in caught.value.fix
    assert not api.asked


async def test_insecure_skip_tls_verify_is_honoured_and_said(tmp_path: Path, api: FakeApi) -> None:
    insecure = {"insecure-skip-tls-verify": True}
    async with connected(tmp_path, api.url, cluster=insecure) as wire:
        assert (await wire.request(GET)).status == 200
        assert "TLS verification is off" in wire.warnings[0]


async def test_the_server_name_can_be_overridden(tmp_path: Path, authority: Authority, api: FakeApi) -> None:
    ca = {"certificate-authority": str(authority.ca)}
    assert await ask(tmp_path, api.url, cluster={**ca, "tls-server-name": "kubernetes.default"}) == ""
    with pytest.raises(UnreachableError, match=r"not valid for 'elsewhere\.example'"):
        await ask(tmp_path, api.url, cluster={**ca, "tls-server-name": "elsewhere.example"})


async def test_another_authoritys_client_certificate_is_the_servers_to_refuse(
    tmp_path: Path, authority: Authority, api: FakeApi
) -> None:
    (tmp_path / "other").mkdir()
    pair = Authority(tmp_path / "other").client("jane", ())
    user = {"client-certificate": str(pair.cert), "client-key": str(pair.key)}
    with pytest.raises(UnreachableError, match=r"cannot agree on TLS|cut the connection"):
        await ask(tmp_path, api.url, user, {"certificate-authority": str(authority.ca)})


def certificate_plugin(folder: Path, *pairs: Pair) -> Json:
    """A plugin that yields one certificate after the other."""
    for number, pair in enumerate(pairs, 1):
        answer = {
            "apiVersion": V1,
            "kind": "ExecCredential",
            "status": {
                "clientCertificateData": pair.cert.read_text(),
                "clientKeyData": pair.key.read_text(),
            },
        }
        (folder / f"answer-{number}").write_text(json.dumps(answer))
    script = f"echo x >> {folder}/runs; cat {folder}/answer-$(($(wc -l < {folder}/runs)))"
    return {"command": plugin_script(folder, script), "apiVersion": V1, "interactiveMode": "Never"}


async def test_a_plugins_certificate_is_used_and_renewed_after_a_refusal(
    tmp_path: Path, authority: Authority
) -> None:
    pairs = authority.client("old", ()), authority.client("new", ())
    user = {"exec": certificate_plugin(tmp_path, *pairs)}

    def answer(asked: Asked) -> web.Response:
        return ok({"you": who(asked)}) if who(asked) == "new" else status(401, "Unauthorized")

    async with fake_api(answer, serving(authority, asks=True)) as api:
        ca = {"certificate-authority": str(authority.ca)}
        assert await ask(tmp_path, api.url, user, ca) == "new"
    assert len(api.asked) == 2


async def test_a_stream_outlives_the_renewal_of_the_certificate(tmp_path: Path, authority: Authority) -> None:
    pairs = authority.client("old", ()), authority.client("new", ())
    user = {"exec": certificate_plugin(tmp_path, *pairs)}
    renewed = asyncio.Event()

    async def answer(asked: Asked) -> web.StreamResponse:
        if asked.path != "/stream":
            return ok({}) if who(asked) == "new" else status(401, "Unauthorized")
        response = web.StreamResponse()
        await response.prepare(asked.request)
        await renewed.wait()
        await response.write(who(asked).encode())
        return response

    ca = {"certificate-authority": str(authority.ca)}
    async with (
        fake_api(answer, serving(authority, asks=True)) as api,
        connected(tmp_path, api.url, user, cluster=ca, environ=PATH) as wire,
        wire.stream(Call("GET", "/stream"), idle_seconds=5) as blocks,
    ):
        await wire.request(GET)
        renewed.set()
        assert [block async for block in blocks] == [b"old"]


async def test_private_keys_do_not_stay_on_disk(tmp_path: Path, authority: Authority, api: FakeApi) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    pair = authority.client("jane", ())
    user = {"client-certificate-data": encoded(pair.cert), "client-key-data": encoded(pair.key)}
    cluster = {"server": api.url, "certificate-authority-data": encoded(authority.ca)}
    write(tmp_path / ".kube" / "config", document(cluster, user))
    code = """
import asyncio, os, tempfile
from app.kube.connection import connect
from app.kube.wire import Call
async def main():
    async with await connect() as connection:
        print((await connection.request(Call("GET", "/"))).body.decode(), os.listdir(tempfile.gettempdir()))
asyncio.run(main())
"""
    environ = {**PATH, "HOME": str(tmp_path), "TMPDIR": str(scratch)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=environ, stdout=PIPE)
    output, _ = await process.communicate()
    assert output == b'{"you": "jane"} []\n'


@pytest.mark.parametrize("which", ["authority", "certificate", "key", "mismatch"])
async def test_certificates_that_cannot_be_used_are_said(
    tmp_path: Path, authority: Authority, which: str
) -> None:
    pair, other = authority.client("jane", ()), authority.client("joe", ())
    broken = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").decode()
    key = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").decode()
    ca = {"certificate-authority-data": broken if which == "authority" else encoded(authority.ca)}
    user = {
        "client-certificate-data": broken if which == "certificate" else encoded(pair.cert),
        "client-key-data": {"key": key, "mismatch": encoded(other.key)}.get(which, encoded(pair.key)),
    }
    if which == "authority":
        user = {}
    with pytest.raises(ConfigError, match="cannot be used"):
        await connect(options(tmp_path, "https://127.0.0.1:1", user, cluster=ca))
