"""Revoking in a terminal shows what goes and asks; without one, only --yes or named ids are consent."""

import pytest

from app.cli.exits import ExitCode
from tests.cli.conftest import Served
from tests.cli.line import Line, grant
from tests.cli.terminal import terminal
from tests.e2e.command import Netgrant


@pytest.fixture
def netgrant(line: Line) -> Netgrant:
    return Netgrant(line.kubeconfig, line.registry)


def standing(line: Line, namespace: str) -> list[str]:
    return [row["id"] for row in line("list", "-n", namespace, "-o", "json").ok().json]


@pytest.mark.parametrize("answer", ["y\n", "yes\n"])
def test_yes_revokes_all_that_was_shown(answer: str, netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = [grant(line, namespace), grant(line, namespace, reason="another")]

    with terminal(netgrant, "revoke", "--all", "-n", namespace, "--reason", "over") as shown:
        seen = shown.until("Revoke 2 grant(s) now? [y/N]: ")
        shown.type(answer)
        code = shown.end()

    assert code == 0
    assert seen.startswith("STATE") and "another" in seen and all(grant_id[-6:] in seen for grant_id in made)
    assert all(f"revoked {grant_id}" in shown.screen for grant_id in made)
    assert standing(line, namespace) == []


@pytest.mark.parametrize("answer", ["n\n", "\n", "N\n", "nope\nn\n"])
def test_anything_but_yes_revokes_nothing(
    answer: str, netgrant: Netgrant, line: Line, namespace: str
) -> None:
    made = grant(line, namespace)

    with terminal(netgrant, "revoke", made, "--reason", "over") as shown:
        shown.until("Revoke 1 grant(s) now? [y/N]: ")
        shown.type(answer)
        code = shown.end()

    assert code == 130
    assert shown.screen.endswith("netgrant: nothing was revoked\n")
    assert standing(line, namespace) == [made]


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_question_can_be_left_at_once(key: str, netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = grant(line, namespace)

    with terminal(netgrant, "revoke", made, "--reason", "over") as shown:
        shown.until("[y/N]: ")
        shown.insist(key, "netgrant: interrupted")
        code = shown.end()

    assert code == 130
    assert shown.screen.endswith("\nnetgrant: interrupted\n")
    assert "Traceback" not in shown.screen
    assert standing(line, namespace) == [made]


def test_the_question_is_no_data(netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = grant(line, namespace)
    out = line.registry.with_name("out")

    with terminal(netgrant, "revoke", made, "--reason", "over", stdout=out) as shown:
        shown.until("[y/N]: ")
        shown.type("y\n")
        assert shown.end() == 0

    assert out.read_text() == f"{made}\n"


def test_yes_on_the_line_asks_nothing(netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = grant(line, namespace)

    with terminal(netgrant, "revoke", made, "--reason", "over", "-y") as shown:
        assert shown.end() == 0

    assert "[y/N]" not in shown.screen and f"revoked {made}" in shown.screen


def test_without_a_terminal_named_ids_are_consent(line: Line, namespace: str) -> None:
    made = grant(line, namespace)

    assert line("revoke", made[-8:], "--reason", "over").ok().id == made
    assert standing(line, namespace) == []


def test_without_a_terminal_all_needs_yes(line: Line, alive: Served, namespace: str) -> None:
    made = [grant(line, namespace) for _ in range(2)]
    writes = alive.relay.writes()

    assert "add --yes" in line("revoke", "--all", "-n", namespace, "--reason", "over").ended(2).err
    assert alive.relay.writes() == writes

    done = line("revoke", "--all", "-n", namespace, "--reason", "over", "--yes").ok()
    assert sorted(done.out.split()) == sorted(made)
    assert standing(line, namespace) == []


def test_one_grant_that_cannot_be_revoked_ends_with_its_errors_code(
    line: Line, alive: Served, namespace: str
) -> None:
    made = grant(line, namespace)
    alive.relay.before(f"DELETE /apis/networking.k8s.io/v1/namespaces/{namespace}/", alive.relay.drop)
    try:
        done = line("revoke", made, "--reason", "over")
    finally:
        alive.relay.restore()

    assert done.code in (ExitCode.UNREACHABLE, ExitCode.UNCERTAIN), done.err
    assert done.out == "" and "the next netgrant command here tries again" in done.err


def test_revoking_all_of_nothing_is_said_and_no_error(line: Line, namespace: str) -> None:
    done = line("revoke", "--all", "-n", namespace, "--reason", "over", "--yes").ok()

    assert (done.out, done.err) == ("", "no grant stands there\n")
