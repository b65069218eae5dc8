"""What a cluster holds may have been written by an enemy: none of it may drive the terminal that shows it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from app.demo.access import User
from app.demo.kubeconfig import write_kubeconfig
from app.demo.server import ClusterOptions, running_cluster
from app.domain.text import clean, clean_block
from tests.cli.conftest import Served
from tests.cli.line import SPEC, Line, grant
from tests.e2e.command import Done
from tests.rest import Json

RESET, CLIPBOARD, TITLE = "\x1bc", "\x1b]52;c;cm0gLXJmIC8=\x07", "\x1b]0;owned\x1b\\"
UNSAFE = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0))),
    *"\xad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufff9\U000e0041",
]
ATTACKS = [
    RESET,
    CLIPBOARD,
    TITLE,
    "\x9b31mC1",
    "\x1b[2J\x1b[1;1Hactive   29:00   nothing to see here",
    "line\nbreak\rreturn\ttab",
    "exe.\u202egnp",
    "zero\u200bwidth\ufeff",
    "[red]markup[/red] {json} 'quotes\" \\ %s {0}",
    "---\n- yaml: !!python/name:os.system",
    "=cmd|' /C calc'!A0",
    "x" * 20_000,
    "".join(UNSAFE),
]


def shown_safely(done: Done) -> None:
    """Not one character that a terminal would obey or that hides."""
    for text in (done.out, done.err):
        assert clean_block(text) == text
    assert "Traceback" not in done.err and "this is a bug" not in done.err


def hostile_policy(attack: str, name: str, grant_id: str) -> Json:
    annotations = {
        f"netgrant.dev/{key}": f"{key} {attack}"
        for key in ("expires-at", "requested-by", "approved-by", "reason", "ticket", "incident", "spec-hash")
    }
    labels = {"netgrant.dev/grant": grant_id, "app.kubernetes.io/managed-by": "netgrant"}
    metadata = {"name": name, "labels": labels, "annotations": annotations}
    block = {"ipBlock": {"cidr": "198.51.100.0/24"}}
    return {"metadata": metadata, "spec": {"podSelector": {}, "ingress": [{"from": [block]}]}}


@pytest.fixture
def infested(alive: Served, namespace: str) -> str:
    """A namespace with one grant for each attack: EVIL00, EVIL01, …"""
    for number, attack in enumerate(ATTACKS):
        policy = hostile_policy(attack, f"evil-{number:02}", f"EVIL{number:02}")
        alive.create("networkpolicies", namespace, policy)
    return namespace


def test_hostile_annotations_are_visible_in_every_list(line: Line, infested: str) -> None:
    found = {
        form: line("list", "-n", infested, "-o", form).ok()
        for form in ("table", "wide", "json", "yaml", "csv")
    }

    for done in found.values():
        shown_safely(done)
        assert len(done.out) < 300_000
    rows = {row["id"]: row for row in found["json"].json}
    for number, attack in enumerate(ATTACKS):
        assert rows[f"EVIL{number:02}"]["reason"] == clean(f"reason {attack}")
    assert {row["id"]: row["reason"] for row in yaml.safe_load(found["yaml"].out)} == {
        grant_id: row["reason"] for grant_id, row in rows.items()
    }
    assert found["table"].out.count("\n") == found["wide"].out.count("\n") == len(ATTACKS) + 1


def test_hostile_annotations_are_visible_one_by_one_and_in_history(line: Line, infested: str) -> None:
    worst = f"EVIL{ATTACKS.index(''.join(UNSAFE)):02}"

    for form in ("text", "json", "yaml"):
        shown_safely(line("show", worst, "-n", infested, "-o", form).ok())
    shown_safely(line("revoke", worst, "EVIL01", "-n", infested, "--reason", "x").ok())
    for form in ("text", "json", "yaml", "csv"):
        done = line("history", "-o", form).ok()
        shown_safely(done)
        assert worst in done.out


def test_an_owner_of_any_name_that_an_adoption_is_refused_for(
    alive: Served, line: Line, namespace: str
) -> None:
    owner = {"apiVersion": "example.com/v1", "kind": f"Kind{CLIPBOARD}", "name": f"a{RESET}", "uid": "1"}
    metadata = {"name": "owned", "ownerReferences": [owner], "labels": {}}
    alive.create("networkpolicies", namespace, {"metadata": metadata, "spec": {"podSelector": {}}})

    done = line("adopt", "-n", namespace, "owned", "--for", "5m", "--reason", "x")

    shown_safely(done)


def test_a_user_and_a_context_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"mallory{CLIPBOARD}\u202e"
    with running_cluster(ClusterOptions(users=(User(name, ("system:masters", f"g{RESET}"), "uid"),))) as evil:
        path = write_kubeconfig(tmp_path / "config", evil.url, "user", evil.tokens[name])
        config = json.loads(path.read_text())
        config["contexts"][0]["name"] = config["current-context"] = f"ctx{TITLE}"
        path.write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(path))
        monkeypatch.setenv("NETGRANT_REGISTRY", str(tmp_path / "registry.db"))
        line = Line(path, tmp_path / "registry.db")

        made = grant(line, "default")
        doctor = line("doctor").ok()
        lines = [line("list", "-o", form).ok() for form in ("table", "wide", "json", "yaml", "csv")] + [
            line("show", made, "-o", form).ok() for form in ("text", "json", "yaml")
        ]
        history = line("history").ok()
        refused = line("list", "--context", "other").ended(7)

    for done in (doctor, *lines, history, refused):
        shown_safely(done)
    shown = clean(name)
    assert shown in doctor.out and shown in history.out and shown in lines[0].out
    assert lines[2].json[0]["requestedBy"] == shown
    assert clean(f"ctx{TITLE}") in refused.err


def test_a_registry_that_somebody_else_wrote(line: Line, namespace: str) -> None:
    """Its rows are data from a file: what an old or forged one holds is shown like the cluster's."""
    made = grant(line, namespace)
    with closing(sqlite3.connect(line.registry)) as db:
        for column in ("reason", "requested_by", "target"):
            db.execute(f"UPDATE grants SET {column} = ?", (f"{column} {CLIPBOARD}\x9b\u202e",))
        db.commit()
    line("revoke", made, "--reason", "x")

    for form in ("text", "json", "yaml"):
        shown_safely(line("show", made, "-o", form).ok())
    for form in ("text", "json", "yaml", "csv"):
        shown_safely(line("history", "-o", form).ok())


@pytest.mark.parametrize("char", UNSAFE, ids=ascii)
def test_no_unsafe_character_gets_into_a_reason(char: str, line: Line, namespace: str) -> None:
    done = line("grant", "-n", namespace, *SPEC, "--for", "5m", "--reason", f"why{char}not", "--dry-run")

    shown_safely(done)
    if char in "\t\n":
        assert "why not" in done.ok().out
    else:
        assert f"--reason holds {char!a}" in done.ended(2).err.replace(repr(char), ascii(char))
