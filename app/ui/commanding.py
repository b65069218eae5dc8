"""Choose a command by its name, and do it.

Law: a command that is an action of the screen is done as if its key had been pressed there.
"""

from app.commands.doctor import Finding, Verdict, examine, examine_registry
from app.live.cluster import LiveCluster
from app.ui import routes
from app.ui.pages import Page
from app.ui.repertoire import Deed, Kind
from app.ui.screens.palette import Palette
from app.ui.screens.report import Remark, Report
from app.ui.sentences import told
from app.ui.theme import choose_theme

_SIGNS = {Verdict.OK: ("✓", "-good"), Verdict.WARN: ("!", "-warn"), Verdict.FAIL: ("✗", "-bad")}


def choose_command(page: Page) -> None:
    """Let a command be chosen, and do it on the page."""

    async def perform(deed: Deed | None) -> None:
        if deed is not None:
            await _do(page, deed)

    page.app.push_screen(Palette(page.KEYS), perform)


async def _do(page: Page, deed: Deed) -> None:
    match deed.kind:
        case Kind.ACTION:
            await page.run_action(deed.about)
        case Kind.CONTEXT:
            page.net.feed.show((_followed_as(page, deed.about),))
        case Kind.NAMESPACE:
            page.narrow(deed.about)
        case Kind.THEME:
            choose_theme(page.net, deed.about)
        case Kind.DEMO:
            await routes.demo(page, leaves=False)
        case Kind.DOCTOR:
            _examine(page)
        case Kind.SENTENCE:
            page.net.say(deed.about, seconds=10)


def _followed_as(page: Page, context: str) -> str | None:
    """Return what the feed knows a context by: the current one may be followed without its name."""
    clusters = page.net.feed.clusters
    return next((item.wanted for item in clusters if item.status.context == context), context)


def _examine(page: Page) -> None:
    """Show what works here and what does not, of the first cluster that is connected."""
    clusters = page.net.feed.clusters
    cluster = next((item for item in clusters if item.session is not None), None)
    report = Report(f"What works here: {(cluster or clusters[0]).name}")
    page.app.push_screen(report)
    report.run_worker(_fill(report, cluster, clusters), exit_on_error=False)


async def _fill(report: Report, cluster: LiveCluster | None, clusters: tuple[LiveCluster, ...]) -> None:
    session = cluster.session if cluster else None
    if cluster is None or session is None:
        failed = [Finding(item.name, Verdict.FAIL, _why(item)) for item in clusters]
        report.show([_remark(item) for item in (*failed, await examine_registry(report.net.backend.log))])
        return
    spaces = cluster.status.namespaces
    namespace = spaces[0] if spaces else session.cluster.namespace
    report.show([_remark(finding) for finding in await examine(session, namespace)])


def _why(cluster: LiveCluster) -> str:
    return told(cluster.status.error) if cluster.status.error else "there is no connection yet"


def _remark(finding: Finding) -> Remark:
    sign, token = _SIGNS[finding.verdict]
    text = f"{finding.text}; {finding.fix}" if finding.fix else finding.text
    return f"{sign} {finding.verdict}".ljust(6), token, finding.subject, text
