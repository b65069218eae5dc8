"""Which of two resourceVersions is the older one."""

import pytest

from app.kube.versions import is_older


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("9", "10", True),
        ("10", "9", False),
        ("10", "10", False),
        ("123", "124", True),
        ("99999999999999999999", "100000000000000000000", True),
        ("0", "1", True),
        ("", "10", False),
        ("10", "", False),
        ("abc", "abd", False),
        ("a", "10", False),
        ("9", "1x", False),
        ("007", "010", False),
        ("٣", "5", False),
    ],
)
def test_only_decimal_numbers_have_an_order(version: str, than: str, older: bool) -> None:
    assert is_older(version, than) is older
