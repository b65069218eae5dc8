"""``netgrant serve`` as a process: what it says, what a browser is shown, and how it ends."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.cli.line import Line
from tests.contract.eventually import eventually
from tests.e2e.command import ROOT, Netgrant
from tests.ui.web.serving import until


@contextmanager
def serving(line: Line, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """The process, with its port chosen by the system."""
    netgrant = Netgrant(line.kubeconfig, line.registry)
    process = netgrant.start("serve", "--port", "0", *options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    found = process.stdout.readline().strip()
    assert re.fullmatch(r"http://[\w.\[\]:]+:\d+/[\w-]{16}/enter\?token=[\w-]{43}", found)
    return found


def children_of(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@asynccontextmanager
async def visit(
    address: str,
) -> AsyncIterator[tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse[bool]]]:
    """A browser that has opened the address, and its socket."""
    base, origin = address.partition("enter?")[0], re.match(r"http://[^/]+", address)
    assert origin
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        await client.get(address)
        async with client.ws_connect(f"{base}ws?width=120&height=40", origin=origin[0]) as socket:
            yield client, socket


async def test_a_browser_is_shown_the_dashboard_of_that_cluster(line: Line) -> None:
    with serving(line) as process:
        async with visit(address_of(process)) as (_, socket):
            await until(socket, b"alice")


async def test_what_is_saved_there_is_the_browsers_to_keep(line: Line, tmp_path: Path) -> None:
    with serving(line) as process:
        address = address_of(process)
        async with visit(address) as (client, socket):
            await until(socket, b"live")
            await socket.send_json(["stdin", "\x13"])
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.TEXT:
                pass
            what, where = message.json()
            assert what == "open_url" and re.fullmatch(r"download/\w+", where["url"])
            async with client.get(address.partition("enter?")[0] + where["url"]) as answer:
                assert answer.status == 200
                assert "attachment" in answer.headers["Content-Disposition"]
                assert (await answer.text()).startswith("id,state,deadline")
    assert not [*tmp_path.glob("**/*.csv"), *ROOT.glob("*.csv")]


async def test_it_is_read_only_on_this_machine_and_says_so(line: Line) -> None:
    with serving(line) as process:
        address = address_of(process)
        assert address.startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 0
    assert "serving on 127.0.0.1: only this machine reaches it" in err
    assert "read-only: nothing can be granted, extended or revoked there; --writable allows it" in err


async def test_writable_and_open_to_the_network_are_said_too(line: Line) -> None:
    with serving(line, "--listen", "0.0.0.0", "--name", "wall.example", "--writable") as process:
        assert address_of(process).startswith("http://wall.example:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 0
    assert "warning: serving on 0.0.0.0, without TLS" in err
    assert "writable: whoever opens the address acts with your rights" in err


def test_sessions_are_started_with_what_was_given_and_read_only(line: Line) -> None:
    from app.cli.options import Flags
    from app.cli.serve_verb import session_options

    flags = Flags(("a", "b"), "config", "registry.db", "ops")
    given = ["--context", "a", "--context", "b", "--kubeconfig", "config", "--registry", "registry.db",
             "--namespace", "ops"]  # fmt: skip
    assert session_options(flags, writable=False) == ["--read-only", *given]
    assert session_options(flags, writable=True) == given


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
async def test_sessions_do_not_outlive_it(number: signal.Signals, line: Line) -> None:
    with serving(line) as process:
        async with visit(address_of(process)) as (_, socket):
            await until(socket, b"alice")
            sessions = children_of(process.pid)
            assert len(sessions) == 1
            began = time.monotonic()
            process.send_signal(number)
            process.wait(10)
            eventually(lambda: not Path(f"/proc/{sessions[0]}").exists(), what="the end of the session")
        assert time.monotonic() - began < 5  # within one second where nothing else runs


def test_without_the_extra_it_says_what_is_missing(line: Line) -> None:
    program = (
        "import sys; sys.modules['textual_serve'] = None; from app.cli import run; sys.exit(run(['serve']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False,
        env=Netgrant(line.kubeconfig, line.registry).environment(),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr == (
        "netgrant: 'netgrant serve' needs textual_serve, which is not installed; "
        "pip install 'netgrant[serve]' brings it\n"
    )
