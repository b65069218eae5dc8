"""The writers against a scripted server; tests/contract runs them on real clusters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import (
    ConflictError,
    ExistsError,
    ForbiddenError,
    InvalidError,
    ServerFaultError,
    UncertainError,
)
from app.kube.deadlines import Deadlines
from app.kube.policies import Policies
from app.ports import Ref
from tests.kube.connections import connected
from tests.kube.fake_api import Asked, Json, fake_api, ok, status

POLICIES = "/apis/networking.k8s.io/v1/namespaces/prod/networkpolicies"
JOBS = "/apis/batch/v1/namespaces/prod/jobs"
REF = Ref("prod", "web", "uid-1")


def policy(name: str = "web", uid: str = "uid-1") -> Json:
    return {"metadata": {"name": name, "namespace": "prod", "uid": uid, "resourceVersion": "7"}, "spec": {}}


def not_found() -> web.Response:
    return status(404, "NotFound", 'networkpolicies "web" not found', headers={"Audit-Id": "a-404"})


async def test_get(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok(policy())) as api, connected(tmp_path, api.url) as wire:
        found = await Policies(wire).get("prod", "web")
    assert found is not None
    assert found.metadata.uid == "uid-1"
    assert (api.last.method, api.last.path) == ("GET", f"{POLICIES}/web")


async def test_get_of_nothing(tmp_path: Path) -> None:
    async with fake_api(lambda _: not_found()) as api, connected(tmp_path, api.url) as wire:
        assert await Policies(wire).get("prod", "web") is None


async def test_a_gateways_404_is_not_nothing(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: web.Response(status=404, text="not here")) as api,
        connected(tmp_path, api.url) as wire,
    ):
        with pytest.raises(ServerFaultError):
            await Policies(wire).get("prod", "web")
        with pytest.raises(ServerFaultError):
            await Policies(wire).delete(REF)


async def test_create(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok(policy(), Audit_Id="a-1")) as api, connected(tmp_path, api.url) as wire:
        receipt = await Policies(wire).create(policy())
        assert (receipt.value.metadata.uid, receipt.audit_id) == ("uid-1", "a-1")
        assert (api.last.method, api.last.path, api.last.json) == ("POST", POLICIES, policy())
        assert dict(api.last.query) == {"fieldManager": "netgrant", "fieldValidation": "Strict"}
        await Policies(wire).create(policy(), dry_run=True)
        assert api.last.query["dryRun"] == "All"


async def test_a_taken_name(tmp_path: Path) -> None:
    async with fake_api(lambda _: status(409, "AlreadyExists")) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ExistsError):
            await Policies(wire).create(policy())


async def test_patch_names_the_very_object(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok(policy())) as api, connected(tmp_path, api.url) as wire:
        await Policies(wire).patch(REF, {"metadata": {"annotations": {"a": None}}, "spec": {"x": 1}})
        assert (api.last.method, api.last.path) == ("PATCH", f"{POLICIES}/web")
        assert api.last.headers["Content-Type"] == "application/merge-patch+json"
        assert dict(api.last.query) == {"fieldManager": "netgrant"}
        assert api.last.json == {"metadata": {"annotations": {"a": None}, "uid": "uid-1"}, "spec": {"x": 1}}
        await Policies(wire).patch(REF, {}, version="7")
        assert api.last.json == {"metadata": {"uid": "uid-1", "resourceVersion": "7"}}


async def test_set_deadline(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok(policy())) as api, connected(tmp_path, api.url) as wire:
        await Deadlines(wire).set_deadline(REF, 600)
    assert (api.last.method, api.last.path) == ("PATCH", f"{JOBS}/web")
    assert api.last.json == {"metadata": {"uid": "uid-1"}, "spec": {"activeDeadlineSeconds": 600}}


def refusing(
    answer: Callable[[], web.Response], found: Callable[[], web.Response]
) -> Callable[[Asked], web.Response]:
    return lambda asked: found() if asked.method == "GET" else answer()


@pytest.mark.parametrize("successor", [lambda: ok(policy(uid="uid-2")), not_found], ids=["another", "gone"])
async def test_a_patch_of_a_successor_is_a_conflict(
    tmp_path: Path, successor: Callable[[], web.Response]
) -> None:
    def immutable() -> web.Response:
        return status(422, "Invalid", "metadata.uid: Invalid value: field is immutable")

    async with fake_api(refusing(immutable, successor)) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ConflictError, match="is another object by now") as caught:
            await Policies(wire).patch(REF, {})
    assert not isinstance(caught.value, ExistsError)


async def test_an_invalid_patch_of_the_same_object_stays_invalid(tmp_path: Path) -> None:
    def invalid() -> web.Response:
        return status(422, "Invalid", "spec.egress: Required value")

    async with fake_api(refusing(invalid, lambda: ok(policy()))) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(InvalidError, match=r"spec\.egress"):
            await Policies(wire).patch(REF, {})


async def test_delete_names_the_very_object(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok({}, Audit_Id="a-9")) as api, connected(tmp_path, api.url) as wire:
        assert await Policies(wire).delete(REF) == "a-9"
    assert (api.last.method, api.last.path) == ("DELETE", f"{POLICIES}/web")
    assert api.last.json == {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": "uid-1"},
        "propagationPolicy": "Background",
    }


async def test_what_is_gone_is_deleted(tmp_path: Path) -> None:
    async with fake_api(lambda _: not_found()) as api, connected(tmp_path, api.url) as wire:
        assert await Policies(wire).delete(REF) == "a-404"


def conflict() -> web.Response:
    return status(409, "Conflict", "Precondition failed: UID in precondition", headers={"Audit-Id": "a-409"})


@pytest.mark.parametrize("successor", [lambda: ok(policy(uid="uid-2")), not_found], ids=["another", "gone"])
async def test_what_another_took_the_name_of_is_deleted(
    tmp_path: Path, successor: Callable[[], web.Response]
) -> None:
    async with fake_api(refusing(conflict, successor)) as api, connected(tmp_path, api.url) as wire:
        assert await Policies(wire).delete(REF) == "a-409"


async def test_a_conflict_over_the_same_object_is_not_deleted(tmp_path: Path) -> None:
    async with (
        fake_api(refusing(conflict, lambda: ok(policy()))) as api,
        connected(tmp_path, api.url) as wire,
    ):
        with pytest.raises(ConflictError):
            await Policies(wire).delete(REF)


async def test_a_forbidden_delete_is_not_deleted(tmp_path: Path) -> None:
    async with fake_api(lambda _: status(403, "Forbidden")) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ForbiddenError):
            await Policies(wire).delete(REF)


async def test_a_lost_delete_is_uncertain(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: web.Response(status=504, text="late")) as api,
        connected(tmp_path, api.url) as wire,
    ):
        with pytest.raises(UncertainError):
            await Policies(wire).delete(REF)


def paged(*, expires: bool = False) -> Callable[[Asked], web.Response]:
    def answer(asked: Asked) -> web.Response:
        token = asked.query.get("continue", "")
        if token and expires:
            return status(410, "Expired")
        names = {"": ["a", "b"], "2": ["c"]}[token] if "limit" in asked.query else ["a", "b", "c"]
        metadata = {"resourceVersion": "9", "continue": "2" if len(names) == 2 else ""}
        return ok({"metadata": metadata, "items": [policy(name) for name in names]})

    return answer


@pytest.mark.parametrize("expires", [False, True])
async def test_lists_are_paged_and_begun_anew_when_a_page_expires(tmp_path: Path, expires: bool) -> None:
    async with fake_api(paged(expires=expires)) as api, connected(tmp_path, api.url) as wire:
        found = await Policies(wire).list("prod", "netgrant.dev/grant,a in (b,c)")
    assert [item.metadata.name for item in found] == ["a", "b", "c"]
    assert api.asked[0].path == POLICIES
    assert dict(api.asked[0].query) == {"limit": "500", "labelSelector": "netgrant.dev/grant,a in (b,c)"}


async def test_a_list_of_all_namespaces(tmp_path: Path) -> None:
    async with fake_api(paged()) as api, connected(tmp_path, api.url) as wire:
        await Policies(wire).list(None, "")
    assert api.last.path == "/apis/networking.k8s.io/v1/networkpolicies"


async def test_one_unreadable_object_is_told_and_does_not_hide_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = {"metadata": {"name": "bad", "namespace": "prod", "labels": 5}}
    answer = {"metadata": {"resourceVersion": "9"}, "items": [policy("a"), bad]}
    async with fake_api(lambda _: ok(answer)) as api, connected(tmp_path, api.url) as wire:
        assert [item.metadata.name for item in await Policies(wire).list("prod", "")] == ["a"]
    assert "networkpolicies" in caplog.text


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "a%2Fb"])
async def test_a_name_that_would_be_another_path_is_never_sent(tmp_path: Path, bad: str) -> None:
    async with fake_api(lambda _: ok({})) as api, connected(tmp_path, api.url) as wire:
        policies = Policies(wire)
        for call in (
            policies.get("prod", bad),
            policies.get(bad, "web"),
            policies.delete(Ref("prod", bad, "u")),
            policies.delete(Ref(bad, "web", "u")),
            policies.patch(Ref("prod", bad, "u"), {}),
            policies.list(bad, ""),
            policies.create({"metadata": {"namespace": bad}}),
        ):
            with pytest.raises(InvalidError, match="can be no"):
                await call
    assert not api.asked


async def test_quoting(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok(policy())) as api, connected(tmp_path, api.url) as wire:
        await Policies(wire).get("prod", "a b?c#d:é")
    assert api.last.path == f"{POLICIES}/a%20b%3Fc%23d%3A%C3%A9"
    assert json.loads(api.last.body or b"null") is None
