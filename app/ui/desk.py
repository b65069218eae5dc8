"""What a form that is being filled in knows of its cluster: what to offer, what its texts mean, the dry run.

Law: one desk for one cluster and one form; nothing is written through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from app.commands.draft import Order
from app.commands.preview import Terms, Trouble, Understood, field_of, trouble_of, understand
from app.commands.rehearsal import Verdict, try_out
from app.commands.session import Limits
from app.domain.durations import read_life
from app.domain.proposal import Field, Proposal
from app.errors import InputError, NetgrantError
from app.live.cluster import LiveCluster
from app.live.meant import Meant, meant
from app.live.suggestions import Suggester, Suggestion
from app.ui.widgets.answer import Standing


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be granted, where."""

    cluster: LiveCluster
    order: Order
    proposal: Proposal
    """As it was typed."""


class Desk:
    """One cluster, as a form sees it.

    Args:
        cluster: where the grant would be made.
        limits: the cap.
        now: our time.
        zone: whose wall clock ``until 18:00`` means; None is this machine's.
    """

    def __init__(
        self, cluster: LiveCluster, limits: Limits, now: datetime, zone: tzinfo | None = None
    ) -> None:
        self.cluster = cluster
        self.asked: Proposal | None = None
        """What was read last."""
        self.meant = Meant()
        self.standing = Standing(cluster.server_now(now), zone)
        self._limits = limits
        self._suggester = Suggester(cluster.inventory)
        self._seen = self._version
        self._readings = 0

    @property
    def _version(self) -> tuple[int, int]:
        inventory = self.cluster.inventory
        return inventory.pods.version, inventory.namespace_objects.version

    @property
    def is_outdated(self) -> bool:
        """Tell whether other pods could be meant by now."""
        return self._seen != self._version

    @property
    def found(self) -> Understood:
        """Return what the form says, as it was read last."""
        return self.standing.found

    def suggest(self, field: Field, asked: Proposal, cursor: int) -> Sequence[Suggestion]:
        """Return what could be written at the cursor of a field."""
        return self._suggester.offer(field, asked, cursor, self.meant.receivers)

    def tell_time(self, life: str, now: datetime) -> Standing:
        """Return how far the form has got at our time ``now``, if it were to last so long."""
        standing = self.standing
        standing.now = self.cluster.server_now(now)
        hint = self.meant.hints.get(Field.PORTS)
        standing.opens_all_ports = hint is not None and hint.is_doubtful
        try:
            standing.life = read_life(life, standing.now, standing.zone)
        except InputError:
            standing.life = None
        return standing

    async def read(self, asked: Proposal, now: datetime) -> bool:
        """Read the form; tell whether the server is now to be asked about what it says.

        Of readings that overlap only the one that began last counts.
        """
        self._seen = self._version
        self._readings += 1
        number = self._readings
        found = await self._understand(asked, now)
        if number != self._readings:
            return False
        is_same = found.order is not None and found.order == self.found.order
        self.asked, self.standing.found = asked, found
        self.meant = meant(self.cluster, self._suggester.population, found, asked)
        if is_same:
            return False
        self.standing.verdict, self.standing.is_trying = None, found.plan is not None
        return self.standing.is_trying

    async def _understand(self, asked: Proposal, now: datetime) -> Understood:
        session, status = self.cluster.session, self.cluster.status
        if session is None:
            lost = Trouble(f"{self.cluster.name} is not connected", "wait for it, or choose another cluster")
            return Understood({}, at_large=lost)
        terms = Terms(self._limits, status.username, self.cluster.server_now(now), self.standing.zone)
        return await understand(session.cluster, asked, terms)

    async def rehearse(self) -> None:
        """Let the server judge what would be written."""
        verdict: Verdict | None = None
        if self.found.plan is not None and self.cluster.session is not None:
            verdict = await try_out(self.cluster.session, self.found.plan)
        self.standing.verdict, self.standing.is_trying = verdict, False

    def request(self) -> Request | None:
        """Begin to make the grant; None while something is wrong or missing."""
        if self.found.order is None or self.asked is None:
            return None
        self.standing.is_making, self.standing.refusal = True, None
        return Request(self.cluster, self.found.order, self.asked)

    def refuse(self, error: NetgrantError) -> Field | None:
        """Keep why the grant could not be made; return the field that is to be changed, if it is one."""
        trouble = trouble_of(error)
        self.standing.is_making, self.standing.refusal = False, trouble
        place = field_of(error, self.asked) if self.asked is not None else None
        if place is not None:
            self.standing.found = replace(self.found, troubles={**self.found.troubles, place: trouble})
        return place
