"""Grant ids, object names, and what a user means by a piece of one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.ids import new_id, object_name, resolve, short, slug
from app.domain.names import is_dns1123_label, label_value_errors
from tests.domain.refusals import refusal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIRST = "01KAV8ZC3Q5M7X9Y2W4T6R8P0N"
SECOND = "01KAV8ZC3Q5M7X9Y2W4T6R8P1Q"
IDS = st.from_regex(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", fullmatch=True)


def test_ids_sort_by_time_and_are_label_values() -> None:
    ids = [new_id(NOW + timedelta(seconds=second)) for second in range(20)]
    assert ids == sorted(ids)
    assert len({*ids, new_id(NOW)}) == 21
    assert all(len(i) == 26 and not label_value_errors(i) for i in ids)
    assert short(FIRST) == "6R8P0N"


@given(st.text())
@example("")
@example("ÉCOLE")
@example("x" * 300)
@example("-" * 300)
@example("a" * 39 + "-" + "b" * 20)
@example("database.example.com/role=primary")
def test_a_slug_is_a_piece_of_a_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(slug(text)) <= len(slug("x" * 300)) == 40


@given(IDS, st.text(), st.integers(0, 99_999))
@example(FIRST, "x" * 80, 98)
@example(FIRST, "x" * 80, 99)
@example(FIRST, "x" * 34 + "-" + "y" * 80, 9_999)
@example(FIRST, "", 0)
def test_an_object_name_fits_wherever_a_name_or_a_label_is_asked_for(
    grant_id: str, readable: str, number: int
) -> None:
    name = object_name(grant_id, readable, number)
    assert is_dns1123_label(name)
    assert not label_value_errors(name)
    assert grant_id[-10:].lower() in name
    assert object_name(grant_id, readable, number) == name


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 2000), st.integers(0, 2000))
def test_two_policies_of_one_grant_never_share_a_name(a: str, b: str, first: int, second: int) -> None:
    if first != second:
        assert object_name(FIRST, a, first) != object_name(FIRST, b, second)


def test_a_name_reads_as_what_it_is_for() -> None:
    assert object_name(FIRST, "database") == "netgrant-database-2w4t6r8p0n"
    assert object_name(FIRST, "app=Database", 1) == "netgrant-app-database-2w4t6r8p0n-2"


KNOWN = [
    (FIRST, ["netgrant-database-2w4t6r8p0n", "allow-db"]),
    (SECOND, ["netgrant-web-2w4t6r8p1q"]),
    ("by-hand", ["odd"]),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (FIRST, FIRST),
        (f" {FIRST.lower()}\n", FIRST),
        ("8P0N", FIRST),
        ("8p1q", SECOND),
        ("netgrant-web-2w4t6r8p1q", SECOND),
        ("allow-db", FIRST),
        ("odd", "by-hand"),
        ("by-hand", "by-hand"),
        ("BY-H", "by-hand"),
        ("nothing", None),
        ("C3Q5", None),
        (FIRST + "0", None),
        ("*" * 500, None),
    ],
)
def test_what_a_user_means(wanted: str, found: str | None) -> None:
    assert resolve(wanted, KNOWN) == found


@pytest.mark.parametrize("wanted", ["", "  ", "0N", "01", "\n\x00"])
def test_too_little_to_mean_a_grant(wanted: str) -> None:
    assert "too short" in refusal(lambda: resolve(wanted, KNOWN)).message


def test_a_piece_of_several_ids_is_asked_back() -> None:
    message = refusal(lambda: resolve("01kav", KNOWN)).message
    assert "2 grants" in message
    assert FIRST in message and SECOND in message


def test_a_name_that_two_namespaces_share_is_asked_back_and_never_guessed() -> None:
    known = [(FIRST, ["allow-db"]), (SECOND, ["allow-db"])]
    assert "2 grants" in refusal(lambda: resolve("allow-db", known)).message


def test_an_exact_id_or_name_comes_before_a_piece() -> None:
    known = [("abc", ["x"]), ("abcdef", ["y"]), ("zzz", ["abcde"])]
    assert resolve("abc", known) == "abc"
    assert resolve("abcde", known) == "zzz"
    assert resolve("ABCDE", known) == "abcdef"


@given(st.lists(IDS, min_size=1, max_size=5, unique=True), st.integers(3, 26), st.booleans())
def test_a_piece_finds_its_only_owner(ids: list[str], length: int, is_head: bool) -> None:
    piece = ids[0][:length] if is_head else ids[0][-length:]
    owners = [i for i in ids if i.startswith(piece) or i.endswith(piece)]
    known = [(i, [object_name(i, "x")]) for i in ids]
    if len(owners) == 1:
        assert resolve(piece.lower(), known) == ids[0]
    else:
        refusal(lambda: resolve(piece.lower(), known))
