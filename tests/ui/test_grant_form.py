"""The form for a new grant answers while one types."""

from dataclasses import replace

import pytest
from textual.events import Paste

from app.domain.policyspec import Direction
from app.domain.proposal import Field, Proposal, Template
from app.errors import ForbiddenError, InputError, InvalidError, NotFoundError
from app.ui.backend import Preferences
from app.ui.screens.templates import Templates
from app.ui.widgets.field import Field as FieldWidget
from app.ui.widgets.suggest_field import SuggestInput
from app.ui.widgets.suggestion_list import SuggestionList
from tests.ui.form_stage import SEED, Opened, opened, world
from tests.ui.stage import SMALL, press


def error_at(found: Opened, place: str) -> str:
    field = found.form.query_one(f"#field-{place}", FieldWidget)
    return str(field.query_one(".field-error").render()) if field.is_wrong else ""


def note_at(found: Opened, place: str) -> str:
    return str(found.form.query_one(f"#field-{place}").query_one(".field-note").render())


def offers(found: Opened) -> list[str]:
    shown = found.form.query_one(SuggestionList)
    return [offer.text for offer in focused(found).offers] if shown.display else []


def focused(found: Opened) -> SuggestInput:
    assert isinstance(found.form.focused, SuggestInput)
    return found.form.focused


async def test_blank_it_misses_things_and_accuses_of_nothing() -> None:
    async with opened() as found:
        assert "still needed: Target, From, Reason" in found.answer()
        assert not any(field.is_wrong for field in found.form.query(FieldWidget))
        assert note_at(found, "ports") == "! ALL ports are opened"
        assert "deploy/api" in found.beside()


async def test_what_is_valid_is_counted_listed_and_tried_out_on_the_server() -> None:
    async with opened(SEED) as found:
        assert note_at(found, "target") == "3 pods"
        assert note_at(found, "source") == "CIDR, 256 addresses"
        assert note_at(found, "ports") == "5432 (db) on 3 of 3 pods"
        assert "database-1" in found.beside()
        assert "dead-man Job ✓ armed by create" in found.answer()
        assert "dry run ✓ accepted" in found.answer()
        assert "10:50:54 UTC" in found.answer()
        assert found.stage.world.is_empty()


async def test_the_arrow_keys_choose_and_enter_takes_without_granting() -> None:
    async with opened() as found:
        await press(found.pilot, ["app=d"])
        await found.settled()
        assert offers(found) == ["database", "loader"]
        await press(found.pilot, ["down", "enter"])
        await found.settled()
        assert found.typed().target == "app=database"
        assert offers(found) == []
        assert found.requests == []
        assert note_at(found, "target") == "3 pods"


async def test_what_goes_on_offers_what_comes_next() -> None:
    async with opened() as found:
        await press(found.pilot, ["down", "enter"])
        assert found.typed().target == "app="
        assert offers(found) == ["database", "cache", "loader"]
        await press(found.pilot, ["up", "up", "tab"])
        assert found.typed().target == "app=cache"
        assert focused(found).value == "app=cache"


async def test_tab_goes_on_where_nothing_is_highlighted() -> None:
    async with opened() as found:
        await press(found.pilot, ["app=d", "tab"])
        assert found.typed().target == "app=d"
        assert found.form.focused is found.form.query_one("#field-source Input")
        assert not found.form.query_one(SuggestionList).display
        await press(found.pilot, ["shift+tab"])
        assert focused(found).value == "app=d"


async def test_escape_closes_the_list_first_and_the_form_then() -> None:
    async with opened() as found:
        await press(found.pilot, ["app=d"])
        await press(found.pilot, ["escape"])
        assert offers(found) == [] and found.stage.app.screen is found.form
        await press(found.pilot, ["escape"])
        assert found.stage.app.screen is not found.form


async def test_a_click_takes_a_suggestion() -> None:
    async with opened() as found:
        await press(found.pilot, ["app="])
        await found.settled()
        await found.pilot.click(SuggestionList, offset=(3, 1))
        await found.settled()
        assert found.typed().target == "app=cache"


async def test_while_a_word_is_chosen_nothing_is_called_wrong() -> None:
    async with opened() as found:
        await press(found.pilot, ["ap"])
        await found.settled()
        assert offers(found) and note_at(found, "target") == ""
        await press(found.pilot, ["escape"])
        await found.settled()
        assert note_at(found, "target") == "! no pod: is that the label?"


@pytest.mark.parametrize(
    ("place", "field", "text", "words"),
    [
        ("namespace", "namespace", "nowhere", "✗ there is no namespace nowhere"),
        ("target", "target", "ns=ops", "✗ 'ns=ops' must be pods of the namespace"),
        ("source", "source", "10.0.0.0/99", "✗ '10.0.0.0/99' is not a CIDR"),
        ("ports", "ports", "70000", "✗ '70000': a port is from 1 to 65535"),
        ("for", "life", "soon", "✗ 'soon' is not a duration"),
        ("reason", "reason", "x" * 1100, "✗ reason is too long"),
        ("ticket", "ticket", "x" * 130, "✗ ticket is too long"),
        ("incident", "incident", "x" * 130, "✗ incident is too long"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(place: str, field: str, text: str, words: str) -> None:
    async with opened(replace(SEED, **{field: text})) as found:  # type: ignore[arg-type]
        assert error_at(found, place).startswith(words)
        assert found.answer().splitlines()[-1].startswith("✗ look at")
        assert "rehearse" not in " ".join(found.stage.world.tap.methods())
        await press(found.pilot, ["ctrl+s"])
        await found.settled()
        assert found.requests == []
        assert found.form.query_one(f"#field-{place}").has_focus_within


async def test_enter_on_what_is_missing_goes_there_and_says_so() -> None:
    async with opened(replace(SEED, source="", reason="")) as found:
        await press(found.pilot, ["enter"])
        await found.settled()
        assert error_at(found, "source") == "✗ who is the other side?"
        assert error_at(found, "reason").startswith("✗ why is this needed?")
        assert found.form.query_one("#field-source").has_focus_within


async def test_enter_asks_once_for_what_was_typed_however_soon() -> None:
    async with opened(replace(SEED, reason="")) as found:
        await press(found.pilot, ["why", "enter", "enter"])
        await found.pilot.app.workers.wait_for_complete()
        assert [request.order.reason for request in found.requests] == ["why"]
        assert "making the timer" in found.answer()
        await press(found.pilot, ["ctrl+s"])
        assert len(found.requests) == 1


async def test_a_refusal_keeps_every_word_and_stands_at_its_field() -> None:
    async with opened(SEED) as found:
        await press(found.pilot, ["enter"])
        await found.pilot.app.workers.wait_for_complete()
        found.form.refused(InputError("too long for this cluster", field="for"))
        await found.settled()
        assert found.typed() == replace(SEED, context="production")
        assert error_at(found, "for") == "✗ too long for this cluster"
        assert "too long for this cluster" in found.answer()
        await press(found.pilot, ["1h"])
        await found.settled()
        assert error_at(found, "for") == ""
        assert "Enter grants it" in found.answer()


async def test_a_refusal_without_a_field_stands_in_the_answer_until_something_changes() -> None:
    async with opened(SEED) as found:
        await press(found.pilot, ["enter"])
        await found.pilot.app.workers.wait_for_complete()
        found.form.refused(NotFoundError("gone"))
        await found.settled()
        assert "✗ gone" in found.answer()


async def test_the_servers_words_are_shown_where_the_dry_run_is_refused() -> None:
    where = world()
    where.tap.fail(
        "policies.rehearse", InvalidError("denied the request: [red]open to all[/red]", status=422)
    )
    async with opened(SEED, where=where, size=SMALL) as found:
        assert "dry run ✗ denied the request: [red]open to all[/red]" in found.answer()


async def test_jobs_that_may_not_be_made_are_a_missing_net() -> None:
    where = world()
    where.tap.fail("jobs.rehearse", ForbiddenError("may not create jobs", status=403))
    async with opened(SEED, where=where) as found:
        assert "dead-man Job ✗ may not be made here" in found.answer()


async def test_egress_selects_the_sources_and_says_so() -> None:
    async with opened(replace(SEED, target="10.0.0.0/8; ns=ops", source="app=cache", ports="")) as found:
        assert error_at(found, "target")
        await press(found.pilot, ["shift+tab"] * 5)
        found.form.query_one("#field-direction Choice").focus()
        await press(found.pilot, ["right"])
        await found.settled()
        assert found.typed().direction is Direction.EGRESS
        assert note_at(found, "source") == "2 pods"
        assert note_at(found, "target") == "1 pod, CIDR, 16,777,216 addresses"
        await press(found.pilot, ["enter"])
        await found.pilot.app.workers.wait_for_complete()
        assert found.requests[0].order.wishes[0].spec["policyTypes"] == ["Egress"]
        assert len(found.requests[0].order.wishes[0].spec["egress"][0]["to"]) == 2


async def test_until_a_moment_is_told_by_the_servers_clock() -> None:
    async with opened(replace(SEED, life="until 11:00Z")) as found:
        assert "until  11:00:00 UTC" in found.answer()


async def test_presets_by_arrow() -> None:
    async with opened(SEED) as found:
        await press(found.pilot, ["down"])
        await found.settled()
        assert found.typed().life == "1h"
        assert "11:20:54 UTC" in found.answer()


async def test_the_manifests_as_they_would_be_written() -> None:
    async with opened(SEED, size=SMALL) as found:
        await press(found.pilot, ["ctrl+y"])
        await found.settled()
        assert "activeDeadlineSeconds: 1800" in found.beside()
        assert "uid: <its uid>" in found.beside()
        assert not found.form.query_one("#fields").region.height
        await press(found.pilot, ["ctrl+y"])
        await found.settled()
        assert "database-0" in found.beside()
        assert found.form.query_one("#fields").region.height


async def test_a_template_fills_in_what_it_says_and_leaves_the_rest() -> None:
    template = Template("db", Proposal(target="app=cache", source="ns=ops", ports="6379", life="15m"))
    preferences = Preferences(templates=(template,))
    async with opened(Proposal(namespace="production"), preferences=preferences) as found:
        await press(found.pilot, ["ctrl+t"])
        assert isinstance(found.stage.app.screen, Templates)
        await press(found.pilot, ["enter"])
        await found.settled()
        assert found.typed() == replace(
            template.proposal, context="production", namespace="production", reason=""
        )
        assert found.form.query_one("#field-reason").has_focus_within
        await press(found.pilot, ["why", "ctrl+t", "down", "enter"])
        await found.settled()
        assert found.typed() == Proposal(context="production", namespace="production")


async def test_pods_that_come_are_counted_without_a_key() -> None:
    async with opened(SEED) as found:
        (cluster,) = found.stage.backend.clusters
        pod = next(iter(cluster.inventory.pods.of("production")))
        cluster.inventory.pods.drop(pod)
        found.stage.world.clock.pass_time(2)
        found.stage.app.feed.publish()
        await found.pilot.app.workers.wait_for_complete()
        await found.settled()
        assert note_at(found, "target") == "2 pods"


async def test_without_a_connection_it_says_so() -> None:
    async with opened(SEED) as found:
        found.stage.backend.clusters[0].session = None
        await press(found.pilot, ["enter"])
        await found.settled()
        assert "is not connected" in found.answer()
        assert found.requests == []


@pytest.mark.parametrize("text", ["[@click=app.quit]x[/]", "[/foo]", "\\", "a=[b='c[0]", "\u202e", "💥" * 30])
async def test_nonsense_in_every_field_is_only_text(text: str) -> None:
    texts = {str(place): text for place in Field if place not in (Field.CONTEXT, Field.DIRECTION)}
    async with opened(Proposal(**texts), size=SMALL) as found:  # type: ignore[arg-type]
        await press(found.pilot, ["x", "ctrl+y", "ctrl+y", "enter"])
        await found.settled()
        assert found.requests == []
        assert found.stage.app.is_running


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (200, 60)])
async def test_any_size_of_terminal(size: tuple[int, int]) -> None:
    async with opened(SEED, size=size) as found:
        await press(found.pilot, ["down", "a", "down"])
        assert found.stage.app.is_running


async def test_what_is_pasted_is_one_line_of_visible_text() -> None:
    async with opened(replace(SEED, reason="", target="")) as found:
        found.stage.app.post_message(Paste("app=da"))
        await found.settled()
        assert offers(found) == ["database"]
        found.form.query_one("#field-reason Input").focus()
        await found.pilot.pause()
        found.stage.app.post_message(Paste("one\x1b[2J\ntwo\t3"))
        await found.settled()
        assert found.typed().reason == "one\\x1b[2J two 3"


async def test_a_text_that_goes_on_is_marked() -> None:
    async with opened(replace(SEED, reason="x" * 200), size=SMALL) as found:
        line = found.form.query_one("#field-reason Input").render_line(0).text
        assert line.rstrip().endswith("…")
        found.form.query_one("#field-reason Input").focus()
        await press(found.pilot, ["end"])
        assert found.form.query_one("#field-reason Input").render_line(0).text.startswith("…")


async def test_what_is_wrong_pushes_the_cursor_out_of_sight_never() -> None:
    wrong = replace(SEED, target="ns=x", source="10.0.0.0/99", ports="x_", reason="")
    async with opened(wrong, size=SMALL) as found:
        assert found.form.focused is found.form.query_one("#field-reason Input")
        assert found.form.can_view_entire(found.form.focused)
