"""What the API server does to batch/v1 Jobs: defaults, generated selector and rules.

Source: k8s.io/kubernetes pkg/apis/batch/{v1/defaults.go,validation}, pkg/registry/batch/job/strategy.go.
"""

from collections.abc import Iterator
from datetime import datetime

from app.demo.pods import default_pod_spec, validate_pod_spec
from app.demo.resources import Object, Strategy
from app.domain.field_errors import FieldError, invalid, not_supported, required
from app.domain.labels import selector_from_object
from app.domain.metadata_rules import validate_annotations, validate_labels, validate_selector

_COUNTS = ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")
_FIXED = (
    "completions",
    "selector",
    "template",
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
)
_PREFIX = "batch.kubernetes.io/"


class JobStrategy(Strategy):
    """batch/v1 Job."""

    def default(self, obj: Object) -> None:
        """Fill in the spec."""
        spec = obj["spec"]
        if "completions" not in spec and "parallelism" not in spec:
            spec["completions"] = 1
        spec.setdefault("parallelism", 1)
        spec.setdefault("backoffLimit", 6)
        spec.setdefault("completionMode", "NonIndexed")
        spec.setdefault("suspend", False)
        spec.setdefault("manualSelector", False)
        replacement = "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed"
        spec.setdefault("podReplacementPolicy", replacement)
        default_pod_spec(spec["template"]["spec"])

    def prepare_create(self, obj: Object, now: datetime) -> None:
        """Generate the selector and the labels that go with it; no status yet."""
        meta, spec = obj["metadata"], obj["spec"]
        obj["status"] = {}
        if spec["manualSelector"]:
            return
        labels = spec["template"]["metadata"].setdefault("labels", {})
        for prefix in ("", _PREFIX):
            labels.setdefault(f"{prefix}job-name", meta.get("name", ""))
            labels.setdefault(f"{prefix}controller-uid", meta["uid"])
        if not meta.get("labels"):
            meta["labels"] = dict(labels)
        wanted = spec.setdefault("selector", {}).setdefault("matchLabels", {})
        wanted.setdefault(f"{_PREFIX}controller-uid", meta["uid"])

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Keep the status: it has its own subresource."""
        obj["status"] = old["status"]

    def validate(self, obj: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the spec."""
        spec = obj["spec"]
        for name in _COUNTS:
            if spec.get(name, 0) < 0:
                yield invalid(f"spec.{name}", spec[name], "must be greater than or equal to 0")
        if spec["completionMode"] not in ("NonIndexed", "Indexed"):
            yield not_supported("spec.completionMode", spec["completionMode"], ("NonIndexed", "Indexed"))
        elif spec["completionMode"] == "Indexed" and "completions" not in spec:
            yield required("spec.completions", "when completion mode is Indexed")
        allowed = ("Failed",) if "podFailurePolicy" in spec else ("Failed", "TerminatingOrFailed")
        if spec["podReplacementPolicy"] not in allowed:
            yield not_supported("spec.podReplacementPolicy", spec["podReplacementPolicy"], allowed)
        template = spec["template"]
        yield from validate_labels(template["metadata"].get("labels", {}), "spec.template.labels")
        yield from validate_annotations(
            template["metadata"].get("annotations", {}), "spec.template.annotations"
        )
        yield from self._validate_template(template["spec"])
        yield from self._validate_selector(obj)

    def _validate_selector(self, obj: Object) -> Iterator[FieldError]:
        spec = obj["spec"]
        labels = spec["template"]["metadata"].get("labels", {})
        if "selector" not in spec:
            yield required("spec.selector")
        else:
            yield from validate_selector(spec["selector"], "spec.selector")
            generated = {f"{_PREFIX}controller-uid": obj["metadata"]["uid"]}
            own = {**generated, f"{_PREFIX}job-name": obj["metadata"].get("name", "")}
            if not spec["manualSelector"] and not selector_from_object(spec["selector"]).matches(own):
                yield invalid("spec.selector", spec["selector"], "`selector` not auto-generated")
        if "selector" not in spec or not selector_from_object(spec["selector"]).matches(labels):
            detail = "`selector` does not match template `labels`"
            yield invalid("spec.template.metadata.labels", labels, detail)

    def _validate_template(self, spec: Object) -> Iterator[FieldError]:
        field, policy = "spec.template.spec.restartPolicy", spec["restartPolicy"]
        yield from validate_pod_spec(spec, "spec.template.spec")
        if policy == "Always":
            yield required(field, 'valid values: "OnFailure", "Never"')
        elif policy not in ("OnFailure", "Never"):
            yield not_supported(field, policy, ("OnFailure", "Never"))

    def validate_update(self, obj: Object, old: Object) -> Iterator[FieldError]:
        """Yield what is wrong with the spec, and changes to what a Job fixes at creation."""
        yield from self.validate(obj)
        for name in _FIXED:
            if obj["spec"].get(name) != old["spec"].get(name):
                yield invalid(f"spec.{name}", obj["spec"].get(name), "field is immutable")
