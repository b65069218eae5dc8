"""Names, label keys and values, port names."""

import pytest

from app.domain.names import (
    dns1123_label_errors,
    is_dns1123_label,
    is_dns1123_subdomain,
    is_port_name,
    label_key_errors,
    label_value_errors,
)


@pytest.mark.parametrize("text", ["a", "0", "a-b", "a" * 63])
def test_a_dns_label(text: str) -> None:
    assert is_dns1123_label(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "a.b", "a" * 64, "a\n", "é"])
def test_not_a_dns_label(text: str) -> None:
    assert not is_dns1123_label(text)


def test_dots_in_a_dns_label_are_named() -> None:
    assert dns1123_label_errors("a.b") == ("must not contain dots",)


@pytest.mark.parametrize("text", ["a", "a.b-c.d", "1.2", "a" * 253])
def test_a_dns_subdomain(text: str) -> None:
    assert is_dns1123_subdomain(text)


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "a.-b", "a" * 254, "a\n"])
def test_not_a_dns_subdomain(text: str) -> None:
    assert not is_dns1123_subdomain(text)


@pytest.mark.parametrize("key", ["app", "A_b.c-d", "netgrant.dev/grant", "a/" + "b" * 63])
def test_a_label_key(key: str) -> None:
    assert label_key_errors(key) == ()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "name part must be non-empty"),
        ("/a", "prefix part must be non-empty"),
        ("a/", "name part must be non-empty"),
        ("a/b/c", "a valid label key must consist of"),
        ("A/b", "prefix part a lowercase RFC 1123 subdomain"),
        ("-a", "name part must consist of"),
        ("a" * 64, "name part must be no more than 63 bytes"),
        ("a" * 254 + "/b", "prefix part must be no more than 253 bytes"),
    ],
)
def test_not_a_label_key(key: str, words: str) -> None:
    assert label_key_errors(key)[0].startswith(words)


@pytest.mark.parametrize("value", ["", "a", "A_b.c-1", "a" * 63])
def test_a_label_value(value: str) -> None:
    assert label_value_errors(value) == ()


@pytest.mark.parametrize("value", ["-a", "a-", "a b", "a/b", "a" * 64, "é", "a\n"])
def test_not_a_label_value(value: str) -> None:
    assert len(label_value_errors(value)) == 1


@pytest.mark.parametrize("name", ["a", "http", "p80-x", "a" * 15])
def test_a_port_name(name: str) -> None:
    assert is_port_name(name)


@pytest.mark.parametrize("name", ["", "80", "A", "-a", "a-", "a--b", "a_b", "a" * 16, "a\n"])
def test_not_a_port_name(name: str) -> None:
    assert not is_port_name(name)
