"""Label selectors: written, as objects, and matching."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.labels import Operator, Requirement, Selector, parse_selector, selector_from_object
from app.domain.metadata_rules import validate_selector
from app.errors import InputError
from tests.domain import wild_policies
from tests.domain.refusals import accepts, refusal
from tests.domain.selecting import LABELS, SELECTORS, is_selected

IN, NOT_IN, EXISTS, ABSENT = Operator.IN, Operator.NOT_IN, Operator.EXISTS, Operator.DOES_NOT_EXIST


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("", ()),
        ("  \n", ()),
        ("app=db", (Requirement("app", IN, ("db",)),)),
        ("app==db", (Requirement("app", IN, ("db",)),)),
        (" app = db ", (Requirement("app", IN, ("db",)),)),
        ("app=", (Requirement("app", IN, ("",)),)),
        ("app!=db", (Requirement("app", NOT_IN, ("db",)),)),
        ("app !=", (Requirement("app", NOT_IN, ("",)),)),
        ("app", (Requirement("app", EXISTS),)),
        ("!app", (Requirement("app", ABSENT),)),
        ("! app", (Requirement("app", ABSENT),)),
        ("tier in (b,a)", (Requirement("tier", IN, ("a", "b")),)),
        ("tier in(a)", (Requirement("tier", IN, ("a",)),)),
        ("tier notin ( a , a )", (Requirement("tier", NOT_IN, ("a",)),)),
        ("tier in ()", (Requirement("tier", IN, ("",)),)),
        ("tier in (,a)", (Requirement("tier", IN, ("", "a")),)),
        ("in", (Requirement("in", EXISTS),)),
        ("in in (in)", (Requirement("in", IN, ("in",)),)),
        ("app.kubernetes.io/name=db", (Requirement("app.kubernetes.io/name", IN, ("db",)),)),
        ("a=1,a=2", (Requirement("a", IN, ("1",)), Requirement("a", IN, ("2",)))),
        ("a=b,!c,d in (e,f)", tuple(
            (Requirement("a", IN, ("b",)), Requirement("c", ABSENT), Requirement("d", IN, ("e", "f")))
        )),
    ],
)  # fmt: skip
def test_selectors_that_people_write(text: str, requirements: tuple[Requirement, ...]) -> None:
    assert parse_selector(text) == Selector(requirements)


@pytest.mark.parametrize(
    "text",
    [
        *(",", "a=b,", ",a=b", "a=b,,c=d", "=b", "!=b", "!", "!!a", "a!b", "a=b=c", "a===b", "a=!b", "a=b c"),
        *(
            "a b",
            "in (a)",
            "a in",
            "a in a",
            "a in (b",
            "a in b)",
            "a in (b))",
            "a in ((b))",
            "a notin",
            "a ni (b)",
        ),
        *(
            "a in (b c)",
            "!a in (b)",
            "a>5",
            "a < 5",
            "a,b in c",
            "(a=b)",
            "'a=b'",
            "-a",
            "a-",
            "_a",
            ".a",
            "a/",
        ),
        *(
            "/a",
            "a/b/c",
            "A/b",
            "a..b/c",
            "a./b",
            "-a/b",
            "a" * 64,
            f"{'a' * 254}/b",
            f"a={'b' * 64}",
            "a=-b",
        ),
        *(
            "a=b_",
            "a=b/c",
            "a=b:c",
            "é=b",
            "a=é",
            "а=b",
            "a=１",
            "a\x00=b",
            "a=b\nc",
            "a=b\u200b",
            "a=\udcff",
            "\udcff",
        ),
        *("*", "a=*", "a in (*)", "{}", "a: b", "x" * 100_000, "(" * 50_000),
    ],
)
def test_other_selectors_are_refused_in_a_line(text: str) -> None:
    refusal(lambda: parse_selector(text))


@given(st.text() | st.text("ab=!,() innot/.-_", max_size=24))
def test_any_text_is_a_selector_that_the_server_takes_or_refused(text: str) -> None:
    if accepts(lambda: parse_selector(text)):
        selector = parse_selector(text)
        assert list(validate_selector(selector.to_object(), "s")) == []
        assert parse_selector(str(selector)) == selector


@given(SELECTORS)
def test_a_written_selector_is_read_back(selector: Selector) -> None:
    assert parse_selector(str(selector)) == selector


@given(SELECTORS, LABELS)
def test_a_selector_survives_its_object(selector: Selector, labels: dict[str, str]) -> None:
    back = selector_from_object(selector.to_object())
    assert set(back.requirements) == set(selector.requirements)
    assert back.to_object() == selector.to_object()
    assert back.matches(labels) == selector.matches(labels)


@given(SELECTORS, LABELS)
@example(Selector(), {})
@example(Selector((Requirement("a", NOT_IN, ("",)),)), {})
@example(Selector((Requirement("a", IN, ("",)),)), {})
@example(Selector((Requirement("a", IN, ("1",)), Requirement("a", IN, ("2",)))), {"a": "1"})
def test_matching_is_what_the_api_says(selector: Selector, labels: dict[str, str]) -> None:
    assert selector.matches(labels) == is_selected(labels, selector.to_object())


@given(SELECTORS, SELECTORS, LABELS)
def test_requirements_only_ever_narrow(one: Selector, other: Selector, labels: dict[str, str]) -> None:
    both = Selector((*one.requirements, *other.requirements))
    assert both.matches(labels) == (one.matches(labels) and other.matches(labels))


def test_what_kubectl_would_print() -> None:
    found = Selector(
        (
            Requirement("a", IN, ("1",)),
            Requirement("b", NOT_IN, ("2",)),
            Requirement("c", IN, ("1", "2")),
            Requirement("d", NOT_IN, ("1", "2")),
            Requirement("e", EXISTS),
            Requirement("f", ABSENT),
        )
    )
    assert str(found) == "a=1,b!=2,c in (1,2),d notin (1,2),e,!f"
    assert found.to_object() == {
        "matchLabels": {"a": "1"},
        "matchExpressions": [
            {"key": "b", "operator": "NotIn", "values": ["2"]},
            {"key": "c", "operator": "In", "values": ["1", "2"]},
            {"key": "d", "operator": "NotIn", "values": ["1", "2"]},
            {"key": "e", "operator": "Exists"},
            {"key": "f", "operator": "DoesNotExist"},
        ],
    }


@pytest.mark.parametrize("value", [None, {}, {"matchLabels": None}, {"matchExpressions": []}])
def test_an_empty_selector_selects_everything(value: dict[str, Any] | None) -> None:
    assert selector_from_object(value) == Selector()
    assert Selector().matches({"a": "b"})
    assert Selector().to_object() == {}


def test_a_parked_selector_selects_nothing() -> None:
    parked = {
        "matchExpressions": [{"key": "x", "operator": "Exists"}, {"key": "x", "operator": "DoesNotExist"}]
    }
    assert not selector_from_object(parked).matches({})
    assert not selector_from_object(parked).matches({"x": ""})


@pytest.mark.parametrize(
    "value",
    [
        *("app=db", 5, True, [], [{}]),
        *(
            {"matchLabels": "x"},
            {"matchLabels": ["a"]},
            {"matchLabels": {"a": None}},
            {"matchLabels": {"a": 1}},
        ),
        *({"matchExpressions": "x"}, {"matchExpressions": {"a": 1}}, {"matchExpressions": [None]}),
        {"matchExpressions": [{"operator": "Exists"}]},
        {"matchExpressions": [{"key": "a"}]},
        {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]},
        {"matchExpressions": [{"key": "a", "operator": ["In"]}]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": 5}]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": "abc"}]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": {"x": 1}}]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]},
        {"matchExpressions": [{"key": 1, "operator": "In", "values": ["a"]}]},
        {"matchLabels": {"a\n" * 500: ["b"]}},
    ],
)
def test_objects_that_are_no_selectors_are_refused_in_a_line(value: object) -> None:
    refusal(lambda: selector_from_object(value))


@given(wild_policies.SELECTORS | wild_policies.JUNK)
def test_any_object_is_a_selector_or_refused(value: object) -> None:
    try:
        found = selector_from_object(value)
    except InputError:
        refusal(lambda: selector_from_object(value))
        return
    assert isinstance(str(found), str)
    found.matches({"app": "x"})
