"""What would be written is shown as it will be, and judged by the server before it is."""

from app.commands.create import create
from app.commands.draft import Draft, draft
from app.commands.rehearsal import preview, try_out
from app.domain.records import Json
from app.errors import ForbiddenError, InvalidError
from tests.commands.fakes import START
from tests.commands.world import World, order


def plan(world: World, *namespaces: str) -> Draft:
    return draft(world.limits, order(*namespaces or ("production",), ticket="INC-1"), "alice", START)


async def test_what_the_server_takes_is_accepted_and_nothing_is_kept() -> None:
    world = World()
    verdict = await try_out(world.session(), plan(world, "production", "ops"))
    assert verdict.accepted and not verdict.has_no_timer
    assert world.is_empty()
    assert world.tap.methods() == ["jobs.rehearse"] * 2 + ["policies.rehearse"] * 2


async def test_a_job_that_may_not_be_made_is_no_timer() -> None:
    world = World()
    world.tap.fail("jobs.rehearse", ForbiddenError("may not create jobs", status=403))
    verdict = await try_out(world.session(), plan(world))
    assert not verdict.accepted and verdict.has_no_timer


async def test_the_servers_words_are_kept() -> None:
    world = World()
    world.tap.fail("policies.rehearse", InvalidError("denied by policy guard", status=422))
    verdict = await try_out(world.session(), plan(world))
    assert verdict.error is not None and verdict.error.message == "denied by policy guard"
    assert verdict.refused == "NetworkPolicy" and not verdict.has_no_timer


def without(value: object, *words: str) -> object:
    """A manifest with some texts in it written as in a preview."""
    found = str(value)
    for word, sign in zip(words[::2], words[1::2], strict=True):
        found = found.replace(word, sign)
    return found


async def test_the_preview_is_what_is_then_written_but_for_what_only_the_writing_knows() -> None:
    world = World()
    made = await create(world.session(), order("production", ticket="INC-1"))
    shown = preview(draft(world.limits, order("production", ticket="INC-1"), "alice", START))
    grant_id = made.grant.id
    (job,), (policy,) = world.jobs(), world.policies()
    for written, planned in zip((job, policy), shown, strict=True):
        meta: Json = written["metadata"]
        for key in ("uid", "resourceVersion", "creationTimestamp"):
            meta.pop(key, None)
        meta["annotations"].pop("netgrant.dev/audit-head")
        written.pop("status", None)
        signs = (grant_id, "<ID>", grant_id[-10:].lower(), "<ID>", job["metadata"].get("uid", "-"), "-")
        assert without({**written, "metadata": 0}, *signs) == without({**planned, "metadata": 0})
        planned_meta = planned["metadata"]
        for owner in meta.get("ownerReferences", ()):
            owner["uid"] = "<its uid>"
        assert without(sorted(meta.items()), *signs) == without(sorted(planned_meta.items()))


def test_names_and_ids_stand_as_what_is_not_known_yet() -> None:
    world = World()
    job, other, policy, _ = preview(plan(world, "production", "ops"))
    assert (job["kind"], other["kind"], policy["kind"]) == ("Job", "Job", "NetworkPolicy")
    assert job["metadata"]["name"] == policy["metadata"]["name"] == "netgrant-database-<ID>"
    assert policy["metadata"]["ownerReferences"][0]["uid"] == "<its uid>"
    assert policy["metadata"]["annotations"]["netgrant.dev/expires-at"] == "2026-11-24T10:30:00Z"
