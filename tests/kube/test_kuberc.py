from pathlib import Path

import pytest

from app.errors import ConfigError
from app.kube.kuberc import PluginPolicy, load
from tests.kube.kubeconfigs import write


def policy(folder: Path, text: str) -> PluginPolicy:
    write(folder / ".kube" / "kuberc", text)
    return load({"HOME": str(folder)})


def program(folder: Path, name: str = "login") -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "text", ["", "kind: Preference\n", "credentialPluginPolicy: AllowAll", "aliases: []"]
)
def test_plugins_run_unless_it_says_otherwise(tmp_path: Path, text: str) -> None:
    policy(tmp_path, text).check("login", "/usr/bin/login", "/usr/bin")


def test_without_a_file_plugins_run(tmp_path: Path) -> None:
    load({"HOME": str(tmp_path)}).check("login", "/usr/bin/login", "/usr/bin")


def test_deny_all(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"credentialPluginPolicy in .*kuberc does not let /usr/bin/login run"
    ):
        policy(tmp_path, "credentialPluginPolicy: DenyAll").check("login", "/usr/bin/login", "/usr/bin")


@pytest.mark.parametrize("key", ["command", "name"])
@pytest.mark.parametrize("entry", ["login", "FULL"])
def test_an_allowlist_lets_the_listed_run(tmp_path: Path, key: str, entry: str) -> None:
    full = program(tmp_path)
    entry = full if entry == "FULL" else entry
    text = f"credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{{{key}: {entry}}}]"
    policy(tmp_path, text).check("login", full, str(tmp_path))


def test_an_allowlist_of_names_means_the_one_in_path(tmp_path: Path) -> None:
    program(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    impostor = program(tmp_path / "elsewhere")
    allowed = policy(
        tmp_path, "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: login}]"
    )
    with pytest.raises(ConfigError, match=r"does not let .*elsewhere/login run"):
        allowed.check(impostor, impostor, str(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "credentialPluginPolicy: Allowlist",
        "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{}]",
        "credentialPluginPolicy: denyall",
        "credentialPluginPolicy: [x]",
        "a: [",
    ],
)
def test_a_guard_that_cannot_be_understood_refuses(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="kuberc"):
        policy(tmp_path, text)


@pytest.mark.parametrize("environ", [{"KUBERC": "off"}, {"KUBECTL_KUBERC": "false"}])
def test_it_can_be_turned_off(tmp_path: Path, environ: dict[str, str]) -> None:
    write(tmp_path / ".kube" / "kuberc", "credentialPluginPolicy: DenyAll")
    assert load({"HOME": str(tmp_path), **environ}).allow_all


def test_another_file_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "rc", "credentialPluginPolicy: DenyAll")
    assert not load({"HOME": str(tmp_path), "KUBERC": str(path)}).allow_all
