import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.remarks import REASON_LIMIT, REFERENCE_LIMIT, parse_reason, parse_reference
from app.domain.text import clean
from app.errors import InputError


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("debug replication lag", "debug replication lag"),
        ("  padded  ", "padded"),
        ("two\nlines\r\nof\ttext", "two lines of text"),
        ("many    blanks", "many blanks"),
        ("größer als “5” ⇄ 日本 ✅", "größer als “5” ⇄ 日本 ✅"),
        ("x" * REASON_LIMIT, "x" * REASON_LIMIT),
        (" " * 5000 + "late" + "\n" * 5000, "late"),
    ],
)
def test_a_reason_becomes_one_line(text: str, kept: str) -> None:
    assert parse_reason(text) == kept


@pytest.mark.parametrize("text", ["", " ", "\n\t\r\n"])
def test_a_reason_is_needed(text: str) -> None:
    with pytest.raises(InputError, match="--reason is missing"):
        parse_reason(text)


def test_a_ticket_is_not_needed() -> None:
    assert parse_reference(" \n", "ticket") == ""
    assert parse_reference(" INC-1 ", "ticket") == "INC-1"


@pytest.mark.parametrize(
    "char", ["\x00", "\x1b", "\x7f", "\x9b", "\r", "\u200d", "\u202e", "\ufeff", "\udcff"]
)
def test_what_cannot_be_seen_is_refused_by_name(char: str) -> None:
    with pytest.raises(InputError, match="a character that cannot be seen") as caught:
        parse_reason(f"a{char}b")
    assert caught.value.message.isprintable() and caught.value.fix == "leave it out"

    with pytest.raises(InputError, match="--incident holds") as caught:
        parse_reference(f"a{char}b", "incident")
    assert caught.value.field == "incident"


@pytest.mark.parametrize("extra", [1, 300_000])
def test_what_is_too_long_is_refused_with_its_length(extra: int) -> None:
    with pytest.raises(InputError, match=f"{REASON_LIMIT + extra} characters") as caught:
        parse_reason("x" * (REASON_LIMIT + extra))
    assert caught.value.fix == f"{REASON_LIMIT} are enough"

    with pytest.raises(InputError, match="--ticket is too long"):
        parse_reference("x" * (REFERENCE_LIMIT + extra), "ticket")


@given(st.text(max_size=200))
def test_whatever_passes_is_shown_as_it_is_and_passes_again(text: str) -> None:
    try:
        kept = parse_reason(text)
    except InputError as error:
        assert error.message.isprintable()
        return
    assert clean(kept) == kept == parse_reason(kept)
