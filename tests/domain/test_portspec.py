"""Ports as people write them and as a policy has them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.names import is_port_name
from app.domain.portspec import PROTOCOLS, PortRange, describe_ports, parse_port, port_from_object
from tests.domain.refusals import accepts, refusal

NUMBERS = st.integers(1, 65535)
NAMES = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,14}", fullmatch=True).filter(is_port_name)


@st.composite
def ports(draw: st.DrawFn) -> PortRange:
    protocol = draw(st.sampled_from(PROTOCOLS))
    if draw(st.booleans()):
        return PortRange(draw(NAMES), None, protocol)
    first, last = sorted((draw(NUMBERS), draw(NUMBERS)))
    return PortRange(first, None if first == last else last, protocol)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5432", PortRange(5432)),
        ("5432/TCP", PortRange(5432)),
        ("53/udp", PortRange(53, None, "UDP")),
        ("8000-8100/UDP", PortRange(8000, 8100, "UDP")),
        ("80-80", PortRange(80)),
        ("00080", PortRange(80)),
        (" 65535/Sctp ", PortRange(65535, None, "SCTP")),
        ("http", PortRange("http")),
        ("1x-2/UDP", PortRange("1x-2", None, "UDP")),
        ("a" * 15, PortRange("a" * 15)),
    ],
)
def test_ports_that_people_write(text: str, expected: PortRange) -> None:
    assert parse_port(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "/",
            "/TCP",
            "80/",
            "80/ICMP",
            "80/TCP/UDP",
            "80/ſctp",
            "80 /TCP",
            "80/ TCP",
            "80:90",
            "80,90",
        ),
        *("0", "65536", "-1", "+80", "80.0", "000080", "9" * 5000, "80-", "-80", "80-79", "1-65536"),
        *("0-10", "80-90-100", "HTTP", "http-", "-http", "ht--tp", "a" * 16, "http_x", "http.x", "1-2-x-"),
        *("５４３２", "٥٤٣٢", "²", "80\n81", "80\x00", "htt\u200bp", "é", "*", "all TCP"),
    ],
)
def test_other_ports_are_refused_in_a_line(text: str) -> None:
    assert refusal(lambda: parse_port(text)).field == "port"


@given(ports())
def test_a_written_port_is_read_back(port: PortRange) -> None:
    assert parse_port(str(port)) == port


@given(ports())
def test_a_port_in_a_policy_is_read_back(port: PortRange) -> None:
    assert port_from_object(port.to_object()) == port


@given(st.text() | st.from_regex(r"[-0-9a-z]{1,16}(/[TCUDPS]+)?"))
def test_any_text_is_a_port_that_the_server_takes_or_refused(text: str) -> None:
    if not accepts(lambda: parse_port(text)):
        return
    port = parse_port(text)
    assert port.protocol in PROTOCOLS
    if isinstance(port.port, str):
        assert is_port_name(port.port)
        assert port.end is None
    else:
        assert 1 <= port.port < (port.end or port.port + 1) <= 65536


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (None, "all"),
        ([], "all"),
        ([{"port": 5432}], "5432/TCP"),
        ([{"port": 5432, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}], "5432/TCP,53/UDP"),
        ([{"port": 8000, "endPort": 8100}], "8000-8100/TCP"),
        ([{"port": "http", "protocol": None}], "http/TCP"),
        ([{"protocol": "UDP"}], "all UDP"),
        ([{}], "all TCP"),
    ],
)
def test_ports_in_words(values: list[dict[str, Any]] | None, text: str) -> None:
    assert describe_ports(values) == text
