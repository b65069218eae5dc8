"""What goes to stdout: each format of each verb, with the fields that docs/output.md promises."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import yaml

from app.cli.rows import COLUMNS
from app.domain.grant import Deadman, State
from app.domain.records import EndCause, Happening, Phase
from app.live.projector import Change
from tests.cli import documented
from tests.cli.conftest import Served
from tests.cli.line import SPEC, Line, grant

GRANT_FIELDS = documented.fields("A grant")
ENTRY_FIELDS = documented.fields("An audit row")
SEED = (
    "grant", "-n", "production", "--to", "app=database", "--from", "198.51.100.0/24", "--port", "5432/TCP",
    "--for", "30m", "--reason", "debug replication lag", "--dry-run", "-o",
)  # fmt: skip
SEED_SPEC = {
    "podSelector": {"matchLabels": {"app": "database"}},
    "policyTypes": ["Ingress"],
    "ingress": [
        {"from": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"protocol": "TCP", "port": 5432}]}
    ],
}


def is_time(value: object) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).isoformat() == value.replace(
        "Z", "+00:00"
    )


TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "time": is_time,
    "time or null": lambda value: value is None or is_time(value),
    "integer": lambda value: type(value) is int,
    "integer or null": lambda value: value is None or type(value) is int,
    "boolean": lambda value: type(value) is bool,
    "array of strings": lambda value: isinstance(value, list) and all(isinstance(v, str) for v in value),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def as_documented(found: dict[str, Any], fields: dict[str, documented.Field]) -> None:
    """The fields of the document in its order, each of its type."""
    assert list(found) == list(fields)
    for name, field in fields.items():
        assert TYPES[field.type](found[name]), f"{name} is {found[name]!r}, not {field.type}"


def grant_as_documented(found: dict[str, Any]) -> None:
    as_documented(found, GRANT_FIELDS)
    inner = {name for name in GRANT_FIELDS["parts"].names() if not name.startswith("not ")}
    assert all(set(part) == inner - {"armed"} for part in found["parts"])


# The seed example.


@pytest.fixture
def nowhere(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Line:  # noqa: ANN401
    """A command line that knows no cluster at all."""
    monkeypatch.setenv("NETGRANT_REGISTRY", str(tmp_path / "registry.db"))
    return Line(tmp_path / "none", tmp_path / "registry.db")


def test_the_seed_example_without_any_cluster(nowhere: Line) -> None:
    done = nowhere(*SEED, "yaml").ok()

    job, policy = yaml.safe_load_all(done.out)
    assert policy["spec"] == SEED_SPEC
    assert (policy["apiVersion"], policy["kind"]) == ("networking.k8s.io/v1", "NetworkPolicy")
    assert policy["metadata"]["namespace"] == job["metadata"]["namespace"] == "production"
    assert job["spec"]["activeDeadlineSeconds"] == 1800
    assert done.err == ""
    assert not nowhere.registry.exists()


def test_the_same_as_json_is_a_list_in_the_order_of_making(nowhere: Line) -> None:
    found = nowhere(*SEED, "json").ok().json

    assert (found["apiVersion"], found["kind"]) == ("v1", "List")
    assert [item["kind"] for item in found["items"]] == ["Job", "NetworkPolicy"]
    assert found["items"][1]["spec"] == SEED_SPEC


def test_a_rehearsal_by_the_server_prints_the_same_and_writes_nothing(
    still: Served, quiet_line: Line
) -> None:
    version = still.cluster.store.version
    line = [word if word != "--dry-run" else "--dry-run=server" for word in SEED]

    done = quiet_line(*line, "yaml").ok()

    assert [*yaml.safe_load_all(done.out)][1]["spec"] == SEED_SPEC
    assert done.err.splitlines()[-1] == "the server accepts it; nothing was written"
    assert still.cluster.store.version == version
    assert not quiet_line.registry.exists()


def test_a_rehearsal_of_what_must_be_looked_up_asks_the_cluster_and_writes_nothing(
    still: Served, quiet_line: Line
) -> None:
    version, writes = still.cluster.store.version, still.relay.writes()
    line = ("grant", "-n", "production", "--to", "svc/database:5432", "--from", "ns=ops app=bastion")

    done = quiet_line(*line, "--for", "5m", "--reason", "x", "--dry-run", "-o", "json").ok()

    spec = done.json["items"][1]["spec"]
    assert spec["podSelector"] == {"matchLabels": {"app": "database"}}
    assert spec["ingress"][0]["ports"] == [{"port": "db", "protocol": "TCP"}]
    assert "svc/database:5432 is app=database in production, pod port db/TCP" in done.err
    assert (still.cluster.store.version, still.relay.writes()) == (version, writes)
    assert not quiet_line.registry.exists()


def test_an_output_that_was_printed_can_be_granted_again(nowhere: Line, line: Line, namespace: str) -> None:
    text = nowhere(*SEED, "yaml").ok().out.partition("---\n")[2]
    manifest = yaml.safe_load(text)
    manifest["metadata"] = {"name": "again", "namespace": namespace}

    made = line("grant", "-f", "-", "--for", "5m", "--reason", "x", stdin=json.dumps(manifest)).ok().id

    shown = [*yaml.safe_load_all(line("show", made, "-o", "yaml", "-n", namespace).ok().out)]
    assert [policy["spec"] for policy in shown] == [SEED_SPEC]


# The documented fields.


def test_the_document_names_every_state_event_and_cause() -> None:
    assert GRANT_FIELDS["state"].names() == {str(state) for state in State}
    assert ENTRY_FIELDS["event"].names() == {str(happening) for happening in Happening}
    text = documented.section("`show -o json`")
    assert documented.enum_in(text, "phase") == {str(phase) for phase in Phase}
    assert documented.enum_in(text, "endCause") == {str(cause) for cause in EndCause}
    assert {str(change) for change in Change} == set(
        re.findall(r'"(\w+)"', documented.section("A grant").partition('"event": ')[2].partition(",")[0])
    )


def test_list_in_every_format(line: Line, namespace: str) -> None:
    later = grant(line, namespace, "--ticket", "INC-1", "--incident", "outage", life="50m")
    sooner = grant(line, namespace, life="10m", reason="a reason of more than forty characters is cut short")

    def listed(form: str) -> str:
        done = line("list", "-n", namespace, "-o", form).ok()
        assert done.err == ""
        return done.out

    rows = json.loads(listed("json"))
    assert [row["id"] for row in rows] == [sooner, later]
    for row in rows:
        grant_as_documented(row)
    assert (rows[1]["ticket"], rows[1]["incident"]) == ("INC-1", "outage")
    assert rows[0]["armed"] and rows[0]["requestedBy"] == "alice"
    assert rows[0]["parts"][0]["deadman"] == str(Deadman.ARMED)
    steady = [{**row, "secondsLeft": 0, "state": ""} for row in rows]
    assert [{**row, "secondsLeft": 0, "state": ""} for row in yaml.safe_load(listed("yaml"))] == steady
    table = listed("table").splitlines()
    assert table[0].split() == list(COLUMNS)
    assert [text.split()[0] for text in table[1:]] == ["active", "active"]
    assert sooner[-6:] in table[1] and "a reason of more than forty characters …" in table[1]
    wide = listed("wide").splitlines()
    assert wide[0].split()[:10] == table[0].split() and "POLICIES" in wide[0]
    assert "is cut short" in wide[1] and rows[0]["parts"][0]["policy"] in wide[1]
    check_csv(listed("csv"), rows)


def check_csv(text: str, rows: list[dict[str, Any]]) -> None:
    """The scalar fields, in the document's order; lists joined."""
    found = [*csv.DictReader(io.StringIO(text))]
    assert [*found[0]] == [name for name in GRANT_FIELDS if name != "parts"]
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert found[0]["namespaces"] == rows[0]["namespaces"][0]
    assert found[0]["armed"] == "True"


@pytest.mark.parametrize("form", ["json", "yaml", "csv"])
def test_no_grants_are_an_empty_list_in_each_format_for_machines(
    form: str, line: Line, namespace: str
) -> None:
    done = line("list", "-n", namespace, "-o", form).ok()

    assert done.err == ""
    header = ",".join(name for name in GRANT_FIELDS if name != "parts")
    assert done.out == {"json": "[]\n", "yaml": "[]\n", "csv": f"{header}\n"}[form]


@pytest.mark.parametrize("form", ["table", "wide"])
def test_no_grants_are_told_on_stderr_to_people(form: str, line: Line, namespace: str) -> None:
    done = line("list", "-n", namespace, "-o", form).ok()
    wider = line("list", "-A", "-l", "no-such-label", "-o", form).ok()

    assert (done.out, done.err) == ("", f"no grants stand in {namespace}; -A looks in all namespaces\n")
    assert (wider.out, wider.err.count("\n")) == ("", 1)
    assert wider.err.startswith("no grants stand in any namespace; ")


def test_a_cell_that_a_spreadsheet_would_run_is_defused(line: Line, namespace: str) -> None:
    grant(line, namespace, reason='=HYPERLINK("http://x")')

    row = next(csv.DictReader(io.StringIO(line("list", "-n", namespace, "-o", "csv").ok().out)))

    assert row["reason"] == '\'=HYPERLINK("http://x")'


def test_what_grant_and_adopt_print(line: Line, namespace: str) -> None:
    opening = ("grant", "-n", namespace, *SPEC, "--for", "30m", "--reason", "debug")

    told = line(*opening).ok()
    made = line(*opening, "-o", "json").ok().json
    also = yaml.safe_load(line(*opening, "-o", "yaml").ok().out)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", told.id)
    assert f"granted {told.id} until " in told.err
    assert re.search(r" \((30m|29m5[0-9]s) left\): ", told.err)
    assert "dead-man Job armed" in told.err
    for found in (made, also):
        grant_as_documented(found)
        assert found["namespaces"] == [namespace] and found["armed"]


def test_what_adopt_prints(line: Line, alive: Served, namespace: str) -> None:
    manifest = {"metadata": {"name": "stands"}, "spec": {"podSelector": {}}}
    alive.create("networkpolicies", namespace, manifest)

    found = line("adopt", "-n", namespace, "stands", "--for", "5m", "--reason", "x", "-o", "json").ok().json

    grant_as_documented(found)
    assert found["adopted"] and found["armed"]
    assert line("adopt", "-n", namespace, "stands", "--for", "5m", "--reason", "x").ended(9).out == ""


def test_what_extend_prints(line: Line, namespace: str) -> None:
    made = grant(line, namespace)
    said = ("--for", "5m", "--reason", "longer")

    told = line("extend", made, *said).ok()
    found = line("extend", made[-6:], *said, "-o", "json").ok().json

    assert is_time(told.out.strip()) and "(+5m)" in told.err
    text = documented.section("`extend -o json`")
    assert set(found) == set(re.findall(r'"(\w+)"', text)) == {"id", "before", "deadline"}
    assert found["before"] == told.out.strip() < found["deadline"]


def test_show_in_every_format(line: Line, namespace: str) -> None:
    made = grant(line, namespace, "--ticket", "INC-7")

    found = line("show", made, "-o", "json").ok().json
    text = line("show", made[:20].lower()).ok().out
    (policy,) = yaml.safe_load_all(line("show", made, "-o", "yaml").ok().out)

    assert list(found) == ["grant", "record", "history"]
    grant_as_documented(found["grant"])
    assert set(found["record"]) == documented.record_fields()
    for row in found["history"]:
        as_documented(row, ENTRY_FIELDS)
    assert [row["event"] for row in found["history"]] == ["asked", "granted"]
    assert policy["kind"] == "NetworkPolicy" and policy["spec"] == SEED_SPEC
    for words in (made, "INC-7", "armed: fails at", "ingress: app=database ⇄ 198.51.100.0/24 on 5432/TCP"):
        assert words in text


def test_show_of_what_has_ended(line: Line, namespace: str) -> None:
    made = grant(line, namespace, "--incident", "outage 7")
    assert line("revoke", made, "--reason", "done").ok().id == made

    found = line("show", made, "-o", "json").ok().json

    assert found["grant"] is None
    assert (found["record"]["phase"], found["record"]["endCause"]) == ("ended", "revoked")
    text = line("show", made).ok().out
    assert "ended, revoked at " in text and "Incident     outage 7\n" in text
    (policy,) = yaml.safe_load_all(line("show", made, "-o", "yaml").ok().out)
    assert policy["spec"] == SEED_SPEC


def test_history_in_every_format(line: Line, namespace: str) -> None:
    made = grant(line, namespace)
    line("revoke", made, "--reason", "done").ok()

    rows = line("history", "-o", "json").ok().json
    for row in rows:
        as_documented(row, ENTRY_FIELDS)
    assert [row["event"] for row in rows] == ["asked", "granted", "revoking", "revoked"]
    assert yaml.safe_load(line("history", "-o", "yaml").ok().out) == rows
    table = [*csv.DictReader(io.StringIO(line("history", "-o", "csv").ok().out))]
    assert [*table[0]] == list(ENTRY_FIELDS)
    assert [row["seq"] for row in table] == ["1", "2", "3", "4"]
    text = line("history", made[-6:], "--since", "1h").ok().out.splitlines()
    assert [words.split()[1] for words in text] == [row["event"] for row in rows]
    assert line("history", "--offline", "--since", "9999-01-01T00:00Z", "-o", "json").ok().json == []


def test_doctor_in_both_formats(line: Line, namespace: str) -> None:
    found = line("doctor", "-n", namespace, "-o", "json").ok().json
    table = line("doctor", "-n", namespace).ok().out

    text = documented.section("`doctor -o json`")
    names = re.findall(r'"(\w+)"', text)
    assert all(list(row) == [name for name in names if name not in ("ok", "warn", "fail")] for row in found)
    assert {row["verdict"] for row in found} <= {"ok", "warn", "fail"} & set(names)
    assert {"cluster", "you", "clock", "permission", "net", "registry"} <= {row["subject"] for row in found}
    assert len(table.splitlines()) == len(found) + 1
    assert found[-1]["text"] == f"{line.registry}: not there yet; the first grant makes it"
    grant(line, namespace)
    assert "schema 1, 1 grants, 2 audit rows, 0 open intents" in line("doctor", "-n", namespace).ok().out


def test_doctor_without_a_cluster_says_so_and_fails(nowhere: Line) -> None:
    done = nowhere("doctor", "-o", "json").ended(1)

    first = done.json[0]
    assert (first["subject"], first["verdict"]) == ("kubeconfig", "fail")


# Which format counts.


def test_the_output_setting_is_the_default_where_a_verb_has_that_format(
    line: Line, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(line, namespace)
    monkeypatch.setenv("NETGRANT_OUTPUT", "json")

    assert line("list", "-n", namespace).ok().json[0]["namespaces"] == [namespace]
    assert line("list", "-n", namespace, "-o", "table").ok().out.startswith("STATE")
    assert [row["event"] for row in line("history").ok().json] == ["asked", "granted"]
    assert line("history", "-o", "text").ok().out.count("\n") == 2


def test_the_output_setting_is_passed_over_where_a_verb_has_no_such_format(
    line: Line, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(line, namespace)
    monkeypatch.setenv("NETGRANT_OUTPUT", "wide")

    assert "POLICIES" in line("list", "-n", namespace).ok().out
    assert line("history").ok().out.count("\n") == 2
