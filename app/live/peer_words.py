"""How a peer that is being written could go on: labels, workloads, Services, namespaces, addresses.

Law: pure; each word that is offered can be read by the rules of peers, and means there what it says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import chain, islice

from app.domain.labels import Selector, parse_selector
from app.domain.names import label_key_errors, label_value_errors
from app.domain.objects import Service
from app.domain.peers import ALL_PODS, NAMESPACE_LABEL, Block, Me, parse_peer
from app.errors import InputError
from app.live.population import Population, Values
from app.live.ranking import LIMIT, Candidate, best, counted

_SPACE_NAME = re.compile(r"ns\s*=\s*(?P<name>[^\s=]*)")
_SPACE_LABELS = re.compile(r"ns:(?P<labels>[^\s()]*)")
_HEAD = re.compile(r"(?:ns\s*=\s*(?P<name>[^\s=]+)|ns:(?P<labels>[^\s()]+))\s+")
_EQUAL = re.compile(r"(?P<key>[^=!\s(),]+)\s*(?:==|!=|=)\s*(?P<value>[^\s(),]*)")
_IN_SET = re.compile(r"(?P<key>\S+)\s+(?:in|notin)\s*\((?:[^()]*,)?\s*(?P<value>[^(),\s]*)")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){1,3}")
_NOISE = re.compile(r"(.*/)?(pod-template-.*|controller-.*|job-name|pod-name|pod-index|batch.*-index)")
"""Labels that controllers number their pods by: seldom what is meant."""
_WORKLOADS = (("deployments", "deploy"), ("statefulsets", "sts"), ("daemonsets", "ds"))
_PER_KEY = 200
"""Values of one label, and names of pods, that are looked at: more is numbering."""
_KEYS_FIRST = 8
"""Keys that are shown where nothing is typed, before workloads and Services."""

Offer = tuple[int, tuple[Candidate, ...]]
"""How far into what is written the words are to stand, and the words."""


class PeerWords:
    """What could be written as a peer.

    Args:
        population: the pods there are.
    """

    def __init__(self, population: Population) -> None:
        self._population = population
        self._inventory = population.inventory

    def offer(self, written: str, namespace: str, is_selected: bool) -> Offer:
        """Return how a peer goes on.

        Args:
            written: what stands before the cursor, without leading blanks.
            namespace: the policy's.
            is_selected: whether it is the pods that the policy selects: no namespaces and no addresses then.
        """
        if is_selected:
            return self._pods(written, (namespace,), ())
        if head := _HEAD.match(written):
            spaces = self._spaces(head["name"], head["labels"])
            offset, found = self._pods(written[head.end() :], spaces, ())
            return head.end() + offset, found
        if space := _SPACE_NAME.fullmatch(written):
            return 0, best(f"ns={space['name']}", self._space_names(), _is_written_so)
        if labelled := _SPACE_LABELS.fullmatch(written):
            offset, found = _labels(labelled["labels"], self._space_labels(), "namespace")
            return labelled.start("labels") + offset, found
        if address := _ADDRESS.fullmatch(written):
            return 0, tuple(_networks(address[0]))
        return self._pods(written, (namespace,), self._space_names())

    def _spaces(self, name: str | None, labels: str | None) -> Sequence[str]:
        if name:
            return self._inventory.namespaces if name == "*" else (name,)
        selector = _selector(labels or "")
        return () if selector is None else self._population.namespaces(selector)

    def _space_names(self) -> Iterator[Candidate]:
        for name in self._inventory.namespaces:
            yield Candidate(f"ns={name}", counted(len(self._inventory.pods.of(name)), "pod"))

    def _space_labels(self) -> Values:
        found: dict[str, dict[str, int]] = {}
        for name in self._inventory.namespaces:
            for key, value in self._inventory.labels_of(name).items():
                if key == NAMESPACE_LABEL:
                    continue  # that is what ns=NAME is for
                counts = found.setdefault(key, {})
                counts[value] = counts.get(value, 0) + 1
        return found

    def _pods(self, written: str, spaces: Sequence[str], first: Iterable[Candidate]) -> Offer:
        """Return how labels or a name go on, for the pods of some namespaces."""
        cut = _last_comma(written)
        if cut or "=" in written or "(" in written or written.startswith("!"):
            narrowed = _selector(written[: cut - 1]) if cut else None
            offset, found = _labels(written[cut:], self._population.values(spaces, narrowed))
            return cut + offset, found
        values = self._population.values(spaces)
        named = self._named(spaces[0], written) if len(spaces) == 1 else ()
        everybody = (Candidate(ALL_PODS, "all of the namespace"),)
        if not written:
            keys = islice(_keys(values), _KEYS_FIRST)
            return 0, best("", chain(keys, islice(named, LIMIT // 2), first), _is_written_so)
        words = chain(_keys(values), _pairs(values), named, first, everybody)
        return 0, best(written, words, _is_written_so)

    def _named(self, namespace: str, typed: str) -> Iterator[Candidate]:
        """Yield the workloads and Services of a namespace, and the pods whose names hold what is typed."""
        for resource, short in _WORKLOADS:
            for item in self._inventory.workloads[resource].of(namespace):
                yield Candidate(f"{short}/{item.metadata.name}")
        for service in self._inventory.services.of(namespace):
            if service.spec.selector:
                yield from _ways_in(service)
        wanted = "" if "pod/".startswith(typed) else typed.removeprefix("pod/").lower()
        if typed:
            pods = (pod for pod in self._inventory.pods.of(namespace) if wanted in pod.metadata.name)
            for pod in islice(pods, _PER_KEY):
                yield Candidate(f"pod/{pod.metadata.name}", pod.status.phase)


def _ways_in(service: Service) -> Iterator[Candidate]:
    for port in service.spec.ports or ():
        target = port.target_port or port.port
        note = f"pod port {target}" if target != port.port else port.name
        yield Candidate(f"svc/{service.metadata.name}:{port.port}", note)


def _last_comma(text: str) -> int:
    """Return where the last term of a selector begins: commas inside parentheses part none."""
    depth, found = 0, 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            found = index + 1
    return found


def _selector(text: str) -> Selector | None:
    try:
        return parse_selector(text.removeprefix("pods:"))
    except InputError:
        return None


def _labels(written: str, values: Values, noun: str = "pod") -> Offer:
    """Return how one condition on a label goes on."""
    term = written.lstrip().removeprefix("!")
    base = len(written) - len(term)
    if found := _IN_SET.fullmatch(term) or _EQUAL.fullmatch(term):
        counts = values.get(found["key"].removeprefix("pods:"), {})
        words = (Candidate(value, counted(count, noun)) for value, count in _ordered(counts))
        return base + found.start("value"), best(found["value"], words, _is_value)
    if "=" in term or "(" in term or " " in term:
        return base, ()
    is_negated = base > 0 and written[base - 1] == "!"
    offered = _bare_keys(values) if is_negated else chain(_keys(values), _pairs(values, noun))
    return base, best(term, offered, _is_written_so)


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the values of a label, those of most pods first, as many as are worth looking at."""
    if len(counts) > _PER_KEY:
        return nsmallest(_PER_KEY, counts.items(), key=lambda item: (-item[1], item[0]))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _by_use(values: Values) -> list[str]:
    """Return the keys, those of most pods first and those that number pods last."""
    return sorted(values, key=lambda key: (bool(_NOISE.fullmatch(key)), -sum(values[key].values()), key))


def _keys(values: Values) -> Iterator[Candidate]:
    for key in _by_use(values):
        yield Candidate(f"{key}=", counted(len(values[key]), "value"), goes_on=True)


def _bare_keys(values: Values) -> Iterator[Candidate]:
    for key in _by_use(values):
        yield Candidate(key, f"not on {counted(sum(values[key].values()), 'pod')}")


def _pairs(values: Values, noun: str = "pod") -> Iterator[Candidate]:
    for key in _by_use(values):
        for value, count in _ordered(values[key]):
            yield Candidate(f"{key}={value}", counted(count, noun))


def _is_value(word: Candidate) -> bool:
    return bool(word.text) and not label_value_errors(word.text)


def _is_written_so(word: Candidate) -> bool:
    """Tell whether a word is read as what it is: a label called ``ns`` would be a namespace."""
    text = word.text
    if word.goes_on:
        return not label_key_errors(text[:-1]) and text != "ns="
    try:
        peer = parse_peer(text)
    except InputError:
        return False
    if isinstance(peer, Block | Me):
        return False
    return text.startswith("ns=") == (peer.namespaces is not None)


def _networks(address: str) -> Iterator[Candidate]:
    """Yield the networks that begin with some octets, the smallest first."""
    octets = address.split(".")
    if any(int(octet) > 255 for octet in octets):
        return
    for kept in range(len(octets), 1, -1):
        whole = ".".join([*octets[:kept], *["0"] * (4 - kept)])
        yield Candidate(f"{whole}/{8 * kept}", counted(2 ** (32 - 8 * kept), "address"))
