"""Turn a Service, workload or pod into the labels that a policy can select.

Law: reads only. What is named must end as some labels: none at all would select every pod of the namespace.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.commands.session import Cluster
from app.domain.labels import Operator, Requirement, Selector, selector_from_object
from app.domain.objects import Pod, Service, ServicePort
from app.domain.peers import Named
from app.domain.portspec import PortRange
from app.errors import ForbiddenError, InputError, NotFoundError

_STATEFUL_POD = "statefulset.kubernetes.io/pod-name"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What a name stands for at this moment."""

    selector: Selector
    told: str
    """A sentence: what was translated into what."""
    service_ports: tuple[ServicePort, ...] = ()
    """A Service's ports, or those of them that were asked for."""

    @property
    def ports(self) -> tuple[PortRange, ...]:
        """Return the pods' ports, each once: policies see traffic after the Service's translation."""
        pods = (
            PortRange(port.target_port or port.port, None, port.protocol)
            for port in self.service_ports  # targetPort left out means the same number
        )
        return tuple(dict.fromkeys(pods))


async def look_up(cluster: Cluster, namespace: str, named: Named) -> Found:
    """Return what ``named`` stands for in a namespace.

    Raises:
        InputError: it selects no pods, or all, or has no such port.
        NotFoundError: there is no such object.
        ClusterError: it could not be looked up.
    """
    if named.resource == "services":
        return await _service(cluster, namespace, named)
    if named.resource == "pods":
        return await _pod(cluster, namespace, named.name)
    workload = await cluster.lookup.workload(named.resource, namespace, named.name)
    if workload is None:
        raise _missing(named.resource, namespace, named.name)
    selector = selector_from_object(workload.spec.selector)
    if not selector.requirements:
        raise InputError(
            f"{named.resource}/{named.name} in {namespace} selects every pod", fix="name the pods by labels"
        )
    return Found(selector, f"{named.resource}/{named.name} is {selector} in {namespace}")


def _missing(resource: str, namespace: str, name: str) -> NotFoundError:
    return NotFoundError(f"there is no {resource}/{name} in namespace {namespace}", status=404)


def _equal_to(labels: dict[str, str]) -> Selector:
    return Selector(tuple(Requirement(key, Operator.IN, (value,)) for key, value in sorted(labels.items())))


async def _pod(cluster: Cluster, namespace: str, name: str) -> Found:
    pod = await cluster.lookup.pod(namespace, name)
    if pod is None:
        raise _missing("pods", namespace, name)
    labels = pod.metadata.labels or {}
    if not labels:
        raise InputError(f"pod {namespace}/{name} has no labels, so no policy can select it alone")
    selector = _equal_to({_STATEFUL_POD: labels[_STATEFUL_POD]} if _STATEFUL_POD in labels else labels)
    told = f"pod/{name} is {selector} in {namespace}{await _others(cluster, pod, selector)}"
    if pod.spec.host_network:
        told += "; it is on its node's network, where policies do not reach it by labels"
    return Found(selector, told)


async def _others(cluster: Cluster, pod: Pod, selector: Selector) -> str:
    """Say which other pods the same labels select."""
    meta = pod.metadata
    try:
        found = await cluster.lookup.pods(meta.namespace, str(selector))
    except ForbiddenError:
        return "; whether the same labels select other pods may not be looked at"
    names = [other.metadata.name for other in found if other.metadata.name != meta.name]
    if not names:
        return ""
    shown = f"{', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}"
    return f"; the same labels also select {len(names)} more: {shown}"


async def _service(cluster: Cluster, namespace: str, named: Named) -> Found:
    service = await cluster.lookup.service(namespace, named.name)
    if service is None:
        raise _missing("services", namespace, named.name)
    if not service.spec.selector:
        raise InputError(
            f"Service {namespace}/{named.name} selects no pods (no selector)", fix="name the pods"
        )
    selector = _equal_to(service.spec.selector)
    asked = f"svc/{named.name}{f':{named.port}' if named.port else ''}"
    ports = tuple(_service_ports(service, namespace, named))
    return Found(selector, f"{asked} is {selector} in {namespace}", ports)


def _service_ports(service: Service, namespace: str, named: Named) -> Sequence[ServicePort]:
    ports = service.spec.ports or ()
    if not named.port:
        return ports
    found = [port for port in ports if named.port in (str(port.port), port.name)]
    if not found:
        known = ", ".join(f"{port.port}{f' ({port.name})' if port.name else ''}" for port in ports) or "none"
        raise InputError(
            f"Service {namespace}/{named.name} has no port {named.port!r}", fix=f"its ports are: {known}"
        )
    return found
