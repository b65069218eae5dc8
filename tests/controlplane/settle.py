"""Waits until the controllers really act, which is later than when they say that they are healthy."""

import time
from collections.abc import Callable

from tests.rest import Rest

PROBES = "/api/v1/namespaces/default/configmaps"
GIVE_UP_SECONDS = 60.0


def wait_for_controllers(admin: Rest) -> None:
    """Proves that the garbage collector, the last controller to be of use, collects an owned object.

    Raises:
        TimeoutError: it did not within a minute.
    """
    _until(lambda: admin.get("/api/v1/namespaces/default").status == 200, "the default namespace")
    owner = admin.post(PROBES, _config_map()).ok()["metadata"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner["name"], "uid": owner["uid"]}
    owned = admin.post(PROBES, _config_map(reference)).ok()["metadata"]
    admin.delete(f"{PROBES}/{owner['name']}", propagationPolicy="Background").ok()
    _until(lambda: admin.get(f"{PROBES}/{owned['name']}").status == 404, "the garbage collector")


def _config_map(*owners: dict[str, str]) -> dict[str, object]:
    metadata = {"generateName": "settle-", "ownerReferences": list(owners)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def _until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + GIVE_UP_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} did not come to life within {GIVE_UP_SECONDS:.0f} s")
        time.sleep(0.05)
