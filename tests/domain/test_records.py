"""What the registry keeps: plain values with stable words."""

import dataclasses
import inspect

import pytest

from app.domain import records
from app.domain.records import ChainHead, EndCause, Happening, HistoryQuery, Op, Outcome, Phase

VALUES = [
    kind
    for _, kind in inspect.getmembers(records, dataclasses.is_dataclass)
    if kind.__module__ == records.__name__
]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_a_record_cannot_be_changed_nor_grow(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (Op, "create adopt extend revoke"),
        (Outcome, "done failed absent uncertain"),
        (
            Happening,
            "asked granted adopted extended shortened revoking revoked ended failed recovered gap repaired",
        ),
        (Phase, "intended active ending ended failed"),
        (EndCause, "expired revoked removed"),
    ],
)
def test_words_that_registries_hold_are_never_lost(words: type[Op], kept: str) -> None:
    """They stand in files that people keep for years: more may come, none may go."""
    assert set(kept.split()) <= {str(word) for word in words}


def test_an_empty_chain_and_an_open_question() -> None:
    assert ChainHead() == ChainHead(0, "0" * 64)
    assert HistoryQuery() == HistoryQuery("", None, "", 1000)
