"""Commands by name: all of them, what a few letters mean, and what choosing one does."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from app.commands.catalog import DASHBOARD, VERBS
from app.errors import ConfigError, UnreachableError
from app.live.cluster import LiveCluster
from app.ui.app import NetgrantApp
from app.ui.repertoire import OFF, Deed, Kind, Surroundings, entries, matching
from app.ui.screens.contexts import Contexts
from app.ui.screens.dashboard import Dashboard
from app.ui.screens.history import HistoryScreen
from app.ui.screens.palette import Palette
from app.ui.screens.report import Report, remark_lines
from app.ui.widgets.filter_bar import FilterBar
from app.ui.widgets.lines import Chooser, text_of
from tests.ui.snapshots import assert_looks_as_before
from tests.ui.stage import SIZES, SMALL, StillBackend, empty, press, ready, still

AROUND = Surroundings(("prod-eu1", "staging"), ("payments", "production"), ("nord", "textual-light"))


def meant(typed: str, around: Surroundings = AROUND) -> list[str]:
    return [entry.name for entry in matching(entries(DASHBOARD, around), typed)]


def test_every_verb_and_every_key_of_the_dashboard_is_there() -> None:
    found = entries(DASHBOARD, AROUND)
    names = {entry.name for entry in found}
    assert {verb.name for verb in VERBS} <= names
    actions = {entry.deed.about for entry in found if entry.deed.kind is Kind.ACTION}
    assert {key.action for key in DASHBOARD} - actions == {"palette", "back"}
    assert len(names) == len(found)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("q", "quit"),
        ("q!", "quit"),
        (":q", "quit"),
        ("history", "history"),
        ("hist", "history"),
        ("ctx", "contexts"),
        ("contexts", "contexts"),
        ("ctx staging", "ctx staging"),
        ("ctx st", "ctx staging"),
        ("ns production", "ns production"),
        ("ns other", "ns other"),
        ("new", "grant"),
        ("yaml", "yaml"),
        ("policy", "yaml"),
        ("theme no", "theme nord"),
        ("rvk", "revoke"),
        ("clipboard", "copy"),
        ("doctor", "doctor"),
        ("DOC", "doctor"),
    ],
)
def test_what_is_typed_means(typed: str, first: str) -> None:
    assert meant(typed)[0] == first


def test_nothing_typed_is_everything_and_nonsense_is_nothing() -> None:
    assert len(meant("")) == len(entries(DASHBOARD, AROUND))
    assert meant("xyzzy") == []


def test_what_writes_is_off_where_nothing_may_be_written() -> None:
    found = entries(DASHBOARD, Surroundings(read_only=True))
    assert {entry.name for entry in found if entry.off == OFF} == {
        "grant",
        "extend",
        "revoke",
        "adopt",
        "once more",
    }


def test_a_name_from_a_cluster_is_handed_on_as_it_is_and_shown_cleaned() -> None:
    (entry,) = matching(entries((), Surroundings(("a\x1b]52;b",))), "ctx a")
    assert entry.deed == Deed(Kind.CONTEXT, "a\x1b]52;b")
    assert entry.name.isprintable()


@pytest.mark.parametrize("width", [1, 30, 80])
def test_a_remark_is_wrapped_and_nothing_of_it_is_cut(width: int) -> None:
    text = "create networkpolicies in production: no, so you cannot grant; ask for the verb"
    lines = remark_lines(("! warn", "-warn", "permission", text), width)
    assert " ".join(" ".join(text_of(line) for line in lines).split()) == f"! warn permission {text}"


def assert_screen(app: NetgrantApp, kind: type[object]) -> None:
    assert isinstance(app.screen, kind)


async def opened(pilot: "Pilot[int]") -> NetgrantApp:
    app = await ready(pilot)
    await pilot.press("colon")
    await app.workers.wait_for_complete()
    await pilot.pause()
    assert_screen(app, Palette)
    return app


async def chosen(pilot: "Pilot[int]", typed: str) -> NetgrantApp:
    app = await opened(pilot)
    await press(pilot, [typed, "enter"])
    await app.workers.wait_for_complete()
    await pilot.pause()
    return app


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_looks_as_before(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "palette")
        await press(pilot, ["ctx"])
        await pilot.pause()
        assert_looks_as_before(app, "palette-typed")


async def test_in_read_only_mode_what_writes_is_grey_says_why_and_does_nothing() -> None:
    app = still(read_only=True)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert_looks_as_before(app, "palette-read-only")
        await press(pilot, ["revoke", "enter"])
        assert_screen(app, Palette)
        await pilot.press("escape")
        assert_screen(app, Dashboard)


async def test_commands_lead_where_they_say() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot, "hist")
        assert_screen(app, HistoryScreen)
        await pilot.press("escape")
        await chosen(pilot, "contexts")
        assert_screen(app, Contexts)
        await pilot.press("escape")
        await chosen(pilot, "ns payments")
        assert app.screen.query_one(FilterBar).text == "payments"
        await chosen(pilot, "theme nord")
        assert app.theme == "nord"
        await chosen(pilot, "exec")
        assert_screen(app, Dashboard)
        await chosen(pilot, "ctx staging")
        assert [cluster.wanted for cluster in app.feed.clusters] == ["staging"]
        await chosen(pilot, "demo")
        assert [cluster.wanted for cluster in app.feed.clusters] == ["demo"]
        assert_screen(app, Dashboard)


async def test_q_quits() -> None:
    app = still(empty)
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot, "q")
    assert app.return_code == 0


async def test_the_current_context_stays_what_it_is() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot, "ctx prod-eu1")
        assert [cluster.wanted for cluster in app.feed.clusters] == [None]


async def test_keys_in_the_line_and_a_click() -> None:
    app = still()
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, ["ctx", "down", "tab"])
        assert app.screen.query_one(Input).value.startswith("ctx ")
        await press(pilot, ["xyzzy", "enter", "tab"])
        assert_screen(app, Palette)
        app.screen.query_one(Input).value = "theme dracula"
        await pilot.pause()
        await pilot.click(Chooser, offset=(5, 0))
        await pilot.pause()
        assert app.theme == "dracula"
        assert_screen(app, Dashboard)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_doctor_reports(size: tuple[int, int]) -> None:
    app = still()
    async with app.run_test(size=size) as pilot:
        await chosen(pilot, "doctor")
        assert isinstance(app.screen, Report)
        assert_looks_as_before(app, "doctor")
        await pilot.press("escape")
        assert_screen(app, Dashboard)


def away(cluster: LiveCluster) -> None:
    raise UnreachableError("https://192.0.2.10:6443 is silent", fix="look at the VPN")


async def test_doctor_without_a_connection_says_what_fails() -> None:
    app = still(away)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        while isinstance(app.screen, Dashboard):
            await pilot.pause()
        await pilot.press("escape")
        await chosen(pilot, "doctor")
        assert_looks_as_before(app, "doctor-away")


async def test_without_a_kubeconfig_the_rest_can_be_chosen() -> None:
    app = still()
    assert isinstance(app.backend, StillBackend)
    app.backend.choices = ConfigError("there is no kubeconfig")
    async with app.run_test(size=(20, 5)) as pilot:
        await chosen(pilot, "hist")
        assert isinstance(app.screen, HistoryScreen)
