from pathlib import Path

import pytest

from app.errors import ConfigError
from app.kube.kubeconfig import Kubeconfig
from app.kube.kubefiles import load
from tests.kube.kubeconfigs import document, write

SECRET = "eyJhbGciOiJub25lIn0.hunter2"


def home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder)}


def test_the_option_is_the_only_file(tmp_path: Path) -> None:
    chosen = write(tmp_path / "chosen", document({"server": "https://a"}, {}, name="chosen"))
    other = write(tmp_path / "other", document({"server": "https://b"}, {}, name="other"))
    config = load(str(chosen), {"KUBECONFIG": str(other), **home(tmp_path)})
    assert list(config.contexts) == ["chosen"]


def test_kubeconfig_lists_files_and_leaves_out_the_missing(tmp_path: Path) -> None:
    first = write(tmp_path / "1", document({"server": "https://a"}, {}, name="one"))
    second = write(tmp_path / "2", document({"server": "https://b"}, {}, name="two"))
    listed = f"{first}:{tmp_path / 'missing'}::{second}"
    config = load("", {"KUBECONFIG": listed, **home(tmp_path)})
    assert list(config.contexts) == ["one", "two"]
    assert config.current == "one"
    assert config.files == (first, second)


def test_the_default_is_in_the_home_folder(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "config", document({"server": "https://a"}, {}, name="home"))
    assert list(load("", home(tmp_path)).contexts) == ["home"]
    assert load("", home(tmp_path / "elsewhere")).is_empty


def test_a_tilde_is_the_home_folder_and_an_empty_variable_is_unset(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "config", document({"server": "https://a"}, {}, name="home"))
    assert list(load("", {"KUBECONFIG": "", **home(tmp_path)}).contexts) == ["home"]


def test_the_first_file_to_name_a_thing_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "1", document({"server": "https://first"}, {"token": "first"}))
    second = document({"server": "https://second", "tls-server-name": "x"}, {"token": "second"})
    second["current-context"] = "other"
    config = load("", {"KUBECONFIG": f"{first}:{write(tmp_path / '2', second)}"})
    assert config.clusters["test"].server == "https://first"
    assert config.clusters["test"].tls_server_name == ""
    assert config.users["test"].token == "first"
    assert config.current == "test"


def test_a_later_file_names_the_current_context_if_the_first_does_not(tmp_path: Path) -> None:
    first = document({"server": "https://a"}, {}, name="one")
    first["current-context"] = ""
    second = document({"server": "https://b"}, {}, name="two")
    listed = f"{write(tmp_path / '1', first)}:{write(tmp_path / '2', second)}"
    assert load("", {"KUBECONFIG": listed}).current == "two"


def test_paths_are_relative_to_the_file_that_holds_them(tmp_path: Path) -> None:
    user = {
        "client-certificate": "pki/c.crt",
        "client-key": "/abs/c.key",
        "tokenFile": "../token",
        "exec": {"command": "./bin/login", "apiVersion": "client.authentication.k8s.io/v1"},
    }
    path = write(tmp_path / "deep" / "config", document({"certificate-authority": "ca.crt"}, user))
    config = load(str(path), {})
    found = config.users["test"]
    assert config.clusters["test"].certificate_authority == str(tmp_path / "deep" / "ca.crt")
    assert found.client_certificate == str(tmp_path / "deep" / "pki" / "c.crt")
    assert found.client_key == "/abs/c.key"
    assert found.token_file == str(tmp_path / "token")
    assert found.exec_plugin is not None
    assert found.exec_plugin.command == str(tmp_path / "deep" / "bin" / "login")


def test_a_plugin_without_a_separator_is_looked_up_later(tmp_path: Path) -> None:
    path = write(tmp_path / "config", document({}, {"exec": {"command": "login"}}))
    plugin = load(str(path), {}).users["test"].exec_plugin
    assert plugin is not None
    assert plugin.command == "login"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "{}",
        "users: null\nclusters: null\ncontexts: null\ncurrent-context: ''\n",
        "apiVersion: v1\n",
    ],
)
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert load(str(write(tmp_path / "config", text)), {}) == Kubeconfig(files=(tmp_path / "config",))


def test_nulls_are_absent(tmp_path: Path) -> None:
    text = """
clusters: [{name: c, cluster: {server: https://a, proxy-url: null}}]
users: [{name: u, user: null}, {name: v, user: {token: null, exec: {command: x, args: null, env: null}}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: null}}]
"""
    config = load(str(write(tmp_path / "config", text)), {})
    assert config.contexts["x"].namespace == ""
    assert config.users["v"].exec_plugin is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just words", "another shape.*Expected `object`"),
        ("- a\n- b\n", "another shape.*Expected `object`"),
        ("users: {a: b}", r"another shape.*\$.users"),
        (f"users: [{{name: u, user: {{token: [{SECRET}]}}}}]", r"another shape.*\$.users\[0\].user.token"),
        ("users: [{user: {}}]", "another shape.*missing required field `name`"),
        ("users: [{name: u, user: {token: 12345}}]", "another shape.*Expected `str`, got `int`"),
        ("clusters: [{name: c, cluster: {insecure-skip-tls-verify: maybe}}]", "another shape.*bool"),
        (f"users:\n- name: u\n  user:\n    token: {SECRET}: x\n", "not valid YAML at line 4"),
        ("a: [1", "not valid YAML"),
        ("a: !!python/object:os.system {}", "not valid YAML"),
        ("\x00", "not valid YAML"),
    ],
)
def test_a_malformed_file_is_named_and_never_shown(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "config", text)
    with pytest.raises(ConfigError, match=message) as caught:
        load(str(path), {})
    error = caught.value
    assert str(path) in error.message
    assert "hunter2" not in f"{error.message} {error.fix} {error.__cause__!r}"
    assert error.__suppress_context__


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(str(path), {})


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(str(tmp_path), {})


def test_missing_files_that_were_asked_for(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(ConfigError, match=r"no kubeconfig file .*missing") as caught:
        load(missing, {})
    assert "--kubeconfig" in caught.value.fix
    with pytest.raises(ConfigError, match="none of the files in KUBECONFIG exists") as caught:
        load("", {"KUBECONFIG": f"{missing}:{missing}2"})
    assert "KUBECONFIG" in caught.value.fix
