"""What the API server does to pods and pod templates: defaults and rules.

Law: the rules cover what a mistaken template of ours could hit (containers, images, ports, restart policy,
resources), not all of core/v1. Source: k8s.io/kubernetes pkg/apis/core/{v1/defaults.go,validation}.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from app.demo.resources import Object, Strategy
from app.domain.field_errors import Cause, FieldError, forbidden, invalid, not_supported, required
from app.domain.names import dns1123_label_errors, port_name_errors

_QUANTITY = re.compile(r"([+-]?[0-9.]+)(.*)")
_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_TOLERATIONS = [
    {
        "key": f"node.kubernetes.io/{name}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }
    for name in ("not-ready", "unreachable")
]
_UPDATABLE = "spec.containers[*].image"


def quantity(text: str) -> Decimal:
    """Return the number that a resource quantity (``100m``, ``64Mi``) stands for."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return Decimal(0)
    number, suffix = Decimal(match[1]), match[2]
    if suffix in _BINARY:
        return number * Decimal(1024) ** _BINARY[suffix]
    if suffix in _SUFFIXES:
        return number.scaleb(_SUFFIXES[suffix])
    return Decimal(text)


def default_pod_spec(spec: Object) -> None:
    """Fill in a pod spec as the server does, in place."""
    for container in [*spec.get("containers", ()), *spec.get("initContainers", ())]:
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        tag = container.get("image", "").rpartition(":")[1:]
        fixed = "@" in container.get("image", "") or (tag[0] and tag[1] != "latest" and "/" not in tag[1])
        container.setdefault("imagePullPolicy", "IfNotPresent" if fixed else "Always")
        for port in container.get("ports", ()):
            port.setdefault("protocol", "TCP")
        resources = container.setdefault("resources", {})
        for name, limit in resources.get("limits", {}).items():
            resources.setdefault("requests", {}).setdefault(name, limit)
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")


def validate_pod_spec(spec: Object, field: str) -> Iterator[FieldError]:
    """Yield what is wrong with a pod spec at ``field``."""
    containers = spec.get("containers", [])
    if not containers:
        yield required(f"{field}.containers")
    seen: set[str] = set()
    for index, container in enumerate(containers):
        place = f"{field}.containers[{index}]"
        yield from _validate_container(container, place)
        if container["name"] in seen:
            yield FieldError(f"{place}.name", Cause.DUPLICATE, "", container["name"])
        seen.add(container["name"])
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds < 2**31:
        outside = "must be between 1 and 2147483647, inclusive"
        yield invalid(f"{field}.activeDeadlineSeconds", seconds, outside)
    if spec.get("restartPolicy") not in ("Always", "OnFailure", "Never"):
        yield not_supported(
            f"{field}.restartPolicy", spec.get("restartPolicy"), ("Always", "OnFailure", "Never")
        )


def _validate_container(container: Object, field: str) -> Iterator[FieldError]:
    name = container["name"]
    if not name:
        yield required(f"{field}.name")
    else:
        yield from (invalid(f"{field}.name", name, text) for text in dns1123_label_errors(name))
    if not container.get("image"):
        yield required(f"{field}.image")
    if container["imagePullPolicy"] not in _PULL_POLICIES:
        yield not_supported(f"{field}.imagePullPolicy", container["imagePullPolicy"], _PULL_POLICIES)
    yield from _validate_ports(container.get("ports", []), f"{field}.ports")
    yield from _validate_resources(container["resources"], f"{field}.resources")


def _validate_resources(resources: Object, field: str) -> Iterator[FieldError]:
    limits = resources.get("limits", {})
    for word in ("limits", "requests"):
        for key, value in resources.get(word, {}).items():
            if quantity(str(value)) < 0:
                yield invalid(f"{field}.{word}[{key}]", value, "must be greater than or equal to 0")
    for key, value in resources.get("requests", {}).items():
        if key in limits and quantity(str(value)) > quantity(str(limits[key])):
            detail = f"must be less than or equal to {key} limit of {limits[key]}"
            yield invalid(f"{field}.requests", value, detail)


def _validate_ports(ports: list[Object], field: str) -> Iterator[FieldError]:
    names: set[str] = set()
    for index, port in enumerate(ports):
        place = f"{field}[{index}]"
        if name := port.get("name"):
            errors = port_name_errors(name)
            yield from (invalid(f"{place}.name", name, text) for text in errors)
            if not errors and name in names:
                yield FieldError(f"{place}.name", Cause.DUPLICATE, "", name)
            names.add(name)
        number = port["containerPort"]
        if number == 0:
            yield required(f"{place}.containerPort")
        elif not 1 <= number <= 65535:
            yield invalid(f"{place}.containerPort", number, "must be between 1 and 65535, inclusive")
        if port["protocol"] not in _PROTOCOLS:
            yield not_supported(f"{place}.protocol", port["protocol"], _PROTOCOLS)


class PodStrategy(Strategy):
    """core/v1 Pod."""

    def default(self, obj: Object) -> None:
        """Fill in the spec."""
        default_pod_spec(obj["spec"])

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Start the pod Pending, with what the default admission plugins add."""
        spec = obj["spec"]
        spec.setdefault("tolerations", [dict(item) for item in _TOLERATIONS])
        spec.setdefault("priority", 0)
        spec.setdefault("enableServiceLinks", True)
        spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        obj["status"] = {"phase": "Pending", "qosClass": _quality(spec)}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Keep the status: it has its own subresource."""
        obj["status"] = old["status"]

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the spec."""
        yield from validate_pod_spec(obj["spec"], "spec")

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield an error where more than images, deadline, tolerations or labels changed."""
        yield from self.validate(obj)
        if _fixed_part(obj["spec"]) != _fixed_part(old["spec"]):
            yield forbidden("spec", f"pod updates may not change fields other than `{_UPDATABLE}`")


def _fixed_part(spec: Object) -> Object:
    free = ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds")
    kept = {key: value for key, value in spec.items() if key not in free}
    for key in ("containers", "initContainers"):
        kept[key] = [{**item, "image": ""} for item in spec.get(key, ())]
    return kept


def _quality(spec: Object) -> str:
    resources = [container.get("resources", {}) for container in spec.get("containers", ())]
    if not any(item.get("requests") or item.get("limits") for item in resources):
        return "BestEffort"
    even = all(item.get("limits") and item.get("limits") == item.get("requests") for item in resources)
    return "Guaranteed" if even else "Burstable"
