"""What settings and command line say reaches the screens."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.policyspec import Direction
from app.domain.proposal import Proposal, Template
from app.errors import ConfigError
from app.settings import Settings
from app.ui.backend import Preferences
from app.ui.emptiness import FIRST_RUN
from app.wiring.preferences import Wish, preferences


def test_without_anything_said_the_screens_have_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "registry.db").touch()
    assert preferences(Settings(registry=tmp_path / "registry.db"), Wish()) == Preferences()


def test_before_there_is_a_registry_the_first_run_is_explained(tmp_path: Path) -> None:
    settings = Settings(registry=tmp_path / "registry.db")
    assert preferences(settings, Wish()).hint == FIRST_RUN
    assert preferences(settings, Wish(hint="press n")).hint == "press n"
    assert preferences(settings, Wish(read_only=True)).hint == ""


def test_each_setting_reaches_the_screens() -> None:
    settings = Settings(
        contexts=("prod-eu1", "staging"),
        max_ttl=timedelta(hours=1),
        read_only=True,
        production=("prod-*",),
        warn_before=(timedelta(minutes=2),),
        theme="nord",
        templates={"db": {"target": "app=database", "direction": "egress", "ticket": ""}, "bare": {}},
    )

    found = preferences(settings, Wish(hint="press n"))

    assert (found.contexts, found.limits.max_ttl) == (("prod-eu1", "staging"), timedelta(hours=1))
    assert (found.read_only, found.production, found.theme) == (True, ("prod-*",), "nord")
    assert (found.warn_before, found.hint) == ((timedelta(minutes=2),), "press n")
    assert found.templates == (
        Template("db", Proposal(target="app=database", direction=Direction.EGRESS)),
        Template("bare", Proposal()),
    )


def test_read_only_by_either() -> None:
    assert preferences(Settings(), Wish(read_only=True)).read_only
    assert preferences(Settings(read_only=True), Wish()).read_only


def test_a_direction_that_there_is_not() -> None:
    with pytest.raises(ConfigError, match="'db' has the direction 'sideways'") as caught:
        preferences(Settings(templates={"db": {"direction": "sideways"}}), Wish())
    assert caught.value.fix == "there are: ingress, egress"
