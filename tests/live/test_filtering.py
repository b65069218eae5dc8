"""What the filter's language lets through."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.grant import join
from app.domain.view import row_of
from app.errors import InputError
from app.live.filtering import Filter, labels_of, parse_filter, text_of
from tests.ui import objects

GRANTS = {
    name: join([made.policy], [made.job])[0]
    for name, made in zip(("database", "api", "legacy", "cache"), objects.GRANTS, strict=True)
}
ROWS = {name: row_of(grant, objects.NOW, "prod-eu1") for name, grant in GRANTS.items()}


def passing(text: str) -> set[str]:
    wanted = parse_filter(text)
    return {
        name
        for name, row in ROWS.items()
        if wanted.takes_text(text_of(row)) and wanted.takes_labels(labels_of(row, GRANTS[name]))
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", {"database", "api", "legacy", "cache"}),
        ("production", {"database", "cache"}),
        ("PROD", {"database", "cache"}),
        ("production alice", {"database"}),
        ("production !alice", {"cache"}),
        ("!production !legacy", {"api"}),
        ("app=mq", {"legacy"}),
        ("inc-4", {"database", "cache"}),
        ("suspended", {"cache"}),
        ("overdue", {"legacy"}),
        ("5432/tcp", {"database"}),
        ("00002", {"api"}),
        ("nothing-like-it", set()),
        ("!", {"database", "api", "legacy", "cache"}),
    ],
)
def test_words_are_looked_for_in_all_that_is_shown(text: str, left: set[str]) -> None:
    assert passing(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("-l app=mq", {"legacy"}),
        ("-l app in (mq, api)", {"legacy", "api"}),
        ("-l app in (mq,api),app!=mq", {"api"}),
        ("-l app in (mq, api) , app != mq bob", {"api"}),
        ("-l app = mq", {"legacy"}),
        ("-l app in (database, cache) dave", {"cache"}),
        ("dave -l app in (database, cache)", {"cache"}),
        ("-l app -l app.kubernetes.io/managed-by=netgrant !bob", {"database", "legacy", "cache"}),
        ("-l !app", set()),
        ("-l nobody.has/it", set()),
        ("-l", {"database", "api", "legacy", "cache"}),
    ],
)
def test_selectors_look_at_the_policy_and_at_its_targets_labels(text: str, left: set[str]) -> None:
    assert passing(text) == left


@pytest.mark.parametrize(
    "text", ["-l =x", "-l app=a/b", "x -l -app!", "-l (a)", "-l a,,b", "-l app in (", "-l a("]
)
def test_a_wrong_selector_is_said(text: str) -> None:
    with pytest.raises(InputError):
        parse_filter(text)


def test_the_targets_label_counts_where_the_policy_has_the_same_key() -> None:
    made = objects.DATABASE
    labels = {**(made.policy.metadata.labels or {}), "app": "of-the-policy", "team": "pay"}
    policy = msgspec.structs.replace(
        made.policy, metadata=msgspec.structs.replace(made.policy.metadata, labels=labels)
    )
    found = labels_of(ROWS["database"], join([policy], [made.job])[0])
    assert [(one["app"], one["team"]) for one in found] == [("database", "pay")]


def test_of_a_remembered_grant_the_targets_labels_are_known() -> None:
    assert labels_of(ROWS["database"], None) == ({"app": "database"},)
    everything = row_of(
        join(
            [objects.grant(9, "production", objects.spec("", "10.0.0.1/32", "80"), objects.MINUTE).policy], []
        )[0],
        objects.NOW,
        "prod-eu1",
    )
    assert labels_of(everything, None) == ({},)


@pytest.mark.parametrize("spec", [None, {}, {"podSelector": None}, {"podSelector": {"matchLabels": [1]}}])
def test_a_policy_without_readable_labels_has_its_own(spec: object) -> None:
    made = objects.DATABASE
    policy = msgspec.structs.replace(made.policy, spec=spec)
    grant = join([policy], [made.job])[0]
    assert labels_of(ROWS["database"], grant) == (made.policy.metadata.labels,)


def test_an_empty_filter_is_false() -> None:
    assert not parse_filter("  ")
    assert not Filter()
    assert parse_filter("x") and parse_filter("!x") and parse_filter("-l x")


@given(st.text())
def test_whatever_is_typed_is_a_filter_or_an_error_in_words(text: str) -> None:
    try:
        wanted = parse_filter(text)
    except InputError as error:
        assert error.message
    else:
        assert all(word == word.lower() for word in (*wanted.words, *wanted.unwanted))
