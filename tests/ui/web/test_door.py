"""Who may come in, without a network."""

import pytest

from app.ui.web.door import Door, hosts_of


def test_a_token_opens_once() -> None:
    door = Door(())
    first = door.token
    assert not door.admit("")
    assert not door.admit(first[:-1])
    assert door.token == first  # a guess costs nobody the address
    assert door.admit(first)
    assert not door.admit(first)
    assert door.token != first


def test_no_two_doors_share_a_secret() -> None:
    one, two = Door(()), Door(())
    assert not {one.path, one.cookie, one.token} & {two.path, two.cookie, two.token}
    assert min(map(len, (one.cookie, one.token))) >= 43  # 256 bits


@pytest.mark.parametrize(
    ("addresses", "names", "port", "hosts"),
    [
        (["127.0.0.1", "localhost"], [], 8000, {"127.0.0.1:8000", "localhost:8000"}),
        (["::1"], [], 8000, {"[::1]:8000"}),
        (["127.0.0.1"], [], 80, {"127.0.0.1:80", "127.0.0.1"}),
        ([], ["Wall.Example"], 8000, {"wall.example:8000", "wall.example"}),
        ([], ["wall.example:8443"], 8000, {"wall.example:8443:8000", "wall.example:8443"}),
    ],
)
def test_the_hosts_that_are_ours(addresses: list[str], names: list[str], port: int, hosts: set[str]) -> None:
    assert hosts_of(addresses, names, port) == hosts
