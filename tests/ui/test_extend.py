"""Moving deadlines by keys: later, earlier, many at once; what cannot be is said before anybody is asked."""

from typing import TYPE_CHECKING

import pytest

from app.commands.session import Limits
from app.domain.records import Happening
from app.errors import ForbiddenError, UncertainError
from app.ui.backend import Preferences
from app.ui.changes import ask_extend
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.extend import Extend
from app.ui.screens.told import Told
from tests.commands.world import World
from tests.ui.changing_stage import done, ends, keyed, mark_all, nothing_was_written, seen, settled, toasts
from tests.ui.leaving_stage import unarmed
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, Stage, drawn, incident, press, ready, still

if TYPE_CHECKING:
    from textual.pilot import Pilot

WHY = "vendor still on"


async def opened(stage: Stage, pilot: "Pilot[int]") -> None:
    await ready(pilot)
    await keyed(stage, pilot, "e")
    assert isinstance(stage.app.screen, Extend)
    stage.world.tap.clear()


async def test_a_quarter_of_an_hour_more_in_five_keys_and_a_reason() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await done(stage, pilot, "e", "enter", WHY, "enter")
        assert isinstance(stage.app.screen, Dashboard)
        assert "production app=database ends at 10:45:00 UTC" in toasts(stage)
    assert ends(stage.world) == ["2026-11-24T10:45:00Z"]
    assert stage.world.jobs()[0]["spec"]["activeDeadlineSeconds"] == 45 * 60
    assert stage.world.happenings()[-1] is Happening.EXTENDED
    assert stage.world.last_detail()["reason"] == WHY


async def test_a_preset_and_a_text_of_ones_own() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "down", "down")
        assert "ends at 11:30:00 UTC, 1:29:59 left then" in seen(stage)
        await keyed(stage, pilot, "home", "ctrl+k", "1h30m")
        assert "ends at 12:00:00 UTC, 1:59:59 left then" in seen(stage)
        assert "lives 2h in all, of at most 8h" in seen(stage)
        await done(stage, pilot, "enter", WHY, "enter")
    assert ends(stage.world) == ["2026-11-24T12:00:00Z"]


async def test_an_earlier_end_is_said_to_shorten() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "home", "ctrl+k", "until 10:20Z")
        assert "this SHORTENS it by 10m" in seen(stage)
        assert "Shorten production app=database" in seen(stage)
        await done(stage, pilot, "enter", WHY, "enter")
    assert ends(stage.world) == ["2026-11-24T10:20:00Z"]
    assert stage.world.happenings()[-1] is Happening.SHORTENED


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("9h", "a grant may live for 8h at most, extensions included; this would be 9h30m"),
        ("soon", "'soon' is not a duration"),
        ("", "how long?"),
        ("30", "did you mean 30m?"),
        ("until 2020-01-01T10:00Z", "is in the past"),
    ],
)
async def test_what_cannot_be_is_said_at_the_field_and_enter_does_nothing(text: str, what: str) -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "home", "ctrl+k", *([text] if text else []))
        assert what in seen(stage)
        await keyed(stage, pilot, "enter", "ctrl+s")
        assert isinstance(stage.app.screen, Extend)
    assert nothing_was_written(stage.world)


async def test_a_reason_is_asked_for() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, "enter", "enter")
        assert "reason is missing: why is this needed?" in seen(stage)
        assert "--" not in seen(stage)
        await keyed(stage, pilot, "x")
        assert "reason is missing" not in seen(stage)
    assert nothing_was_written(stage.world)


@pytest.mark.parametrize("keys", [(), ("down",), ("enter", "half a rea")])
async def test_escape_changes_nothing(keys: tuple[str, ...]) -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await keyed(stage, pilot, *keys, "escape")
        assert isinstance(stage.app.screen, Dashboard)
    assert nothing_was_written(stage.world)


async def test_a_second_enter_on_its_way_moves_it_once_and_closes_nothing_more() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await press(pilot, ["enter", "x"])
        form = stage.app.screen
        assert isinstance(form, Extend)
        form.action_submit()
        form.action_submit()
        form.action_back()
        await settled(stage, pilot)
        assert isinstance(stage.app.screen, Dashboard)
    assert ends(stage.world) == ["2026-11-24T10:45:00Z"]
    assert stage.world.happenings().count(Happening.EXTENDED) == 1


async def test_one_that_ends_while_the_form_is_open_is_told() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.world.clock.pass_time(3600)
        await stage.settle(pilot)
        assert "cannot be moved: has ended meanwhile" in seen(stage)
        await keyed(stage, pilot, "enter", "x", "enter")
        assert isinstance(stage.app.screen, Extend)
    assert nothing_was_written(stage.world)


async def test_one_without_a_switch_says_what_to_do_instead() -> None:
    stage = Stage(World())
    await unarmed(stage.world)
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        assert "its switch is not armed (Job suspended): revoke it and make a new grant" in seen(stage)
        await keyed(stage, pilot, "ctrl+s", "enter")
        assert isinstance(stage.app.screen, Extend)
    assert nothing_was_written(stage.world)


async def test_many_at_once_move_those_that_can_and_say_of_the_others_why_not() -> None:
    stage = Stage(World())
    await unarmed(stage.world, "ops")
    await stage.world.granted("payments")
    await stage.world.granted("production")
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await mark_all(stage, pilot, 3)
        await keyed(stage, pilot, "e")
        assert "2 of 3 can be moved so" in seen(stage)
        await done(stage, pilot, "enter", WHY, "enter")
        assert "moved the deadlines of 2 grants" in toasts(stage)
        table = stage.app.screen_stack[-1]
        assert isinstance(table, Dashboard)
        assert [shown.row.namespaces for shown in table.table.marked] == [("ops",)]
    assert ends(stage.world) == ["2026-11-24T10:30:00Z", "2026-11-24T10:45:00Z", "2026-11-24T10:45:00Z"]


async def test_of_many_each_that_fails_is_told_and_stays_marked() -> None:
    stage = Stage(World())
    for namespace in ("ops", "payments", "production"):
        await stage.world.granted(namespace)
    stage.world.cluster.forbidden = {("jobs.patch", "payments"), ("jobs.patch", "production")}
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await mark_all(stage, pilot, 3)
        await done(stage, pilot, "e", "enter", WHY, "enter")
        assert isinstance(stage.app.screen, Told)
        assert "1 of 3 moved" in seen(stage)
        for namespace in ("payments", "production"):
            assert f"✗ {namespace} app=database: may not patch jobs in {namespace}" in seen(stage)
        await keyed(stage, pilot, "enter")
        table = stage.app.screen
        assert isinstance(table, Dashboard)
        assert [shown.row.namespaces for shown in table.table.marked] == [("payments",), ("production",)]
    assert ends(stage.world) == ["2026-11-24T10:45:00Z", "2026-11-24T10:30:00Z", "2026-11-24T10:30:00Z"]


async def test_one_plain_refusal_is_a_toast_and_uncertainty_stays_until_it_is_read() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        stage.world.tap.fail("jobs.patch", ForbiddenError("may not", status=403, fix="ask somebody"))
        await done(stage, pilot, "e", "enter", WHY, "enter")
        assert "may not; ask somebody" in toasts(stage)
        stage.world.tap.fail("jobs.patch", UncertainError("no answer came"))
        stage.world.tap.fail("jobs.patch", UncertainError("no answer came"), nth=2)
        await done(stage, pilot, "e", "enter", WHY, "enter")
        assert isinstance(stage.app.screen, Told)
        assert "no answer came" in seen(stage)
        assert "It may or may not have happened" in seen(stage)


async def test_the_button_and_the_presets_answer_the_mouse() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        await pilot.click("Presets", offset=(24, 0))
        await keyed(stage, pilot, "tab", "x")
        await pilot.click("#do")
        await settled(stage, pilot)
    assert ends(stage.world) == ["2026-11-24T12:30:00Z"]


async def test_a_connection_that_is_lost_over_the_form_is_told() -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        stage.backend.clusters[0].session = None
        await done(stage, pilot, "enter", WHY, "enter")
        assert "production is not connected" in toasts(stage)
    assert nothing_was_written(stage.world)


async def test_the_cap_is_the_settings() -> None:
    import datetime

    stage = Stage(World(), Preferences(limits=Limits(max_ttl=datetime.timedelta(minutes=40))))
    await stage.world.granted()
    async with stage.app.run_test(size=SMALL) as pilot:
        await opened(stage, pilot)
        assert "40m at most, extensions included; this would be 45m" in seen(stage)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("size", SIZES)
async def test_pictures(size: tuple[int, int]) -> None:
    app = still(incident)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        rows = {shown.row.id[-1]: shown for shown in app.feed.view.rows()}
        page = app.screen
        assert isinstance(page, Dashboard)
        ask_extend(page, (rows["1"],))
        await drawn(pilot)
        assert_looks_as_before(app, "extend")
        await press(pilot, ["until 11:30"])
        await drawn(pilot)
        assert_looks_as_before(app, "extend-shorter")
        await press(pilot, ["home", "ctrl+k", "9h", "tab", "enter"])
        await drawn(pilot)
        assert_looks_as_before(app, "extend-too-long")
        await press(pilot, ["escape"])
        ask_extend(page, tuple(rows.values()))
        await drawn(pilot)
        assert_looks_as_before(app, "extend-many")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (40, 12)])
async def test_it_survives_a_tiny_terminal(size: tuple[int, int]) -> None:
    stage = Stage(World())
    await stage.world.granted()
    async with stage.app.run_test(size=size) as pilot:
        await ready(pilot)
        await done(stage, pilot, "e", "enter", "x", "enter")
    assert ends(stage.world) == ["2026-11-24T10:45:00Z"]
