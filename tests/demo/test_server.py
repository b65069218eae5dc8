"""The embedded cluster as a whole: in a thread, over a socket."""

import asyncio
import email.utils
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import urllib3

from app.demo.clock import ScaledClock
from app.demo.server import ClusterOptions, EmbeddedCluster, running_cluster
from tests.contract.eventually import eventually
from tests.contract.objects import policies, policy
from tests.rest import Credentials, Query, Rest

NAMESPACES = "/api/v1/namespaces"


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedCluster]:
    with running_cluster() as found:
        yield found


@pytest.fixture
def client() -> Iterator[Callable[..., Rest]]:
    opened: list[Rest] = []

    def open_one(server: str, token: str | None = None) -> Rest:
        opened.append(Rest(server, Credentials(token=token)))
        return opened[-1]

    yield open_one
    for rest in opened:
        rest.close()


Client = Callable[..., Rest]


def test_importing_it_does_not_import_aiohttp() -> None:
    code = "import sys, app.demo.server, app.demo.scenario; print('aiohttp' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_each_reply_has_a_date_and_an_audit_id_of_its_own(cluster: EmbeddedCluster, client: Client) -> None:
    rest = client(cluster.url, cluster.tokens["admin"])
    replies = [rest.get("/version"), rest.get(NAMESPACES), rest.get(f"{NAMESPACES}/absent")]
    assert len({reply.headers["Audit-Id"] for reply in replies}) == 3
    assert all(email.utils.parsedate_to_datetime(reply.headers["Date"]) for reply in replies)


def test_the_server_clock_may_be_wrong_and_says_so_everywhere(client: Client) -> None:
    with running_cluster(ClusterOptions(clock=ScaledClock(offset_seconds=-3600))) as behind:
        rest = client(behind.url, behind.tokens["admin"])
        reply = rest.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {"kind": "SelfSubjectReview"})
        date = email.utils.parsedate_to_datetime(reply.headers["Date"])
        stamp = reply.ok()["metadata"]["creationTimestamp"]
        real = email.utils.parsedate_to_datetime(email.utils.formatdate(usegmt=True))
        assert 3590 < (real - date).total_seconds() < 3610
        assert abs((date.replace(tzinfo=None) - _naive(stamp)).total_seconds()) <= 1


def _naive(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.removesuffix("Z"))


def test_a_fast_clock_ends_an_hour_in_a_second(client: Client) -> None:
    with running_cluster(ClusterOptions(clock=ScaledClock(speed=7200))) as fast:
        rest = client(fast.url, fast.tokens["admin"])
        template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}
        spec = {
            "parallelism": 0,
            "activeDeadlineSeconds": 3600,
            "ttlSecondsAfterFinished": 0,
            "template": template,
        }
        path = "/apis/batch/v1/namespaces/default/jobs"
        rest.post(path, {"metadata": {"name": "hour"}, "spec": spec}).ok()
        assert rest.get(f"{path}/hour").status == 200
        eventually(lambda: rest.get(f"{path}/hour").status == 404)


def test_a_wrong_token_is_401_and_none_is_nobody(cluster: EmbeddedCluster, client: Client) -> None:
    assert client(cluster.url, "wrong").get(NAMESPACES).status == 401
    reply = client(cluster.url).get(NAMESPACES)
    assert (reply.status, "system:anonymous" in reply.body["message"]) == (403, True)


def test_tokens_are_each_clusters_own(cluster: EmbeddedCluster, client: Client) -> None:
    with running_cluster() as other:
        assert set(cluster.tokens) == {"admin", "alice", "bob"}
        assert not set(cluster.tokens.values()) & set(other.tokens.values())
        assert client(other.url, cluster.tokens["admin"]).get(NAMESPACES).status == 401


def test_a_token_may_lead_the_path(cluster: EmbeddedCluster, client: Client) -> None:
    assert client(f"{cluster.url}/as/{cluster.tokens['admin']}").get(NAMESPACES).status == 200
    assert client(f"{cluster.url}/as/{cluster.tokens['bob']}").get(NAMESPACES).status == 403
    assert client(f"{cluster.url}/as/nobody").get(NAMESPACES).status == 401


def test_only_who_may_impersonate_can(cluster: EmbeddedCluster) -> None:
    def ask(user: str, acting_as: str) -> tuple[int, str]:
        code = (
            "import sys, urllib.request, urllib.error\n"
            "request = urllib.request.Request(sys.argv[1], headers={'Authorization': sys.argv[2],"
            " 'Impersonate-User': sys.argv[3]})\n"
            "try: reply = urllib.request.urlopen(request)\n"
            "except urllib.error.HTTPError as error: reply = error\n"
            "print(reply.status, reply.read().decode())"
        )
        line = [sys.executable, "-c", code, cluster.url + NAMESPACES]
        line += [f"Bearer {cluster.tokens[user]}", acting_as]
        found = subprocess.run(line, capture_output=True, text=True, check=True).stdout
        status, _, body = found.partition(" ")
        return int(status), body

    status, body = ask("admin", "carol")
    assert status == 403
    assert 'User \\"carol\\" cannot list' in body
    status, body = ask("bob", "admin")
    assert status == 403
    assert 'User \\"bob\\" cannot impersonate resource \\"users\\"' in body


def test_without_watch_lists_they_are_refused(client: Client) -> None:
    with running_cluster(ClusterOptions(has_watch_list=False)) as old:
        rest = client(old.url, old.tokens["admin"])
        query: dict[str, Query] = {
            "watch": True,
            "sendInitialEvents": True,
            "resourceVersionMatch": "NotOlderThan",
        }
        reply = rest.get(NAMESPACES, **query)
        assert (reply.status, reply.causes) == (422, ["sendInitialEvents"])


def test_kubeconfigs_are_for_their_owner_alone(cluster: EmbeddedCluster, tmp_path: Path) -> None:
    for write in (cluster.kubeconfig, cluster.kubectl_config):
        path = write(tmp_path / write.__name__, "alice")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert cluster.tokens["alice"] in path.read_text()


def test_stopping_cuts_watches_and_leaves_no_thread() -> None:
    ended, before = threading.Event(), threading.enumerate()

    def read(cluster: EmbeddedCluster) -> None:
        rest = Rest(cluster.url, Credentials(token=cluster.tokens["admin"]))
        version = cluster.store.version
        with rest.watch(NAMESPACES, resourceVersion=version, timeoutSeconds=600) as stream:
            opened.set()
            with suppress(urllib3.exceptions.HTTPError):
                list(stream)
        rest.close()
        ended.set()

    opened = threading.Event()
    with running_cluster() as short:
        threading.Thread(target=read, args=[short], daemon=True).start()
        assert opened.wait(10)
    assert ended.wait(10)
    assert not [
        thread
        for thread in threading.enumerate()
        if thread.name == "embedded-cluster" and thread not in before
    ]


def test_what_spawned_work_dies_of_is_raised_when_the_cluster_stops() -> None:
    async def fail(_: EmbeddedCluster) -> None:
        await asyncio.sleep(0)
        raise LookupError("the scene fell apart")

    async def live() -> None:
        async with EmbeddedCluster() as cluster:
            cluster.spawn(fail)
            await asyncio.sleep(0.01)

    with pytest.raises(LookupError, match="fell apart"):
        asyncio.run(live())


def test_a_taken_port_is_an_os_error(cluster: EmbeddedCluster) -> None:
    port = int(cluster.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"), running_cluster(ClusterOptions(port=port)):
        pass


def test_a_body_may_be_yaml(cluster: EmbeddedCluster, client: Client) -> None:
    rest = client(cluster.url, cluster.tokens["admin"])
    text = b"metadata: {name: from-yaml}\nspec: {podSelector: {}}\n"
    reply = rest.send("POST", policies("default"), text, content_type="application/yaml")
    assert reply.status == 201
    bad = rest.send("POST", policies("default"), b"a: b: c", content_type="application/yaml")
    assert bad.status == 400


def test_two_hundred_watchers_all_see_one_change(cluster: EmbeddedCluster, client: Client) -> None:
    rest = client(cluster.url, cluster.tokens["admin"])
    version = cluster.run(lambda: cluster.store.version)

    async def watch_all() -> list[bytes]:
        headers = {"Authorization": f"Bearer {cluster.tokens['admin']}"}
        url = f"{cluster.url}{policies('default')}?watch=1&resourceVersion={version}&timeoutSeconds=30"
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

            async def one() -> bytes:
                async with session.get(url) as reply:
                    return await reply.content.readline()

            tasks = [asyncio.create_task(one()) for _ in range(200)]
            await asyncio.to_thread(rest.post, policies("default"), policy("seen-by-all"))
            return await asyncio.gather(*tasks)

    lines = asyncio.run(watch_all())
    assert len(lines) == 200
    assert all(b'"seen-by-all"' in line for line in lines)
