"""NetworkPolicies on the API server (networking.k8s.io/v1): the port PolicyWriter."""

from app.domain.objects import NetworkPolicy
from app.kube.objects import Objects
from app.kube.resources import NETWORK_POLICIES
from app.kube.wire import Wire


class Policies(Objects[NetworkPolicy]):
    """Implements PolicyWriter."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, NETWORK_POLICIES)
