"""Run a credential plugin (client.authentication.k8s.io/v1 and v1beta1) and read what it yields.

Law: a plugin is a stranger's program with our rights. It never reads our terminal unless prompting was
allowed, never outlives its time, and what it prints reaches no error text unless it is stderr, cleaned and
with anything token-like struck out. Its output is secret.
"""

import asyncio
import json
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from app.domain.text import clean
from app.errors import ConfigError
from app.kube.kubeconfig import ExecConfig
from app.kube.kuberc import PluginPolicy

GROUP = "client.authentication.k8s.io"
VERSIONS = (f"{GROUP}/v1", f"{GROUP}/v1beta1")
INTERACTIVE_MODES = ("Never", "IfAvailable", "Always")
_OUTPUT_LIMIT = 1 << 20
# Twenty characters and more with a digit among them: JWTs, base64, hexadecimal; no path and no sentence.
_TOKEN_LIKE = re.compile(r"(?i:bearer\s+\S+)|(?=[\w.+=-]*\d)[\w.+=-]{20,}", re.ASCII)


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _ExecCredential(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plugin yielded: a token, a client certificate with its key, or all three."""

    token: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a plugin finds around it."""

    environ: Mapping[str, str] = field(repr=False)
    policy: PluginPolicy = field(default_factory=PluginPolicy)
    has_terminal: bool = False
    """Whether standard input is a terminal on which the plugin may ask questions, now."""
    timeout_seconds: float = 30.0
    prompt_timeout_seconds: float = 300.0
    """For a plugin that asks the user something."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin as one user of a kubeconfig names it."""

    config: ExecConfig
    user: str
    cluster: Mapping[str, Any] | None = field(default=None, repr=False)
    """The ``spec.cluster`` of KUBERNETES_EXEC_INFO where the kubeconfig wants it told."""

    async def run(self, around: Surroundings) -> Answer:
        """Run the program to its end.

        Raises:
            ConfigError: it may not run, is not there, fails, takes too long, or yields no credentials.
        """
        interactive = self._interactive(around)
        program = self._resolve(around)
        process = await self._start(program, around, interactive)
        limit = around.prompt_timeout_seconds if interactive else around.timeout_seconds
        output, words, code = bytearray(), bytearray(), None
        try:
            async with asyncio.timeout(limit):
                await asyncio.gather(_read(process.stdout, output), _read(process.stderr, words))
                code = await process.wait()
        except TimeoutError:
            # What it said may be the page to open and the code to type there.
            raise self._failure(f"gave no answer within {limit:g} s{_last_words(words)}") from None
        finally:
            if code is None:  # also when we are cancelled
                await _kill(process, whole_group=not interactive)
        if code != 0:
            raise self._failure(f"failed with exit code {code}{_last_words(words)}")
        return self._answer(bytes(output))

    def _interactive(self, around: Surroundings) -> bool:
        mode = self.config.interactive_mode
        if mode == "Always" and not around.has_terminal:
            raise self._failure(
                "wants to ask you something (interactiveMode: Always), and there is no terminal for it here",
                fix="run a command that logs you in first, for example kubectl get namespaces",
            )
        return mode != "Never" and around.has_terminal

    def _resolve(self, around: Surroundings) -> str:
        command = self.config.command
        search_path = around.environ.get("PATH", os.defpath)
        program = shutil.which(command, path=search_path)
        if program is None:
            hint = clean(self.config.install_hint, 500)
            raise self._failure("is not installed", fix=hint or f"install {clean(command)}")
        around.policy.check(command, program, search_path)
        return program

    async def _start(self, program: str, around: Surroundings, interactive: bool) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                program,
                *self.config.args,
                env=self._environ(around, interactive),
                # A prompt needs our terminal's foreground; without one the plugin gets a session of its own.
                stdin=None if interactive else DEVNULL,
                stdout=PIPE,
                stderr=None if interactive else PIPE,
                start_new_session=not interactive,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "an argument holds a null byte"
            raise self._failure(f"cannot be started: {why}") from None

    def _environ(self, around: Surroundings, interactive: bool) -> dict[str, str]:
        spec: dict[str, Any] = {"interactive": interactive}
        if self.cluster is not None:
            spec["cluster"] = dict(self.cluster)
        info = {"apiVersion": self.config.api_version, "kind": "ExecCredential", "spec": spec}
        own = {variable.name: variable.value for variable in self.config.env}
        return {**around.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}

    def _answer(self, output: bytes) -> Answer:
        try:
            credential = msgspec.json.decode(output, type=_ExecCredential)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._failure("printed something else than an ExecCredential") from None
        status = credential.status
        if credential.kind != "ExecCredential" or credential.api_version != self.config.api_version:
            returned = clean(f"{credential.api_version} {credential.kind}", 100)
            raise self._failure(f"printed {returned!r} where {self.config.api_version} was asked for")
        if status is None or not (status.token or status.client_certificate_data):
            raise self._failure("yielded neither a token nor a client certificate")
        if bool(status.client_certificate_data) != bool(status.client_key_data):
            raise self._failure("yielded a client certificate without its key, or the key alone")
        if status.expiration_timestamp is not None and status.expiration_timestamp.tzinfo is None:
            raise self._failure("yielded an expirationTimestamp without a time zone")
        return Answer(
            status.token.strip(),
            status.client_certificate_data.encode(),
            status.client_key_data.encode(),
            status.expiration_timestamp,
        )

    def _failure(self, what: str, *, fix: str = "") -> ConfigError:
        return ConfigError(
            f'the credential plugin {clean(self.config.command)} of user "{clean(self.user)}" {what}',
            fix=fix or "run it by hand, or any kubectl command, to see what it says",
        )


async def _read(stream: asyncio.StreamReader | None, kept: bytearray) -> None:
    """Read to the end of the stream into ``kept``; what exceeds the limit is read and forgotten."""
    while stream is not None and (chunk := await stream.read(65536)):
        kept += chunk[: _OUTPUT_LIMIT - len(kept)]


async def _kill(process: Process, *, whole_group: bool) -> None:
    """End the plugin, and with it what it started if it had a session of its own."""
    try:
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    await process.wait()


def _last_words(stderr: bytearray) -> str:
    text = _TOKEN_LIKE.sub("…", stderr[-2000:].decode("utf-8", "replace").strip())
    return f": {clean(text, 400)}" if text else ""
