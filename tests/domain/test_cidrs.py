"""CIDRs as the API server reads them."""

import pytest

from app.domain.cidrs import cidr_error, cidr_warning, is_strictly_inside, parse_cidr


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32", "::/0", "2001:db8::/32", "::1/128"]
)
def test_a_cidr(text: str) -> None:
    assert cidr_error(text) == cidr_warning(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *((text, "must be a valid CIDR value") for text in ("", "1.2.3.4", "10.0.0/8", "10.0.0.0/33", "/8")),
        *((text, "must be a valid CIDR value") for text in ("256.0.0.0/8", "::/129", "fe80::1%eth0/64")),
        *((text, "must be a valid CIDR value") for text in ("10.0.0.0/8 ", "10.0.0.0/+8", "١٠.0.0.0/8")),
        ("010.0.0.0/8", "must not have leading 0s"),
        ("10.0.0.0/08", "must not have leading 0s"),
        ("::ffff:010.0.0.0/104", "must not have leading 0s"),
        ("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address"),
        ("10.0.0.1/8", "must not have bits set beyond the prefix length"),
        ("2001:db8::1/32", "must not have bits set beyond the prefix length"),
    ],
)
def test_not_a_cidr(text: str, words: str) -> None:
    assert cidr_error(text).startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2001:DB8::/32", 'should be in RFC 5952 canonical format ("2001:db8::/32")'),
        ("10.1.2.3/8", 'is ambiguous in this context (should be "10.0.0.0/8" or "10.1.2.3/32"?)'),
        ("010.0.0.0/8", 'is invalid: use "10.0.0.0/8"'),
    ],
)
def test_an_odd_spelling_is_warned_about(text: str, words: str) -> None:
    assert cidr_warning(text).endswith(words)


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("10.1.0.0/16", "10.0.0.0/8", True),
        ("10.0.0.0/8", "10.0.0.0/8", False),
        ("10.0.0.0/7", "10.0.0.0/8", False),
        ("11.0.0.0/16", "10.0.0.0/8", False),
        ("::1/128", "0.0.0.0/0", False),
        ("2001:db8:1::/48", "2001:db8::/32", True),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8", True),
        ("10.1.0.0/16", "::ffff:10.0.0.0/104", False),
    ],
)
def test_inside(inner: str, outer: str, expected: bool) -> None:
    first, second = parse_cidr(inner), parse_cidr(outer)
    assert first is not None and second is not None
    assert is_strictly_inside(first, second) is expected
