"""Saying what works here, whatever does not."""

from datetime import timedelta

import pytest

from app.commands.doctor import NEEDS, Finding, Verdict, examine, examine_registry
from app.commands.session import Limits
from app.errors import ForbiddenError, RegistryError, UnreachableError
from tests.commands.world import World

OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


async def findings(world: World) -> list[Finding]:
    return list(await examine(world.session(), "production"))


def about(found: list[Finding], subject: str) -> list[Finding]:
    return [finding for finding in found if finding.subject == subject]


async def test_where_all_is_well(world: World) -> None:
    found = await findings(world)
    assert {finding.verdict for finding in found} == {OK}
    subjects = list(dict.fromkeys(finding.subject for finding in found))
    assert subjects == ["cluster", "you", "clock", "permission", "net", "registry"]
    assert about(found, "cluster")[0].text == "https://192.0.2.10:6443 answers, v1.36.3, context production"
    assert about(found, "you")[0].text == "alice (groups: sre)"
    assert about(found, "clock")[0].text == "server +0.0 s against this machine (± 1.0 s)"
    assert about(found, "net")[0].text == "dead-man Job: can be made in production; grants live 8h at most"
    assert about(found, "registry")[0].text == (
        "registry.db: schema 1, 0 grants, 0 audit rows, 0 open intents"
    )
    assert len(about(found, "permission")) == len(NEEDS) + 1
    assert not any(line.startswith(("policies.", "jobs.")) for line in world.tap.trace)  # it only asks


async def test_every_verb_that_the_use_cases_call_is_asked_for() -> None:
    asked = {(verb, resource) for verb, _, resource, _ in NEEDS}
    for verb in ("get", "list", "create", "patch", "delete"):
        assert {(verb, "networkpolicies"), (verb, "jobs")} <= asked
    assert {("get", "pods"), ("list", "pods"), ("get", "services"), ("get", "deployments")} <= asked
    assert {group for _, group, _, _ in NEEDS} == {"networking.k8s.io", "batch", "", "apps"}


# ── the cluster, you, the clock ──────────────────────────────────────────────────────────────────────────


async def test_a_version_that_may_not_be_asked_stops_no_other_question(world: World) -> None:
    world.tap.fail("access.server_version", ForbiddenError("no", fix="ask", status=403))
    found = await findings(world)
    assert about(found, "cluster") == [Finding("cluster", FAIL, "no", "ask")]
    assert about(found, "you")[0].verdict is OK
    assert about(found, "net")[0].verdict is OK


async def test_an_identity_that_cannot_be_asked_stops_no_other_question(world: World) -> None:
    world.tap.fail("access.whoami", UnreachableError("no line", fix="wait"))
    found = await findings(world)
    assert about(found, "you") == [Finding("you", FAIL, "no line", "wait")]
    assert about(found, "clock") == []
    assert about(found, "net")[0].verdict is OK


async def test_a_cluster_that_is_away_is_said_in_each_answer_and_the_registry_is_examined(
    world: World,
) -> None:
    for method in ("server_version", "whoami", "may"):
        world.tap.fail(f"access.{method}", UnreachableError("no line"))
    found = await findings(world)
    assert [(finding.subject, finding.verdict) for finding in found] == [
        ("cluster", FAIL),
        ("you", FAIL),
        ("permissions", FAIL),
        ("net", WARN),
        ("registry", OK),
    ]


async def test_a_cluster_that_does_not_name_you(world: World) -> None:
    world.access.username, world.access.groups = "", ()
    (you,) = about(await findings(world), "you")
    assert (you.verdict, you.text) == (WARN, "unknown to SelfSubjectReview: grants will name nobody")
    assert you.fix


async def test_you_without_groups(world: World) -> None:
    world.access.groups = ()
    assert about(await findings(world), "you")[0].text == "alice"


@pytest.mark.parametrize(
    ("seconds", "error", "verdict"),
    [(2.9, 1, OK), (3.1, 1, WARN), (-3.1, 1, WARN), (-2.9, 1, OK), (6, 5, OK), (3600, 1, WARN)],
)
async def test_a_clock_that_is_off_by_more_than_can_be_told(
    world: World, seconds: float, error: float, verdict: Verdict
) -> None:
    world.cluster.offset, world.access.offset_error = timedelta(seconds=seconds), timedelta(seconds=error)
    (clock,) = about(await findings(world), "clock")
    assert clock.verdict is verdict
    assert clock.text == f"server {seconds:+.1f} s against this machine (± {error:.1f} s)"
    assert bool(clock.fix) == (verdict is WARN)


async def test_a_server_that_does_not_tell_its_time(world: World) -> None:
    world.access.offset_error = timedelta.max
    (clock,) = about(await findings(world), "clock")
    assert clock.verdict is WARN
    assert clock.text == "the server does not tell its time: this machine's is taken for it"


# ── permissions and nets ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need[0]}-{need[2]}")
async def test_a_right_that_is_lacking_is_said_with_what_it_is_for(
    world: World, need: tuple[str, str, str, str]
) -> None:
    verb, group, resource, purpose = need
    world.access.denied.add((verb, resource))
    (lacking,) = [
        f
        for f in about(await findings(world), "permission")
        if f.verdict is WARN and "in production" in f.text
    ]
    what = f"{verb} {resource}{f'.{group}' if group else ''} in production"
    assert lacking.text == f"{what}: no, so you cannot {purpose}"
    assert lacking.fix == f"ask for the verb {verb!r} on {resource}"


async def test_namespaces_alone_are_enough(world: World) -> None:
    world.access.denied_everywhere = True
    (lacking,) = [f for f in about(await findings(world), "permission") if f.verdict is WARN]
    assert lacking.text == "list networkpolicies in all namespaces: no, use -n"


@pytest.mark.parametrize(
    ("denied", "words"),
    [
        ({("create", "jobs")}, "you may not create jobs in production"),
        ({("get", "jobs")}, "you may not get jobs in production"),
        ({("create", "jobs"), ("get", "jobs")}, "you may not create jobs or get jobs in production"),
    ],
)
async def test_where_no_grant_can_be_armed(world: World, denied: set[tuple[str, str]], words: str) -> None:
    world.access.denied = denied
    (net,) = about(await findings(world), "net")
    assert net.verdict is FAIL
    assert net.text == f"dead-man Job: {words}, so no grant can be made there"
    assert net.fix


async def test_the_cap_is_told(world: World) -> None:
    world.limits = Limits(max_ttl=timedelta(minutes=90))
    assert about(await findings(world), "net")[0].text.endswith("grants live 1h30m at most")


async def test_permissions_that_cannot_be_asked(world: World) -> None:
    world.tap.fail("access.may", ForbiddenError("no", fix="ask", status=403))
    found = await findings(world)
    assert about(found, "permissions") == [Finding("permissions", FAIL, "no", "ask")]
    assert about(found, "net") == [Finding("net", WARN, "dead-man Job: whether it can be made is not known")]


# ── the registry ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_registry_with_something_in_it(world: World) -> None:
    await world.granted()
    assert about(await findings(world), "registry")[0].text == (
        "registry.db: schema 1, 1 grants, 2 audit rows, 0 open intents"
    )


async def test_a_registry_with_problems(world: World) -> None:
    world.log.problems = ("a row was changed", "its triggers are missing")
    found = await examine_registry(world.log)
    assert found.verdict is FAIL
    assert found.text.endswith("; a row was changed; its triggers are missing")


async def test_a_registry_that_cannot_be_read(world: World) -> None:
    world.tap.fail("log.health", RegistryError("it is damaged", fix="move it aside"))
    found = await findings(world)
    assert about(found, "registry") == [Finding("registry", FAIL, "it is damaged", "move it aside")]
