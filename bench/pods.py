"""Pods as a busy cluster has them: 4 KB of JSON each, most of it of no interest to us.

Law: the same documents for every side of a comparison.
"""

import json
from typing import Any

Json = dict[str, Any]

_MANAGED: Json = {
    f'k:{{"name":"VAR_{number}"}}': {".": {}, "f:name": {}, "f:value": {}} for number in range(16)
}


def render_pod(number: int, version: int) -> Json:
    """Return pod ``number`` as it is at ``version``; the same number is the same pod."""
    app, namespace = f"app-{number % 200}", f"team-{number % 40}"
    uid = f"{number:08x}-1c5e-4d0f-9a7b-0123456789ab"
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": f"{app}-7d9c",
        "uid": uid,
        "controller": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{app}-7d9c-{number:05d}",
            "generateName": f"{app}-7d9c-",
            "namespace": namespace,
            "uid": uid,
            "resourceVersion": str(version),
            "creationTimestamp": "2026-10-01T12:00:00Z",
            "labels": {"app": app, "pod-template-hash": "7d9c", "tier": f"tier-{number % 3}"},
            "annotations": {"checksum/config": f"{number:064x}", "note": "restarted\nby hand"},
            "ownerReferences": [owner | {"uid": f"{number % 200:08x}-2d6f-4e10-8bac-0123456789ab"}],
            "managedFields": [
                {
                    "manager": "kube-controller-manager",
                    "operation": "Update",
                    "apiVersion": "v1",
                    "time": "2026-10-01T12:00:00Z",
                    "fieldsType": "FieldsV1",
                    "fieldsV1": {"f:spec": {"f:containers": {"f:env": _MANAGED}}},
                }
            ],
        },
        "spec": _spec(number, app),
        "status": _status(number),
    }


def _spec(number: int, app: str) -> Json:
    return {
        "nodeName": f"node-{number % 300}",
        "serviceAccountName": app,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "containers": [
            {
                "name": "main",
                "image": f"registry.example/{app}:1.2.{number % 50}",
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                "env": [{"name": f"VAR_{index}", "value": f"value-{index}-of-{app}"} for index in range(16)],
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "token", "projected": {"defaultMode": 420, "sources": []}}],
        "tolerations": [
            {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
            {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"},
        ],
    }


def _status(number: int) -> Json:
    ready = {"status": "True", "lastTransitionTime": "2026-10-01T12:00:05Z", "lastProbeTime": None}
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "hostIP": f"192.0.2.{number % 250}",
        "startTime": "2026-10-01T12:00:01Z",
        "conditions": [{"type": name} | ready for name in ("PodScheduled", "Initialized", "Ready")],
        "containerStatuses": [
            {
                "name": "main",
                "ready": True,
                "restartCount": number % 5,
                "image": "registry.example/app",
                "imageID": "registry.example/app@sha256:" + f"{number:064x}",
                "containerID": "containerd://" + f"{number:064x}",
                "state": {"running": {"startedAt": "2026-10-01T12:00:04Z"}},
            }
        ],
    }


def encode(document: Json) -> bytes:
    """Return the document as the API server writes it: compact."""
    return json.dumps(document, separators=(",", ":")).encode()
