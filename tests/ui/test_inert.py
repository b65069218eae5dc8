"""Ten thousand texts through all that is shown of a cluster: none drives a terminal, none is markup.

Law: each text comes as JSON from a server would, through our decoder, in every field that holds text.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.objects import Event, Job, Namespace, NetworkPolicy, Pod, Service
from app.domain.proposal import Field, Proposal
from app.domain.text import clean, clean_block
from app.kube.decode import BROKEN, decode_object
from app.live.alerts import Alert, AlertKind
from app.live.cluster import LiveCluster
from app.live.concerned import Concerned
from app.live.notices import notices
from app.live.own_words import beginning
from app.live.stream import Stream
from app.live.suggestions import Suggester
from app.ui.arrangement import Arrangement
from app.ui.cells import one_line
from app.ui.curtain import curtain
from app.ui.headline import composed, headline
from app.ui.telling import access, name_of, said
from app.ui.view import Shown, View
from app.ui.widgets.lines import Line, text_of
from app.ui.widgets.pod_lines import pod_lines
from app.ui.widgets.policy_lines import Standing, policy_lines, policy_yaml
from app.ui.widgets.record_lines import unknown_lines
from tests.ui import objects
from tests.ui.objects import NOW
from tests.ui.pty.enemy import ATTACKS, poisoned
from tests.ui.stage import SMALL, connected, ready, still

TEXTS, EXAMPLES = 25, 400
HIDDEN = "\u202e\u200b\ufeff\xad\u2028\x9b"
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(ATTACKS[:-2]),
    st.sampled_from(
        ["[", "]", "[/", "[@click=app.quit]", "[b]", "$x", "\\[", "\x1b[", "\x1b]52;c;", "\x07", *HIDDEN]
    ),
)
TEXT = st.lists(PIECES, min_size=1, max_size=3).map("".join)
MADE = (
    (objects.DATABASE.policy, NetworkPolicy),
    (objects.DATABASE.job, Job),
    (objects.PODS[0], Pod),
    (objects.NAMESPACES[0], Namespace),
    (objects.SERVICES[0], Service),
    (objects.EVENTS[1], Event),
)
BARE = [(msgspec.to_builtins(item), kind) for item, kind in MADE]
ALERTS = [kind for kind in AlertKind if not kind.startswith("link")]
SECONDS = timedelta(seconds=9)


def put(cluster: LiveCluster, number: int, text: str) -> None:
    """Decode poisoned objects and feed them; what no server could send is set apart, as always."""
    holders = {
        NetworkPolicy: cluster.rows.put_policy,
        Job: cluster.rows.put_job,
        Pod: cluster.inventory.pods.put,
        Namespace: cluster.inventory.namespace_objects.put,
        Service: cluster.inventory.services.put,
        Event: cluster.events.put,
    }
    for bare, kind in BARE:
        raw = poisoned(bare, text)
        raw["metadata"]["uid"] = f"{number}"
        labels = raw["metadata"].get("labels") or {}
        if "netgrant.dev/grant" in labels:
            labels["netgrant.dev/grant"] = f"GRANT{number}"
        try:
            holders[kind](decode_object(json.dumps(raw).encode(), kind))  # type: ignore[operator]
        except BROKEN:
            assert any("\ud800" <= char <= "\udfff" for char in text)


def told(cluster: LiveCluster) -> Iterator[str]:
    """All texts that the screens make of a cluster."""
    view = View(NOW, (cluster,), 1)
    arranged = Arrangement().arrange(view)
    for width in (80, 160):
        yield from curtain(view, width, 2 * len(arranged.rows) + 8)
        yield "".join(text for text, _ in composed(headline(view, arranged), width))
    concerned = Concerned(cluster.population)
    for shown in arranged.rows:
        yield from _told_of(shown)
        yield from map(text_of, _lines_of(shown, concerned))
    for grant in filter(None, (cluster.rows.grant(shown.row.id) for shown in arranged.rows[:2])):
        yield from policy_yaml(grant).splitlines()  # which the lines above are made of, too
    yield from _happened(cluster)
    yield from _offered(cluster)


def _told_of(shown: Shown) -> Iterator[str]:
    row = shown.row
    yield from (one_line(shown, ""), name_of(row), access(row), said(row))
    for kind in ALERTS:
        yield from (item.text for item in notices([("x", Alert(kind, SECONDS, row, SECONDS))], 2))


def _lines_of(shown: Shown, concerned: Concerned) -> Iterator[Line]:
    grant = shown.cluster.rows.grant(shown.row.id)
    assert grant is not None
    yield from pod_lines(concerned.ends(grant.policies), shown.cluster, (), NOW)
    yield from policy_lines(Standing(grant, shown.row.drift, None))
    yield from unknown_lines(shown.row)


def _happened(cluster: LiveCluster) -> Iterator[str]:
    stream = Stream(cluster.events)
    about = [event.involved_object for event in cluster.events.about(lambda _: True)]
    stream.concern((item.kind, item.namespace, item.name) for item in about)
    for row in cluster.rows:
        stream.tell(*beginning(row))
    stream.advance()
    found = stream.lines()
    assert len(found) >= len(about)
    yield from (f"{item.subject} {item.text}" for item in found)


def _offered(cluster: LiveCluster) -> Iterator[str]:
    suggester, pods = Suggester(cluster.inventory), tuple(cluster.inventory.pods.of("production"))
    for field in (Field.NAMESPACE, Field.TARGET, Field.SOURCE, Field.PORTS):
        for offer in suggester.offer(field, Proposal(namespace="production"), 0, pods):
            yield from (offer.text, offer.note)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(TEXT, min_size=TEXTS, max_size=TEXTS))
def test_nothing_that_is_told_of_a_cluster_can_drive_a_terminal(texts: list[str]) -> None:
    cluster = LiveCluster("x")
    for number, text in enumerate(texts):
        put(cluster, number, text)
    cluster.rows.advance(NOW)
    for found in told(cluster):
        assert clean(found, 10**6) == found


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(TEXT, min_size=TEXTS, max_size=TEXTS))
def test_nothing_that_is_drawn_is_more_than_text(texts: list[str]) -> None:
    import asyncio

    asyncio.run(_drawn(texts))


async def _drawn(texts: list[str]) -> None:
    def arrange(cluster: LiveCluster) -> None:
        for number, text in enumerate(texts):
            put(cluster, number, text)
        connected(cluster)

    app = still(arrange)
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        for key in ("y", "3", "1"):
            await pilot.press(key)
            for text in texts:
                app.say(text)
            await pilot.pause()
            drawn = [
                "".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()
            ]
            assert [line for line in drawn if clean_block(line) != line] == []
            app.clear_notifications()
