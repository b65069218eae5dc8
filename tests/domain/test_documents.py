"""Manifests that somebody brings, read as strictly as kubectl apply reads them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given

from app.domain.documents import wishes_from_documents
from app.domain.manifest import Wish
from tests.domain import wild_policies
from tests.domain.refusals import accepts, refusal
from tests.rest import Json

SPEC: Json = {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}


def policy(**changes: object) -> Json:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "allow-db", "labels": {"team": "data"}},
        "spec": SPEC,
        **changes,
    }


def wishes(*documents: object, namespace: str = "shop", forced: bool = False) -> tuple[Wish, ...]:
    return wishes_from_documents(documents, namespace, forced)


def test_a_policy_becomes_a_wish() -> None:
    assert wishes(policy()) == (Wish("shop", SPEC, "allow-db", {"team": "data"}),)


def test_lists_of_any_depth_and_empty_documents() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [policy(), policy()]}
    outer = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicyList",
        "items": [inner, policy(), None],
    }
    assert len(wishes(None, outer, None, policy())) == 4


def test_a_name_to_be_generated_is_a_slug_too() -> None:
    (wish,) = wishes(policy(metadata={"generateName": "allow-"}))
    assert wish.slug == "allow-"
    assert wishes(policy(metadata=None))[0].slug == ""


@pytest.mark.parametrize(
    ("own", "forced", "found"),
    [
        (None, False, "shop"),
        ("", False, "shop"),
        ("shop", True, "shop"),
        ("ops", False, "ops"),
        (None, True, "shop"),
    ],
)
def test_whose_namespace_it_is(own: str | None, forced: bool, found: str) -> None:
    assert wishes(policy(metadata={"namespace": own}), forced=forced)[0].namespace == found


def test_another_namespace_than_the_option_is_refused() -> None:
    error = refusal(lambda: wishes(policy(metadata={"namespace": "ops"}), forced=True))
    assert error.field == "namespace"


@pytest.mark.parametrize(
    ("document", "word"),
    [
        (None, "holds no NetworkPolicy"),
        ({"kind": "List"}, "holds no NetworkPolicy"),
        ({"kind": "List", "items": None}, "holds no NetworkPolicy"),
        ({"kind": "List", "items": {"a": "b"}}, "items are not a list"),
        ({"kind": "List", "items": 5}, "items are not a list"),
        ({"kind": "List", "items": ["x"]}, "not a mapping"),
        ("text", "not a mapping"),
        (5, "not a mapping"),
        ([policy()], "not a mapping"),
        ({}, "None/None"),
        (policy(kind="Pod"), "Pod"),
        (policy(kind="networkpolicy"), "networkpolicy"),
        (policy(kind="Ne\ntwork\x1b[0m"), "not networking.k8s.io/v1/NetworkPolicy"),
        (policy(kind={"a": 1}), "not networking.k8s.io/v1/NetworkPolicy"),
        (policy(apiVersion="extensions/v1beta1"), "extensions/v1beta1"),
        (policy(spec=None), "spec is not a mapping"),
        (policy(spec=[]), "spec is not a mapping"),
        (policy(metadata="x"), "metadata"),
        (policy(metadata={"labels": "x"}), "metadata.labels"),
        (policy(metadata={"labels": {"a": True}}), "metadata.labels"),
        (policy(metadata={"labels": {"a": 1}}), "metadata.labels"),
        (policy(metadata={"namespace": 5}), "metadata.namespace"),
        (policy(spec={"podSelector": "x"}), "spec.podSelector"),
        (policy(spec={"ingress": "x"}), "spec.ingress"),
        (policy(spec={"ingress": [{"ports": [{"port": 1.5}]}]}), "spec.ingress.ports.port"),
        (policy(spec={"ingress": [{"ports": [{"port": 2**40}]}]}), "spec.ingress.ports.port"),
        # What is misspelt would be passed over, and its absence may mean everybody.
        (policy(spec={"ingress": [{"form": [{"podSelector": {}}]}]}), "spec.ingress[0].form"),
        (policy(spec={"ingress": [{"from": [{"podselector": {}}]}]}), "spec.ingress[0].from[0].podselector"),
        (policy(spec={"ingress": [{"port": []}]}), "spec.ingress[0].port"),
        (policy(spec={"podSelector": {"app": "db"}}), "spec.podSelector.app"),
        (policy(spec={"policytypes": ["Egress"]}), "spec.policytypes"),
        (policy(metadata={"lables": {}}), "metadata.lables"),
        (policy(ingress=[]), "ingress"),
        (policy(**{"a\nb" * 100: 1}), "fields that do not exist"),
        # What YAML has and JSON has not.
        (policy(spec={"podSelector": {"matchLabels": {"released": date(2026, 11, 24)}}}), "'2026-11-24'"),
        (policy(metadata={"annotations": {"at": datetime(2026, 11, 24, tzinfo=UTC)}}), "quotes"),
        (policy(spec={"podSelector": {"matchLabels": {True: "x"}}}), "'True'"),
        (policy(spec={"podSelector": {"matchLabels": {5: "x"}}}), "'5'"),
        (policy(metadata={"labels": {"a": b"x"}}), "not a text"),
        (policy(metadata={"labels": {"a", "b"}}), "not a text"),
    ],
)
def test_other_documents_are_refused_in_a_line(document: Any, word: str) -> None:  # noqa: ANN401
    error = refusal(lambda: wishes(document))
    assert error.field == "filename"
    assert word in f"{error.message} {error.fix}"


def test_no_documents_at_all() -> None:
    refusal(wishes)


def test_the_status_of_an_old_export_is_passed_over() -> None:
    assert wishes(policy(status={"conditions": []}))


def test_how_deep_a_manifest_may_be() -> None:
    def nested(levels: int, value: object) -> object:
        for level in range(levels):
            value = {"x": value} if level % 2 else [value]
        return value

    def annotated(levels: int) -> Json:
        return {"kind": "List", "items": [], "deep": nested(levels, "end")}

    assert "holds no NetworkPolicy" in refusal(lambda: wishes(annotated(98))).message
    assert "too large" in refusal(lambda: wishes(annotated(99))).message


def test_how_much_a_manifest_may_hold() -> None:
    # The list of documents, the document, its kind, its items: four values before the first of these.
    assert (
        "holds no NetworkPolicy"
        in refusal(lambda: wishes({"kind": "List", "items": [None] * 99_996})).message
    )
    assert "too large" in refusal(lambda: wishes({"kind": "List", "items": [None] * 99_997})).message


def test_an_alias_that_holds_itself_is_refused() -> None:
    looped = yaml.safe_load("&a {kind: List, items: [*a]}")
    assert "too large" in refusal(lambda: wishes(looped)).message


def test_an_alias_that_multiplies_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "too large" in refusal(lambda: wishes(yaml.safe_load("\n".join(lines)))).message


@given(wild_policies.POLICIES | wild_policies.broken() | wild_policies.JUNK)
def test_any_document_is_read_or_refused(document: Any) -> None:  # noqa: ANN401
    typed = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    whole = {**typed, **document} if isinstance(document, dict) else document
    if accepts(lambda: wishes(whole)):
        assert wishes(whole)[0].spec == whole["spec"]
