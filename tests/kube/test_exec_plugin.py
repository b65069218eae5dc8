import asyncio
import json
import os
import pty
import sys
import time
from asyncio.subprocess import PIPE
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import ConfigError
from app.kube.exec_plugin import Answer, Plugin, Surroundings
from app.kube.kubeconfig import EnvVar, ExecConfig
from app.kube.kuberc import PluginPolicy
from tests.kube.plugins import V1, V1BETA1, plugin_script, yielding

ENVIRON = {"PATH": "/bin:/usr/bin", "HOME": "/nowhere"}
TOKEN = '{"token": "t0k3n"}'


def plugin(folder: Path, script: str, **config: Any) -> Plugin:
    command = config.pop("command", None) or plugin_script(folder, script)
    settings = {"api_version": V1, "interactive_mode": "Never", **config}
    return Plugin(ExecConfig(command=command, **settings), "me")


async def run(folder: Path, script: str, around: Surroundings | None = None, **config: Any) -> Answer:
    return await plugin(folder, script, **config).run(around or Surroundings(ENVIRON))


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_a_token(tmp_path: Path, version: str) -> None:
    script = yielding(
        '{"token": "t0k3n\\n", "expirationTimestamp": "2026-11-24T11:00:00+01:00"}', version=version
    )
    found = await run(tmp_path, script, api_version=version)
    assert found == Answer("t0k3n", expires=datetime(2026, 11, 24, 10, tzinfo=UTC))


async def test_a_client_certificate(tmp_path: Path) -> None:
    script = yielding('{"clientCertificateData": "CERT", "clientKeyData": "KEY"}')
    assert await run(tmp_path, script) == Answer("", b"CERT", b"KEY")


async def test_what_the_plugin_is_told(tmp_path: Path) -> None:
    script = f'env > {tmp_path}/env; echo "$@" > {tmp_path}/args; ' + yielding(TOKEN)
    told = Plugin(
        ExecConfig(
            command=plugin_script(tmp_path, script),
            args=("get-token", "--cluster", "a b"),
            env=(EnvVar("PROFILE", "prod"), EnvVar("HOME", "/other")),
            api_version=V1,
            interactive_mode="IfAvailable",
        ),
        "me",
        {"server": "https://a", "config": {"audience": "x"}},
    )
    await told.run(Surroundings({**ENVIRON, "KEPT": "yes"}))
    environ = dict(line.partition("=")[::2] for line in (tmp_path / "env").read_text().splitlines())
    assert (environ["PROFILE"], environ["HOME"], environ["KEPT"]) == ("prod", "/other", "yes")
    assert json.loads(environ["KUBERNETES_EXEC_INFO"]) == {
        "apiVersion": V1,
        "kind": "ExecCredential",
        "spec": {"interactive": False, "cluster": {"server": "https://a", "config": {"audience": "x"}}},
    }
    assert (tmp_path / "args").read_text() == "get-token --cluster a b\n"


async def test_a_bare_command_is_looked_up_in_path(tmp_path: Path) -> None:
    plugin_script(tmp_path / "bin", yielding(TOKEN), "cloud-login")
    around = Surroundings({"PATH": f"{tmp_path}/bin:/bin"})
    assert (await run(tmp_path, "", around, command="cloud-login")).token == "t0k3n"


async def test_the_plugin_cannot_read_our_terminal(tmp_path: Path) -> None:
    script = f'read -r line; echo "[$line]" > {tmp_path}/read; ps -o tty= $$ > {tmp_path}/tty; ' + yielding(
        TOKEN
    )
    await run(tmp_path, script)
    assert (tmp_path / "read").read_text() == "[]\n"
    assert (tmp_path / "tty").read_text().strip() == "?"


@pytest.mark.parametrize("mode", ["Never", "IfAvailable"])
async def test_modes_that_need_no_terminal_go_without(tmp_path: Path, mode: str) -> None:
    assert (await run(tmp_path, yielding(TOKEN), interactive_mode=mode)).token == "t0k3n"


async def test_a_plugin_that_must_prompt_is_refused_without_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"interactiveMode: Always.*no terminal") as caught:
        await run(tmp_path, f"touch {tmp_path}/ran; " + yielding(TOKEN), interactive_mode="Always")
    assert "kubectl" in caught.value.fix
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 7", "failed with exit code 7$"),
        ("echo 'please log in' >&2; exit 1", "exit code 1: please log in"),
        ("printf 'a\\033[8mb' >&2; exit 1", r"exit code 1: a\\x1b\[8mb"),
        ("kill -9 $$", "exit code -9"),
        ("echo nonsense", "something else than an ExecCredential"),
        ("true", "something else than an ExecCredential"),
        (yielding('{"token": 5}'), "something else than an ExecCredential"),
        (yielding(TOKEN, version=V1BETA1), "v1beta1 ExecCredential.* where .*/v1 was asked for"),
        (yielding(TOKEN, kind="Secret"), "v1 Secret"),
        (yielding("null"), "neither a token nor"),
        (yielding("{}"), "neither a token nor"),
        (yielding('{"token": "a", "clientKeyData": "b"}'), "certificate without its key, or the key alone"),
        (yielding('{"clientCertificateData": "b"}'), "certificate without its key, or the key alone"),
        (yielding('{"token": "a", "expirationTimestamp": "2026-11-24T10:00:00"}'), "without a time zone"),
        (yielding('{"token": "a", "expirationTimestamp": "soon"}'), "something else than an ExecCredential"),
    ],
)
async def test_what_goes_wrong_is_said(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f'credential plugin .*/login of user "me" .*{message}'):
        await run(tmp_path, script)


@pytest.mark.parametrize(
    "leak",
    [
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl",
        "bearer abc",
        "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8",
        "0123456789abcdef0123456789abcdef",
    ],
)
async def test_stderr_is_shown_without_what_looks_like_a_token(tmp_path: Path, leak: str) -> None:
    with pytest.raises(ConfigError, match="refused: …") as caught:
        await run(tmp_path, f"echo 'refused: {leak}' >&2; exit 1")
    assert leak not in caught.value.message


async def test_stdout_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        await run(tmp_path, "echo hunter2; exit 1")
    assert "hunter2" not in f"{caught.value.message}{caught.value.fix}"


async def test_a_missing_plugin_names_its_install_hint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"plugin cloud-login .*is not installed") as caught:
        await run(tmp_path, "", command="cloud-login", install_hint="brew install \x1b[1mcloud")
    assert caught.value.fix == r"brew install \x1b[1mcloud"


async def test_a_plugin_that_cannot_start(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.write_bytes(b"\x7fELF broken")
    path.chmod(0o755)
    with pytest.raises(ConfigError, match="cannot be started: Exec format error"):
        await run(tmp_path, "", command=str(path))
    with pytest.raises(ConfigError, match="null byte"):
        await run(tmp_path, yielding(TOKEN), args=("a\x00b",))


async def test_a_plugin_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; wait"
    with pytest.raises(ConfigError, match=r"no answer within 0\.5 s"):
        await run(tmp_path, script, Surroundings(ENVIRON, timeout_seconds=0.5))
    assert_gone(int((tmp_path / "child").read_text()))


async def test_a_plugin_that_hangs_is_heard(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"within 0\.5 s: open https://login and type ABCD"):
        script = "echo 'open https://login and type ABCD' >&2; exec sleep 60"
        await run(tmp_path, script, Surroundings(ENVIRON, timeout_seconds=0.5))


async def test_a_plugin_that_leaves_a_child_with_its_output_is_killed_too(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; " + yielding(TOKEN)
    with pytest.raises(ConfigError, match="no answer within"):
        await run(tmp_path, script, Surroundings(ENVIRON, timeout_seconds=0.5))
    assert_gone(int((tmp_path / "child").read_text()))


async def test_giving_up_kills_the_plugin(tmp_path: Path) -> None:
    task = asyncio.create_task(run(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60"))
    for _ in range(500):
        await asyncio.sleep(0.01)
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            break
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert_gone(int((tmp_path / "pid").read_text()))


PROMPTED = """
import asyncio, os, sys
from datetime import UTC, datetime
from app.errors import ConfigError
from app.kube.credentials import FromPlugin, Secret
from app.kube.exec_plugin import Plugin, Surroundings
from app.kube.kubeconfig import ExecConfig
async def main():
    config = ExecConfig(command=sys.argv[1], api_version=sys.argv[2], interactive_mode="Always")
    around = Surroundings(os.environ, has_terminal=os.isatty(0))
    credential = FromPlugin(Plugin(config, "me"), around, lambda: datetime.now(UTC))
    secret = await credential.current()
    print(secret.authorization)
    try:
        await credential.renew(secret)
    except ConfigError as error:
        print(error.message)
asyncio.run(main())
"""


async def test_a_plugin_may_prompt_where_that_is_allowed_and_only_at_first(tmp_path: Path) -> None:
    answer = yielding('{"token": "$answer"}').replace("'END'", "END")
    command = plugin_script(
        tmp_path, f'read -r answer; echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; {answer}'
    )
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROMPTED, command, V1, stdin=theirs, stdout=PIPE, start_new_session=True
        )
        os.write(ours, b"typed-in\n")
        output, _ = await process.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    first, second = output.decode().splitlines()
    assert first == "Bearer typed-in"
    assert "no terminal for it here" in second
    assert json.loads((tmp_path / "info").read_text())["spec"]["interactive"] is True


async def test_a_flood_is_cut(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="something else than an ExecCredential"):
        await run(tmp_path, "head -c 3000000 /dev/zero")


async def test_the_policy_is_asked(tmp_path: Path) -> None:
    around = Surroundings(ENVIRON, PluginPolicy(allow_all=False, origin="kuberc"))
    with pytest.raises(ConfigError, match="does not let"):
        await run(tmp_path, f"touch {tmp_path}/ran", around)
    assert not (tmp_path / "ran").exists()


def assert_gone(pid: int) -> None:
    """The process is dead: no such process, or a zombie that nobody has waited for."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} is still there")
