import asyncio
import base64
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.kube.credentials import FromPlugin, IdToken, Reloaded, Secret, checked
from app.kube.exec_plugin import Plugin, Surroundings
from app.kube.kubeconfig import ExecConfig
from tests.kube.instant_clock import START, InstantClock
from tests.kube.plugins import V1, plugin_script

MINUTE = timedelta(minutes=1)


def jwt(**claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{part}.signature"


async def test_a_file_is_read_again_after_its_period() -> None:
    clock, tokens = InstantClock(), ["one", "two", "three"]
    credential = Reloaded(lambda: Secret(tokens.pop(0)), clock.now, MINUTE)
    assert (await credential.current()).authorization == "one"
    clock.pass_time(59)
    assert (await credential.current()).authorization == "one"
    clock.pass_time(1)
    assert (await credential.current()).authorization == "two"


async def test_a_clock_that_was_set_back_does_not_stop_the_reading() -> None:
    clock, tokens = InstantClock(), ["one", "two"]
    credential = Reloaded(lambda: Secret(tokens.pop(0)), clock.now, MINUTE)
    clock.pass_time(-3600)
    assert (await credential.current()).authorization == "two"


async def test_a_file_that_is_gone_for_a_moment_keeps_the_last_token(tmp_path: Path) -> None:
    path, clock = tmp_path / "token", InstantClock()
    path.write_text("one")

    def read() -> Secret:
        try:
            return Secret(path.read_text())
        except OSError:
            raise ConfigError("gone") from None

    credential = Reloaded(read, clock.now, MINUTE)
    path.unlink()
    clock.pass_time(61)
    assert (await credential.current()).authorization == "one"
    path.write_text("two")
    assert (await credential.current()).authorization == "two"


async def test_a_refusal_reads_once_for_all_who_were_refused() -> None:
    tokens = ["one", "two", "three"]
    credential = Reloaded(lambda: Secret(tokens.pop(0)), InstantClock().now)
    used = await credential.current()
    assert (await credential.renew(used)).authorization == "two"
    assert (await credential.renew(used)).authorization == "two"


async def test_an_id_token_is_used_until_it_expires() -> None:
    clock = InstantClock()
    token = jwt(exp=(START + MINUTE).timestamp())
    credential = IdToken(token, "me", clock.now)
    assert (await credential.current()).authorization == f"Bearer {token}"
    assert await credential.renew(Secret("x")) == Secret("x")
    clock.pass_time(60)
    with pytest.raises(ConfigError, match='id-token of user "me" expired at 2026-11-24T10:01:00Z') as caught:
        await credential.current()
    assert token not in caught.value.message


@pytest.mark.parametrize(
    "token", [jwt(sub="x"), "opaque", "a.b.c", jwt(exp="soon"), jwt(exp=1e300), "..", "a.W10.c"]
)
async def test_a_token_that_does_not_say_when_it_ends_is_left_to_the_server(token: str) -> None:
    assert (await IdToken(token, "me", InstantClock().now).current()).authorization == f"Bearer {token}"


@pytest.mark.parametrize("bad", ["a\nb", "a\r", "tökén", "a\x00"])
def test_what_no_header_can_hold_is_refused_unseen(bad: str) -> None:
    with pytest.raises(ConfigError, match="the token holds characters") as caught:
        checked(f"Bearer {bad}", "the token")
    assert bad not in caught.value.message


def from_plugin(folder: Path, clock: InstantClock, script: str) -> FromPlugin:
    command = plugin_script(folder, script)
    plugin = Plugin(ExecConfig(command=command, api_version=V1, interactive_mode="Never"), "me")
    return FromPlugin(plugin, Surroundings({"PATH": "/bin:/usr/bin"}), clock.now)


def counting(folder: Path, expires: datetime | None = None) -> str:
    """A plugin that yields token-1, token-2, …"""
    end = f', "expirationTimestamp": "{expires:%Y-%m-%dT%H:%M:%SZ}"' if expires else ""
    answer = f'{{"apiVersion": "{V1}", "kind": "ExecCredential", "status": {{"token": "token-%d"{end}}}}}'
    return f"echo x >> {folder}/runs; printf '{answer}' $(wc -l < {folder}/runs)"


async def test_a_plugin_without_an_expiry_runs_once(tmp_path: Path) -> None:
    clock = InstantClock()
    credential = from_plugin(tmp_path, clock, counting(tmp_path))
    first = await credential.current()
    clock.pass_time(86400)
    assert first == await credential.current() == Secret("Bearer token-1")


async def test_a_plugin_runs_again_shortly_before_the_expiry(tmp_path: Path) -> None:
    clock = InstantClock()
    credential = from_plugin(tmp_path, clock, counting(tmp_path, START + timedelta(hours=1)))
    assert await credential.current() == Secret("Bearer token-1")
    clock.pass_time(3600 - 61)
    assert await credential.current() == Secret("Bearer token-1")
    clock.pass_time(1)
    assert await credential.current() == Secret("Bearer token-2")


async def test_a_short_lived_token_is_not_due_at_once(tmp_path: Path) -> None:
    clock = InstantClock()
    credential = from_plugin(tmp_path, clock, counting(tmp_path, START + timedelta(seconds=30)))
    assert await credential.current() == await credential.current() == Secret("Bearer token-1")
    clock.pass_time(27)
    assert await credential.current() == Secret("Bearer token-2")


async def test_many_requests_run_the_plugin_once(tmp_path: Path) -> None:
    credential = from_plugin(tmp_path, InstantClock(), counting(tmp_path))
    found = await asyncio.gather(*(credential.current() for _ in range(20)))
    assert set(found) == {Secret("Bearer token-1")}
    renewed = await asyncio.gather(*(credential.renew(found[0]) for _ in range(20)))
    assert set(renewed) == {Secret("Bearer token-2")}


async def test_an_early_renewal_that_fails_keeps_the_token_until_its_end(tmp_path: Path) -> None:
    clock = InstantClock()
    script = f"test -e {tmp_path}/runs && exit 3; {counting(tmp_path, START + timedelta(hours=1))}"
    credential = from_plugin(tmp_path, clock, script)
    await credential.current()
    clock.pass_time(3590)
    assert await credential.current() == Secret("Bearer token-1")
    clock.pass_time(10)
    with pytest.raises(ConfigError, match="exit code 3"):
        await credential.current()


def test_a_secret_does_not_show() -> None:
    assert "hunter2" not in repr(Secret("Bearer hunter2", b"hunter2", b"hunter2"))
