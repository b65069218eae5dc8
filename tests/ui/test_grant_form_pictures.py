"""The form for a new grant, as it looks."""

from dataclasses import replace

import pytest

from app.domain.policyspec import Direction
from app.domain.proposal import Proposal, Template
from app.errors import InvalidError
from app.ui.backend import Preferences
from tests.ui.form_stage import SEED, opened, world
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, press

WRONG = replace(SEED, target="ns=ops", source="10.0.0.0/99", ports="70000", life="soon", reason="")
EGRESS = Proposal(
    namespace="payments",
    direction=Direction.EGRESS,
    target="ns=production svc/database:5432; 203.0.113.7/24",
    source="deploy/api",
    life="until 11:30Z",
    reason="replay the ledger",
    ticket="INC-482",
)


@pytest.mark.parametrize("size", SIZES)
class TestPictures:
    """Each state at both sizes."""

    async def test_blank(self, size: tuple[int, int]) -> None:
        async with opened(size=size) as found:
            assert_looks_as_before(found.stage.app, "grant-blank")

    async def test_suggestions(self, size: tuple[int, int]) -> None:
        async with opened(size=size) as found:
            await press(found.pilot, ["data", "down", "down"])
            await found.settled()
            assert_looks_as_before(found.stage.app, "grant-suggestions")

    async def test_valid(self, size: tuple[int, int]) -> None:
        async with opened(SEED, size=size) as found:
            assert_looks_as_before(found.stage.app, "grant-valid")

    async def test_manifest(self, size: tuple[int, int]) -> None:
        async with opened(SEED, size=size) as found:
            await press(found.pilot, ["ctrl+y"])
            await found.settled()
            assert_looks_as_before(found.stage.app, "grant-manifest")

    async def test_errors(self, size: tuple[int, int]) -> None:
        async with opened(WRONG, size=size) as found:
            assert_looks_as_before(found.stage.app, "grant-errors")

    async def test_refused(self, size: tuple[int, int]) -> None:
        where = world()
        words = (
            'admission webhook "guard.example.com" denied the request: the peer 198.51.100.0/24 '
            "is not on the list of networks that may reach production"
        )
        where.tap.fail("policies.rehearse", InvalidError(words, status=422))
        async with opened(SEED, where=where, size=size) as found:
            assert_looks_as_before(found.stage.app, "grant-refused")

    async def test_egress(self, size: tuple[int, int]) -> None:
        async with opened(EGRESS, size=size) as found:
            assert_looks_as_before(found.stage.app, "grant-egress")

    async def test_making(self, size: tuple[int, int]) -> None:
        async with opened(SEED, size=size) as found:
            await press(found.pilot, ["enter"])
            await found.pilot.app.workers.wait_for_complete()
            await found.pilot.pause()
            assert_looks_as_before(found.stage.app, "grant-making")

    async def test_templates(self, size: tuple[int, int]) -> None:
        templates = (
            Template("vendor", Proposal(target="app=database", source="203.0.113.0/24", ports="5432/TCP")),
            Template(
                "bastion", Proposal(namespace="payments", target="app=api", source="ns=ops app=bastion")
            ),
        )
        async with opened(size=size, preferences=Preferences(templates=templates)) as found:
            await press(found.pilot, ["ctrl+t"])
            await found.pilot.pause()
            assert_looks_as_before(found.stage.app, "grant-templates")
