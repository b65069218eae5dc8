from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from app.errors import ForbiddenError, ServerFaultError, UnauthorizedError
from app.kube.access import Reviews
from app.ports import Check
from tests.kube.connections import connected
from tests.kube.fake_api import Asked, fake_api, ok, status
from tests.kube.instant_clock import InstantClock

SUBJECT = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
AHEAD = "2026-11-24T10:01:00Z"


def review(created: str | None = AHEAD, username: str = "alice", groups: object = ("sre",)) -> web.Response:
    metadata = {"creationTimestamp": created}
    return ok({"metadata": metadata, "status": {"userInfo": {"username": username, "groups": groups}}})


async def test_who_we_are_and_what_time_it_is_there(tmp_path: Path) -> None:
    clock = InstantClock()

    def answer(_: Asked) -> web.Response:
        clock.pass_time(2)
        return review()

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        found = await Reviews(wire, clock).whoami()
    assert (found.username, found.groups) == ("alice", ("sre",))
    # the server said :60, cut down to the second, when our clock stood at :01 on average
    assert found.offset == timedelta(seconds=59.5)
    assert found.offset_error == timedelta(seconds=2)
    assert (api.last.method, api.last.path) == ("POST", SUBJECT)
    assert api.last.json == {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


async def test_names_are_cleaned(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: review(username="a\x1b[8mb", groups=["g\u202e"])) as api,
        connected(tmp_path, api.url) as wire,
    ):
        found = await Reviews(wire, InstantClock()).whoami()
    assert (found.username, found.groups) == (r"a\x1b[8mb", (r"g\u202e",))


DATE = "Tue, 24 Nov 2026 10:01:00 GMT"


@pytest.mark.parametrize(
    "refusal",
    [
        lambda: web.Response(status=404, text="404 page not found\n"),
        lambda: status(404, "NotFound", "the server could not find the requested resource"),
        lambda: status(403, "Forbidden", "no reviews for you"),
    ],
    ids=["too old", "not served", "refused"],
)
async def test_a_server_that_does_not_tell_who_we_are_still_tells_the_time(
    tmp_path: Path, refusal: object
) -> None:
    def answer(asked: Asked) -> web.Response:
        assert callable(refusal)
        if asked.path == SUBJECT:
            found = refusal()
            assert isinstance(found, web.Response)
            return found
        return ok({"gitVersion": "v1.26.1"}, Date=DATE)

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        found = await Reviews(wire, InstantClock()).whoami()
    assert (found.username, found.groups) == ("", ())
    assert found.offset == timedelta(seconds=60.5)
    assert found.offset_error == timedelta(seconds=1)


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 31 Dec 9999 23:59:59 -1200"])
async def test_a_server_without_a_clock_leaves_the_offset_open(tmp_path: Path, date: str) -> None:
    def answer(_: Asked) -> web.Response:
        found = review(created=None)
        found.headers["Date"] = date
        return found

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        found = await Reviews(wire, InstantClock()).whoami()
    assert (found.offset, found.offset_error) == (timedelta(), timedelta.max)


async def test_the_date_stands_in_for_a_review_without_a_time(tmp_path: Path) -> None:
    def answer(_: Asked) -> web.Response:
        found = review(created=None)
        found.headers["Date"] = DATE
        return found

    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        assert (await Reviews(wire, InstantClock()).whoami()).offset == timedelta(seconds=60.5)


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59.9Z", "0001-01-01T00:00:00+12:00"])
async def test_a_clock_beyond_all_calendars_is_none(tmp_path: Path, created: str) -> None:
    async with fake_api(lambda _: review(created)) as api, connected(tmp_path, api.url) as wire:
        found = await Reviews(wire, InstantClock()).whoami()
    assert (found.offset, found.offset_error) == (timedelta(), timedelta.max)


async def test_a_time_without_a_zone_is_no_api_servers(tmp_path: Path) -> None:
    async with fake_api(lambda _: review("2026-11-24T10:01:00")) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ServerFaultError, match="SelfSubjectReview is not what"):
            await Reviews(wire, InstantClock()).whoami()


async def test_bad_credentials_are_not_hidden(tmp_path: Path) -> None:
    async with fake_api(lambda _: status(401)) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(UnauthorizedError):
            await Reviews(wire, InstantClock()).whoami()


@pytest.mark.parametrize("body", ["null", "[]", '{"status": {"userInfo": 5}}', "<html>", "{"])
async def test_nonsense_is_not_an_identity(tmp_path: Path, body: str) -> None:
    async with fake_api(lambda _: web.Response(text=body)) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ServerFaultError, match="SelfSubjectReview is not what"):
            await Reviews(wire, InstantClock()).whoami()


async def test_each_check_is_answered_in_order(tmp_path: Path) -> None:
    def answer(asked: Asked) -> web.Response:
        attributes = asked.json["spec"]["resourceAttributes"]
        return ok({"status": {"allowed": attributes["verb"] == "list"}})

    checks = [
        Check("list", "", "pods", "a"),
        Check("create", "batch", "jobs", "a"),
        Check("list", "", "pods"),
    ]
    async with fake_api(answer) as api, connected(tmp_path, api.url) as wire:
        assert await Reviews(wire, InstantClock()).may(checks) == (True, False, True)
        assert await Reviews(wire, InstantClock()).may([]) == ()
    asked = sorted((request.json["spec"]["resourceAttributes"] for request in api.asked), key=str)
    assert {"verb": "create", "group": "batch", "resource": "jobs", "namespace": "a"} in asked
    assert {request.json["kind"] for request in api.asked} == {"SelfSubjectAccessReview"}


async def test_a_check_that_fails_is_one_error(tmp_path: Path) -> None:
    async with fake_api(lambda _: status(403, "Forbidden")) as api, connected(tmp_path, api.url) as wire:
        with pytest.raises(ForbiddenError):
            await Reviews(wire, InstantClock()).may([Check("list", "", "pods"), Check("get", "", "pods")])


async def test_an_answer_that_allows_nothing_is_no(tmp_path: Path) -> None:
    async with fake_api(lambda _: ok({"status": {}})) as api, connected(tmp_path, api.url) as wire:
        assert await Reviews(wire, InstantClock()).may([Check("list", "", "pods")]) == (False,)


async def test_the_version(tmp_path: Path) -> None:
    async with (
        fake_api(lambda _: ok({"gitVersion": "v1.36.3\x1b"})) as api,
        connected(tmp_path, api.url) as wire,
    ):
        assert await Reviews(wire, InstantClock()).server_version() == r"v1.36.3\x1b"
    assert (api.last.method, api.last.path) == ("GET", "/version")


async def test_our_address_is_known_where_the_connection_knows_it(tmp_path: Path) -> None:
    async with connected(tmp_path, "http://127.0.0.1:1") as wire:
        assert await Reviews(wire, InstantClock()).my_address() is None
        assert await Reviews(wire, InstantClock(), "10.0.0.7").my_address() == "10.0.0.7"
