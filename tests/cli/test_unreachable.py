"""A cluster that cannot be asked: each verb says so in one line, and does not pretend."""

import json
import sys

import pytest

from app.cli import talk
from app.cli.exits import ExitCode, code_for
from app.cli.root import run_line
from app.demo.kubeconfig import write_kubeconfig
from app.errors import InputError, NetgrantError, UnreachableError
from tests.cli import wrong
from tests.cli.line import Line, grant
from tests.cli.test_exit_codes import unreachable

CODES = {"exec": 125, "doctor": 1}
"""What is not 6: exec has its own code, and doctor has found what it was asked for."""


@pytest.mark.parametrize("verb", [verb for verb in wrong.REACHING if verb != "history"])
def test_each_verb_on_a_server_that_is_not_there(verb: str, line: Line) -> None:
    tail = ("--", "true") if verb == "exec" else ()

    done = line(*wrong.RIGHT[verb], "--kubeconfig", str(unreachable(line)), *tail)

    assert done.code == CODES.get(verb, 6), done.err
    told = done.out if verb == "doctor" else done.err
    assert "refuses the connection" in told and "Traceback" not in done.err
    if verb not in CODES:
        assert done.out == ""
    if verb != "doctor":
        assert done.err.count("\n") == 1


def test_history_needs_no_cluster_but_says_what_may_be_missing(line: Line, namespace: str) -> None:
    config = json.loads(line.kubeconfig.read_text())
    proxied = write_kubeconfig(
        line.registry.with_name("down"), config["clusters"][0]["cluster"]["server"], "alice", "expired"
    )
    grant(line, namespace)

    done = line("history", "--kubeconfig", str(proxied)).ok()
    offline = line("history", "--kubeconfig", str(proxied), "--offline").ok()

    assert done.out == offline.out and done.out.count("\n") == 2
    assert done.err.startswith(
        "netgrant: warning: the cluster was not asked, so the newest ends may be missing"
    )
    assert (done.err.count("\n"), offline.err) == (1, "")


def test_unfinished_work_that_cannot_be_looked_at_is_said_once(line: Line, namespace: str) -> None:
    grant(line, namespace)  # so there is a registry

    done = line("list", "--kubeconfig", str(unreachable(line))).ended(6)

    assert done.err.count("\n") == 1


# The words themselves.


def test_an_error_is_one_clean_line_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    talk.fail(InputError("it is\nwrong\x1b[31m", fix="do\tright"))
    talk.fail(UnreachableError("no answer"), "staging")
    talk.warn("mind \u202e this")

    assert capsys.readouterr().err.splitlines() == [
        r"netgrant: it is wrong\x1b[31m; do right",
        "netgrant: staging: no answer",
        r"netgrant: warning: mind \u202e this",
    ]


def test_words_of_several_lines_keep_them(capsys: pytest.CaptureFixture[str]) -> None:
    talk.say("STATE\tID\nactive\x07")

    assert capsys.readouterr().err == "STATE\tID\nactive\\x07\n"


def test_what_nobody_expected_is_one_line_that_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        @property
        def buffer(self) -> None:
            raise ZeroDivisionError("secret: hunter2")

    monkeypatch.setattr(sys, "stdin", Broken())
    words = ["grant", "-f", "-", "--for", "5m", "--reason", "x"]

    code = run_line(words)

    err = capsys.readouterr().err
    assert code == 1
    assert err.count("\n") == 1 and "this is a bug: ZeroDivisionError at app." in err
    assert "hunter2" not in err and "NETGRANT_DEBUG=1" in err
    monkeypatch.setenv("NETGRANT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run_line(words)


def test_every_error_of_the_tree_has_a_code() -> None:
    def kinds(kind: type[NetgrantError]) -> set[type[NetgrantError]]:
        return {kind}.union(*(kinds(child) for child in kind.__subclasses__()))

    plain = {
        kind.__name__
        for kind in kinds(NetgrantError)
        if kind.__module__ == "app.errors" and code_for(kind.__new__(kind)) is ExitCode.FAILED
    }
    assert plain == {"NetgrantError"}
