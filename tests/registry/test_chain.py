import hashlib
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records import ChainHead
from app.registry.chain import MAX_FAULTS, ChainReport, FaultKind, Link, link_hash, verify

ZEROS = "0" * 64


def chain(texts: list[str]) -> list[Link]:
    rows: list[Link] = []
    previous = ZEROS
    for seq, text in enumerate(texts, start=1):
        own = link_hash(seq, previous, text)
        rows.append((seq, previous, own, text))
        previous = own
    return rows


def kinds(report: ChainReport) -> list[tuple[FaultKind, int]]:
    return [(fault.kind, fault.seq) for fault in report.faults]


FIVE = chain(["a", "b", "c", "d", "e"])
HEAD = ChainHead(5, FIVE[-1][2])


def test_a_chain_as_written_is_whole_and_ends_at_its_head() -> None:
    report = verify(FIVE, [HEAD, ChainHead(2, FIVE[1][2]), ChainHead()])

    assert report.is_whole
    assert report == ChainReport(rows=5, head=HEAD)


def test_an_empty_chain_is_whole() -> None:
    assert verify([]) == ChainReport(rows=0, head=ChainHead())


def test_the_hash_can_be_computed_without_netgrant() -> None:
    entry = '{"actor":"zoë"}'
    shell = subprocess.run(
        ["sh", "-c", 'printf "netgrant-audit-v1\\n1\\n%s\\n%s" "$1" "$2" | sha256sum', "sh", ZEROS, entry],
        capture_output=True,
        text=True,
        check=True,
    )

    assert link_hash(1, ZEROS, entry) == shell.stdout.split()[0]


def edit(rows: list[Link]) -> None:
    seq, previous, own, _ = rows[2]
    rows[2] = (seq, previous, own, "forged")


def edit_with_a_new_hash(rows: list[Link]) -> None:
    seq, previous, _, _ = rows[2]
    rows[2] = (seq, previous, link_hash(seq, previous, "forged"), "forged")


def delete_one(rows: list[Link]) -> None:
    del rows[2]


def delete_two(rows: list[Link]) -> None:
    del rows[1:3]


def delete_the_first(rows: list[Link]) -> None:
    del rows[0]


def swap_the_contents(rows: list[Link]) -> None:
    (s2, *second), (s3, *third) = rows[1], rows[2]
    rows[1], rows[2] = (s2, *third), (s3, *second)  # type: ignore[assignment]


def swap_the_rows(rows: list[Link]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def repeat(rows: list[Link]) -> None:
    rows.insert(2, rows[1])


def slip_one_in(rows: list[Link]) -> None:
    previous = rows[1][2]
    rows[2:] = [(seq + 1, *rest) for seq, *rest in rows[2:]]  # type: ignore[misc]
    rows.insert(2, (3, previous, link_hash(3, previous, "forged"), "forged"))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (edit, [(FaultKind.EDITED, 3)]),
        (edit_with_a_new_hash, [(FaultKind.UNLINKED, 4)]),
        (delete_one, [(FaultKind.MISSING, 4)]),
        (delete_two, [(FaultKind.MISSING, 4)]),
        (delete_the_first, [(FaultKind.MISSING, 2)]),
        (
            swap_the_contents,
            [
                (FaultKind.UNLINKED, 2), (FaultKind.EDITED, 2),
                (FaultKind.UNLINKED, 3), (FaultKind.EDITED, 3), (FaultKind.UNLINKED, 4),
            ],
        ),
        (swap_the_rows, [(FaultKind.MISSING, 3), (FaultKind.MISPLACED, 2), (FaultKind.MISSING, 4)]),
        (repeat, [(FaultKind.MISPLACED, 2)]),
        (
            slip_one_in,
            [(FaultKind.UNLINKED, 4), (FaultKind.EDITED, 4), (FaultKind.EDITED, 5), (FaultKind.EDITED, 6)],
        ),
    ],
)  # fmt: skip
def test_each_way_to_tamper_is_found_and_named(
    tamper: Callable[[list[Link]], None], found: list[tuple[FaultKind, int]]
) -> None:
    rows = list(FIVE)
    tamper(rows)

    assert kinds(verify(rows)) == found


def test_a_cut_tail_is_whole_by_itself_and_found_against_a_kept_head() -> None:
    assert verify(FIVE[:3]).is_whole
    assert kinds(verify(FIVE[:3], [HEAD])) == [(FaultKind.TRUNCATED, 5)]
    assert "ends at row 3, a kept head names row 5" in verify(FIVE[:3], [HEAD]).faults[0].words


def test_a_chain_computed_anew_is_whole_by_itself_and_found_against_a_kept_head() -> None:
    anew = chain(["a", "b", "forged", "d", "e"])

    assert verify(anew).is_whole
    assert kinds(verify(anew, [HEAD])) == [(FaultKind.REWRITTEN, 5)]
    assert verify(anew, [ChainHead(2, FIVE[1][2])]).is_whole  # the first two are as they were


def test_a_kept_head_whose_row_was_deleted_is_named() -> None:
    assert (FaultKind.MISSING, 3) in kinds(verify([*FIVE[:2], *FIVE[3:]], [ChainHead(3, FIVE[2][2])]))


def test_of_countless_faults_the_first_are_told_and_all_are_counted() -> None:
    rows = [(seq, previous, "f" * 64, text) for seq, previous, _, text in chain(["x"] * 500)]

    report = verify(rows)

    assert report.fault_count == 500 + 499
    assert len(report.faults) == MAX_FAULTS


@st.composite
def mutations(draw: st.DrawFn) -> tuple[list[Link], list[Link], ChainHead]:
    """A chain, the same with one field of one row changed, a row dropped, doubled or moved, and its head."""
    rows = chain(draw(st.lists(st.text(max_size=20), min_size=1, max_size=12)))
    head = ChainHead(len(rows), rows[-1][2])
    changed = list(rows)
    at = draw(st.integers(0, len(rows) - 1))
    way = draw(st.sampled_from(["seq", "previous", "hash", "entry", "drop", "double", "move"]))
    seq, previous, own, text = rows[at]
    if way == "drop":
        del changed[at]
    elif way == "double":
        changed.insert(at, rows[at])
    elif way == "move":
        changed.insert(draw(st.integers(0, len(rows) - 1)), changed.pop(at))
    elif way == "seq":
        changed[at] = (draw(st.integers(-5, 20)), previous, own, text)
    elif way == "entry":
        changed[at] = (seq, previous, own, draw(st.text(max_size=20)))
    else:
        other = hashlib.sha256(draw(st.binary(max_size=4))).hexdigest()
        changed[at] = (seq, other, own, text) if way == "previous" else (seq, previous, other, text)
    return rows, changed, head


@given(mutations())
def test_any_single_mutation_is_found_given_a_kept_head(
    case: tuple[list[Link], list[Link], ChainHead],
) -> None:
    rows, changed, head = case

    assert verify(changed, [head]).is_whole == (changed == rows)
