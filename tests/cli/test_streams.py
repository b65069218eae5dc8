"""Where output goes: closed pipes, full disks and odd encodings end no command in a traceback."""

import subprocess

import pytest

from tests.cli.line import SPEC, Line, grant
from tests.e2e.command import ROOT, Done, Netgrant


@pytest.fixture
def netgrant(line: Line) -> Netgrant:
    return Netgrant(line.kubeconfig, line.registry)


def shell(netgrant: Netgrant, script: str, **environ: str) -> Done:
    """Run a script that calls netgrant as ``$N``; its code is that of netgrant itself."""
    words = " ".join(netgrant.line())
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; N='{words}'; {script}"],
        env={**netgrant.environment(), **environ},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_reader_that_goes_away_is_no_error(netgrant: Netgrant, line: Line, namespace: str) -> None:
    grant(line, namespace)

    done = shell(netgrant, f"$N list -n {namespace} | head -c 1")
    many = shell(netgrant, "for i in $(seq 3); do $N list -A -o json; done | head -1")
    none = shell(netgrant, f"$N list -n {namespace} | true")

    for found in (done, many, none):
        assert (found.code, found.err) == (0, "")
    assert done.out == "S"


def test_a_watch_whose_reader_goes_away_ends(netgrant: Netgrant, line: Line, namespace: str) -> None:
    for number in range(3):
        grant(line, namespace, reason=f"number {number}")

    done = shell(
        netgrant,
        f"$N list -n {namespace} -w -o json | head -1 & "
        f"sleep 3; $N revoke --all -n {namespace} --reason x -y >/dev/null 2>&1; wait $!",
    )

    assert (done.code, done.err) == (0, "")
    assert '"event":"stands"' in done.out


def test_a_full_disk_is_said_in_one_line(netgrant: Netgrant) -> None:
    done = shell(netgrant, "$N list -A -o json >/dev/full")

    assert done.code == 1
    assert done.err == "netgrant: stdout cannot be written: No space left on device\n"


def test_a_closed_stdout_is_said_in_one_line(netgrant: Netgrant) -> None:
    done = shell(netgrant, "$N list -A -o json >&-")

    assert done.code == 1
    assert done.err.count("\n") == 1 and "stdout" in done.err


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "2> >(true)"])
def test_words_that_nobody_can_read_stop_nothing(
    redirection: str, netgrant: Netgrant, line: Line, namespace: str
) -> None:
    opening = " ".join([*SPEC, "--for", "5m", "--reason", "x"])

    made = shell(netgrant, f"$N grant -n {namespace} {opening} {redirection}").ok().id
    ran = shell(netgrant, f"$N exec -n {namespace} {opening} {redirection} -- sh -c 'sleep 0.2; exit 5'")

    assert ran.code == 5
    standing = [row["id"] for row in line("list", "-n", namespace, "-o", "json").ok().json]
    assert standing == [made]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_any_encoding(encoding: str, netgrant: Netgrant, line: Line, namespace: str) -> None:
    made = grant(line, namespace, reason="größer als “5” ⇄ 日本")

    script = f"$N show {made}; $N list -n {namespace}; $N list -n {namespace} -o json; $N history"

    done = shell(netgrant, script, PYTHONIOENCODING=encoding)

    assert done.code == 0 and done.err == ""
    assert done.out.count(made) >= 4
    assert ("größer" in done.out) == (encoding == "utf-8")


def test_an_argument_that_is_not_utf8(netgrant: Netgrant, namespace: str) -> None:
    done = shell(netgrant, f"$N grant -n {namespace} {' '.join(SPEC)} --for 5m --reason $'caf\\xe9'")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(r"netgrant: --reason holds '\udce9'")


def test_stdin_that_is_closed(netgrant: Netgrant, namespace: str) -> None:
    made = shell(netgrant, f"$N grant -n {namespace} -f - --for 5m --reason x <&-")
    asked = shell(netgrant, f"$N revoke --all -n {namespace} --reason x <&-")

    assert made.code == 2 and made.err.count("\n") == 1, made.err
    assert asked.code == 2 and "add --yes" in asked.err, asked.err
