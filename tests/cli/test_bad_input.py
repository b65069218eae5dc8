"""A wrong value is answered by one line and an exit code, and nothing is written, here or in the cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from app.cli.root import root
from app.settings import SPECS
from tests.cli import wrong
from tests.cli.conftest import Served
from tests.cli.line import Line, without
from tests.cli.wrong import Wrong
from tests.e2e.command import Done

TABLE = wrong.table()


def refused(done: Done, says: str, code: int = 2) -> None:
    """One readable line on stderr that says so, nothing on stdout, and the code."""
    assert done.out == ""
    assert done.err.count("\n") == 1 and done.err.endswith("\n")
    words = done.err[:-1]
    assert words.isprintable(), ascii(words)
    assert words.startswith("netgrant"), words
    assert says in words
    assert len(words) < 5000
    assert done.code == code, words


@contextmanager
def nothing_written(still: Served, line: Line) -> Iterator[None]:
    """Neither the cluster nor the registry is changed, and no write was even tried."""
    version, writes = still.cluster.store.version, still.relay.writes()
    yield
    assert still.relay.writes() == writes
    assert still.cluster.store.version == version
    assert not line.registry.exists()


@pytest.mark.parametrize("case", TABLE, ids=str)
def test_a_wrong_value_is_one_line_and_nothing_happens(case: Wrong, still: Served, quiet_line: Line) -> None:
    with nothing_written(still, quiet_line):
        done = quiet_line(*case.line())

    refused(done, case.says, case.code)


@pytest.mark.parametrize("case", wrong.UNTIL_ALONE, ids=str)
def test_a_wrong_end(case: Wrong, still: Served, quiet_line: Line) -> None:
    line = [*case.line()]
    at = line.index("--for")
    del line[at : at + 2]

    with nothing_written(still, quiet_line):
        done = quiet_line(*line)

    if case.verb == "extend" and "8h" in case.says:
        refused(done, "00000000", 3)  # the grant is looked up before its life can be told
    else:
        refused(done, case.says)


@pytest.mark.parametrize(("line", "says"), wrong.LINES, ids=lambda value: ascii(value)[:60])
def test_a_wrong_line(line: list[str], says: str, still: Served, quiet_line: Line) -> None:
    with nothing_written(still, quiet_line):
        done = quiet_line(*line)

    refused(done, says)


@pytest.mark.parametrize(("value", "says", "code"), wrong.HISTORY_IDS)
def test_a_wrong_id_for_history(value: str, says: str, code: int, still: Served, quiet_line: Line) -> None:
    with nothing_written(still, quiet_line):
        done = quiet_line("history", value)

    refused(done, says, code)


def test_the_table_has_a_wrong_value_for_every_option_that_takes_one() -> None:
    tried = {(case.verb, case.option) for case in TABLE} | {("history", "ID"), ("revoke", "-l")}
    context = click.Context(root)
    missing = []
    for verb in root.list_commands(context):
        command = root.get_command(context, verb)
        assert command is not None
        for param in command.params:
            if getattr(param, "is_flag", False) or param.name == "argv":
                continue
            names = {*param.opts, param.human_readable_name.strip("[]…")}
            if not any((verb, name) in tried for name in names):
                missing.append(f"{verb} {param.name}")
    assert missing == []


FILE = ("grant", "-n", "production", "--for", "30m", "--reason", "debug", "-f")


@pytest.mark.parametrize(("content", "says"), wrong.FILES, ids=lambda value: ascii(value[:30]))
def test_a_wrong_manifest_from_a_file_and_from_stdin(
    content: bytes, says: str, still: Served, quiet_line: Line, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(content)

    with nothing_written(still, quiet_line):
        refused(quiet_line(*FILE, str(file)), says)
        refused(quiet_line(*FILE, "-", stdin=content), says)
        refused(quiet_line(*FILE, "-", "--dry-run", stdin=content), says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "-f is empty"),
        ("/nowhere/x.yaml", "-f '/nowhere/x.yaml': No such file or directory; name a file, or - for stdin"),
        ("/", "-f '/': Is a directory"),
        (wrong.ESCAPE, r"-f '\x1b]52;c;cm0gLXJmIC8=\x07': No such file or directory"),
        ("x" * 5000, "File name too long"),
        ("/dev/zero", "-f '/dev/zero' is larger than 256 KiB"),
    ],
)
def test_a_manifest_that_cannot_be_read(name: str, says: str, still: Served, quiet_line: Line) -> None:
    with nothing_written(still, quiet_line):
        refused(quiet_line(*FILE, name), says)


def policy(namespace: str, spec: str = "{podSelector: {}}") -> str:
    """A manifest."""
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    return f"{head}metadata: {{name: a, namespace: {namespace}}}\nspec: {spec}\n---\n"


def test_manifests_for_two_namespaces_and_an_option_for_one(still: Served, quiet_line: Line) -> None:
    both = policy("production") + policy("payments")

    with nothing_written(still, quiet_line):
        done = quiet_line(*FILE, "-", stdin=both)

    refused(done, "the manifest is for namespace 'payments', the option says 'production'")


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("{podSelector: {}, ingres: []}", "fields that do not exist: spec.ingres"),
        ("{podSelector: [], ingress: 7}", "spec"),
        ("{podSelector: {matchLabels: {a: 'b c'}}}", "spec.podSelector.matchLabels"),
        ('{podSelector: {matchLabels: {a: "\\e[31m"}}}', "spec.podSelector.matchLabels"),
        ("{podSelector: {matchLabels: {a: yes}}}", "spec"),
        ("{podSelector: {}, ingress: [{ports: [{port: 0}]}]}", "spec.ingress[0].ports[0].port"),
        ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}", "spec.ingress[0].from[0]"),
        ("{podSelector: {}, policyTypes: [Sideways]}", "spec.policyTypes[0]"),
    ],
)
def test_a_manifest_that_the_server_would_refuse(
    spec: str, says: str, still: Served, quiet_line: Line
) -> None:
    with nothing_written(still, quiet_line):
        refused(quiet_line(*FILE, "-", stdin=policy("production", spec)), says)
        refused(quiet_line(*FILE, "-", "--dry-run", stdin=policy("production", spec)), says)


def test_a_half_id_that_means_several_grants(still: Served, quiet_line: Line) -> None:
    with nothing_written(still, quiet_line):
        refused(quiet_line("show", "01M"), "'01M' means 4 grants: 01M")
        refused(quiet_line("revoke", "01M", "--reason", "x"), "give the id, or more characters of it")
        refused(quiet_line("extend", "01M", "--for", "5m", "--reason", "x"), "means 4 grants")


def test_what_is_named_and_not_there(still: Served, quiet_line: Line) -> None:
    line = ("grant", "-n", "production", "--for", "5m", "--reason", "x", "--from", "10.0.0.0/8", "--to")
    with nothing_written(still, quiet_line):
        refused(quiet_line(*line, "svc/nope:80"), "there is no services/nope in namespace production", 3)
        refused(quiet_line(*line, "svc/database:99"), "has no port '99'; its ports are: 5432 (db)", 2)
        refused(quiet_line(*line, "deploy/nope"), "there is no deployments/nope", 3)
        refused(quiet_line(*line, "pod/nope"), "there is no pods/nope", 3)


# What the environment and the settings file say.

BAD_SETTINGS = [
    ("context", "nope", 'there is no context "nope"'),
    ("context", "a\x1b[31m", "NETGRANT_CONTEXT: 'a\\x1b[31m' is empty or holds control characters"),
    ("kubeconfig", "/nowhere/config", "there is no kubeconfig file /nowhere/config"),
    ("namespace", "Prod!", "NETGRANT_NAMESPACE: 'Prod!' is not a namespace name"),
    ("registry", "~nobody-of-that-name/x", "NETGRANT_REGISTRY: '~nobody-of-that-name/x' names a home"),
    ("max_ttl", "8", "NETGRANT_MAX_TTL: '8' is not a duration; did you mean 8m?"),
    ("max_ttl", "-1h", "NETGRANT_MAX_TTL: '-1h' is not a duration"),
    ("output", "xml", "NETGRANT_OUTPUT: 'xml' is not an output format; there are: table, wide"),
    ("timeout", "soon", "NETGRANT_TIMEOUT: 'soon' is not a duration"),
    ("timeout", "0s", "NETGRANT_TIMEOUT: '0s' is out of range"),
    ("timeout", "\x9b", "NETGRANT_TIMEOUT: '\\x9b' is not a duration"),
    ("read_only", "maybe", "NETGRANT_READ_ONLY: 'maybe' is neither true nor false"),
    ("production", "prod-*,", "NETGRANT_PRODUCTION: '' is empty or holds control characters"),
    ("warn_before", "5m,1", "NETGRANT_WARN_BEFORE: '1' is not a duration; did you mean 1m?"),
    ("theme", "a\x1b[31m", "NETGRANT_THEME: 'a\\x1b[31m' is empty or holds control characters"),
]
VERBS = ["list", "grant", "revoke", "history", "exec"]


def test_every_setting_has_a_wrong_value_here() -> None:
    assert {spec.name for spec in SPECS if spec.variable} == {name for name, _, _ in BAD_SETTINGS}
    assert {spec.name for spec in SPECS} <= {text.partition(" ")[0] for text, _ in BAD_FILES}


def bare(verb: str) -> list[str]:
    """A right line that leaves each setting to the environment and the file."""
    return [*without(wrong.RIGHT[verb], "-n"), *(["--", "true"] if verb == "exec" else [])]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", BAD_SETTINGS, ids=lambda case: ascii(case[:2]))
def test_a_wrong_variable(
    verb: str,
    case: tuple[str, str, str],
    still: Served,
    quiet_line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, value, says = case
    monkeypatch.setenv(f"NETGRANT_{name.upper()}", value)

    with nothing_written(still, quiet_line):
        done = quiet_line(*bare(verb))

    refused(done, says, 7)


BAD_FILES = [
    ("max_ttl = 8", "max_ttl: 8 is not a duration; write a number and its unit in quotes"),
    ("namespace = 'Prod!'", "namespace: 'Prod!' is not a namespace name"),
    ("output = 'text'", "output: 'text' is not an output format"),
    ("timeout = '5'", "timeout: '5' is not a duration; did you mean 5m?"),
    ("registry = 3", "registry: 3 is not text"),
    ("kubeconfig = '/nowhere/config'", "there is no kubeconfig file /nowhere/config"),
    ("context = 'nope'", 'there is no context "nope"'),
    ("read_only = 2", "read_only: 2 is neither true nor false; write true or false"),
    ("production = 3", "production: 3 is not a pattern of context names"),
    ("warn_before = 5", "warn_before: 5 is not a list of durations"),
    ("theme = ''", "theme: '' is empty or holds control characters"),
    (
        "templates = {db = {colour = 'x'}}",
        "templates: 'db' has an unknown field 'colour'; there are: context",
    ),
    ("maxttl = '8h'", "unknown setting 'maxttl'; did you mean max_ttl?"),
    ('"\\u001b[31m" = 1', r"unknown setting '\x1b[31m'"),
    ("max_ttl = 8h", "is not TOML"),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("case", BAD_FILES, ids=lambda case: ascii(case[0]))
def test_a_wrong_settings_file(
    verb: str,
    case: tuple[str, str],
    still: Served,
    quiet_line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, says = case
    file = quiet_line.registry.with_name("config.toml")
    file.write_text(text)
    monkeypatch.setenv("NETGRANT_CONFIG", str(file))
    monkeypatch.delenv("NETGRANT_REGISTRY")

    with nothing_written(still, quiet_line):
        done = quiet_line(*bare(verb))

    refused(done, says, 7)


def test_a_variable_that_is_almost_one_of_ours(quiet_line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETGRANT_NAMESPCE", "ops")

    refused(quiet_line("list"), "unknown variable NETGRANT_NAMESPCE; did you mean NETGRANT_NAMESPACE?", 7)


def test_a_settings_file_that_is_not_there(quiet_line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETGRANT_CONFIG", f"/nowhere/{wrong.ESCAPE}")

    refused(quiet_line("list"), r"NETGRANT_CONFIG names /nowhere/\x1b]52", 7)
