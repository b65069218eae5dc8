"""What the API server does to the smaller kinds on their way into the store.

Source: k8s.io/kubernetes pkg/apis/*/v1/defaults.go, pkg/apis/*/validation, pkg/registry/*/strategy.go.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from app.demo.pods import default_pod_spec
from app.demo.resources import Object, Strategy
from app.domain.field_errors import Cause, FieldError, forbidden, invalid, not_supported, required
from app.domain.labels import selector_from_object
from app.domain.metadata_rules import validate_selector
from app.domain.names import dns1123_label_errors, port_name_errors
from app.domain.validation import policy_cidrs, policy_warnings, validate_policy

RBAC_GROUP = "rbac.authorization.k8s.io"


class PolicyStrategy(Strategy):
    """networking.k8s.io/v1 NetworkPolicy."""

    def default(self, obj: Object) -> None:
        """Fill in protocols and policyTypes."""
        spec = obj["spec"]
        for rule in [*spec.get("ingress", ()), *spec.get("egress", ())]:
            for port in rule.get("ports", ()):
                port.setdefault("protocol", "TCP")
        if not spec.get("policyTypes"):
            spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the spec."""
        yield from _spec_errors(validate_policy(obj))

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the new spec; CIDRs that stood before are not judged again."""
        yield from _spec_errors(validate_policy(obj, known_cidrs=policy_cidrs(old)))

    def warnings(self, obj: Object) -> Iterator[str]:
        """Yield a warning for each oddly written CIDR."""
        yield from policy_warnings(obj)


def _spec_errors(errors: tuple[FieldError, ...]) -> Iterator[FieldError]:
    """Leave out metadata, which every kind has checked in one place."""
    return (error for error in errors if not error.field.startswith("metadata"))


class NamespaceStrategy(Strategy):
    """core/v1 Namespace."""

    def default(self, obj: Object) -> None:
        """Label the namespace with its own name, whatever else was asked for."""
        if name := obj["metadata"].get("name"):
            obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = name

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Start it Active and held by the namespace controller."""
        self.default(obj)
        obj["spec"] = {"finalizers": ["kubernetes"]}
        obj["status"] = {"phase": "Active"}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Keep what only controllers may change."""
        obj["spec"], obj["status"] = old["spec"], old["status"]


class ServiceStrategy(Strategy):
    """core/v1 Service."""

    def __init__(self) -> None:
        self._addresses = count(10)

    def default(self, obj: Object) -> None:
        """Fill in types and ports."""
        spec = obj["spec"]
        spec.setdefault("sessionAffinity", "None")
        spec.setdefault("type", "ClusterIP")
        spec.setdefault("internalTrafficPolicy", "Cluster")
        for port in spec.get("ports", ()):
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port["port"])

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Give the Service an address of 10.0.0.0/16, unless it is headless."""
        spec = obj["spec"]
        if spec["type"] != "ExternalName":
            number = next(self._addresses)
            spec.setdefault("clusterIP", f"10.0.{number // 256}.{number % 256}")
            spec["clusterIPs"] = [spec["clusterIP"]]
            spec.setdefault("ipFamilies", ["IPv4"])
            spec.setdefault("ipFamilyPolicy", "SingleStack")
        obj["status"] = {"loadBalancer": {}}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Keep the addresses and the status."""
        for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if name in old["spec"]:
                obj["spec"].setdefault(name, old["spec"][name])
        obj["status"] = old["status"]

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the ports."""
        ports = obj["spec"].get("ports", [])
        if not ports and obj["spec"].get("clusterIP") != "None" and obj["spec"]["type"] != "ExternalName":
            yield required("spec.ports")
        seen: set[str] = set()
        for index, port in enumerate(ports):
            field, name = f"spec.ports[{index}]", port.get("name", "")
            if not name and len(ports) > 1:
                yield required(f"{field}.name")
            elif name:
                yield from (invalid(f"{field}.name", name, text) for text in dns1123_label_errors(name))
                if name in seen:
                    yield FieldError(f"{field}.name", Cause.DUPLICATE, "", name)
                seen.add(name)
            yield from _validate_service_port(port, field)


def _validate_service_port(port: Object, field: str) -> Iterator[FieldError]:
    outside = "must be between 1 and 65535, inclusive"
    if not 1 <= port["port"] <= 65535:
        yield invalid(f"{field}.port", port["port"], outside)
    if port["protocol"] not in ("SCTP", "TCP", "UDP"):
        yield not_supported(f"{field}.protocol", port["protocol"], ("SCTP", "TCP", "UDP"))
    target = port["targetPort"]
    if isinstance(target, str):
        yield from (invalid(f"{field}.targetPort", target, text) for text in port_name_errors(target))
    elif not 1 <= target <= 65535:
        yield invalid(f"{field}.targetPort", target, outside)


class EventStrategy(Strategy):
    """core/v1 Event."""

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield an error where the event lies in another namespace than what it is about."""
        namespace = obj["involvedObject"].get("namespace", "")
        if namespace != obj["metadata"].get("namespace", "") and (namespace or _is_elsewhere(obj)):
            yield invalid("involvedObject.namespace", namespace, "does not match event.namespace")


def _is_elsewhere(obj: Object) -> bool:
    """An event about a cluster-wide object belongs into ``default``."""
    return bool(obj["metadata"].get("namespace") != "default")


class LeaseStrategy(Strategy):
    """coordination.k8s.io/v1 Lease."""

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the numbers."""
        seconds = obj["spec"].get("leaseDurationSeconds")
        if seconds is not None and seconds <= 0:
            yield invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")
        transitions = obj["spec"].get("leaseTransitions")
        if transitions is not None and transitions < 0:
            yield invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0")


class ConfigMapStrategy(Strategy):
    """core/v1 ConfigMap."""

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield an error where all values together are above 1 MiB."""
        size = sum(len(value) for key in ("data", "binaryData") for value in obj.get(key, {}).values())
        if size > 1024 * 1024:
            yield FieldError("[]", Cause.TOO_LONG, "may not be more than 1048576 bytes")

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield an error where an immutable map changes."""
        if old.get("immutable"):
            yield from (
                forbidden(name, "field is immutable when `immutable` is set")
                for name in ("immutable", "data", "binaryData")
                if obj.get(name) != old.get(name)
            )
        yield from self.validate(obj)


class EndpointSliceStrategy(Strategy):
    """discovery.k8s.io/v1 EndpointSlice."""

    def default(self, obj: Object) -> None:
        """Fill in the ports."""
        for port in obj.get("ports", ()):
            port.setdefault("name", "")
            port.setdefault("protocol", "TCP")

    def counted(self, obj: Object) -> object:
        """Return all but the changing metadata: this kind has no spec, and counts its labels."""
        return {**obj, "metadata": obj["metadata"].get("labels")}


class WorkloadStrategy(Strategy):
    """apps/v1 Deployment, ReplicaSet, StatefulSet and DaemonSet: stored, resolved, and never acted upon."""

    def default(self, obj: Object) -> None:
        """Fill in the replicas and the template."""
        obj["spec"].setdefault("replicas", 1)
        template = obj["spec"].setdefault("template", {})
        template.setdefault("metadata", {})
        default_pod_spec(template.setdefault("spec", {}))

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Start without a status."""
        obj["status"] = {}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Keep the status: it has its own subresource."""
        obj["status"] = old.get("status", {})

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the selector."""
        selector = obj["spec"].get("selector")
        if not selector:
            yield required("spec.selector")
            return
        errors = [*validate_selector(selector, "spec.selector")]
        yield from errors
        labels = obj["spec"]["template"]["metadata"].get("labels", {})
        if not errors and not selector_from_object(selector).matches(labels):
            detail = "`selector` does not match template `labels`"
            yield invalid("spec.template.metadata.labels", labels, detail)


class BindingStrategy(Strategy):
    """rbac.authorization.k8s.io/v1 RoleBinding and ClusterRoleBinding."""

    def default(self, obj: Object) -> None:
        """Fill in the API groups."""
        if not obj["roleRef"]["apiGroup"]:
            obj["roleRef"]["apiGroup"] = RBAC_GROUP
        for subject in obj.get("subjects", ()):
            if subject["kind"] in ("User", "Group"):
                subject.setdefault("apiGroup", RBAC_GROUP)

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield an error where the role changes: a binding is made for one."""
        if obj["roleRef"] != old["roleRef"]:
            yield invalid("roleRef", obj["roleRef"], "cannot change roleRef")
