"""Each exit code that the README lists can be had, by the failure that it stands for."""

import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.exits import MEANINGS, ExitCode
from app.demo import kinds
from app.demo.kubeconfig import write_kubeconfig
from app.demo.writes import MERGE, Target
from tests.cli.conftest import Served
from tests.cli.line import SPEC, Line, grant
from tests.e2e.command import Done, Netgrant

Way = Callable[[Line, Served, str], Done]
SAID = ("--for", "5m", "--reason", "x")


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def unreachable(line: Line) -> Path:
    """A kubeconfig of a server that is not there."""
    path = line.registry.with_name("unreachable.kubeconfig")
    return write_kubeconfig(path, f"http://127.0.0.1:{closed_port()}", "alice", "token")


def opening(namespace: str) -> tuple[str, ...]:
    return ("grant", "-n", namespace, *SPEC, *SAID)


def done(line: Line, _: Served, namespace: str) -> Done:
    return line(*opening(namespace))


def failed(line: Line, _: Served, __: str) -> Done:
    return line("doctor", "--kubeconfig", str(unreachable(line)))


def usage(line: Line, _: Served, __: str) -> Done:
    return line("list", "--bogus")


def not_found(line: Line, _: Served, __: str) -> Done:
    return line("show", "NOSUCHGRANT")


def denied(line: Line, alive: Served, namespace: str) -> Done:
    return line(*opening(namespace), "--kubeconfig", str(alive.kubeconfig("bob")))


def conflict(line: Line, alive: Served, namespace: str) -> Done:
    alive.create("networkpolicies", namespace, {"metadata": {"name": "stands"}, "spec": {"podSelector": {}}})
    target = Target(kinds.NETWORK_POLICIES, namespace, "stands")
    change = {"metadata": {"labels": {"edited": "meanwhile"}}}
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies/stands"

    def edit() -> None:
        alive.cluster.writer.patch(target, MERGE, change)

    alive.relay.before(f"PATCH {path}", edit)
    return line("adopt", "-n", namespace, "stands", *SAID)


def not_reached(line: Line, _: Served, __: str) -> Done:
    return line("list", "--kubeconfig", str(unreachable(line)))


def config(line: Line, _: Served, __: str) -> Done:
    return line("list", "--kubeconfig", "/nowhere")


def registry(line: Line, _: Served, namespace: str) -> Done:
    return line(*opening(namespace), "--registry", "/")


def refused(line: Line, alive: Served, namespace: str) -> Done:
    alive.create("networkpolicies", namespace, {"metadata": {"name": "stands"}, "spec": {"podSelector": {}}})
    line("adopt", "-n", namespace, "stands", *SAID).ok()
    return line("adopt", "-n", namespace, "stands", *SAID)


def uncertain(line: Line, alive: Served, namespace: str) -> Done:
    made = grant(line, namespace)
    alive.relay.unanswered(f"PATCH /apis/batch/v1/namespaces/{namespace}/jobs/")
    try:
        return line("extend", made, *SAID)
    finally:
        alive.relay.restore()


def partial(line: Line, _: Served, namespace: str) -> Done:
    config = json.loads(line.kubeconfig.read_text())
    config["clusters"].append({"name": "bad", "cluster": {"server": f"http://127.0.0.1:{closed_port()}"}})
    config["contexts"].append({"name": "bad", "context": {"cluster": "bad", "user": "alice"}})
    both = line.registry.with_name("both.kubeconfig")
    both.write_text(json.dumps(config))
    contexts = ("--context", "embedded", "--context", "bad")
    return line("list", "-n", namespace, "--kubeconfig", str(both), *contexts)


def not_opened(line: Line, alive: Served, namespace: str) -> Done:
    bob = str(alive.kubeconfig("bob"))
    return line("exec", "-n", namespace, *SPEC, *SAID, "--kubeconfig", bob, "--", "true")


def interrupted(line: Line, alive: Served, namespace: str) -> Done:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    alive.relay.before(f"GET /apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies", interrupt)
    return line("list", "-n", namespace)


WAYS: dict[ExitCode, Way] = {
    ExitCode.OK: done,
    ExitCode.FAILED: failed,
    ExitCode.USAGE: usage,
    ExitCode.NOT_FOUND: not_found,
    ExitCode.DENIED: denied,
    ExitCode.CONFLICT: conflict,
    ExitCode.UNREACHABLE: not_reached,
    ExitCode.CONFIG: config,
    ExitCode.REGISTRY: registry,
    ExitCode.REFUSED: refused,
    ExitCode.UNCERTAIN: uncertain,
    ExitCode.PARTIAL: partial,
    ExitCode.NOT_OPENED: not_opened,
    ExitCode.INTERRUPTED: interrupted,
}


def test_every_code_is_documented_and_had_here() -> None:
    assert set(WAYS) == set(ExitCode) == set(MEANINGS)


@pytest.mark.parametrize("code", ExitCode, ids=lambda code: code.name)
def test_each_code_can_be_had(code: ExitCode, line: Line, alive: Served, namespace: str) -> None:
    done = WAYS[code](line, alive, namespace)

    assert done.code == code, done.err
    if code not in (ExitCode.OK, ExitCode.FAILED, ExitCode.PARTIAL):
        assert done.out == ""
        words = done.err.lstrip("\n")  # an interruption first leaves the line where ^C stands
        assert words.count("\n") == 1 and words.startswith("netgrant"), done.err


def test_a_token_that_the_server_does_not_know(line: Line, alive: Served) -> None:
    path = write_kubeconfig(line.registry.with_name("config"), alive.relay.url, "eve", "wrong")

    done = line("list", "--kubeconfig", str(path)).ended(ExitCode.DENIED)

    assert done.err.count("\n") == 1


def test_one_context_that_fails_costs_the_rows_of_no_other(line: Line, alive: Served, namespace: str) -> None:
    made = grant(line, namespace)

    done = partial(line, alive, namespace)

    assert done.code == ExitCode.PARTIAL
    header, row = done.out.splitlines()
    assert header.startswith("CONTEXT") and row.startswith("embedded") and made[-6:] in row
    assert done.err.count("\n") == 1
    assert done.err.startswith("netgrant: bad: cannot ") and "refuses the connection" in done.err
    assert "check that the API server runs" in done.err


def test_where_every_context_fails_the_code_is_the_first_ones(line: Line, alive: Served) -> None:
    done = line("list", "--context", "nope", "--context", "embedded2")

    assert (done.code, done.out) == (ExitCode.CONFIG, "")
    assert [text.partition(":")[2].split(":")[0] for text in done.err.splitlines()] == [" nope", " embedded2"]


def test_an_interrupt_tells_what_it_could_not_undo(line: Line, alive: Served, namespace: str) -> None:
    def interrupt() -> None:
        alive.relay.drop()
        os.kill(os.getpid(), signal.SIGINT)

    alive.relay.before(f"GET /apis/batch/v1/namespaces/{namespace}/jobs/", interrupt)
    try:
        done = line(*opening(namespace)).ended(ExitCode.INTERRUPTED)
    finally:
        alive.relay.restore()

    assert "cleaning up failed too (" in done.err
    assert "the next netgrant command here goes on, and the timer ends it at " in done.err
    assert done.err.endswith("netgrant: interrupted\n")


def test_an_uncertain_write_is_found_out_by_the_next_command(
    line: Line, alive: Served, namespace: str
) -> None:
    made = grant(line, namespace)
    alive.relay.unanswered(f"PATCH /apis/batch/v1/namespaces/{namespace}/jobs/")
    Netgrant(line.kubeconfig, line.registry)("extend", made, *SAID).ended(ExitCode.UNCERTAIN)
    alive.relay.restore()

    assert "recovered: " in line("list", "-n", namespace).ok().err
    assert line("list", "-n", namespace).ok().err == ""
