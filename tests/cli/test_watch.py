"""list --watch: what stands, then each change, in one stream that outlives its server."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cli.conftest import Served
from tests.cli.line import Line, grant
from tests.contract.eventually import eventually
from tests.e2e.command import Netgrant, finished

Events = Iterator[dict[str, Any]]


@contextmanager
def watching(netgrant: Netgrant, *words: str) -> Iterator["subprocess.Popen[str]"]:
    with netgrant.start("list", "--watch", *words) as child:
        try:
            yield child
        finally:
            child.kill()


def next_event(child: "subprocess.Popen[str]") -> tuple[str, dict[str, Any]]:
    assert child.stdout is not None
    found = json.loads(child.stdout.readline())
    assert list(found) == ["event", "grant"]
    return found["event"], found["grant"]


@pytest.fixture
def netgrant(line: Line) -> Netgrant:
    return Netgrant(line.kubeconfig, line.registry)


def test_json_lines_for_what_stands_changes_and_ends(netgrant: Netgrant, line: Line, namespace: str) -> None:
    first = grant(line, namespace)

    with watching(netgrant, "-n", namespace, "-o", "json") as child:
        event, row = next_event(child)
        assert (event, row["id"], row["armed"]) == ("stands", first, True)
        line("extend", first, "--for", "5m", "--reason", "more").ok()
        while row["deadline"] == (row := next_event(child)[1])["deadline"]:
            pass
        second = grant(line, namespace, "--ticket", "INC-2")
        while (found := next_event(child))[1]["id"] != second:
            pass
        assert (found[0], found[1]["ticket"]) == ("stands", "INC-2")
        line("revoke", first, "--reason", "x").ok()
        while (found := next_event(child))[0] != "ended":
            pass
        assert found[1]["id"] == first
        child.send_signal(signal.SIGINT)
        done = finished(child)

    assert done.code == 130
    assert done.err == ""


def test_a_table_begins_with_its_header_and_one_line_for_each_event(
    netgrant: Netgrant, line: Line, namespace: str
) -> None:
    with watching(netgrant, "-n", namespace) as child:
        assert child.stdout is not None and child.stderr is not None
        assert child.stdout.readline().split()[:3] == ["EVENT", "STATE", "LEFT"]
        assert child.stderr.readline() == "no grants stand; watching, Ctrl-C ends it\n"
        made = grant(line, namespace)
        words = child.stdout.readline().split()
        assert words[0] == "stands" and made[-6:] in words
        child.send_signal(signal.SIGTERM)
        done = finished(child)

    assert (done.code, done.err) == (130, "")


def test_a_selector_and_other_namespaces_stay_out(
    netgrant: Netgrant, line: Line, alive: Served, namespace: str
) -> None:
    other = alive.namespace()
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "mine", "labels": {"team": "mine"}},
        "spec": {"podSelector": {}},
    }

    with watching(netgrant, "-n", namespace, "-l", "team=mine", "-o", "json") as child:
        assert child.stderr is not None and child.stderr.readline()
        grant(line, other)
        grant(line, namespace)
        said = ("--for", "5m", "--reason", "x")
        made = line("grant", "-n", namespace, "-f", "-", *said, stdin=json.dumps(manifest)).ok().id
        assert next_event(child)[1]["id"] == made


def test_a_server_that_goes_and_comes_back_is_told_and_nothing_is_missed(
    netgrant: Netgrant, line: Line, alive: Served, namespace: str
) -> None:
    first = grant(line, namespace)

    with watching(netgrant, "-n", namespace, "-o", "json") as child:
        assert child.stderr is not None
        assert next_event(child)[1]["id"] == first
        alive.relay.drop()
        try:
            lost = child.stderr.readline()
            alive.delete("networkpolicies", namespace, line_policy(alive, namespace))
        finally:
            alive.relay.restore()
        found = next_event(child)
        while found[0] != "ended":
            found = next_event(child)
        back = child.stderr.readline()
        child.send_signal(signal.SIGINT)
        done = finished(child)

    assert lost.startswith("netgrant: warning: the connection is lost, what was shown may be out of date: ")
    assert back == "netgrant: warning: the connection is back, what is shown is up to date\n"
    assert found[1]["id"] == first
    assert (done.code, done.err) == (130, "")


def line_policy(alive: Served, namespace: str) -> str:
    """The name of the namespace's only policy."""
    (name,) = alive.names("networkpolicies", namespace)
    return name


def test_whoever_may_not_list_is_told_and_the_watch_ends(line: Line, alive: Served, namespace: str) -> None:
    done = line("list", "-w", "-n", namespace, "--kubeconfig", str(alive.kubeconfig("bob")))

    done.ended(4)
    assert done.out == "" and done.err.count("\n") == 1


def test_a_watch_of_nothing_that_can_be_reached_prints_no_header(line: Line) -> None:
    done = line("list", "-w", "--context", "nope").ended(7)

    assert done.out == ""


def test_time_alone_changes_a_state(netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = grant(line, namespace, life="3s")

    with watching(netgrant, "-n", namespace, "-o", "json") as child:
        seen = [next_event(child)]
        while seen[-1][0] != "ended":
            seen.append(next_event(child))

    assert {row["id"] for _, row in seen} == {made}
    assert eventually(lambda: line("list", "-n", namespace, "-o", "json").ok().json == [])
