"""All that can be done from the dashboard, by keys over the real backend, as the official client sees it."""

from datetime import datetime

import pytest

from tests.cli.line import Line, grant
from tests.e2e import keys, register
from tests.e2e.official import Object
from tests.wiring.flowing import Flow, flowing

FIELDS = ("app=database", "198.51.100.0/24", "5432/TCP", "30m", "debug replication lag", "INC-482")
GRANT = "netgrant.dev/grant"
SPEC = {
    "podSelector": {"matchLabels": {"app": "database"}},
    "policyTypes": ["Ingress"],
    "ingress": [{"from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"port": 5432}]}],
}


@pytest.fixture
def granted(line: Line, namespace: str) -> str:
    """The id of a grant that stands."""
    return grant(line, namespace)


@pytest.fixture
def three(line: Line, namespace: str) -> list[str]:
    """The ids of three grants, the one that ends first in front."""
    return [grant(line, namespace, life=life) for life in ("20m", "25m", "60m")]


def by_grant(flow: Flow) -> dict[str, Object]:
    """The policies that stand, by their grants."""
    return {item.metadata.labels[GRANT]: item for item in flow.witness.policies(flow.namespace)}


def ends(flow: Flow) -> dict[str, datetime]:
    """When the Job of each grant will fail, which ends it."""
    found = {}
    for job in flow.witness.jobs(flow.namespace):
        life = job.spec.active_deadline_seconds
        found[job.metadata.labels[GRANT]] = job.status.start_time + life * keys.SECOND
    return found


async def test_a_new_grant(line: Line, namespace: str) -> None:
    async with flowing(line, namespace) as flow:
        await flow.press("n")
        for text in (
            "app=database",
            "198.51.100.0/24",
            "5432/TCP",
            "30m",
            "debug replication lag",
            "INC-482",
        ):
            await flow.write(text)
            await flow.press("tab")
        assert by_grant(flow) == {}
        await flow.press("ctrl+s")
        await flow.back()
        await flow.until(lambda: by_grant(flow), "a policy")
        keys.judge_made(flow.witness.policy(namespace), flow.witness, namespace)
        await flow.listed(1)
    assert register.open_intents(line.registry) == []


async def test_once_more_from_a_grant_that_stands(granted: str, line: Line, namespace: str) -> None:
    async with flowing(line, namespace) as flow:
        await flow.listed(1)
        await flow.press("o")
        await flow.until(lambda: "198.51.100.0/24" in flow.seen(), "the form, filled in")
        await flow.press("ctrl+s")
        await flow.back()
        await flow.until(lambda: len(by_grant(flow)) == 2, "a second policy")
        found = by_grant(flow)
        (other,) = found.keys() - {granted}
        assert found[other].spec.to_dict() == found[granted].spec.to_dict()
        reasons = {item.metadata.annotations["netgrant.dev/reason"] for item in found.values()}
        assert reasons == {"debug"}
    assert register.open_intents(line.registry) == []


async def test_a_later_end(granted: str, line: Line, namespace: str) -> None:
    async with flowing(line, namespace) as flow:
        await flow.listed(1)
        before = flow.witness.deadline(namespace)
        await flow.press("e")
        await flow.write("45m")
        await flow.press("enter")
        await flow.write("the vendor is still connected")
        await flow.press("enter")
        await flow.back()
        await flow.until(lambda: flow.witness.deadline(namespace) > before, "the later end")
        assert abs(flow.witness.deadline(namespace) - before - 45 * keys.MINUTE) <= keys.SECOND
    assert register.phases(line.registry) == {granted: "active"}


async def test_an_end_now(granted: str, line: Line, namespace: str) -> None:
    async with flowing(line, namespace) as flow:
        await flow.listed(1)
        await flow.press("r")
        await flow.write("done")
        await flow.press("enter", "n")
        await flow.back()
        assert granted in by_grant(flow)  # the answer was no
        await flow.press("r")
        await flow.write("done")
        await flow.press("enter", "y")
        await flow.back()
        await flow.until(lambda: flow.witness.is_empty(namespace), "nothing left")
    assert register.phases(line.registry) == {granted: "ended"}
    assert register.open_intents(line.registry) == []


async def test_a_policy_that_stands_put_under_a_deadline(line: Line, namespace: str) -> None:
    async with flowing(line, namespace) as flow:
        ours = flow.witness.make_policy(namespace, "allow-vendor", SPEC)
        flow.witness.make_policy(namespace, "default-deny", {"podSelector": {}, "policyTypes": ["Ingress"]})
        await flow.press("a")
        await flow.until(lambda: "2 of 2" in flow.seen(), "both policies in the list")
        await flow.write("vendor")
        await flow.press("enter")
        await flow.write("45m")
        await flow.press("enter")
        await flow.write("left over from an incident")
        await flow.press("enter")
        await flow.back()
        await flow.until(lambda: flow.witness.jobs(namespace), "a Job")
        await flow.listed(1)
        (job,) = flow.witness.jobs(namespace)
        adopted, other = sorted(flow.witness.policies(namespace), key=lambda item: item.metadata.name)
        assert job.spec.active_deadline_seconds == 45 * 60
        assert (adopted.metadata.name, adopted.metadata.uid) == ("allow-vendor", ours.metadata.uid)
        assert [owner.uid for owner in adopted.metadata.owner_references] == [job.metadata.uid]
        assert adopted.spec.to_dict() == ours.spec.to_dict()
        assert not other.metadata.owner_references
    assert register.phases(line.registry) == {adopted.metadata.labels[GRANT]: "active"}
    assert register.open_intents(line.registry) == []


async def test_all_that_are_marked_and_no_other(three: list[str], line: Line, namespace: str) -> None:
    first, second, third = three
    async with flowing(line, namespace) as flow:
        await flow.listed(3)
        before = ends(flow)
        await flow.press("g", "space", "space")  # which goes on to the next
        await flow.press("e")
        await flow.write("15m")
        await flow.press("enter")
        await flow.write("both are needed longer")
        await flow.press("enter")
        await flow.back()
        await flow.until(lambda: all(ends(flow)[one] > before[one] for one in (first, second)), "both later")
        assert ends(flow)[third] == before[third]
        await flow.until(lambda: _shown_as(flow, ends(flow)), "the later ends in the table")

        await flow.press("escape", "g", "space", "space", "r")
        await flow.write("done")
        await flow.press("enter", "y")
        await flow.back()
        await flow.until(lambda: by_grant(flow).keys() == {third}, "the end of both")
    assert register.phases(line.registry) == {first: "ended", second: "ended", third: "active"}


def _shown_as(flow: Flow, wanted: dict[str, datetime]) -> bool:
    shown = {item.row.id: item.row.deadline for item in flow.app.feed.view.rows()}
    return all(
        (found := shown.get(grant_id)) is not None and abs(found - end) <= keys.SECOND
        for grant_id, end in wanted.items()
    )
