"""Every verb, declared once."""

import string

import pytest

from app.commands.catalog import SCREENS, VERBS, Verb, verb


def test_names_are_unique() -> None:
    names = [item.name for item in VERBS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("item", VERBS, ids=lambda item: item.name)
def test_each_says_what_it_does_in_one_line(item: Verb) -> None:
    assert item.summary[0].isupper()
    assert not item.summary.endswith(".")
    assert len(item.summary) <= 90
    assert item.name == item.name.lower()


def test_a_question_is_only_asked_before_a_write_and_takes_a_count() -> None:
    asking = [item for item in VERBS if item.confirm]
    assert asking
    assert all(item.writes for item in asking)
    for item in asking:
        fields = [field for _, field, _, _ in string.Formatter().parse(item.confirm) if field is not None]
        assert set(fields) <= {"count"}
        assert item.confirm.format(count=2).endswith("?")


def test_what_changes_the_cluster_is_known_to() -> None:
    assert {item.name for item in VERBS if item.writes} == {"grant", "adopt", "extend", "revoke", "exec"}


def test_by_name() -> None:
    assert verb("grant").writes
    with pytest.raises(KeyError):
        verb("nonsense")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_key_means_one_thing_on_its_screen(screen: str) -> None:
    keys = [name for key in SCREENS[screen] for name in key.keys.split(",")]
    assert len(set(keys)) == len(keys)
    assert len({key.id for key in SCREENS[screen]}) == len(SCREENS[screen])
    for key in SCREENS[screen]:
        assert not key.verb or verb(key.verb)
        assert key.help[0].isupper()
        assert not key.help.endswith(".")
